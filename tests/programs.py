"""What the test programs in Python share: the API by plain requests, and a line for each thing that was looked at."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from local.environment import UserError

TESTS = Path(__file__).resolve().parent

__all__ = ["PATIENCE", "TESTS", "Checks", "Imprint", "UserError", "main"]

PATIENCE = 120


class Imprint:
    """The API, as an administrator and as strangers see it."""

    def __init__(self, url: str, token: str) -> None:
        import requests  # only the venv has it

        self.url, self.token = url.rstrip("/"), token
        self.session = requests.Session()
        self.session.trust_env = False

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """A request of the administrator that must succeed; the JSON of the answer."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.session.request(method, f"{self.url}{path}", json=body, headers=headers, timeout=PATIENCE)
        if not answer.ok:
            raise UserError(f"{method} {path} answered {answer.status_code}: {answer.text[:400]}")
        return answer.json() if answer.content else None

    def as_stranger(self, address: str, accept: str = "text/html", cookie: str = "") -> Any:
        """What somebody gets who has the address, and perhaps a cookie, and nothing else. The cookie is sent by hand: jars of Python keep
        none that is `Secure` from plain http, browsers do so here."""
        headers = {"Accept": accept} | ({"Cookie": cookie} if cookie else {})
        return self.session.get(address, allow_redirects=False, timeout=PATIENCE, headers=headers)


class Checks:
    """A line for each thing that was looked at."""

    def __init__(self) -> None:
        self.failed = 0

    def __call__(self, words: str, holds: bool, seen: Any = "") -> None:
        self.failed += not holds
        print(f"{'ok    ' if holds else 'FAILED'}  {words}" + ("" if holds else f": {str(seen)[:600]}"), flush=True)

    def raises(self, words: str, begins: str, call: Callable[[], Any]) -> None:
        """Whether a RuntimeError is raised whose text begins so."""
        try:
            answer = call()
        except RuntimeError as error:
            self(words, str(error).startswith(begins), error)
        else:
            self(words, False, f"nothing raised, but answered {answer!r}")

    def parts(self, parts: Iterable[Callable[[Any], None]], scene: Any) -> None:
        """Runs the parts of a test, each with its name above it, and says what came of all."""
        for part in parts:
            with self.part(part.__name__.replace("_", " ").capitalize()):
                part(scene)
        print(f"\n{self.failed} checks failed" if self.failed else "\nall checks hold")

    @contextmanager
    def part(self, title: str) -> Iterator[None]:
        """A part of the test. What stops it is a failure, and the next one goes on."""
        print(f"\n{title}", flush=True)
        try:
            yield
        except Exception as error:
            self(f"gets to the end ({type(error).__name__})", False, str(error).split("Stacktrace")[0].strip())


def main(description: str, test: Callable[[argparse.Namespace], int], *files: tuple[str, str]) -> NoReturn:
    """A test as a program: its address and token on the command line, and names of files for what it leaves. `test` answers how many checks
    failed."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("url", help="the API, as http://127.0.0.1:8080")
    parser.add_argument("token", help="an administrator's access token")
    for option, words in files:
        parser.add_argument(option, type=Path, help=words)
    arguments = parser.parse_args()
    # So that everything started is ended then as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # No proxy leads to this machine.
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]
    try:
        sys.exit(1 if test(arguments) else 0)
    except UserError as error:
        sys.exit(f"error: {error}")
