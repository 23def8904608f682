"""Shows that the contract tests can fail: `python -m tests.contract.run --self-test`.

Each fault is a description that says something else than the service does, or a proxy that spoils the service's answers. A short run about the
operation at fault must end with the failure that belongs to it. The same runs without a fault must pass.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.contract import examples

Document = dict[str, Any]


class Reply(NamedTuple):
    """An answer on its way through the proxy."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Fault(NamedTuple):
    """What is wrong, the operations that are sent, in which phase it shows, and the failure that must be told."""

    name: str
    operations: tuple[str, ...]
    phase: str
    failure: str
    described: Callable[[Document], None] = lambda document: None
    answered: Callable[[str, str, Reply], Reply] = lambda method, path, reply: reply


LIST = "informer-list-reports"
SESSIONS = ("exago-create-session", "exago-get-session")


def responses(document: Document, path: str, method: str = "get") -> dict[str, Any]:
    """The responses of an operation."""
    found: dict[str, Any] = document["paths"][path][method]["responses"]
    return found


def limited_to(most: int) -> Callable[[Document], None]:
    """Another bound of the parameter `limit`."""

    def change(document: Document) -> None:
        parameters = document["paths"]["/api/reports"]["get"]["parameters"]
        next(one for one in parameters if one.get("name") == "limit")["schema"] |= {"maximum": most, "default": 5}

    return change


def without_status(document: Document) -> None:
    del responses(document, "/api/reports")["200"]


def in_another_form(document: Document) -> None:
    content = responses(document, "/api/reports")["200"]["content"]
    content["text/csv"] = content.pop("application/json")


def with_another_field(document: Document) -> None:
    document["components"]["schemas"]["ReportList"]["required"].append("pages")


def with_another_header(document: Document) -> None:
    responses(document, "/api/reports")["200"]["headers"] = {"X-Total": {"required": True, "schema": {"type": "integer"}}}


def closed(document: Document) -> None:
    document["paths"]["/view/{token}"]["get"]["security"] = [{"accessToken": []}]


def without_status_of_what_is_linked(document: Document) -> None:
    del responses(document, "/rest/sessions/{sid}")["200"]


def broken(method: str, path: str, reply: Reply) -> Reply:
    """The list of reports crashes."""
    return Reply(500, reply.headers, b"{}") if path.startswith("/api/reports?") or path == "/api/reports" else reply


def with_strange_xml(method: str, path: str, reply: Reply) -> Reply:
    """Documents have an element that their schema does not know."""
    return reply._replace(body=reply.body.replace(b"</document>", b"<strange/></document>"))


def taking_any_method(method: str, path: str, reply: Reply) -> Reply:
    """What nobody serves is served."""
    return Reply(200, reply.headers, b"{}") if method in ("PATCH", "TRACE") else reply


FAULTS = [
    Fault("a status that is not described", (LIST,), "coverage", "ST103", without_status),
    Fault("a media type that is not described", (LIST,), "coverage", "ST105", in_another_form),
    Fault("a body that is not as described", (LIST,), "coverage", "ST108", with_another_field),
    Fault("a header that is missing", (LIST,), "coverage", "ST107", with_another_header),
    Fault("a fault of the service", (LIST,), "coverage", "ST101", answered=broken),
    Fault("a value that is taken though it is forbidden", (LIST,), "coverage", "ST201", limited_to(10)),
    Fault("a value that is refused though it is allowed", (LIST,), "coverage", "ST202", limited_to(5000)),
    Fault("an operation that is open", ("public-view-report",), "examples", "ST401", closed),
    Fault("a method that is served though it is not described", (LIST,), "coverage", "ST901", answered=taking_any_method),
    Fault("XML that is not valid", ("huddle-get-document",), "coverage", "ST901", answered=with_strange_xml),
    Fault("a status behind a link", SESSIONS, "stateful", "ST103", without_status_of_what_is_linked),
]


@contextmanager
def proxy(url: str, change: Callable[[str, str, Reply], Reply]) -> Any:
    """The address of a proxy in front of the service, which changes its answers."""
    target = urlsplit(url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            """Any method."""
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            length = int(self.headers.get("Content-Length") or 0)
            reply = change(self.command, self.path, self.asked(self.rfile.read(length)))
            self.send_response(reply.status)
            for name, value in reply.headers:
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        def asked(self, body: bytes) -> Reply:
            """What the service answers."""
            connection = http.client.HTTPConnection(str(target.hostname), target.port, timeout=60)
            # Unpacked, so that it can be spoilt.
            connection.request(self.command, self.path, body, dict(self.headers) | {"Accept-Encoding": "identity"})
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.getheaders(), answer.read())
            connection.close()
            return reply

        def log_message(self, *words: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def self_test(document: Document, url: str, run: Callable[[Document, str, list[str]], tuple[int, str]]) -> int:
    """Runs every fault; `run` takes a description, an address and options, and gives the exit code and what was told. 1 if one passed."""
    failed = 0 if spoilt_example_is_noticed(document) else 1
    for fault in [fault._replace(described=lambda _: None, answered=lambda *seen: seen[2], failure="") for fault in sound()] + FAULTS:
        changed = json.loads(json.dumps(document, default=str))
        fault.described(changed)
        options = ["--phases", fault.phase, "--seed", "1", "--max-examples", "3", "--no-shrink", "--warnings", "off"]
        options += [word for name in fault.operations for word in ("--include-operation-id", name)]
        with proxy(url, fault.answered) as address:
            code, told = run(changed, address, options)
        noticed = code == 1 and f"- {fault.failure} " in told if fault.failure else code == 0
        failed += not noticed
        name = f"{fault.name} ({fault.failure})" if fault.failure else f"nothing wrong: {fault.phase} of {', '.join(fault.operations)}"
        print(f"{'ok    ' if noticed else 'FAILED'}  {name}" + ("" if noticed else f"; exit code {code}\n{told}"), flush=True)
    return 1 if failed else 0


def spoilt_example_is_noticed(document: Document) -> bool:
    """Whether an example that its schema does not allow is told."""
    changed = json.loads(json.dumps(document, default=str))
    changed["components"]["examples"]["ReportList"]["value"]["total"] = "one"
    noticed = any("GET /api/reports, 200" in fault for fault in examples.faults(changed)) and not list(examples.faults(document))
    print(f"{'ok    ' if noticed else 'FAILED'}  an example that is not as its schema says", flush=True)
    return noticed


def sound() -> list[Fault]:
    """One of each kind of run, to be made without a fault."""
    return list({(fault.operations, fault.phase): fault for fault in FAULTS}.values())
