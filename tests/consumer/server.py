"""A site that shows reports of Imprint in a frame: `IMPRINT_URL=… IMPRINT_TOKEN=… python3 server.py --port 8000`, then http://localhost:8000.

It is the example of docs/embedding.md, and tests/browser/preview.js drives it. Standard library only. Two things matter in it: the access
token stays in this process, and a browser gets an address that opens one preview once.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

# From the environment: what stands on a command line is shown to everybody on the machine by `ps`.
API_URL = os.environ["IMPRINT_URL"].rstrip("/")
TOKEN = os.environ["IMPRINT_TOKEN"]
# What the page may choose of a preview's address; it never gets at the rest.
OPTIONS = ("params", "data", "tempDataId", "timezone", "lang", "theme", "template", "excludePages", "hidePrintButton")

FILES = {"/": ("index.html", "text/html"), "/page.js": ("page.js", "text/javascript"), "/page.css": ("page.css", "text/css")}
# The frame is all that this page may load from elsewhere.
POLICY = f"default-src 'self'; frame-src {API_URL}; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"


def new_nonce() -> str:
    """Asks Imprint for a nonce. This is the one request that holds the token, and no browser sees it."""
    request = urllib.request.Request(f"{API_URL}/api/v1/nonce-tokens", method="POST", headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        result: str = json.load(answer)["nonce"]
        return result


def preview_address(workspace: str, report: str, options: dict[str, str]) -> str:
    """The address for the frame. It works once, for two minutes; after that the frame has a cookie for this workspace."""
    path = f"/ws/{quote(workspace, safe='')}/reports/{quote(report, safe=':')}/preview"
    return f"{API_URL}{path}?{urlencode({**options, 'nonce': new_nonce()})}"


class Site(BaseHTTPRequestHandler):
    """The page, and the address of its frame."""

    def do_GET(self) -> None:
        """Answers `/`, what belongs to it, and `/preview-address`."""
        asked = urlsplit(self.path)
        if asked.path == "/preview-address":
            self.answer_address({name: values[0] for name, values in parse_qs(asked.query).items()})
        elif asked.path in FILES:
            name, content_type = FILES[asked.path]
            self.answer(200, f"{content_type}; charset=utf-8", Path(__file__).with_name(name).read_bytes())
        else:
            self.answer(404, "text/plain; charset=utf-8", b"There is nothing here.")

    def answer_address(self, query: dict[str, str]) -> None:
        """The address as JSON. Your site has users: ask here who is logged in and whether they may see this report, for Imprint
        only knows that the holder of the token may."""
        options = {name: query[name] for name in OPTIONS if name in query}
        try:
            address = preview_address(query.get("workspace", "default"), query["report"], options)
        except KeyError:
            self.answer_json(400, {"error": "Name the report: /preview-address?report=team:sales-dashboard"})
        except urllib.error.HTTPError as error:
            # 401: the token is wrong, revoked or expired. The browser need not know more than that it did not work.
            self.log_error("Imprint answered %s: %s", error.code, error.read(500).decode(errors="replace"))
            self.answer_json(502, {"error": "The report system refused. The log of this site says why."})
        except OSError as error:
            self.log_error("%s does not answer: %s", API_URL, error)
            self.answer_json(502, {"error": "The report system does not answer."})
        else:
            self.answer_json(200, {"address": address})

    def answer_json(self, status: int, body: dict[str, str]) -> None:
        """An answer in JSON."""
        self.answer(status, "application/json", json.dumps(body).encode())

    def answer(self, status: int, content_type: str, body: bytes) -> None:
        """An answer. Nothing is kept: an address from a cache is one that was used before."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serves until it is interrupted."""
    parser = argparse.ArgumentParser(description="A site that shows reports of Imprint in a frame.")
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    with ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Site) as server:
        print(f"http://localhost:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
