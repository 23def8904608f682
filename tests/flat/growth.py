"""Calls each operation again and again in one process, and sees that the process does not grow.

Whatever the cause, a leak, a cache without bound, an allocator that does not find its free blocks again: a function that serves for hours
ends by it. What grows is measured between the call at which everything has been used once and the last call, as the kernel counts it.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass

from local.environment import UserError
from local.sam import sample_events
from local.sam.sample_events import Event
from local.sam.samples import NONCE, Samples, ended
from tests.flat.processes import MB, Functions, answer, steady

# The most that a process may grow from the call `WARM` to the last.
LIMIT = 3 * MB
CALLS, WARM = 500, 50
# In a sample: of most, of what renders, and of what waits.
FEW, SLOW, SLOWEST = 150, 60, 15
# Operations that render, send mail or wait for those that do, each time.
RENDERING = {
    "cxreports-get-pdf",
    "cxreports-view-preview",
    "cxreports-start-export",
    "exago-execute-report",
    "grafana-send-report",
    "huddle-publish-document",
    "informer-publish-report",
    "native-check-report",
}
# These wait for a second or two for what does not come.
WAITING = {"export-drain", "export-worker", "operator-redrive-publications", "publish-drain", "publish-worker"}
# The workers behind the queues that operations fill.
BEHIND = {"informer-publish-report": "PublishWorker", "cxreports-start-export": "ExportWorker"}
# What has another name at each call: two of one name are refused, and what was rendered before is not rendered again.
# Each word with what follows it: two letters alone may be part of a token.
QUARTER = (("Q2", "%22"), ("Q2", '\\"'))
RENAMED = {
    "native-create-report": (("Second Dashboard", ""), ("second-dashboard", "")),
    "exago-create-folder": (("Northern Holdings", ""),),
    "cxreports-get-pdf": QUARTER,
    "cxreports-view-preview": QUARTER,
    "cxreports-start-export": QUARTER,
}
# What takes away its own object: from the second call on there is none, and another status says so.
ONCE = {
    "exago-delete-folder",
    "exago-delete-session",
    "exago-rename-folder",
    "huddle-unpublish-document",
    "informer-delete-token",
    "informer-unpublish-report",
    "native-delete-font",
    "native-delete-report",
    "native-delete-report-type",
    "native-delete-template",
    "native-delete-theme",
    "native-lift-mail-suppression",
    "native-revoke-access-token",
}
# What has room for some only: a report has 20 links at most.
FULL = {"informer-create-token"}
# A queue's messages that were handled before, and schedules, have one form.
PLAIN, GZIP = "", "gzip"


@dataclass(frozen=True)
class Series:
    """An operation, with gzip or without it."""

    event: Event
    coding: str

    @property
    def name(self) -> str:
        """As it is printed."""
        return f"{self.event.name}{', gzip' if self.coding else ''}"

    def filled(self, samples: Samples, text: str, call: int) -> str:
        """The event of one call."""
        text = samples.filled(self.event) if NONCE in json.dumps(self.event.body) else text
        for word, behind in RENAMED.get(self.event.name, ()):
            text = text.replace(word + behind, f"{word}-{self.coding}{call}{behind}")
        event = json.loads(text)
        if "headers" in event:
            event["headers"].pop("accept-encoding", None)
            event["headers"] |= {"accept-encoding": self.coding} if self.coding else {}
        return json.dumps(event)


def series() -> list[Series]:
    """Every operation, those last that take away what others need."""
    events = sorted(sample_events.read_all(), key=lambda event: event.rank)
    return [Series(event, coding) for event in events for coding in ((PLAIN, GZIP) if "headers" in event.body else (PLAIN,))]


def chosen(only: list[str], seconds: float, seed: int) -> list[Series]:
    """All, or those of these names; for a sample, those that leave the others alone, in an order by chance."""
    found = [one for one in series() if not only or one.event.name in only]
    if seconds:
        random.Random(seed).shuffle(found)
        # What takes away, or changes what others render, is left to the whole run.
        found = [one for one in found if one.event.rank == 0 and one.event.name != "native-update-report"]
    return found


def examine(only: list[str], seconds: float, seed: int, most: int = CALLS) -> int:
    """Runs them; the exit code."""
    functions = Functions()
    samples, described = Samples(functions.url, functions.token), sample_events.operations()
    began, failed, done = time.monotonic(), 0, 0
    served: set[str] = set()
    for one in chosen(only, seconds, seed):
        if seconds and time.monotonic() - began > seconds:
            break
        calls = most if not seconds else fewer(one.event.name)
        try:
            failed += not run(functions, samples, described, one, calls, one.event.name in served)
        except UserError as error:
            print(f"FAILED  {one.name}: {error}", flush=True)
            failed += 1
        served.add(one.event.name)
        done += 1
    print(f"\n{done - failed} of {done} series are flat, in {time.monotonic() - began:.0f} s.")
    return 1 if failed or not done else 0


def fewer(name: str) -> int:
    """The calls of an operation in a sample."""
    return SLOWEST if name in WAITING else SLOW if name in RENDERING else FEW


def run(functions: Functions, samples: Samples, described: dict[str, sample_events.Json], one: Series, calls: int, again: bool) -> bool:
    """One series; whether it is flat. `again`: another series of the operation was before it."""
    event, began, warm = one.event, time.monotonic(), min(WARM, calls // 3)
    watched = [event.logical_id, *([BEHIND[event.name]] if event.name in BEHIND else [])]
    text, statuses = samples.filled(event), Counter[str]()
    first: dict[str, list[int]] = {name: [] for name in watched}
    last: dict[str, list[int]] = {name: [] for name in watched}
    for call in range(calls):
        output = functions.call(event.logical_id, one.filled(samples, text, call))
        statuses[status(one.event, output, described, again or call > 0)] += 1
        if event.name == "cxreports-start-export":
            made = json.loads(answer(output)["body"])["temporaryFileId"]
            ended(functions.url, functions.token, f"/api/v1/ws/default/exports/{made}/status")
        for into, begins in ((first, warm - 5), (last, calls - 5)):
            if begins <= call < begins + 5:
                for name in watched:
                    into[name].append(held(functions, name, name == event.logical_id))
    flat = True
    for name in watched:
        before, after = statistics.median(first[name]), statistics.median(last[name])
        flat &= after - before < LIMIT
        told = f"{before / MB:.1f} MB at call {warm}, {after / MB:.1f} MB at call {calls}"
        where = one.name if name == event.logical_id else f"{one.name}, {name}"
        seen = ", ".join(f"{count} × {status}" for status, count in statuses.items())
        print(f"{'ok    ' if after - before < LIMIT else 'FAILED'}  {where}: {told} ({seen}; {time.monotonic() - began:.0f} s)", flush=True)
    return flat


def held(functions: Functions, name: str, alone: bool) -> int:
    """What the process of a function holds; of a worker, which other series gave work to, the one that holds the most."""
    return steady(functions.only(name)) if alone else max(map(steady, functions.processes(name)))


def status(event: Event, output: str, described: dict[str, sample_events.Json], again: bool) -> str:
    """What a call was answered with. Only what an earlier call of the operation took away, or left no room for, may be refused."""
    wrong = sample_events.problem(event, output, described)
    told = answer(output)
    code = str(told.get("statusCode", "done")) if isinstance(told, dict) else "done"
    if wrong and not (again and event.name in ONCE | FULL and code in ("401", "404", "409", "410")):
        raise UserError(wrong)
    return code


def seed_of(given: int | None) -> int:
    """The seed, which is printed so that a run can be repeated."""
    seed = random.randrange(1 << 32) if given is None else given
    print(f"SEED={seed}", flush=True)
    return seed


if __name__ == "__main__":
    sys.exit("run.py has the command line")
