// The site of tests/consumer, which shows reports in a frame, and what is seen there.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { until } from "./browser.js";
import { API_URL } from "./imprint.js";

const SERVER = fileURLToPath(new URL("../consumer/server.py", import.meta.url));

// Runs the site. Returns its address, and how to end it.
export async function startSite(token) {
  const env = { ...process.env, IMPRINT_URL: API_URL, IMPRINT_TOKEN: token };
  const server = spawn(process.env.PYTHON ?? "python3", [SERVER, "--port", "0"], { env, stdio: ["ignore", "pipe", "ignore"] });
  const stop = () => server.kill();
  process.once("exit", stop);
  const [address] = await once(createInterface(server.stdout), "line");
  return { address, stop };
}

// Opens the site's page, and waits until its frame has loaded whatever it got. Returns the frame and its first address.
export async function openSite(browser, address, query) {
  await browser.page.goto(`${address}/?${new URLSearchParams(query)}`);
  await until("the frame to be loaded", browser.page, () => !document.getElementById("print").disabled);
  const opened = await browser.page.evaluate(() => document.getElementById("report").src);
  return { frame: await browser.frame("report"), address: opened };
}

// Waits until the frame shows the first picture of a report. Those further down may wait until somebody scrolls to them, and a browser's own
// page of an error has pictures too.
export function pictured(frame) {
  return until("a picture in the frame", frame, () => {
    const first = [...document.images].find((image) => image.src.startsWith(`${location.origin}/ws/`));
    return document.readyState === "complete" && first !== undefined && first.naturalWidth > 0;
  });
}
