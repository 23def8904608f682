"""Kills the local stack while clients write to it, starts it again by `stack.py up`, and looks for everything that was answered. `make crash`.

    python -m tests.crash.storm --rounds 20 --seed 7          # a stack of its own, on free ports
    python -m tests.crash.storm --rounds 1 --forgetful        # without the state file: must find losses, or the test proves nothing

The first `up` is killed while it deploys. Then each round kills at a random moment: the emulator alone, or it and all functions. Clients make reports, assets, new versions, publications, public links,
access tokens, themes, temporary data and mails, and note what a success promised. What was under way when the stack died is not looked for: its
client got no answer.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import requests

from local import process
from local.environment import Stack

ROOT = Path(__file__).resolve().parents[2]

CLIENTS = 5
# As long as the slowest publication may take: one whose worker was killed comes again after its visibility timeout.
PATIENCE = 120
SHORT = {
    "IMPRINT_PARAM_PublishTimeoutSeconds": "10", "IMPRINT_PARAM_PublishRetrySeconds": "10", "IMPRINT_PARAM_RenderSeconds": "5",
    "IMPRINT_PARAM_PublishWaitSeconds": "1",
}
BLOCKS = [{"kind": "text", "markdown": "It **works**."}]


class Promise(NamedTuple):
    """What an answer promised, and how it is looked for: nothing when it is kept, else what was found instead."""

    words: str
    missing: Callable[[Api], str]


class Api:
    """The HTTP API as an administrator calls it."""

    def __init__(self, stack: Stack, chance: random.Random) -> None:
        self.stack, self.chance = stack, chance
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {stack.token_file.read_text()}"
        self.reports: list[str] = []
        self.published: list[str] = []

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        """One request."""
        return self.session.request(method, f"{self.stack.api_url}{path}", json=body, timeout=60, **more)

    def name(self) -> str:
        """A name that nobody else has."""
        return f"{self.chance.getrandbits(64):016x}"


def expect(api: Api, method: str, path: str, *codes: int, has: str = "") -> str:
    """What is wrong with the answer to a request."""
    answer = api.send(method, path)
    if answer.status_code not in codes:
        return f"{method} {path} answered {answer.status_code}: {answer.text[:200]}"
    return "" if has in answer.text else f"{method} {path} lacks {has}: {answer.text[:200]}"


def create_report(api: Api) -> Iterator[Promise]:
    """A report."""
    name = api.name()
    made = api.send("POST", "/api/reports", {"name": name, "workspace": "default", "definition": {"title": name, "blocks": BLOCKS}})
    if made.status_code == 201:
        uid = made.json()["id"]
        api.reports.append(uid)
        yield Promise(f"report {uid}", lambda api: expect(api, "GET", f"/api/reports/{uid}", 200, has=name))


def update_report(api: Api) -> Iterator[Promise]:
    """A new version of a report."""
    uid, note = api.chance.choice(api.reports), api.name()
    if api.send("PUT", f"/api/reports/{uid}", {"note": note, "definition": {"title": note, "blocks": BLOCKS}}).ok:
        yield Promise(f"version {note} of {uid}", lambda api: expect(api, "GET", f"/api/reports/{uid}/versions", 200, has=note))


def put_asset(api: Api) -> Iterator[Promise]:
    """An asset: a version that names an object, and the object."""
    uid, name, content = api.chance.choice(api.reports), f"{api.name()}.bin", api.chance.randbytes(api.chance.choice((10, 20_000, 300_000)))
    headers = {"Content-Type": "application/octet-stream"}
    if api.send("PUT", f"/api/reports/{uid}/assets/{name}", data=content, headers=headers).ok:
        yield Promise(f"asset {name} of {uid}", lambda api: expect(api, "GET", f"/api/reports/{uid}", 200, has=name) or lost_object(api, content))


def lost_object(api: Api, content: bytes) -> str:
    """Whether no object has this content. Keys are the store's affair."""
    sought = hashlib.sha256(content).hexdigest()
    for file in (api.stack.state / "data" / "s3").rglob("*"):
        if file.is_file() and file.stat().st_size == len(content) and hashlib.sha256(file.read_bytes()).hexdigest() == sought:
            return ""
    return "its object is lost"


def publish(api: Api) -> Iterator[Promise]:
    """A publication, which ends well whatever happened to its worker, and the link when it was answered."""
    uid, progress = api.chance.choice(api.reports), api.name()
    asked = api.send("POST", f"/api/reports/{uid}/_cloud-publish", {"progress": progress})
    if asked.ok:
        yield Promise(f"publication {progress} of {uid}", lambda api: unfinished(api, uid, progress))
    if asked.status_code == 200:
        api.published.append(uid)
        yield link(asked)


def unfinished(api: Api, uid: str, progress: str) -> str:
    """Waits for the end of a publication."""
    deadline, text = time.monotonic() + PATIENCE, ""
    while time.monotonic() < deadline:
        answer = api.send("GET", f"/api/progress/{progress}?wait=5")
        text = f"{answer.status_code} {answer.text[:300]}"
        if answer.status_code == 404:
            # A publication that joined one that was under way is followed under the name of that one.
            return expect(api, "GET", f"/api/reports/{uid}/publications", 200, has='"Done"')
        if '"Done"' in answer.text:
            return ""
        time.sleep(0.5)
    return f"not done: {text}"


def link(answer: requests.Response) -> Promise:
    """The public link in an answer."""
    path = "/view/" + answer.json()["token"]
    return Promise(f"link {path}", lambda api: expect(api, "GET", path, 200, has="</html>"))


def open_link(api: Api) -> Iterator[Promise]:
    """One more public link."""
    if api.published:
        made = api.send("POST", "/api/tokens", {"type": "report", "reportId": api.chance.choice(api.published)})
        if made.status_code == 201:
            yield link(made)


def create_token(api: Api) -> Iterator[Promise]:
    """An access token, which lets its owner in."""
    made = api.send("POST", "/api/v1/personal-access-tokens", {"name": api.name(), "role": "viewer", "workspaces": ["default"]})
    if made.status_code == 201:
        secret = made.json()["token"]

        def refused(api: Api) -> str:
            answer = requests.get(f"{api.stack.api_url}/api/reports?limit=1", headers={"Authorization": f"Bearer {secret}"}, timeout=60)
            return "" if answer.ok else f"it is refused: {answer.status_code}"

        yield Promise(f"access token {made.json()['id']}", refused)


def revoke_token(api: Api) -> Iterator[Promise]:
    """An access token that was ended does not come back."""
    made = api.send("POST", "/api/v1/personal-access-tokens", {"name": api.name(), "role": "viewer", "workspaces": ["default"]})
    if made.status_code == 201 and api.send("DELETE", f"/api/v1/personal-access-tokens/{made.json()['id']}").ok:
        secret = made.json()["token"]

        def alive(api: Api) -> str:
            answer = requests.get(f"{api.stack.api_url}/api/reports?limit=1", headers={"Authorization": f"Bearer {secret}"}, timeout=60)
            return "" if answer.status_code == 401 else f"it is back: {answer.status_code}"

        yield Promise(f"end of access token {made.json()['id']}", alive)


def send_mail(api: Api) -> Iterator[Promise]:
    """A mail."""
    uid, address = api.chance.choice(api.reports), f"{api.name()}@example.com"
    if api.send("POST", "/api/reports/email", {"id": uid, "emails": address}).ok:

        def unsent(api: Api) -> str:
            kept = [file for file in api.stack.mail.glob("*.json") if address in file.read_text()]
            if len(kept) != 1 or not kept[0].with_suffix(".eml").exists():
                return f"{len(kept)} mails"
            return expect(api, "GET", f"/api/reports/{uid}/deliveries", 200, has=address)

        yield Promise(f"mail to {address}", unsent)


def create_data(api: Api) -> Iterator[Promise]:
    """Temporary data, used by a rendition."""
    made = api.send("POST", "/api/v1/ws/default/temporary-data", {"content": {"name": api.name()}})
    if made.ok:
        uid, data = api.chance.choice(api.reports), made.json()["tempDataId"]
        yield Promise(f"temporary data {data}", lambda api: expect(api, "GET", f"/api/v1/ws/default/reports/{uid}/pages?tempDataId={data}", 200))


def put_theme(api: Api) -> Iterator[Promise]:
    """A theme, under a name and not an id."""
    code = f"t{api.name()}"
    if api.send("PUT", f"/api/v1/ws/default/themes/{code}", {"name": code}).ok:
        yield Promise(f"theme {code}", lambda api: expect(api, "GET", "/api/v1/ws/default/themes", 200, has=code))


WORK = (create_report, create_report, update_report, put_asset, put_asset, publish, open_link, create_token, revoke_token, send_mail, create_data, put_theme)


class Storm:
    """A stack, what its clients were promised, and what was lost of it."""

    def __init__(self, stack: Stack, seed: int, forgetful: bool) -> None:
        self.stack, self.chance = stack, random.Random(seed)
        self.environment = {**os.environ, **SHORT, "IMPRINT_PORT": str(stack.port), "EMU_STATE_FILE": "0" if forgetful else "1"}
        self.promises: list[Promise] = []
        self.reports: list[str] = []
        self.published: list[str] = []
        self.answers = Counter[str]()

    def up(self) -> str:
        """Starts the stack as a user does; what was said."""
        command = [sys.executable, "-m", "local.stack", "up", "--no-build"]
        ran = subprocess.run(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if ran.returncode:
            sys.exit(f"`{' '.join(command)}` failed:\n{ran.stdout}")
        return ran.stdout

    def interrupted(self) -> None:
        """Kills the stack while it is deployed for the first time; nothing stands in the way of the next `up`."""
        command = [sys.executable, "-m", "local.stack", "up", "--no-build"]
        first = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert first.stdout
        while "Deploying" not in (line := first.stdout.readline()):
            if not line:
                sys.exit(f"`{' '.join(command)}` ended before it deployed anything.")
        time.sleep(self.chance.uniform(0, 5))
        first.kill()
        self.kill(everything=True)
        first.communicate()

    def round(self) -> list[str]:
        """Lets clients work, kills the stack, starts it again; which promises of this round are broken."""
        made, over = list[Promise](), threading.Event()
        clients = [threading.Thread(target=self.client, args=(random.Random(self.chance.random()), made, over)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        self.wait(made)
        everything = self.chance.random() < 0.5
        self.kill(everything)
        over.set()
        for client in clients:
            client.join()
        found = re.search(r"Recovered .*", self.up())
        broken = self.broken(made)
        kinds = Counter(promise.words.split()[0] for promise in made)
        print(f"  killed {'all processes' if everything else 'the emulator'}; {len(made)} promises {dict(sorted(kinds.items()))}; {found[0] if found else 'it says nothing'}", flush=True)
        self.promises += made
        return broken if found or self.environment["EMU_STATE_FILE"] == "0" else [*broken, "the start said nothing of a crash"]

    def wait(self, made: list[Promise]) -> None:
        """Until a random moment, which a slow machine reaches later."""
        wanted, deadline = self.chance.randint(3, 60), time.monotonic() + 60
        while len(made) < wanted and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(self.chance.uniform(0, 0.5))

    def client(self, chance: random.Random, made: list[Promise], over: threading.Event) -> None:
        """One client, until its stack is gone."""
        api = Api(self.stack, chance)
        # They share what is there, and appending is one step.
        api.reports, api.published = self.reports, self.published
        while not over.is_set():
            work = chance.choice(WORK if self.reports else (create_report,))
            with contextlib.suppress(requests.RequestException):
                for promise in work(api):
                    made.append(promise)

    def kill(self, everything: bool) -> None:
        """Ends the emulator, or it and all functions, without a chance to do anything more."""
        # Elsewhere than on Linux functions are not found.
        for pid in {process.running(self.stack), *(process.processes_of(self.stack) if everything else ())} - {None}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def broken(self, promises: list[Promise]) -> list[str]:
        """The promises that are not kept."""
        api = Api(self.stack, self.chance)
        return [f"{promise.words}: {missing}" for promise in promises if (missing := promise.missing(api))]

    def end(self, keep: bool) -> None:
        """Stops the stack; keeps what it left after a failure."""
        process.stop(self.stack)
        if not keep:
            shutil.rmtree(self.stack.state, ignore_errors=True)


def main() -> int:
    """Runs the rounds, then looks for all once more; 1 when something is lost."""
    parser = argparse.ArgumentParser(description="Whether the local stack loses what it answered when it is killed.")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--forgetful", action="store_true", help="without the state file: fails when nothing is lost")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    storm, lost = Storm(Stack.of_port(process.free_port()), arguments.seed, arguments.forgetful), list[str]()
    try:
        storm.interrupted()
        storm.up()
        for number in range(1, arguments.rounds + 1):
            print(f"round {number} of {arguments.rounds}", flush=True)
            lost += storm.round()
            if lost:
                break
        lost = lost or storm.broken(storm.promises)
    finally:
        storm.end(keep=bool(lost) and not arguments.forgetful)
    for line in lost[:20]:
        print(f"LOST  {line}")
    print(f"{len(storm.promises)} promises, {len(lost)} of them broken" + (f"; what is left is in {storm.stack.state}" if lost and not arguments.forgetful else ""))
    return int(bool(lost) != arguments.forgetful)


if __name__ == "__main__":
    sys.exit(main())
