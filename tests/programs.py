"""What the test programs in Python share: the API by plain requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from local.environment import UserError

TESTS = Path(__file__).resolve().parent

__all__ = ["PATIENCE", "TESTS", "Imprint", "UserError"]

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
