// A browser that tests look at pages with: Chromium without a window, with a new profile, and without a way to anything but this machine.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

import { findChromium } from "./chromium.js";

export const PATIENCE = 120_000;

// Playwright switches off the partitioning of what other sites store, without which Chromium keeps their cookies. Of two lists the later one counts.
const DISABLED = "HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,MediaRouter,OptimizationHints,PreconnectToSearch";
const FLAGS = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
  "--test-third-party-cookie-phaseout", `--disable-features=${DISABLED}`, "--window-size=1280,1080",
];

// Waits until a function that runs in a page or a frame returns something true, and returns that.
export async function until(what, frame, test, argument) {
  try {
    // By time, for a frame that nobody sees is not drawn.
    const found = await frame.waitForFunction(test, argument, { polling: 100, timeout: PATIENCE });
    return await found.jsonValue();
  } catch (error) {
    const seen = await frame.evaluate(() => document.body?.innerText.slice(0, 300)).catch(String);
    throw new Error(`waited in vain for ${what}: ${error.message}; the page shows ${JSON.stringify(seen)}`, { cause: error });
  }
}

// The words in a page or a frame, seen or not, and its title.
export function wordsOf(frame) {
  return frame.evaluate(() => `${document.title}\n${document.documentElement.textContent}`);
}

// The status of the answer that a page or a frame shows.
export function statusOf(frame) {
  return frame.evaluate(() => performance.getEntriesByType("navigation")[0].responseStatus);
}

// Loads a frame again, as its menu does. Returns the status of the answer.
export async function reload(frame) {
  await frame.evaluate(() => {
    window.old = true;
    location.reload();
  });
  await until("the frame to be loaded again", frame, () => !window.old && document.readyState === "complete");
  return statusOf(frame);
}

export class Browser {
  // Opens a browser of its own: a process with a new profile, which is gone afterwards.
  static async open() {
    const folder = mkdtempSync(join(tmpdir(), "imprint-browser-"));
    // Playwright ends the browser when this process is told to end.
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    const { path, version, variables } = findChromium();
    const env = { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, ...variables };
    const options = { executablePath: path, args: FLAGS, env, headless: true, viewport: null, timeout: PATIENCE };
    const context = await chromium.launchPersistentContext(join(folder, "profile"), options);
    context.setDefaultTimeout(PATIENCE);
    const page = context.pages()[0];
    return new Browser(version, context, page, await context.newCDPSession(page));
  }

  constructor(version, context, page, devtools) {
    Object.assign(this, { version, context, page, devtools, complaints: [] });
    page.on("console", (message) => this.complaints.push(message.text()));
    page.on("pageerror", (error) => this.complaints.push(String(error)));
  }

  close() {
    return this.context.close();
  }

  // The frame in the element of this id.
  async frame(id) {
    const element = await this.page.waitForSelector(`#${id}`, { state: "attached" });
    return element.contentFrame();
  }

  // All cookies that the browser keeps.
  async cookies() {
    return (await this.devtools.send("Storage.getCookies")).cookies;
  }

  async forgetCookies() {
    await this.devtools.send("Storage.clearCookies");
  }

  // What the pages and the browser itself complained of since the last call.
  takeComplaints() {
    return this.complaints.splice(0);
  }
}
