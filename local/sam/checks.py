"""`make sam-test`: SAM's own commands with every event and every route, and one publication from the request to the PDF."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from local import deployment, process, seed
from local.environment import ROOT, SAM, STATES, Stack, UserError
from local.sam import backing, calls, docker, processes, sample_events, sessions
from local.sam.sample_events import Event
from local.sam.samples import REGISTER, Samples, published, uploading
from local.sam.sessions import Session
from local.stack import shown

# What a check does: it returns what is worth telling, or raises what is wrong.
Check = Callable[[], str]

AT_ONCE = 2
INVOKE_LIMIT = 300
KEPT_LOGS = STATES / "last-sam-logs"


class Checks:
    """Runs checks, tells of each in a line, and counts those that failed."""

    def __init__(self, logs: Path) -> None:
        """None has run. `logs` is the folder of SAM's."""
        self.done, self.failed, self.logs, self.lock = 0, 0, logs, threading.Lock()

    def run(self, name: str, check: Check) -> None:
        """One check."""
        began = time.monotonic()
        try:
            told = check()
        except (AssertionError, UserError, OSError, KeyError, ValueError, subprocess.TimeoutExpired) as error:
            self.tell("FAIL", name, began, f"{type(error).__name__}: {error}{self.last_words()}")
        else:
            self.tell("ok", name, began, told)

    def last_words(self) -> str:
        """The ends of the logs as they are now: later checks write more."""
        return "".join(f"\n  The end of {log.name}:\n{processes.last_lines(log)}" for log in sorted(self.logs.glob("*.log")))

    def tell(self, verdict: str, name: str, began: float, told: str) -> None:
        """A line."""
        with self.lock:
            self.done += 1
            self.failed += verdict == "FAIL"
            print(f"{verdict:<4} {name} ({time.monotonic() - began:.1f} s){': ' if told else ''}{told}", flush=True)


def run_all(binaries: Path) -> int:
    """Every check, against services of its own or those of `IMPRINT_SERVICES`; the exit code."""
    began = time.monotonic()
    with fresh_session(binaries) as session:
        checks = Checks(session.sam.folder)
        checks.run("sam build yields what sam local invoke takes", lambda: build(session))
        checks.run("a request in a new container, and in one that is there", lambda: latencies(session))
        checks.run("a publication, from the request to the PDF", lambda: publish(session))
        checks.run("an upload to a signed address, from this machine", lambda: upload(session))
        each_route(session, checks)
        each_event(session, checks)
        if checks.failed:
            keep_logs(session)
    print(f"\n{checks.done - checks.failed} of {checks.done} checks passed in {time.monotonic() - began:.0f} s.")
    return 1 if checks.failed else 0


@contextlib.contextmanager
def fresh_session(binaries: Path) -> Iterator[Session]:
    """`sam local` on free ports in a temporary folder; what is in it, and what was started, is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="imprint-sam-")).resolve()
    port = process.free_port()
    try:
        with own_services(folder) as endpoint:
            services, _ = backing.made(backing.elsewhere(endpoint, port, folder))
            with sessions.running(services, folder, port, binaries, fresh=True) as session:
                yield session
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def own_services(folder: Path) -> Iterator[str]:
    """The endpoint of the services: the given one, or that of an emulator without functions."""
    if given := os.environ.get("IMPRINT_SERVICES"):
        yield given
        return
    emulator = Stack(process.free_port(), folder / "emulator")
    try:
        process.start(emulator, dies_with_parent=True)
        yield emulator.aws_url
    finally:
        process.stop(emulator)


def invoke(session: Session, event: str, logical_id: str, *more: str) -> str:
    """What a function answers to `sam local invoke`: SAM exits 0 also when the function failed, so the answer is what counts."""
    words = session.sam.words("invoke", "--event", "-", *more, logical_id)
    ended = subprocess.run(
        words, env=session.sam.environment(), cwd=ROOT, input=event, capture_output=True, text=True, check=False, timeout=INVOKE_LIMIT
    )
    if ended.returncode:
        raise AssertionError(f"sam exited with {ended.returncode}: {ended.stderr[-500:]}")
    return ended.stdout.strip()


def build(session: Session) -> str:
    """All functions are built already (SkipBuild): `sam build` leaves them where they are, and its template works like the one it came from."""
    built = session.sam.folder / "built"
    words = [str(SAM), "build", "--template", str(session.sam.template), "--build-dir", str(built)]
    ended = subprocess.run(words, env=session.sam.environment(), cwd=session.sam.folder, capture_output=True, text=True, check=False, timeout=INVOKE_LIMIT)
    assert ended.returncode == 0, ended.stderr[-500:]
    event = json.dumps({"name": "by sam build", "role": "viewer", "user": "nobody"})
    answer = json.loads(invoke(session, event, deployment.TOKEN_FUNCTION, "--template", str(built / "template.yaml")))
    assert "token" in answer, answer
    return f"{sum(1 for _ in deployment.functions(deployment.read_template(built / 'template.yaml')))} functions"


def latencies(session: Session) -> str:
    """The first request and those after it."""
    seconds = []
    for _ in range(11):
        began = time.monotonic()
        answer = calls.call(f"{session.api_url}/api/v1/workspaces", token=session.token)
        seconds.append(time.monotonic() - began)
        assert answer.status == 200, answer.body
    return f"{seconds[0]:.2f} s, then {statistics.median(seconds[1:]) * 1000:.0f} ms (median of ten)"


def publish(session: Session) -> str:
    """The message goes by the real queue and `sam local start-lambda` to the worker; the address of the page is the one of SAM's API."""
    made = published(session.api_url, session.token, REGISTER, {"progress": "sam-test"})
    assert made["url"].startswith(f"{session.api_url}/view/"), made["url"]
    progress = calls.must(session.api_url, session.token, "GET", "/api/progress/sam-test")
    assert progress["status"] == "Done", progress
    assert "publish-worker" in ran(session), "no container of the worker"
    page = calls.call(made["url"])
    assert page.status == 200 and b"<h1" in page.body, (page.status, page.body[:300])
    pdf = followed(f"{made['url']}/report.pdf")
    assert pdf.status == 200 and pdf.body.startswith(b"%PDF-"), (pdf.status, pdf.body[:300])
    return f"{len(page.body)} bytes of page, {len(pdf.body)} bytes of PDF"


def followed(url: str) -> calls.Answer:
    """The answer behind at most one redirect, as to a file of the bucket."""
    answer = calls.call(url)
    return calls.call(urllib.parse.urljoin(url, answer.headers["location"])) if answer.status in (302, 303, 307) else answer


def upload(session: Session) -> str:
    """The address that a container has signed works here, and the file is there for the next container."""
    data = json.loads((seed.DEMO / "sales-dashboard.json").read_text(encoding="utf-8"))["data"]
    size = {"size": len(json.dumps(data).encode())}
    place = calls.must(session.api_url, session.token, "POST", "/api/v1/ws/default/temporary-data/uploads", size)
    put = calls.call(place["uploadUrl"], "PUT", body=data, headers=uploading(place))
    assert put.status == 200, (put.status, put.body[:300])
    path = f"/api/v1/ws/default/reports/team:sales-dashboard/pdf?tempDataId={place['tempDataId']}"
    pdf = calls.call(f"{session.api_url}{path}", token=session.token)
    assert pdf.status == 200 and pdf.body.startswith(b"%PDF-"), (pdf.status, pdf.body[:300])
    result: str = urllib.parse.urlsplit(place["uploadUrl"]).netloc
    return result


def ran(session: Session) -> set[str]:
    """The functions that have a container: those that were called, since each stays until the end."""
    return set(docker.containers(session.sam.folder / "functions").values())


def routes(template: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The function, the method and the path of every route of the template; `$default` is what no route takes."""
    folders = {name: each["Properties"]["Handler"] for name, each in template["Resources"].items() if each["Type"] == "AWS::Serverless::Function"}
    found = []
    for path, methods in template["Resources"]["Api"]["Properties"]["DefinitionBody"]["paths"].items():
        for method, operation in methods.items():
            invoked = re.search(r"\$\{(\w+)\.Arn\}/invocations$", str(operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]))
            default = path == "$default"
            found.append((folders[invoked[1] if invoked else ""], "GET" if default else method.upper(), "/nothing/here" if default else path))
    return found


def run_together(checks: Checks, named: Iterable[tuple[str, Check]]) -> None:
    """Several checks at a time; after Ctrl-C none begins any more."""
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        for ended in [pool.submit(checks.run, name, check) for name, check in named]:
            ended.result()
    finally:
        pool.shutdown(cancel_futures=True)


def each_route(session: Session, checks: Checks) -> None:
    """A call without credentials of every route: the template's function answers it, in the words of its dialect."""
    wanted, described = routes(session.template), sample_events.operations()
    private = {name for name, operation in described.items() if not sample_events.is_public(operation)}
    calls = ((f"{method} {path}", functools.partial(answered, session, method, path, name in private)) for name, method, path in wanted)
    run_together(checks, calls)
    checks.run("every function behind a route has run", lambda: all_ran(session, {name for name, _, _ in wanted}))


def all_ran(session: Session, wanted: set[str]) -> str:
    """That each function was called."""
    missing = wanted - ran(session)
    assert not missing, f"not {', '.join(sorted(missing))}"
    return f"{len(wanted)} functions"


def answered(session: Session, method: str, path: str, private: bool) -> str:
    """Our answer, not one of SAM: a refusal where a credential is asked for, else a page, or that there is none."""
    url = session.api_url + re.sub(r"\{[^}]+\}", "nothing", path.replace("{ws}", "default"))
    answer = calls.call(url, method, body={} if method in ("POST", "PUT", "PATCH") else None)
    assert answer.status in ({401} if private else {200, 404}), (answer.status, answer.body[:300])
    assert method == "HEAD" or in_dialect(path, private, answer), answer.body[:300]
    return str(answer.status)


def in_dialect(path: str, private: bool, answer: calls.Answer) -> bool:
    """Whether the body is in the form of the dialect that the path belongs to; `tests/tests/e2e/refusals.rs` looks at it closely."""
    if path.startswith(("/view/", "/mailed/")):
        return answer.headers["content-type"].startswith("text/html")
    if not private:
        return b"Missing Authentication Token" not in answer.body
    if path.startswith(("/files/", "/publishing/")):
        return b"ErrorMessages" in answer.body
    if path.startswith("/grafana/") or path == "/api/reports/email":
        return list(answer.json) == ["message"]
    if path.lower().startswith("/rest/"):
        return "reason" in answer.json
    return "error" in answer.json and "requestId" in answer.json


def each_event(session: Session, checks: Checks) -> None:
    """`sam local invoke` with every file of `events/`, each in a container of its own."""
    events, described = sample_events.read_all(), sample_events.operations()
    held: dict[str, Samples] = {}
    checks.run("what the events name is made", lambda: prepare(session, held))
    if not held:
        return
    for rank in sorted({event.rank for event in events}):
        of_rank = (event for event in events if event.rank == rank)
        run_together(checks, ((f"events/{event.name}.json", functools.partial(sent, session, held["samples"], event, described)) for event in of_rank))


def prepare(session: Session, held: dict[str, Samples]) -> str:
    """Makes what stands in the place of the placeholders."""
    held["samples"] = Samples(session.api_url, session.token)
    return f"{len(held['samples'].everywhere)} placeholders"


def sent(session: Session, samples: Samples, event: Event, described: dict[str, Any]) -> str:
    """The status that the event is answered with, if it is one of success."""
    output = invoke(session, samples.filled(event), event.logical_id)
    if wrong := sample_events.problem(event, output, described):
        raise AssertionError(wrong)
    return str(json.loads(output).get("statusCode", "done"))


def keep_logs(session: Session) -> None:
    """Keeps what SAM and the emulator logged."""
    shutil.rmtree(KEPT_LOGS, ignore_errors=True)
    KEPT_LOGS.mkdir(parents=True)
    for log in (*session.sam.folder.glob("*.log"), *session.sam.folder.glob("emulator/logs/*.log")):
        shutil.copy2(log, KEPT_LOGS)
    print(f"The logs are in {shown(KEPT_LOGS)}.")
