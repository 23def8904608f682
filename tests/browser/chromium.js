// Finds the Chromium that the tests drive: an installed one, or the one that the npm package @sparticuz/chromium carries for Linux on x86_64.
// `node chromium.js` prints which one it is, or exits with 1 and the reason why there is none.

import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const INSTALLED = ["chromium", "chromium-browser", "google-chrome"];
const MODULES = join(dirname(fileURLToPath(import.meta.url)), "node_modules");
// The package's own configuration is for fonts in /tmp.
const FONTS = '<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>';
const REMEDY = "install Chromium or Chrome, or set CHROMIUM to the path of one";

// Returns the path of the executable, its version and the variables it needs. The error of a machine without one says what to install.
export function findChromium() {
  const named = process.env.CHROMIUM;
  if (named) return started(named) ?? failed(`CHROMIUM=${named} does not start`);
  return INSTALLED.flatMap(inPath).map((path) => started(path)).find(Boolean) ?? carried();
}

function failed(reason) {
  throw new Error(reason);
}

function inPath(name) {
  return (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)).filter(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// A program of that name may be a stand-in that only says how to install it, and a browser may lack a library: either prints no version.
function started(path, variables = {}) {
  const ran = spawnSync(path, ["--version"], { env: { ...process.env, ...variables }, encoding: "utf8", timeout: 60_000 });
  return ran.status === 0 ? { path, version: ran.stdout.trim(), variables } : undefined;
}

function carried() {
  if (process.platform !== "linux" || process.arch !== "x64") failed(`npm has no Chromium for ${process.platform} on ${process.arch}: ${REMEDY}`);
  const folder = unpacked();
  const variables = { LD_LIBRARY_PATH: join(folder, "al2023", "lib"), FONTCONFIG_FILE: join(folder, "fonts.conf") };
  const path = join(folder, "chromium");
  return started(path, variables) ?? failed(`the Chromium of @sparticuz/chromium does not start (${path} --version): ${REMEDY}`);
}

// Unpacks once for each installation, for npm empties the folder. Tests that start at the same time do not see half of it.
function unpacked() {
  const folder = join(MODULES, ".chromium");
  if (existsSync(folder)) return folder;
  const fresh = mkdtempSync(join(MODULES, ".chromium-"));
  unpackInto(fresh);
  try {
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

// The package unpacks into the temporary folder, and its libraries only where it takes the machine for AWS Lambda.
function unpackInto(folder) {
  const script = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
  const env = { PATH: process.env.PATH, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: "nodejs20.x" };
  execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: dirname(MODULES), env });
  writeFileSync(join(folder, "fonts.conf"), FONTS);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { path, version } = findChromium();
    console.log(`${version} (${path})`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
