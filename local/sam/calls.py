"""HTTP calls of the tests of `sam local`: redirects and refusals are answers like any other."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from local.environment import UserError

# More than any function has.
LIMIT = 180


class NotRedirected(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to the caller."""

    def redirect_request(self, *_: Any) -> None:
        """None: the answer stays what it is."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def call(url: str, method: str = "GET", token: str = "", body: Any = None, headers: dict[str, str] | None = None) -> Answer:
    """One request, without following redirects; whatever the status. A body that is not bytes is sent as JSON."""
    sent = ({"Authorization": f"Bearer {token}"} if token else {}) | ({} if body is None else {"Content-Type": "application/json"}) | (headers or {})
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, content, sent, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NotRedirected())
    try:
        with opener.open(request, timeout=LIMIT) as answer:
            return Answer(answer.status, lower(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, lower(error.headers), error.read())


def lower(headers: Any) -> dict[str, str]:
    """Header names in small letters."""
    return {name.lower(): value for name, value in headers.items()}


def must(url: str, token: str, method: str, path: str, body: Any = None) -> Any:
    """The JSON of a call that has to succeed."""
    answer = call(f"{url}{path}", method, token, body)
    if answer.status >= 300:
        raise UserError(f"{method} {path} answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
    return answer.json
