"""The explorer of the API in Chromium: `python3 tests/explorer_browser.py http://127.0.0.1:8080 TOKEN [--screenshots FOLDER]`.

It is read and used as people do: in a wide window and on a phone, in light and dark, with an access token and without one. All that the
page breaks of its own policy is noted, and all that it asks for must be asked for here.

One line a check; ends with 1 when one failed. Browser and driver are those of preview_browser.py.
"""

from __future__ import annotations

import argparse
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from browser import Browser, new_browsers
from programs import Checks, Imprint, main

WIDE, PHONE = 1280, 375
METHODS = ("get", "head", "post", "put", "patch", "delete")

# On the page, before anything else: notes what the policy refuses.
RECORDER = """
window.refusals = [];
document.addEventListener("securitypolicyviolation", (event) => refusals.push(`${event.violatedDirective}: ${event.blockedURI}`), true);
"""
# Everything that was asked for, failed or not.
REQUESTS = "return performance.getEntries().filter((entry) => /^https?:/.test(entry.name)).map((entry) => entry.name)"
LISTED = "return [...document.querySelectorAll('.opblock')].map((operation) => operation.id)"
GROUPS = "return [...document.querySelectorAll('.opblock-tag')].map((group) => group.dataset.tag)"
STATUS = "return document.querySelector('#' + CSS.escape(arguments[0]) + ' .live-responses-table tbody .response-col_status')?.firstChild.textContent.trim()"
ANSWER = "return document.querySelector('#' + CSS.escape(arguments[0]) + ' .live-responses-table .highlight-code')?.innerText"
# Words that cannot be read: less than 4.5 to 1 against the first ground behind them, as WCAG reckons.
FAINT = """
const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
const light = (colour) => channels(colour).slice(0, 3).map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const ground = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const [, , , opacity = 1] = channels(getComputedStyle(at).backgroundColor);
    if (opacity > 0.5) return getComputedStyle(at).backgroundColor;
  }
  return "rgb(255, 255, 255)";
};
const worded = [...document.querySelectorAll("body *")].filter((element) =>
  element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && element.getClientRects().length && !element.closest("svg, [disabled]") &&
  [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
return [...new Set(worded.map((element) => {
  const [one, other] = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => b - a);
  const contrast = (one + 0.05) / (other + 0.05);
  return contrast < 4.5 ? `${contrast.toFixed(1)} ${element.tagName} ${element.className}: ${element.innerText.slice(0, 30)}` : "";
}))].filter(Boolean)
"""


@dataclass
class Scene:
    """All that the parts of the test work with."""

    check: Checks
    imprint: Imprint
    browser: Browser
    description: dict[str, Any]

    def open(self, width: int = WIDE, fragment: str = "", dark: bool = False) -> None:
        """Opens the explorer anew, and waits until it lists something."""
        driver = self.browser.driver
        size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width == PHONE}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        colours = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [colours]})
        driver.get("about:blank")
        driver.get(f"{self.imprint.url}/docs{fragment}")
        self.browser.until("the operations", "return document.querySelectorAll('.opblock').length > 0")

    def click(self, what: str, selector: str) -> None:
        """Clicks on the first that is there, as a mouse does, but wherever it is."""
        found = "return document.querySelector(arguments[0])"
        self.browser.until(what, found, selector)
        self.browser.run("document.querySelector(arguments[0]).click()", selector)

    def type(self, selector: str, words: str) -> None:
        """Types over what a field holds."""
        from selenium.webdriver.common.keys import Keys

        field = self.browser.driver.find_element("css selector", selector)
        field.send_keys(Keys.CONTROL + "a")
        # Some fields are read when they are left.
        field.send_keys(words, Keys.TAB)

    def unfold(self, operation: str) -> str:
        """Unfolds an operation, and presses “Try it out”; the id of its element."""
        element = self.element_of(operation)
        self.click(f"{operation}", f"#{element} .opblock-summary-control")
        self.click("“Try it out”", f"#{element} .try-out__btn")
        return element

    def execute(self, element: str) -> str:
        """Presses “Execute”; the status that is shown."""
        self.click("“Execute”", f"#{element} .execute")
        return self.browser.until("the answer", STATUS, element)

    def authorize(self, token: str) -> None:
        """Gives the explorer an access token."""
        self.click("“Authorize”", ".btn.authorize")
        self.browser.until("the field for the token", "return document.querySelector('#auth-bearer-value')")
        self.type("#auth-bearer-value", token)
        self.browser.run("document.querySelector('#auth-bearer-value').closest('form').querySelector('.authorize').click()")
        self.browser.until("the token to be taken", "return !document.querySelector('#auth-bearer-value')")
        self.click("“Close”", ".btn-done")

    def element_of(self, operation: str) -> str:
        """The id of an operation's element."""
        return next(element for element, name in self.operations() if name == operation)

    def operations(self) -> Iterator[tuple[str, str]]:
        """Each operation of the description: the id of its element, and its own."""
        for item in self.description["paths"].values():
            for operation in (item[method] for method in METHODS if method in item):
                yield f"operations-{operation['tags'][0].replace(' ', '_')}-{operation['operationId']}", operation["operationId"]


@contextmanager
def within_the_rules(scene: Scene) -> Iterator[None]:
    """Nothing that happens meanwhile breaks the policy, is complained of, or asks another site for anything."""
    scene.browser.driver.get_log("browser")
    yield
    check, url = scene.check, scene.imprint.url
    refusals = scene.browser.run("return window.refusals")
    check("the policy refused nothing", refusals == [], refusals)
    requests = scene.browser.run(REQUESTS)
    elsewhere = [request for request in requests if not request.startswith(f"{url}/")]
    check(f"all of {len(requests)} requests went to {url}", len(requests) > 4 and elsewhere == [], elsewhere or requests)
    # Chromium says of each refusal that a request was answered by it; that is no fault of the page.
    log = [entry["message"] for entry in scene.browser.driver.get_log("browser") if "status of 401" not in entry["message"]]
    check("the browser complains of nothing", log == [], log)


def the_page_lists_every_operation_in_its_group(scene: Scene) -> None:
    with within_the_rules(scene):
        scene.open()
        listed, described = set(scene.browser.run(LISTED)), {element for element, _ in scene.operations()}
        scene.check(f"{len(described)} operations are described, and all are listed", listed == described, listed ^ described)
        groups, tags = scene.browser.run(GROUPS), [tag["name"] for tag in scene.description["tags"]]
        scene.check("the groups are the tags, in their order", groups == tags, groups)
        words = scene.browser.text()
        scene.check("the page has its name and the words of the description", scene.description["info"]["summary"] in words, words[:300])


def an_address_leads_to_an_operation(scene: Scene) -> None:
    scene.open(fragment="#/Reports/informer-list-reports")
    element = scene.element_of("informer-list-reports")
    scene.browser.until("the operation to be open", "return document.getElementById(arguments[0]).classList.contains('is-open')", element)
    opened = scene.browser.run("return [...document.querySelectorAll('.opblock.is-open')].map((operation) => operation.id)")
    scene.check("that operation is open, and no other", opened == [element], opened)
    told = scene.browser.run("return document.getElementById(arguments[0]).innerText", element)
    scene.check("its permission is told", "x-permission" in told and "report:read" in told, told)


def without_a_token_a_call_is_refused(scene: Scene) -> None:
    with within_the_rules(scene):
        scene.open()
        status = scene.execute(scene.unfold("informer-list-reports"))
        scene.check("the list of reports answers 401", status == "401", status)


def with_a_token_calls_are_made(scene: Scene) -> None:
    name = f"explorer-{uuid.uuid4().hex[:12]}"
    body = {"name": name, "slug": name, "owner": "tests", "definition": {"title": name, "blocks": [{"kind": "heading", "text": "Hello"}]}}
    with within_the_rules(scene):
        scene.open()
        scene.authorize(scene.imprint.token)
        made = scene.unfold("native-create-report")
        scene.browser.until("the field for the body", "return document.querySelector(arguments[0])", f"#{made} textarea")
        scene.type(f"#{made} textarea", json.dumps(body))
        status = scene.execute(made)
        scene.check("a report is made: 201", status == "201", status)
        listed = scene.unfold("informer-list-reports")
        scene.type(f"#{listed} tr[data-param-name=q] input", name)
        status, answer = scene.execute(listed), scene.browser.run(ANSWER, listed)
        scene.check("the list of reports answers 200, with that report", status == "200" and f'"name": "{name}"' in answer, (status, answer))
    kept = scene.browser.run("return [document.cookie, ...Object.values(localStorage), ...Object.values(sessionStorage)].join()")
    scene.check("the token is kept nowhere", scene.imprint.token not in kept, kept)
    scene.imprint.send("DELETE", f"/api/reports/tests:{name}")


def words_can_be_read_in_every_light_and_width(scene: Scene) -> None:
    for width in (WIDE, PHONE):
        for dark in (False, True):
            kind = f"{width} px, {'dark' if dark else 'light'}"
            scene.open(width, dark=dark)
            scene.unfold("native-create-report")
            scene.unfold("informer-list-reports")
            scene.browser.until("the answers", "return document.querySelectorAll('.responses-table').length === 2")
            inside = scene.browser.run("return [document.documentElement.scrollWidth, innerWidth]")
            scene.check(f"{kind}: nothing sticks out", inside[0] <= inside[1], inside)
            faint = scene.browser.run(FAINT)
            scene.check(f"{kind}: all words stand out from their ground", faint == [], faint)
            ground = scene.browser.run("return getComputedStyle(document.body).backgroundColor")
            scene.check(f"{kind}: the ground is that of the public pages", ground == ("rgb(18, 23, 29)" if dark else "rgb(238, 241, 244)"), ground)


PARTS = [
    the_page_lists_every_operation_in_its_group,
    an_address_leads_to_an_operation,
    without_a_token_a_call_is_refused,
    with_a_token_calls_are_made,
    words_can_be_read_in_every_light_and_width,
]


def photograph(scene: Scene, folder: Path) -> None:
    """Pictures of the page, of an operation with its answer, and of the dialog for the token, in each width and light."""
    folder.mkdir(parents=True, exist_ok=True)
    for width in (WIDE, PHONE):
        for light in ("light", "dark"):
            scene.open(width, dark=light == "dark")
            shoot(scene, folder / f"page-{width}-{light}.png")
            scene.click("“Authorize”", ".btn.authorize")
            shoot(scene, folder / f"dialog-{width}-{light}.png")
            scene.click("“Close”", ".btn-done")
            scene.authorize(scene.imprint.token)
            element = scene.unfold("informer-list-reports")
            scene.execute(element)
            scene.browser.run("document.getElementById(arguments[0]).scrollIntoView()", element)
            shoot(scene, folder / f"answer-{width}-{light}.png")
            scene.browser.run("document.querySelector(`#${arguments[0]} .responses-inner`).scrollIntoView()", element)
            shoot(scene, folder / f"response-{width}-{light}.png")


def shoot(scene: Scene, file: Path) -> None:
    scene.browser.driver.save_screenshot(str(file))
    print(f"{file}: {file.stat().st_size // 1024} KB")


def test(arguments: argparse.Namespace) -> int:
    """Runs all parts; the number of checks that failed."""
    imprint, check = Imprint(arguments.url, arguments.token), Checks()
    with new_browsers(Browser) as start:
        scene = Scene(check, imprint, start(), imprint.as_stranger(f"{imprint.url}/openapi.json").json())
        scene.browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": RECORDER})
        print(f"Chromium {scene.browser.driver.capabilities['browserVersion']}, the explorer at {imprint.url}/docs")
        check.parts(PARTS, scene)
        if arguments.screenshots:
            photograph(scene, arguments.screenshots)
    return check.failed


if __name__ == "__main__":
    main("The explorer of the API, in Chromium.", test, ("--screenshots", "also take pictures of the explorer, into this folder"))
