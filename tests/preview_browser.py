"""Previews in frames of other sites, in Chromium: `python3 tests/preview_browser.py http://127.0.0.1:8080 TOKEN [--screenshot FILE]`.

The site around the frame is tests/consumer/server.py. A browser takes http://localhost and http://127.0.0.1 for two sites, so the frame is
one of a foreign site, and Chromium is told to keep no cookies of such, but for those that are kept apart for each site around them. The
stack has to allow the one origin, and not the other: IMPRINT_PARAM_FrameAncestors='http://localhost:*'.

One line a check; ends with 1 when one failed. The browser and its driver are Debian's chromium and chromium-driver, or those that the
variables CHROMIUM and CHROMEDRIVER name.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from browser import STATUS, Browser, new_browsers
from programs import TESTS, Checks, Imprint, UserError, main

ALLOWED = "http://localhost:*"

# In the frame: counts the calls of `window.print`, and what was loaded at each; tells of the end as a browser does. Notes who sent messages.
RECORDER = """
window.prints = [];
window.senders = [];
window.print = () => {
  prints.push([...document.images].map((image) => image.complete && image.naturalWidth > 0));
  dispatchEvent(new Event("beforeprint"));
  setTimeout(() => dispatchEvent(new Event("afterprint")), 50);
};
addEventListener("message", (event) => senders.push(event.source === parent ? "parent" : "another window"));
"""
# In the frame: whether its first picture is there. Those further down may wait until somebody scrolls to them, and a browser's own page of
# an error has pictures too.
PICTURED = """
const first = [...document.images].find((image) => image.src.startsWith(`${location.origin}/ws/`));
return document.readyState === "complete" && !!first && first.naturalWidth > 0
"""
# In the frame: everything that a script could find an address in.
TRACES = """
return [location.href, document.referrer, document.cookie, JSON.stringify(history.state), document.documentElement.outerHTML,
  ...performance.getEntries().map((entry) => entry.name)].join("\\n")
"""
PRINT_BUTTONS = "return [...document.querySelectorAll('button')].filter((b) => b.textContent.trim() === 'Print' && b.checkVisibility()).length"
SECOND_FRAME = """
const [query, done] = arguments;
fetch(`/preview-address?${query}`).then((answer) => answer.json()).then(({ address }) => {
  const second = Object.assign(document.createElement("iframe"), { id: "second", src: address });
  second.addEventListener("load", () => done(address));
  document.querySelector("main").append(second);
});
"""


@dataclass(frozen=True)
class Report:
    """A report of several pages, and the words that only it has."""

    workspace: str
    number: int
    title: str
    words: str

    @classmethod
    def new(cls, imprint: Imprint) -> Report:
        """A report in a workspace of its own."""
        name = f"preview-{uuid.uuid4().hex[:12]}"
        title, words = f"Title of {name}", f"Words of {name}"
        imprint.send("PUT", f"/api/v1/workspaces/{name}", {"name": name})
        table = {"kind": "table", "data": "rows", "columns": [{"field": "n"}, {"field": "town"}]}
        definition = {"title": title, "blocks": [{"kind": "heading", "text": words}, table]}
        data = {"rows": [{"n": n, "town": "Port Ellery"} for n in range(150)]}
        body = {"name": name, "slug": name, "owner": "tests", "workspace": name, "definition": definition, "data": data}
        return cls(name, imprint.send("POST", "/api/reports", body)["number"], title, words)

    def query(self, **options: str) -> str:
        """What the consumer's page is asked for."""
        return urlencode({"workspace": self.workspace, "report": self.number, **options})


class SiteBrowser(Browser):
    """A browser on the consumer's site."""

    def open(self, site: str, query: str) -> str:
        """Opens the consumer's page, and waits until its frame has loaded whatever it got; the frame's address."""
        self.driver.get(f"{site}/?{query}")
        self.until("the frame to be loaded", "return !document.getElementById('print').disabled")
        return self.run("return document.getElementById('report').src")

    def shows(self, report: Report, frame: str = "report") -> bool:
        """Whether the frame comes to show this report."""
        self.until("a picture in the frame", PICTURED, frame=frame)
        return report.words in self.text(frame)


class ForeignCookies(BaseHTTPRequestHandler):
    """A page with a frame of another site, which sets one cookie of each kind and shows those that come back."""

    def do_GET(self) -> None:
        """Answers `/page`, `/set` and `/shown`."""
        port, headers, body = self.server.server_address[1], [("Content-Type", "text/html")], ""
        if self.path == "/page":
            body = f'<iframe id="frame" src="http://127.0.0.1:{port}/set"></iframe>'
        elif self.path == "/set":
            attributes = "Path=/; HttpOnly; Secure; SameSite=None"
            headers += [("Location", "/shown"), ("Set-Cookie", f"shared=1; {attributes}"), ("Set-Cookie", f"apart=1; {attributes}; Partitioned")]
        else:
            body = f"came back: {self.headers.get('Cookie')}"
        self.send_response(200 if body else 303)
        for name, value in [*headers, ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@dataclass
class Scene:
    """All that the parts of the test work with."""

    check: Checks
    imprint: Imprint
    consumer: str
    browser: SiteBrowser
    another_browser: Callable[[], SiteBrowser]
    report: Report
    other: Report
    token_id: str

    @property
    def forbidden_consumer(self) -> str:
        """The same site under a name that the stack does not allow."""
        return self.consumer.replace("localhost", "127.0.0.1")


def the_browser_keeps_no_cookie_of_a_foreign_frame_but_a_partitioned_one(scene: Scene) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), ForeignCookies) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        scene.browser.driver.get(f"http://localhost:{server.server_port}/page")
        scene.browser.until("the cookies that came back", "return document.body?.innerText.startsWith('came back')", frame="frame")
        seen = scene.browser.text("frame").strip()
        scene.check("of two cookies only the partitioned one comes back", seen == "came back: apart=1", seen)
        server.shutdown()
    scene.browser.driver.execute_cdp_cmd("Storage.clearCookies", {})


def the_frame_shows_the_report_and_keeps_no_trace_of_the_nonce(scene: Scene) -> None:
    check, browser = scene.check, scene.browser
    address = browser.open(scene.consumer, scene.report.query())
    check("the report's picture and its words are there", browser.shows(scene.report), browser.text("report")[:300])
    check("the title is the report's", scene.report.title in browser.run("return document.title", frame="report"))
    nonce = parse_qs(urlsplit(address).query)["nonce"][0]
    traces = browser.run(TRACES, frame="report")
    check(
        "the frame's address, referrer, history, timings and text hold no nonce", nonce not in traces and "nonce=" not in traces, traces[:2000]
    )
    check("scripts see no cookie", browser.run("return document.cookie", frame="report") == "")
    status = browser.reload()
    check("the frame loads again by its cookie", status == 200 and browser.shows(scene.report), status)


def the_cookie_is_for_this_site_around_it_only(scene: Scene) -> None:
    check, cookies = scene.check, scene.browser.cookies()
    check("there is one cookie", len(cookies) == 1 and cookies[0]["name"].startswith("imprint_preview_"), cookies)
    cookie = cookies[0]
    check("it is HttpOnly and Secure", cookie["httpOnly"] and cookie["secure"], cookie)
    check("it is SameSite=None, for the whole host", (cookie.get("sameSite"), cookie["path"]) == ("None", "/"), cookie)
    partition = cookie.get("partitionKey", {})
    check(
        "it belongs to frames of foreign sites below http://localhost",
        partition == {"topLevelSite": "http://localhost", "hasCrossSiteAncestor": True},
        cookie,
    )
    check("it ends within an hour", 3400 < cookie["expires"] - time.time() <= 3600, cookie)


def a_stolen_address_opens_nothing(scene: Scene) -> None:
    check, browser = scene.check, scene.browser
    address = browser.open(scene.consumer, scene.report.query())
    browser.shows(scene.report)
    picture = browser.run("return document.images[0].src", frame="report")
    for what, stolen in [
        ("the frame's first address", address),
        ("the address without the nonce", address.split("?")[0]),
        ("a picture", picture),
    ]:
        answer = scene.imprint.as_stranger(stolen)
        shown = any(secret in answer.text for secret in (scene.report.words, scene.report.title, "<svg"))
        check(
            f"{what}, fetched by a stranger: 401 and nothing of the report",
            answer.status_code == 401 and not shown,
            (answer.status_code, answer.text[:300]),
        )
    answer = scene.imprint.as_stranger(address, "application/json")
    check("programs are told in JSON", answer.status_code == 401 and "error" in answer.json(), answer.text[:300])
    stranger = scene.another_browser()
    stranger.driver.get(address)
    status, text = stranger.run(STATUS), stranger.text()
    check(
        "the first address in another browser: 401 and nothing of the report",
        status == 401 and scene.report.words not in text,
        (status, text[:300]),
    )
    check("that browser has no cookie", stranger.cookies() == [], stranger.cookies())


def the_report_prints_itself_when_its_parent_asks(scene: Scene) -> None:
    check, browser = scene.check, scene.browser
    browser.open(scene.consumer, scene.report.query())
    browser.shows(scene.report)
    browser.run(RECORDER, frame="report")
    browser.run("document.getElementById('print').click()")
    browser.until("“printed” to come back", "return document.getElementById('state').value === 'Printed.'")
    prints = browser.run("return prints", frame="report")
    check("window.print() is called once", len(prints) == 1, prints)
    check("the pictures of all pages are loaded by then", len(prints[0]) > 1 and all(prints[0]), prints)
    check("the parent is told “printed”", True)
    browser.run("[...document.querySelectorAll('button')].find((b) => b.textContent.trim() === 'Print').click()", frame="report")
    browser.until("the report's own button to print", "return prints.length === 2", frame="report")
    check("the report's own button prints too", True)


def another_window_prints_nothing(scene: Scene) -> None:
    check, browser = scene.check, scene.browser
    browser.open(scene.consumer, scene.report.query())
    browser.shows(scene.report)
    browser.run(RECORDER, frame="report")
    browser.run("document.body.append(Object.assign(document.createElement('iframe'), { id: 'stranger' }))")
    browser.run("parent.frames[0].postMessage('print', '*')", frame="stranger")
    browser.until("the stranger's message", "return senders.length === 1", frame="report")
    browser.run("frames[0].postMessage('something else', '*')")
    browser.until("the parent's message", "return senders.length === 2", frame="report")
    # Printing begins when the pictures are there: the parent's own request comes after, and is the only one that counts.
    time.sleep(0.5)
    check("a message of another window prints nothing, nor do other words", browser.run("return prints.length", frame="report") == 0)
    browser.run("document.getElementById('print').click()")
    browser.until("“printed” to come back", "return document.getElementById('state').value === 'Printed.'")
    senders = browser.run("return [prints.length, ...senders]", frame="report")
    check("the parent's prints once", senders == [1, "another window", "parent", "parent"], senders)


def the_print_button_can_be_hidden(scene: Scene) -> None:
    check, browser = scene.check, scene.browser
    for query, buttons in [({}, 1), ({"hidePrintButton": "true"}, 0), ({"hidePrintButton": "True"}, 0), ({"hidePrintButton": "false"}, 1)]:
        browser.open(scene.consumer, scene.report.query(**query))
        shown, seen = browser.shows(scene.report), browser.run(PRINT_BUTTONS, frame="report")
        check(f"{query or 'nothing said'}: buttons that print: {buttons}", shown and seen == buttons, seen)


def the_pdf_is_downloaded_out_of_the_frame(scene: Scene) -> None:
    check, browser = scene.check, scene.browser
    browser.open(scene.consumer, scene.report.query())
    browser.shows(scene.report)
    # Chromium sends no partitioned cookie with a link that has the attribute `download`, or that opens a window.
    browser.run("[...document.links].find((link) => link.pathname.endsWith('/report.pdf')).click()", frame="report")
    file = browser.downloaded()
    check("it is a PDF under the report's title", file.name == f"{scene.report.title}.pdf" and file.read_bytes().startswith(b"%PDF-"), file)


def frames_of_two_workspaces_live_beside_each_other(scene: Scene) -> None:
    check, browser = scene.check, scene.browser
    browser.open(scene.consumer, scene.report.query())
    browser.shows(scene.report)
    browser.driver.execute_async_script(SECOND_FRAME, scene.other.query())
    check("the second frame shows the other workspace's report", browser.shows(scene.other, "second"))
    for frame, report in [("report", scene.report), ("second", scene.other), ("report", scene.report)]:
        status = browser.reload(frame)
        check(f"the frame “{frame}”, loaded again, shows its report", status == 200 and browser.shows(report, frame), status)
    names = {cookie["name"] for cookie in browser.cookies()}
    check("each workspace has a cookie of its own", len(names) == 2, names)


def a_site_that_is_not_allowed_gets_an_empty_frame(scene: Scene) -> None:
    check, browser = scene.check, scene.browser
    browser.driver.get_log("browser")
    browser.open(scene.forbidden_consumer, scene.report.query())
    text = browser.text("report")
    check("the frame has no words or title of the report", scene.report.words not in text and scene.report.title not in text, text[:300])
    # It has pictures of its own.
    pictures = browser.run(
        "return [...document.images].map((image) => image.src).filter((source) => source.startsWith(arguments[0]))",
        scene.imprint.url,
        frame="report",
    )
    check("the frame has no picture of the report", pictures == [], pictures)
    address = browser.run("return location.href", frame="report")
    check("the frame shows the browser's own page", address.startswith("chrome-error:"), address)
    log = [entry["message"] for entry in browser.driver.get_log("browser")]
    check("the browser says that frame-ancestors refused", any("frame-ancestors" in message for message in log), log)


def a_revoked_token_closes_the_preview_at_once(scene: Scene) -> None:
    check, browser = scene.check, scene.browser
    browser.open(scene.consumer, scene.report.query())
    browser.shows(scene.report)
    scene.imprint.send("DELETE", f"/api/v1/personal-access-tokens/{scene.token_id}")
    status, text = browser.reload(), browser.text("report")
    check("the frame, loaded again, is a 401 page without the report", status == 401 and scene.report.words not in text, (status, text[:300]))
    check("it says something", bool(browser.run("return document.body.innerText.trim()", frame="report")))
    browser.driver.get(f"{scene.consumer}/?{scene.report.query()}")
    told = browser.until("the consumer's words", "const told = document.getElementById('state').value; return told === 'Loading …' ? '' : told")
    check("the consumer gets no address any more, and says so", "refused" in told, told)


# The last one ends the consumer's token.
PARTS = [
    the_browser_keeps_no_cookie_of_a_foreign_frame_but_a_partitioned_one,
    the_frame_shows_the_report_and_keeps_no_trace_of_the_nonce,
    the_cookie_is_for_this_site_around_it_only,
    a_stolen_address_opens_nothing,
    the_report_prints_itself_when_its_parent_asks,
    another_window_prints_nothing,
    the_print_button_can_be_hidden,
    the_pdf_is_downloaded_out_of_the_frame,
    frames_of_two_workspaces_live_beside_each_other,
    a_site_that_is_not_allowed_gets_an_empty_frame,
    a_revoked_token_closes_the_preview_at_once,
]


@contextmanager
def consumer_of(imprint: Imprint, token: str) -> Iterator[str]:
    """Runs the consumer's site; its address."""
    environment = {**os.environ, "IMPRINT_URL": imprint.url, "IMPRINT_TOKEN": token}
    command = [sys.executable, str(TESTS / "consumer" / "server.py"), "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def require_frames(imprint: Imprint, report: Report) -> None:
    """Refuses a stack that allows other sites than this test is about."""
    nonce = imprint.send("POST", "/api/v1/nonce-tokens")["nonce"]
    path = f"/ws/{report.workspace}/reports/{report.number}/preview"
    entered = imprint.as_stranger(f"{imprint.url}{path}?nonce={nonce}")
    cookie = entered.headers.get("set-cookie", "").split(";")[0]
    shown = imprint.as_stranger(f"{imprint.url}{path}", cookie=cookie)
    policy = shown.headers.get("content-security-policy", "")
    if f"frame-ancestors {ALLOWED}" not in policy:
        raise UserError(
            f"start the stack with IMPRINT_PARAM_FrameAncestors='{ALLOWED}': the preview answered {entered.status_code} and {shown.status_code}, "
            f"with the policy “{policy}”"
        )


def photograph(scene: Scene, file: Path) -> None:
    """A picture of the consumer's page around the demo report."""
    token = scene.imprint.send("POST", "/api/v1/personal-access-tokens", {"name": "screenshot", "role": "viewer"})
    with consumer_of(scene.imprint, token["token"]) as site:
        scene.browser.open(site, urlencode({"report": "team:sales-dashboard", "hidePrintButton": "true"}))
        scene.browser.until("the demo report", PICTURED, frame="report")
        scene.browser.driver.save_screenshot(str(file))
    scene.imprint.send("DELETE", f"/api/v1/personal-access-tokens/{token['id']}")
    print(f"\n{file}: {file.stat().st_size // 1024} KB")


def test(arguments: argparse.Namespace) -> int:
    """Runs all parts; the number of checks that failed."""
    imprint, check = Imprint(arguments.url, arguments.token), Checks()
    report, other = Report.new(imprint), Report.new(imprint)
    require_frames(imprint, report)
    viewer = {"name": "consumer", "role": "viewer", "workspaces": [report.workspace, other.workspace]}
    token = imprint.send("POST", "/api/v1/personal-access-tokens", viewer)
    with new_browsers(SiteBrowser) as start, consumer_of(imprint, token["token"]) as consumer:
        scene = Scene(check, imprint, consumer, start(), start, report, other, token["id"])
        print(f"Chromium {scene.browser.driver.capabilities['browserVersion']}, the consumer at {consumer}, the API at {imprint.url}")
        check.parts(PARTS, scene)
        if arguments.screenshot:
            photograph(scene, arguments.screenshot)
    return check.failed


if __name__ == "__main__":
    shot = ("--screenshot", "also take a picture of the consumer's page, with the demo report")
    main("Previews in frames of other sites, in Chromium.", test, shot)
