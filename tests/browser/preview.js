// Previews in frames of other sites: `API_URL=… ADMIN_TOKEN=… node preview.js [--screenshot FILE]`.
//
// The site around the frame is tests/consumer/server.py. A browser takes http://localhost and http://127.0.0.1 for two sites, so the frame is
// one of a foreign site, and Chromium is told to keep no cookies of such, but for those that are kept apart for each site around them. The
// stack has to allow the one origin, and not the other: IMPRINT_PARAM_FrameAncestors='http://localhost:*'.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { Browser, reload, statusOf, until, wordsOf } from "./browser.js";
import { API_URL, asStranger, send, withToken } from "./imprint.js";
import { openSite, pictured, startSite } from "./site.js";

const ALLOWED = "http://localhost:*";
const { screenshot } = parseArgs({ options: { screenshot: { type: "string" } } }).values;

let report, other, token, site, browser;

before(async () => {
  [report, other] = [await newReport(), await newReport()];
  await requireFrames();
  token = await send("POST", "/api/v1/personal-access-tokens", { name: "consumer", role: "viewer", workspaces: [report.workspace, other.workspace] });
  site = await startSite(token.token);
  browser = await Browser.open();
  console.log(`${browser.version}, the consumer at ${site.address}, the API at ${API_URL}`);
});

after(async () => {
  await browser?.close();
  site?.stop();
});

// Makes a report of several pages in a workspace of its own. Returns with it the words that only it has.
async function newReport() {
  const name = `preview-${randomUUID()}`;
  const [title, words] = [`Title of ${name}`, `Words of ${name}`];
  await send("PUT", `/api/v1/workspaces/${name}`, { name });
  const table = { kind: "table", data: "rows", columns: [{ field: "n" }, { field: "town" }] };
  const definition = { title, blocks: [{ kind: "heading", text: words }, table] };
  const data = { rows: Array.from({ length: 150 }, (_, n) => ({ n, town: "Port Ellery" })) };
  const { number } = await send("POST", "/api/reports", { name, slug: name, owner: "tests", workspace: name, definition, data });
  return { workspace: name, number, title, words };
}

// Refuses a stack that allows other sites than this test is about.
async function requireFrames() {
  const { nonce } = await send("POST", "/api/v1/nonce-tokens");
  const preview = `${API_URL}/ws/${report.workspace}/reports/${report.number}/preview`;
  const entered = await asStranger(`${preview}?nonce=${nonce}`);
  const shown = await asStranger(preview, { cookie: entered.headers.get("set-cookie")?.split(";")[0] });
  const policy = shown.headers.get("content-security-policy") ?? "";
  const statuses = `the preview answered ${entered.status} and ${shown.status}, with the policy “${policy}”`;
  assert.ok(policy.includes(`frame-ancestors ${ALLOWED}`), `start the stack with IMPRINT_PARAM_FrameAncestors='${ALLOWED}': ${statuses}`);
}

function queryOf({ workspace, number }, options) {
  return { workspace, report: number, ...options };
}

// Opens a report in the site's frame, and waits until it is there.
async function openReport(options) {
  const opened = await openSite(browser, site.address, queryOf(report, options));
  await assertShows(opened.frame, report);
  return opened;
}

async function assertShows(frame, { words }) {
  await pictured(frame);
  assertHas(await wordsOf(frame), words);
}

function assertHas(text, part) {
  assert.ok(text.includes(part), `“${part}” is missing in: ${text.slice(0, 600)}`);
}

function assertNothingOf(text, ...parts) {
  for (const part of parts) assert.ok(!text.includes(part), `“${part}” is in: ${text.slice(0, 600)}`);
}

// In the frame: counts the calls of `window.print`, and what was loaded at each; ends them as a browser does. Notes who sent messages.
function record() {
  window.prints = [];
  window.senders = [];
  window.print = () => {
    window.prints.push([...document.images].map((image) => image.complete && image.naturalWidth > 0));
    dispatchEvent(new Event("beforeprint"));
    setTimeout(() => dispatchEvent(new Event("afterprint")), 50);
  };
  addEventListener("message", (event) => window.senders.push(event.source === parent ? "parent" : "another window"));
}

async function pressPrint() {
  await browser.page.evaluate(() => document.getElementById("print").click());
  await until("“printed” to come back", browser.page, () => document.getElementById("state").value === "Printed.");
}

// A page with a frame of another site, which sets one cookie of each kind and shows those that come back.
function foreignCookies(request, response) {
  const attributes = "Path=/; HttpOnly; Secure; SameSite=None";
  const { port } = request.socket.address();
  response.setHeader("Content-Type", "text/html");
  if (request.url === "/page") {
    response.end(`<iframe id="frame" src="http://127.0.0.1:${port}/set"></iframe>`);
  } else if (request.url === "/set") {
    response.writeHead(303, { Location: "/shown", "Set-Cookie": [`shared=1; ${attributes}`, `apart=1; ${attributes}; Partitioned`] }).end();
  } else {
    response.end(`came back: ${request.headers.cookie}`);
  }
}

test("the browser keeps no cookie of a foreign frame but a partitioned one", async () => {
  const server = createServer(foreignCookies);
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  await browser.page.goto(`http://localhost:${server.address().port}/page`);
  const frame = await browser.frame("frame");
  await until("the cookies that came back", frame, () => document.body?.innerText.startsWith("came back"));
  assert.equal((await wordsOf(frame)).trim(), "came back: apart=1");
  await browser.page.goto("about:blank");
  server.closeAllConnections();
  server.close();
  await browser.forgetCookies();
});

test("the frame shows the report and keeps no trace of the nonce", async () => {
  const { frame, address } = await openReport();
  assertHas(await frame.evaluate(() => document.title), report.title);
  const traces = await frame.evaluate(() => [
    location.href, document.referrer, document.cookie, JSON.stringify(history.state), document.documentElement.outerHTML,
    ...performance.getEntries().map((entry) => entry.name),
  ].join("\n"));
  assertNothingOf(traces, new URL(address).searchParams.get("nonce"), "nonce=");
  assert.equal(await frame.evaluate(() => document.cookie), "", "scripts see no cookie");
  assert.equal(await reload(frame), 200, "the frame loads again by its cookie");
  await assertShows(frame, report);
});

test("the cookie is for this site around it only", async () => {
  const [cookie, ...more] = await browser.cookies();
  assert.deepEqual(more, [], "there is one cookie");
  assert.match(cookie.name, /^imprint_preview_/);
  const { httpOnly, secure, sameSite, path, partitionKey } = cookie;
  assert.deepEqual({ httpOnly, secure, sameSite, path }, { httpOnly: true, secure: true, sameSite: "None", path: "/" });
  assert.deepEqual(partitionKey, { topLevelSite: "http://localhost", hasCrossSiteAncestor: true }, "it belongs to frames of foreign sites");
  const seconds = cookie.expires - Date.now() / 1000;
  assert.ok(seconds > 3400 && seconds <= 3600, `it ends within an hour, not in ${seconds} seconds`);
});

test("a stolen address opens nothing", async () => {
  const { frame, address } = await openReport();
  const picture = await frame.evaluate(() => document.images[0].src);
  for (const [what, stolen] of [["the first address", address], ["the address without the nonce", address.split("?")[0]], ["a picture", picture]]) {
    const { status, text } = await asStranger(stolen);
    assert.equal(status, 401, `${what}, fetched by a stranger`);
    assertNothingOf(text, report.words, report.title, "<svg");
  }
  const inJson = await asStranger(address, { accept: "application/json" });
  assert.ok(inJson.status === 401 && "error" in JSON.parse(inJson.text), `programs get JSON: ${inJson.text.slice(0, 300)}`);
  const stranger = await Browser.open();
  try {
    await stranger.page.goto(address);
    assert.equal(await statusOf(stranger.page), 401, "the first address in another browser");
    assertNothingOf(await wordsOf(stranger.page), report.words);
    assert.deepEqual(await stranger.cookies(), []);
  } finally {
    await stranger.close();
  }
});

test("the report prints itself when its parent asks", async () => {
  const { frame } = await openReport();
  await frame.evaluate(record);
  await pressPrint();
  const prints = await frame.evaluate(() => window.prints);
  assert.equal(prints.length, 1, "window.print() is called once");
  assert.ok(prints[0].length > 1 && prints[0].every(Boolean), `the pictures of all pages are loaded by then: ${prints[0]}`);
  await frame.evaluate(() => [...document.querySelectorAll("button")].find((button) => button.textContent.trim() === "Print").click());
  await until("the report's own button to print", frame, () => window.prints.length === 2);
});

test("another window prints nothing", async () => {
  const { frame } = await openReport();
  await frame.evaluate(record);
  await browser.page.evaluate(() => document.body.append(Object.assign(document.createElement("iframe"), { id: "stranger" })));
  const stranger = await browser.frame("stranger");
  await stranger.evaluate(() => parent.frames[0].postMessage("print", "*"));
  await until("the stranger's message", frame, () => window.senders.length === 1);
  await browser.page.evaluate(() => frames[0].postMessage("something else", "*"));
  await until("the parent's message", frame, () => window.senders.length === 2);
  // Printing begins when the pictures are there: the parent's own request comes after, and is the only one that counts.
  await sleep(500);
  assert.equal(await frame.evaluate(() => window.prints.length), 0, "a message of another window prints nothing, nor do other words");
  await pressPrint();
  assert.deepEqual(await frame.evaluate(() => [window.prints.length, ...window.senders]), [1, "another window", "parent", "parent"]);
});

test("the print button can be hidden", async () => {
  const shown = () => [...document.querySelectorAll("button")].filter((button) => button.textContent.trim() === "Print" && button.checkVisibility()).length;
  for (const [hidePrintButton, buttons] of [[undefined, 1], ["true", 0], ["True", 0], ["false", 1]]) {
    const { frame } = await openReport(hidePrintButton && { hidePrintButton });
    assert.equal(await frame.evaluate(shown), buttons, `hidePrintButton=${hidePrintButton}`);
  }
});

test("the PDF is downloaded out of the frame", async () => {
  const { frame } = await openReport();
  const coming = browser.page.waitForEvent("download");
  // Chromium sends no partitioned cookie with a link that has the attribute `download`, or that opens a window.
  await frame.evaluate(() => [...document.links].find((link) => link.pathname.endsWith("/report.pdf")).click());
  const download = await coming;
  assert.equal(download.suggestedFilename(), `${report.title}.pdf`);
  assert.equal((await readFile(await download.path())).toString("latin1", 0, 5), "%PDF-");
});

test("frames of two workspaces live beside each other", async () => {
  const { frame } = await openReport();
  await browser.page.evaluate(async (query) => {
    const { address } = await (await fetch(`/preview-address?${query}`)).json();
    document.querySelector("main").append(Object.assign(document.createElement("iframe"), { id: "second", src: address }));
  }, String(new URLSearchParams(queryOf(other))));
  const second = await browser.frame("second");
  await assertShows(second, other);
  for (const [each, shown] of [[frame, report], [second, other], [frame, report]]) {
    assert.equal(await reload(each), 200, `the frame of ${shown.title}, loaded again`);
    await assertShows(each, shown);
  }
  const names = new Set((await browser.cookies()).map((cookie) => cookie.name));
  assert.equal(names.size, 2, `each workspace has a cookie of its own: ${[...names]}`);
});

test("a site that is not allowed gets an empty frame", async () => {
  browser.takeComplaints();
  const { frame } = await openSite(browser, site.address.replace("localhost", "127.0.0.1"), queryOf(report));
  assertNothingOf(await wordsOf(frame), report.words, report.title);
  // It has pictures of its own.
  const pictures = await frame.evaluate((url) => [...document.images].map((image) => image.src).filter((source) => source.startsWith(url)), API_URL);
  assert.deepEqual(pictures, []);
  assert.match(await frame.evaluate(() => location.href), /^chrome-error:/, "the frame shows the browser's own page");
  assertHas(browser.takeComplaints().join("\n"), "frame-ancestors");
});

test("a revoked token closes the preview at once", async () => {
  const { frame } = await openReport();
  await send("DELETE", `/api/v1/personal-access-tokens/${token.id}`);
  assert.equal(await reload(frame), 401, "the frame, loaded again");
  assertNothingOf(await wordsOf(frame), report.words);
  assert.notEqual(await frame.evaluate(() => document.body.innerText.trim()), "", "it says something");
  await browser.page.goto(`${site.address}/?${new URLSearchParams(queryOf(report))}`);
  const state = await until("the consumer's words", browser.page, () => {
    const { value } = document.getElementById("state");
    return value === "Loading …" ? "" : value;
  });
  assertHas(state, "refused");
});

test("a picture of the demo report in the consumer's page", { skip: !screenshot && "needs --screenshot FILE" }, async () => {
  await withToken({ name: "screenshot", role: "viewer" }, async (secret) => {
    const demo = await startSite(secret);
    const { frame } = await openSite(browser, demo.address, { report: "team:sales-dashboard", hidePrintButton: "true" });
    await pictured(frame);
    await browser.page.screenshot({ path: screenshot });
    demo.stop();
  });
});
