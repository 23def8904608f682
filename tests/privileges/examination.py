"""Takes rights away, and looks which test misses them.

Against a stack that checks each call (`IMPRINT_AUTH=1`) and tells what it decided (`EMU_IAM_JOURNAL`). Each grant, that is one action on one
resource, is taken from the deployed role of its function in turn, and a test of the end-to-end suite must fail for it: one that passes with
every right, and during which just this was refused. witnesses.json names such a test for each grant, its witness. What no test misses is
spare, or untested; both fail the run. Where a witness does not miss its grant, whichever test uses the grant is tried, so that a list that
is out of date is no false alarm. Something spare is planted besides, which must be found.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import boto3

from tests.mutations import test_binary
from tests.privileges.grants import EXEMPT, LEANING, ROOT, TEMPLATE, Grant, Json, Roles, covers, grants, keep_witnesses, witnesses
from tests.programs import TESTS, UserError

LEARNED = ROOT / "local" / ".state" / "privileges-learned.json"
# A test whose function lacks a right may wait for what never happens: so much longer, and three times as long, as with every right.
PATIENCE = 10
# Nothing takes longer with every right.
LIMIT = 300
# Of all tests that use a right, these many are tried, the shortest first.
TRIED = 8
HEAD = "| right | without it | seconds |\n|---|---|--:|"


class Run(NamedTuple):
    """How a test ended, how long it took, and what was decided meanwhile."""

    passed: bool
    seconds: float
    decisions: list[Json]


class Suite:
    """The tests, one at a time."""

    def __init__(self, binary: str, journal: Path) -> None:
        self.binary, self.journal = binary, journal

    def names(self) -> list[str]:
        """Every test."""
        shown = subprocess.run([self.binary, "--list", "--format", "terse"], cwd=TESTS, capture_output=True, text=True, check=True).stdout
        return [line.removesuffix(": test") for line in shown.splitlines() if line.endswith(": test")]

    def run(self, test: str, limit: float = LIMIT) -> Run:
        """Runs a test. One that waits for longer than the limit is ended."""
        begin, began = self.journal.stat().st_size, time.monotonic()
        command = subprocess.Popen([self.binary, "--exact", test], cwd=TESTS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            passed = command.wait(timeout=limit) == 0
        except subprocess.TimeoutExpired:
            passed = False
        finally:
            # Also when the user has had enough.
            command.kill()
            command.wait()
        seconds = time.monotonic() - began
        with self.journal.open(encoding="utf-8") as lines:
            lines.seek(begin)
            # The last line may be half there.
            return Run(passed, seconds, [json.loads(line) for line in lines if line.endswith("\n")])

    def run_soundly(self, test: str) -> Run:
        """A run with every right; a second one where the first failed, as on a busy machine it may."""
        return run if (run := self.run(test)).passed else self.run(test)


class Learned(NamedTuple):
    """How long each test takes, and which tests use a grant."""

    seconds: dict[str, float]
    users: dict[str, list[str]]

    def candidates(self, grant: Grant) -> list[str]:
        """The tests that use a grant, the shortest first."""
        return sorted(self.users.get(grant.full_name, []), key=self.seconds.__getitem__)


class Verdict(NamedTuple):
    """The test that misses a grant, or else what was tried."""

    witness: str
    seconds: float
    tried: str


class Examination:
    """A stack, its tests, and what happens without a grant."""

    def __init__(self, suite: Suite, roles: Roles) -> None:
        self.suite, self.roles = suite, roles
        self.sound = dict[str, float | None]()

    @classmethod
    def connect(cls) -> Examination:
        """The stack whose variables are in the environment."""
        journal, session = os.environ.get("EMU_IAM_JOURNAL"), boto3.Session()
        if not journal or "AWS_ENDPOINT_URL" not in os.environ:
            raise UserError("This needs a stack that checks each call and tells what it decided: make privileges")
        return cls(Suite(test_binary("e2e"), Path(journal)), Roles(session.client("iam"), session.client("cloudformation")))

    def learn(self) -> Learned:
        """Runs every test and notes what it uses. One that fails with every right can be nobody's witness."""
        patterns = {(self.roles.names[each.function], each.action, self.roles.pattern(each)): each.full_name for each in grants()}
        seconds, users = dict[str, float](), dict[str, list[str]]()
        names = self.suite.names()
        if gone := LEANING.difference(names):
            raise UserError(f"grants.py names tests that there are not: {', '.join(gone)}")
        for test in (name for name in names if name not in LEANING):
            if not (run := self.suite.run_soundly(test)).passed:
                print(f"{test} fails with every right", file=sys.stderr, flush=True)
                continue
            seconds[test] = round(run.seconds, 2)
            for name in used(run.decisions, patterns):
                users.setdefault(name, []).append(test)
        return Learned(seconds, users)

    @functools.cached_property
    def learned(self) -> Learned:
        """What the tests use; from the last time, if neither they nor the template changed since."""
        sources = [TEMPLATE, *sorted((TESTS / "tests" / "e2e").rglob("*.rs")), *sorted((TESTS / "src").rglob("*.rs"))]
        version = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
        if LEARNED.is_file() and (kept := json.loads(LEARNED.read_text()))["version"] == version:
            return Learned(kept["seconds"], kept["users"])
        print("Every test is run once, to learn which rights it uses …", file=sys.stderr, flush=True)
        learned = self.learn()
        LEARNED.write_text(json.dumps({"version": version, **learned._asdict()}))
        return learned

    def search(self, grant: Grant, known: str | None) -> Verdict:
        """Examines a grant with the test that is known to miss it, or else with whichever uses it."""
        verdict = self.examine(grant, [known] if known else [])
        return verdict if verdict.witness else self.examine(grant, self.learned.candidates(grant)[:TRIED])

    def examine(self, grant: Grant, tests: Iterable[str]) -> Verdict:
        """Takes a grant away for as long as it takes to see which of these tests misses it."""
        began, tried = time.monotonic(), list[str]()
        for test in tests:
            seconds, pattern = self.seconds(test), self.roles.pattern(grant)
            if seconds is None:
                tried.append(f"{test} fails with every right")
                continue
            # On a busy machine a test may be ended before it comes to what it lacks.
            for limit in (PATIENCE + 3 * seconds, 3 * PATIENCE + 10 * seconds):
                with self.roles.lacking(grant):
                    run = self.suite.run(test, limit)
                if run.passed or self.refused(run, grant, pattern):
                    break
            if not run.passed and self.refused(run, grant, pattern):
                return Verdict(test, time.monotonic() - began, "")
            tried.append(f"{test} {'passes' if run.passed else 'fails, but not for this'}")
        return Verdict("", time.monotonic() - began, "; ".join(tried) or "no test uses it")

    def seconds(self, test: str) -> float | None:
        """How long a test takes with every right, also when it has run before; `None` if it fails, and so says nothing when it fails without one."""
        if test not in self.sound:
            run = self.suite.run_soundly(test)
            self.sound[test] = run.seconds if run.passed else None
        return self.sound[test]

    def refused(self, run: Run, grant: Grant, pattern: str) -> bool:
        """Whether just this was refused while the test ran."""
        asked = (self.roles.names[grant.function], grant.action)
        return any(not each["allowed"] and (each["role"], each["action"]) == asked and covers(pattern, each["resource"]) for each in run.decisions)

    def test_itself(self) -> None:
        """Plants what nobody needs, and then what is granted already: a test that fails without either would be told of wrongly."""
        known = witnesses()
        real = next(grant for grant in grants() if grant.name in known.get(grant.function, {}))
        tests = [known[real.function][real.name]]
        if not self.examine(real, tests).witness:
            raise UserError(f"{tests[0]} does not miss {real.full_name}: make privileges FUNCTIONS={real.function}")
        spare = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::nobody/*"}
        with self.roles.holding(real, spare) as planted:
            if self.examine(planted, tests).witness:
                raise UserError("A planted grant that nobody uses was not found.")
        with self.roles.holding(real, self.roles.statement(real)):
            if self.examine(real, tests).witness:
                raise UserError("A planted grant that was there already was not found.")


def used(decisions: list[Json], patterns: dict[tuple[str, str, str], str]) -> set[str]:
    """The grants that these decisions rest on."""
    asked = {(each["role"], each["action"], each["resource"]) for each in decisions if each["allowed"]}
    return {name for (*by, pattern), name in patterns.items() if any([*one[:2]] == by and covers(pattern, one[2]) for one in asked)}


def examine_all(functions: list[str]) -> int:
    """Examines each grant, prints what was found, and keeps the witnesses."""
    examination, known, wrong = Examination.connect(), witnesses(), list[Grant]()
    chosen = [grant for grant in grants() if not functions or grant.function in functions]
    print(HEAD, flush=True)
    for grant in chosen:
        verdict = examination.search(grant, known.get(grant.function, {}).pop(grant.name, None))
        if verdict.witness:
            known.setdefault(grant.function, {})[grant.name] = verdict.witness
        wrong += [] if is_right(grant, verdict) else [grant]
    keep_witnesses(known)
    examination.test_itself()
    return conclude(chosen, wrong)


def examine_sample(seconds: float, seed: int | None) -> int:
    """Examines grants by chance until time is up; what no test can miss is left to `examine_all`."""
    deadline = time.monotonic() + seconds
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    print(f"seed {seed}\n\n{HEAD}", flush=True)
    examination, known, examined, wrong = Examination.connect(), witnesses(), list[Grant](), list[Grant]()
    examination.test_itself()
    everything = [grant for grant in grants() if grant.full_name not in EXEMPT]
    for grant in random.Random(seed).sample(everything, len(everything)):
        if time.monotonic() > deadline:
            break
        witness = known.get(grant.function, {}).get(grant.name)
        verdict = examination.search(grant, witness)
        if verdict.witness and verdict.witness != witness:
            print(f"{witness} did not miss {grant.full_name}. For another witness: make privileges FUNCTIONS={grant.function}", file=sys.stderr, flush=True)
        wrong += [] if is_right(grant, verdict) else [grant]
        examined.append(grant)
    return conclude(examined, wrong)


def is_right(grant: Grant, verdict: Verdict) -> bool:
    """Prints the row of a grant. Whether it has a witness, or an excuse, and not both."""
    excuse = EXEMPT.get(grant.full_name, "")
    words = f"{verdict.witness} fails" if verdict.witness else f"exempt: {excuse}" if excuse else f"NOBODY MISSES IT: {verdict.tried}"
    both = ", SO IT NEEDS NO EXEMPTION" if verdict.witness and excuse else ""
    print(f"| {grant.full_name} | {words}{both} | {verdict.seconds:.1f} |", flush=True)
    return bool(verdict.witness) != bool(excuse)


def conclude(examined: list[Grant], wrong: list[Grant]) -> int:
    """The last words, and the exit code."""
    print(f"\n{len(examined)} grants were examined, {len(wrong)} of them are spare, untested, or exempt without need.", flush=True)
    print(*(f"  {grant.full_name}" for grant in wrong), sep="\n", end="\n" if wrong else "", file=sys.stderr)
    return 1 if wrong else 0
