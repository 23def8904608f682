"""How long previews and a public page take in Chromium, as JSON: `API_URL=… ADMIN_TOKEN=… python bench/preview.py LINK ROUNDS`.

`imprint-bench renditions` runs it, with the venv's Python. It opens the demo dashboard in the frame of tests/consumer/server.py, rendered for
it and again as it is kept, and the public page at LINK, in turns and in one browser, which forgets its cache and cookies before each. A time
ends when the page's first picture is on the screen: the browser notes that itself, so that it does not matter when it is asked. It begins
when the site around the frame asks its server for an address, whose first step is the nonce; of the public page, when it is opened.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from browser import Browser, new_browsers, program  # noqa: E402 - it lives beside the tests
from preview_browser import SiteBrowser, consumer_of  # noqa: E402 - likewise
from programs import Imprint, UserError  # noqa: E402 - likewise

# The rounds that do not count.
WARM = 2
FRAME = "report"

# When the picture was on the screen, in milliseconds on the machine's clock; nothing as long as it is not.
PAINTED = """
const [done] = arguments;
const picture = document.images[0];
if (!picture) done(null);
else picture.decode().then(() => new PerformanceObserver((list) => {
  const painted = list.getEntries().find((entry) => entry.element === picture);
  if (painted && picture.naturalWidth > 0) done(performance.timeOrigin + painted.startTime);
}).observe({ type: "largest-contentful-paint", buffered: true }));
"""
ASKED = """
const asked = performance.getEntriesByType("resource").find((entry) => new URL(entry.name).pathname === "/preview-address");
return performance.timeOrigin + asked.startTime
"""
OPENED = "return performance.timeOrigin"


def painted(browser: Browser, frame: str | None) -> float:
    """When the first picture of the page or of its frame was on the screen."""
    with browser.inside(frame):
        if at := browser.driver.execute_async_script(PAINTED):
            return at
    raise UserError(f"there is no picture: {browser.text(frame)[:400]!r}")


def open_preview(browser: SiteBrowser, site: str, params: str) -> float:
    """The milliseconds of a preview in the consumer's page."""
    forget(browser)
    browser.open(site, urlencode({"workspace": "default", "report": "team:sales-dashboard", "params": params}))
    return painted(browser, FRAME) - browser.run(ASKED)


def open_published(browser: Browser, link: str) -> float:
    """The milliseconds of a public page."""
    forget(browser)
    browser.driver.get(link)
    return painted(browser, None) - browser.run(OPENED)


def forget(browser: Browser) -> None:
    """Makes the browser fetch everything anew."""
    browser.driver.get("about:blank")
    browser.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    browser.driver.execute_cdp_cmd("Storage.clearCookies", {})


def measure(link: str, rounds: int) -> dict[str, Any]:
    """What the benchmark prints."""
    imprint, seen = Imprint(os.environ["API_URL"], os.environ["ADMIN_TOKEN"]), []
    token = imprint.send("POST", "/api/v1/personal-access-tokens", {"name": "bench", "role": "viewer", "workspaces": ["default"]})
    with new_browsers(SiteBrowser) as start, consumer_of(imprint, token["token"]) as site:
        browser = start()
        version = browser.driver.capabilities["browserVersion"]
        for _ in range(WARM + rounds):
            params = json.dumps({"bench": str(time.time_ns())})
            rendered, kept = (open_preview(browser, site, params) for _ in range(2))
            seen.append({"rendered": rendered, "kept": kept, "published": open_published(browser, link)})
    imprint.send("DELETE", f"/api/v1/personal-access-tokens/{token['id']}")
    return {"browser": f"Chromium {version}, headless.", "rounds": seen[WARM:]}


def missing() -> str:
    """Why there is no browser; nothing when there is one."""
    try:
        program("CHROMIUM", "chromium", "google-chrome")
        program("CHROMEDRIVER", "chromedriver")
    except UserError as error:
        return str(error)
    return ""


def main() -> int:
    """Prints one line of JSON."""
    # So that everything started is ended then as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    link, rounds = sys.argv[1], int(sys.argv[2])
    try:
        why = missing()
        print(json.dumps({"browser": why, "rounds": []} if why else measure(link, rounds)))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
