"""How long a function takes from the start of its process to its first answer, with a Runtime API of Lambda that is ours.

It gets its sample of events/. Whatever it asks of AWS is refused at once: its answer says so, in the words of its dialect, but it is an answer.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from local import deployment
from local.environment import ROOT

NEXT = "/2018-06-01/runtime/invocation/next"
PATIENCE = 30
# What any service of AWS says to a call that it does not take; no client tries that again.
REFUSAL = b'{"__type":"AccessDeniedException","message":"nothing is here"}'


@dataclass(frozen=True)
class Start:
    """Milliseconds until it asked for work, and until it answered; or what went wrong."""

    ready: float = 0
    answered: float = 0
    fault: str = ""


@dataclass
class Invocation:
    """What is given to one process, and when it came for it and answered."""

    event: bytes
    ready: float = 0
    answered: float = 0
    failed: str = ""
    polls: int = 0
    done: threading.Event = field(default_factory=threading.Event)


class Server(ThreadingHTTPServer):
    """A server whose clients are killed when they have answered: that they hang up is nothing to tell."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tells of anything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def measured(template: dict[str, Any], files: dict[str, Path], rounds: int) -> dict[str, Start]:
    """The medians of each function, by its name."""
    variables = variables_of(template)
    found = {}
    for name, file in files.items() if rounds else ():
        event = (ROOT / "events" / f"{name}.json").read_bytes()
        # The first one reads the file from the disk.
        starts = [started(name, file, event, variables[name]) for _ in range(rounds + 1)][1:]
        fault = next((start.fault for start in starts if start.fault), "")
        found[name] = Start(statistics.median(s.ready for s in starts), statistics.median(s.answered for s in starts), fault)
    return found


def started(name: str, file: Path, event: bytes, variables: dict[str, str]) -> Start:
    """One start."""
    invocation = Invocation(event)
    with runtime_api(invocation) as address:
        begun = time.perf_counter()
        process = subprocess.Popen([file.resolve()], env=environment(name, address, variables), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        log: list[bytes] = []
        reader = threading.Thread(target=lambda: log.extend(process.stderr or ()))
        reader.start()
        deadline = begun + PATIENCE
        while not invocation.done.wait(0.05) and process.poll() is None and time.perf_counter() < deadline:
            pass
        process.kill()
        process.wait()
        reader.join()
    if not invocation.answered:
        last = b"".join(log).decode(errors="replace").strip().splitlines()[-1:]
        return Start(fault=f"did not answer its event: {''.join(last)[:300] or f'exit code {process.returncode}'}")
    return Start((invocation.ready - begun) * 1000, (invocation.answered - begun) * 1000, invocation.failed)


@contextmanager
def runtime_api(invocation: Invocation) -> Iterator[str]:
    """The Runtime API of one process, and all of AWS beside it; the address of both."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == NEXT:
                self.give()
            elif self.path.startswith("/2018-06-01/runtime/"):
                self.take(body)
            else:
                self.say(400, REFUSAL)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = handle_any

        def give(self) -> None:
            """The event; who comes for a second one waits until the end."""
            invocation.polls += 1
            if invocation.polls > 1:
                invocation.done.wait(PATIENCE)
                self.close_connection = True
                return
            invocation.ready = time.perf_counter()
            self.say(200, invocation.event, {
                "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 1000 * PATIENCE),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:000000000000:function:check",
            })

        def take(self, body: bytes) -> None:
            """The answer, or that the function has none."""
            invocation.answered = time.perf_counter()
            if not self.path.endswith("/response"):
                invocation.failed = refused(body)
            self.say(202, b"{}")
            invocation.done.set()

        def say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: the functions have a log."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def refused(body: bytes) -> str:
    """What a function says that failed. Of a queue's worker that is right where AWS is out of reach: the message comes again."""
    told = json.loads(body).get("errorMessage", "")
    return "" if "nothing is here" in told or "AccessDenied" in told else f"failed: {told[:300]}"


def environment(name: str, address: str, variables: dict[str, str]) -> dict[str, str]:
    """What Lambda gives to a function, and no more."""
    return {
        "_HANDLER": name,
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": f"http://{address}",
        **variables,
    }


def variables_of(template: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The variables that the template gives to each function, by its name, with values that fit them."""
    everywhere = template["Globals"]["Function"].get("Environment", {}).get("Variables", {})
    found = {}
    for logical_id, name in deployment.functions(template).items():
        own = template["Resources"][logical_id]["Properties"].get("Environment", {}).get("Variables", {})
        found[name] = {variable: some_value(variable) for variable in everywhere | own}
    return found


def some_value(variable: str) -> str:
    """A value that a function takes at its start."""
    if variable.endswith(("_SECONDS", "_MB")):
        return "25"
    known = {"KEEP_BUNDLES": "2", "LOG_LEVEL": "info", "MAIL_SENDER": "check@example.com"}
    return known.get(variable, "http://127.0.0.1:1/check" if variable.endswith("_URL") else "0123456789abcdef" * 2)
