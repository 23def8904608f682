// The explorer of the API: `API_URL=… ADMIN_TOKEN=… node explorer.js [--screenshots FOLDER]`.
//
// It is read and used as people do: in a wide window and on a phone, in light and dark, with an access token and without one. All that the
// page breaks of its own policy is noted, and all that it asks for must be asked for here.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parseArgs } from "node:util";

import { Browser, until, wordsOf } from "./browser.js";
import { ADMIN_TOKEN, API_URL, asStranger, send } from "./imprint.js";
import { faintWords } from "./contrast.js";

const [WIDE, PHONE] = [1280, 375];
const METHODS = ["get", "head", "post", "put", "patch", "delete"];
const { screenshots } = parseArgs({ options: { screenshots: { type: "string" } } }).values;

let browser, page, description;
const requests = [];

before(async () => {
  description = JSON.parse((await asStranger(`${API_URL}/openapi.json`)).text);
  browser = await Browser.open();
  page = browser.page;
  page.on("request", (request) => requests.push(request.url()));
  await page.addInitScript(noteRefusals);
  console.log(`${browser.version}, the explorer at ${API_URL}/docs`);
});

after(() => browser?.close());

// On the page, before anything else: notes what the policy refuses.
function noteRefusals() {
  window.refusals = [];
  document.addEventListener("securitypolicyviolation", (event) => window.refusals.push(`${event.violatedDirective}: ${event.blockedURI}`), true);
}

// Opens the explorer anew, and waits until it lists something.
async function open({ width = WIDE, fragment = "", dark = false } = {}) {
  const size = { width, height: 1000, deviceScaleFactor: 1, mobile: width === PHONE };
  await browser.devtools.send("Emulation.setDeviceMetricsOverride", size);
  await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
  await page.goto("about:blank");
  await page.goto(`${API_URL}/docs${fragment}`);
  await until("the operations", page, () => document.querySelectorAll(".opblock").length > 0);
}

// Each operation of the description: the id of its element, and its own.
function operations() {
  const described = Object.values(description.paths).flatMap((item) => METHODS.filter((method) => method in item).map((method) => item[method]));
  return described.map(({ tags, operationId }) => ({ element: `operations-${tags[0].replaceAll(" ", "_")}-${operationId}`, operationId }));
}

function elementOf(operation) {
  return operations().find(({ operationId }) => operationId === operation).element;
}

// Clicks on the first that is there, as a mouse does, but wherever it is.
function click(selector) {
  return page.locator(selector).first().evaluate((element) => element.click());
}

// Replaces what a field holds, as pasting does. Some fields are read when they are left.
async function type(selector, words) {
  const field = page.locator(selector).first();
  await field.press("ControlOrMeta+a");
  await page.keyboard.insertText(words);
  await field.press("Tab");
}

// Unfolds an operation, and presses “Try it out”. Returns the id of its element.
async function unfold(operation) {
  const element = elementOf(operation);
  await click(`#${element} .opblock-summary-control`);
  await click(`#${element} .try-out__btn`);
  return element;
}

// Presses “Execute”. Returns the status that is shown.
async function execute(element) {
  await click(`#${element} .execute`);
  const status = page.locator(`#${element} .live-responses-table tbody .response-col_status`).first();
  return status.evaluate((cell) => cell.firstChild.textContent.trim());
}

async function authorize(token) {
  await click(".btn.authorize");
  await type("#auth-bearer-value", token);
  await page.locator("#auth-bearer-value").evaluate((field) => field.closest("form").querySelector(".authorize").click());
  await until("the token to be taken", page, () => !document.querySelector("#auth-bearer-value"));
  await click(".btn-done");
}

// Nothing that happens meanwhile breaks the policy, is complained of, or asks another site for anything.
async function withinTheRules(use) {
  requests.length = 0;
  browser.takeComplaints();
  await use();
  assert.deepEqual(await page.evaluate(() => window.refusals), [], "the policy refused nothing");
  const asked = requests.filter((request) => request !== "about:blank");
  assert.ok(asked.length > 4, `more was asked for than ${asked}`);
  assert.deepEqual(asked.filter((request) => !request.startsWith(`${API_URL}/`)), [], `all requests go to ${API_URL}`);
  // Chromium says of each refusal that a request was answered by it; that is no fault of the page.
  const complaints = browser.takeComplaints().filter((complaint) => !complaint.includes("status of 401"));
  assert.deepEqual(complaints, [], "the browser complains of nothing");
}

test("the page lists every operation in its group", () => withinTheRules(async () => {
  await open();
  const listed = await page.evaluate(() => [...document.querySelectorAll(".opblock")].map((operation) => operation.id));
  assert.deepEqual(new Set(listed), new Set(operations().map(({ element }) => element)));
  const groups = await page.evaluate(() => [...document.querySelectorAll(".opblock-tag")].map((group) => group.dataset.tag));
  assert.deepEqual(groups, description.tags.map((tag) => tag.name), "the groups are the tags, in their order");
  assert.ok((await wordsOf(page)).includes(description.info.summary), "the page has the words of the description");
}));

test("an address leads to an operation", async () => {
  await open({ fragment: "#/Reports/informer-list-reports" });
  const element = elementOf("informer-list-reports");
  await until("the operation to be open", page, (id) => document.getElementById(id).classList.contains("is-open"), element);
  const opened = await page.evaluate(() => [...document.querySelectorAll(".opblock.is-open")].map((operation) => operation.id));
  assert.deepEqual(opened, [element], "that operation is open, and no other");
  const text = await page.locator(`#${element}`).innerText();
  assert.ok(text.includes("x-permission") && text.includes("report:read"), `its permission is shown: ${text}`);
});

test("without a token a call is refused", () => withinTheRules(async () => {
  await open();
  assert.equal(await execute(await unfold("informer-list-reports")), "401");
}));

test("with a token calls are made", async () => {
  const name = `explorer-${randomUUID()}`;
  const body = { name, slug: name, owner: "tests", definition: { title: name, blocks: [{ kind: "heading", text: "Hello" }] } };
  await withinTheRules(async () => {
    await open();
    await authorize(ADMIN_TOKEN);
    const made = await unfold("native-create-report");
    await type(`#${made} textarea`, JSON.stringify(body));
    assert.equal(await execute(made), "201", "a report is made");
    const listed = await unfold("informer-list-reports");
    await type(`#${listed} tr[data-param-name=q] input`, name);
    assert.equal(await execute(listed), "200", "the list of reports");
    const answer = await page.locator(`#${listed} .live-responses-table .highlight-code`).first().innerText();
    assert.ok(answer.includes(`"name": "${name}"`), `that report is listed: ${answer}`);
  });
  const kept = await page.evaluate(() => [document.cookie, ...Object.values(localStorage), ...Object.values(sessionStorage)].join());
  assert.ok(!kept.includes(ADMIN_TOKEN), "the token is kept nowhere");
  await send("DELETE", `/api/reports/tests:${name}`);
});

for (const width of [WIDE, PHONE]) {
  for (const dark of [false, true]) {
    test(`words can be read on ${width} pixels, ${dark ? "dark" : "light"}`, async () => {
      await open({ width, dark });
      await unfold("native-create-report");
      await unfold("informer-list-reports");
      await until("the answers", page, () => document.querySelectorAll(".responses-table").length === 2);
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(content <= window, `nothing sticks out: ${content} pixels in ${window}`);
      assert.deepEqual(await page.evaluate(faintWords), [], "all words stand out from their ground");
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(ground, dark ? "rgb(18, 23, 29)" : "rgb(238, 241, 244)", "the ground is that of the public pages");
    });
  }
}

test("pictures of the page, of the dialog for the token and of an answer", { skip: !screenshots && "needs --screenshots FOLDER" }, async () => {
  await mkdir(screenshots, { recursive: true });
  for (const width of [WIDE, PHONE]) {
    for (const dark of [false, true]) await photograph(width, dark);
  }
});

async function photograph(width, dark) {
  const shoot = (name) => page.screenshot({ path: join(screenshots, `${name}-${width}-${dark ? "dark" : "light"}.png`) });
  await open({ width, dark });
  await shoot("page");
  await click(".btn.authorize");
  await shoot("dialog");
  await click(".btn-done");
  await authorize(ADMIN_TOKEN);
  const element = await unfold("informer-list-reports");
  await execute(element);
  for (const [name, selector] of [["answer", `#${element}`], ["response", `#${element} .responses-inner`]]) {
    await page.locator(selector).first().evaluate((shown) => shown.scrollIntoView());
    await shoot(name);
  }
}
