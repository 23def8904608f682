"""What a container costs: the start of a function as a process, its first request in a new container, and the requests after that."""

from __future__ import annotations

import http.server
import json
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local import deployment
from local.sam import calls, processes, sessions
from local.sam.checks import fresh_session
from local.sam.sessions import Session

STARTS, COLD, WARM = 10, 5, 20


@dataclass(frozen=True)
class Kind:
    """A class of functions, one of them, and a request to it."""

    what: str
    function: str
    path: Callable[[int], str]
    status: int = 200


def kinds(link: str) -> list[Kind]:
    """From the least to the most that a request needs."""
    report = "/api/v1/ws/default/reports/team:sales-dashboard/pdf"
    return [
        Kind("one table", "informer-get-report", lambda _: "/api/reports/team:sales-dashboard"),
        Kind("table and bucket", "public-view-report", lambda _: link),
        # A quarter that nobody has asked for is rendered; what is known is only fetched.
        Kind("Typst, 1 page", "cxreports-get-pdf", lambda n: f"{report}?params=%7B%22quarter%22%3A%22{n}%22%7D"),
    ]


def run(binaries: Path) -> int:
    """Prints the table."""
    with fresh_session(binaries) as session:
        made = calls.must(session.api_url, session.token, "POST", "/api/reports/team:sales-dashboard/_cloud-publish", {})
        rows = kinds(made["url"].removeprefix(session.api_url))
        processes = [statistics.median(process_start(session, kind, binaries) for _ in range(STARTS)) for kind in rows]
        warm = [statistics.median(requests(session, session.api_url, kind, WARM + 1)[1:]) for kind in rows]
        print("\n| function | needs | process, until it asks for work | first request, with a new container | request after that |\n|---|---|--:|--:|--:|")
        for kind, start, again, new in zip(rows, processes, warm, cold(session, rows), strict=True):
            print(f"| `{kind.function}` | {kind.what} | {shown(start)} | {shown(new)} | {shown(again)} |")
    print(f"\nMedians of {STARTS} starts, {COLD} first and {WARM} later requests, by sam local start-api.")
    return 0


def shown(seconds: float) -> str:
    """Milliseconds."""
    return f"{seconds * 1000:.0f} ms"


def cold(session: Session, rows: list[Kind]) -> list[float]:
    """The median of requests that have a new container each: SAM keeps none unless it is told to."""
    port = session.functions_port + 1
    with processes.serving(session.sam, "start-api", port, session.sam.folder / "start-api-cold.log", keep=False):
        return [statistics.median(requests(session, f"http://127.0.0.1:{port}", kind, COLD, offset=1000)) for kind in rows]


def requests(session: Session, url: str, kind: Kind, count: int, offset: int = 0) -> list[float]:
    """Seconds, one after the other."""
    seconds = []
    for number in range(offset, offset + count):
        began = time.monotonic()
        answer = calls.call(url + kind.path(number), token=session.token)
        seconds.append(time.monotonic() - began)
        assert answer.status == kind.status, (kind.function, answer.status, answer.body[:300])
    return seconds


def process_start(session: Session, kind: Kind, binaries: Path) -> float:
    """Seconds until the function, started as a process of its own, asks its runtime API for the first event."""
    asked = threading.Event()

    class Runtime(http.server.BaseHTTPRequestHandler):
        """Lambda's runtime API, as far as its first request."""

        def do_GET(self) -> None:
            """The function is ready."""
            asked.set()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    logical_id = next(each for each, name in deployment.functions(session.template).items() if name == kind.function)
    with http.server.HTTPServer(("127.0.0.1", 0), Runtime) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        environment = json.loads((session.sam.folder / "env.json").read_text())[logical_id] | {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": logical_id,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "_HANDLER": kind.function,
            "PATH": os.environ["PATH"],
        }
        environment |= {name: value for name, value in sessions.variables(session).items() if name.startswith("AWS_") and name not in environment}
        began = time.monotonic()
        started = subprocess.Popen([binaries / deployment.programs(session.template)[logical_id]], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert asked.wait(30), f"{kind.function} did not start"
            return time.monotonic() - began
        finally:
            started.kill()
            started.wait()
