"""Chromium, driven by chromedriver: with a new profile, and without a way to anything but this machine."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from programs import PATIENCE, UserError

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --no-proxy-server --test-third-party-cookie-phaseout --window-size=1280,1080"
).split() + ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"]
PREFERENCES = {"profile.block_third_party_cookies": True, "profile.cookie_controls_mode": 1, "download.prompt_for_download": False}
STATUS = "return performance.getEntriesByType('navigation')[0].responseStatus"


class Browser:
    """A browser with a new profile."""

    def __init__(self, folder: Path) -> None:
        from selenium import webdriver  # only the venv has it

        self.downloads = folder / "downloads"
        options = webdriver.ChromeOptions()
        options.binary_location = program("CHROMIUM", "chromium", "google-chrome")
        for flag in [*FLAGS, f"--user-data-dir={folder / 'profile'}"]:
            options.add_argument(flag)
        options.add_experimental_option("prefs", PREFERENCES | {"download.default_directory": str(self.downloads)})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        # With the driver's path given, Selenium looks for none and downloads none.
        service = webdriver.ChromeService(
            program("CHROMEDRIVER", "chromedriver"), env={**os.environ, "HOME": str(folder), "TMPDIR": str(folder)}
        )
        self.driver = webdriver.Chrome(options, service)
        self.driver.set_page_load_timeout(PATIENCE)
        self.driver.set_script_timeout(PATIENCE)

    def run(self, script: str, *arguments: Any, frame: str | None = None) -> Any:
        """What a script returns, on the page or in its frame of this id."""
        with self.inside(frame):
            return self.driver.execute_script(script, *arguments)

    @contextmanager
    def inside(self, frame: str | None) -> Iterator[None]:
        """Works in a frame of the page for a while."""
        self.driver.switch_to.default_content()
        if frame:
            self.driver.switch_to.frame(frame)
        try:
            yield
        finally:
            self.driver.switch_to.default_content()

    def until(self, what: str, script: str, *arguments: Any, frame: str | None = None) -> Any:
        """Waits until a script returns something true. A frame that is just being replaced has no scripts to run, for a moment."""
        from selenium.common.exceptions import WebDriverException

        last, end = None, time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if last := self.run(script, *arguments, frame=frame):
                    return last
            except WebDriverException as error:
                last = error.msg
            time.sleep(0.1)
        seen = self.run("return document.body?.innerText?.slice(0, 300)", frame=frame)
        raise UserError(f"waited {PATIENCE} seconds in vain for {what}; the last answer was {last}, and what is shown is {seen!r}")

    def text(self, frame: str | None = None) -> str:
        """The words that are in the page or in a frame, seen or not, and its title."""
        return self.run("return `${document.title}\\n${document.documentElement.textContent}`", frame=frame)

    def reload(self, frame: str = "report") -> int:
        """Loads a frame again, as its menu does; the status of the answer."""
        self.run("window.old = true; location.reload()", frame=frame)
        self.until("the frame to be loaded again", "return !window.old && document.readyState === 'complete'", frame=frame)
        return self.run(STATUS, frame=frame)

    def downloaded(self) -> Path:
        """Waits for the one file that is downloaded."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            # It has another name while it is coming.
            if found := list(self.downloads.glob("*.pdf")):
                return found[0]
            time.sleep(0.1)
        raise UserError(f"nothing was downloaded in {PATIENCE} seconds")

    def cookies(self) -> list[dict[str, Any]]:
        """All cookies that the browser keeps."""
        return self.driver.execute_cdp_cmd("Storage.getCookies", {})["cookies"]


AnyBrowser = TypeVar("AnyBrowser", bound=Browser)


def program(variable: str, *names: str) -> str:
    """Where a program is."""
    found = os.environ.get(variable) or next(filter(None, map(shutil.which, names)), None)
    if not found:
        raise UserError(
            f"{names[0]} is not installed: apt-get install chromium chromium-driver, or set CHROMIUM and CHROMEDRIVER to where both are."
        )
    return found


@contextmanager
def new_browsers(kind: type[AnyBrowser]) -> Iterator[Callable[[], AnyBrowser]]:
    """Starts browsers, each with a new profile, and ends them all."""
    with ExitStack() as ends:

        def start() -> AnyBrowser:
            folder = ends.enter_context(tempfile.TemporaryDirectory(prefix="imprint-browser-", ignore_cleanup_errors=True))
            browser = kind(Path(folder))
            ends.callback(browser.driver.quit)
            return browser

        yield start
