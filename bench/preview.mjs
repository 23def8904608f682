// How long previews and a public page take in Chromium, as JSON: `API_URL=… ADMIN_TOKEN=… node bench/preview.mjs LINK ROUNDS`.
//
// `imprint-bench renditions` runs it. It opens the demo dashboard in the frame of tests/consumer/server.py, rendered for it and again as it is
// kept, and the public page at LINK, in turns and in one browser, which forgets its cache and cookies before each. A time ends when the page's
// first picture is on the screen: the browser notes that itself, so that it does not matter when it is asked. It begins when the site around the
// frame asks its server for an address, whose first step is the nonce; of the public page, when it is opened.

import { pathToFileURL } from "node:url";

import { Browser, wordsOf } from "../tests/browser/browser.js";
import { findChromium } from "../tests/browser/chromium.js";
import { withToken } from "../tests/browser/imprint.js";
import { openSite, startSite } from "../tests/browser/site.js";

// The rounds that do not count.
const WARM = 2;

// In the page: when its first picture was on the screen, in milliseconds on the machine's clock; nothing when it has none or never shows it.
async function painted() {
  const picture = document.images[0];
  if (!picture) return null;
  await picture.decode();
  return new Promise((done) => {
    new PerformanceObserver((list) => {
      const entry = list.getEntries().find((entry) => entry.element === picture);
      if (entry && picture.naturalWidth > 0) done(performance.timeOrigin + entry.startTime);
    }).observe({ type: "largest-contentful-paint", buffered: true });
    setTimeout(done, 120_000, null);
  });
}

async function pictureOf(frame) {
  const at = await frame.evaluate(painted);
  if (!at) throw new Error(`there is no picture: ${(await wordsOf(frame)).slice(0, 400)}`);
  return at;
}

// The milliseconds of a preview in the consumer's page.
async function openPreview(browser, site, params) {
  await forget(browser);
  const { frame } = await openSite(browser, site, { workspace: "default", report: "team:sales-dashboard", params });
  const asked = await browser.page.evaluate(() => {
    const address = performance.getEntriesByType("resource").find((entry) => new URL(entry.name).pathname === "/preview-address");
    return performance.timeOrigin + address.startTime;
  });
  return (await pictureOf(frame)) - asked;
}

// The milliseconds of a public page.
async function openPublished(browser, link) {
  await forget(browser);
  await browser.page.goto(link);
  return (await pictureOf(browser.page)) - (await browser.page.evaluate(() => performance.timeOrigin));
}

// Makes the browser fetch everything anew.
async function forget(browser) {
  await browser.page.goto("about:blank");
  await browser.devtools.send("Network.clearBrowserCache");
  await browser.forgetCookies();
}

async function round(browser, site, link, number) {
  const params = JSON.stringify({ bench: `${Date.now()}-${number}` });
  return {
    rendered: await openPreview(browser, site, params),
    kept: await openPreview(browser, site, params),
    published: await openPublished(browser, link),
  };
}

async function measure(link, rounds) {
  const browser = await Browser.open();
  try {
    return await withToken({ name: "bench", role: "viewer", workspaces: ["default"] }, async (token) => {
      const site = await startSite(token);
      const seen = [];
      for (let number = 0; number < WARM + rounds; number += 1) seen.push(await round(browser, site.address, link, number));
      site.stop();
      return { browser: `${browser.version}, headless.`, rounds: seen.slice(WARM) };
    });
  } finally {
    await browser.close();
  }
}

// Why there is no browser; nothing when there is one.
function missing() {
  try {
    findChromium();
    return "";
  } catch (error) {
    return error.message;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [link, rounds] = process.argv.slice(2);
  const why = missing();
  console.log(JSON.stringify(why ? { browser: why, rounds: [] } : await measure(link, Number(rounds))));
}
