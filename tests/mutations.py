"""Whether the tests of the folder tree notice when a condition is missing from its transactions: `make tree-mutations`.

Each mutant is a fresh stack whose DynamoDB takes one condition for true (`EMU_DROP_CONDITION`, see local/README.md). The tests named with it
must fail on it. The first run has no mutation, and must pass. What each condition is there for is in shared/store/src/tree/guards.rs and docs/data-model.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
# Of each kind half; the first fault ends the test.
HISTORIES = "1200"
STACK = ["python3", "local/stack.py", "run", "--no-seed"]


class Mutation(NamedTuple):
    """A condition that is taken for true, what breaks without it, and the tests that must see that."""

    name: str
    condition: str
    breaks: str
    tests: str


# The tests by words of their names.
ANY = "concurrent::what_many_clients"
# What must pass without a mutation.
SOUND = "concurrent reports"
SWING = "concurrent::who_works_in_a_folder_that_swings"

MUTATIONS = [
    Mutation("name-taken", r"^Put IF attribute_not_exists\(pk\)$", "two nodes of one name in a folder", ANY),
    Mutation("comes-gone", r"^Update ADD children 1 IF ", "a node comes into a folder that is gone", ANY),
    Mutation("comes-moved", r"^Update ADD children 1 IF parent ", "a node comes into a folder that is in another one by now", SWING),
    Mutation("comes-renamed", r"^Update ADD children 1 IF #name ", "a node comes into a folder that has another name by now", SWING),
    Mutation("leaves-moved", r"^Update ADD children -1 IF parent ", "a node leaves a folder that is in another one by now", SWING),
    Mutation("leaves-renamed", r"^Update ADD children -1 IF #name ", "a node leaves a folder that has another name by now", SWING),
    Mutation("above-moved", r"^ConditionCheck IF parent ", "a node comes to a path whose beginning is in another folder by now", SWING),
    Mutation("above-renamed", r"^ConditionCheck IF #name ", "a node comes to a path whose beginning has another name by now", SWING),
    Mutation("moves-gone", r"^Update SET parent = .* IF ", "a folder is moved from where it is not, or that is gone", SWING),
    Mutation("moves-moved", r"^Update SET parent = .* IF parent ", "a folder is moved that is in another one by now", SWING),
    Mutation("moves-renamed", r"^Update SET parent = .* IF #name ", "a folder is moved that has another name by now", SWING),
    Mutation("deletes-full", r"^Delete IF children = 0$", "what is in a deleted folder becomes an orphan", "sequential"),
    Mutation("deletes-moved", r"^Delete IF parent ", "a folder is deleted that is in another one by now", SWING),
    Mutation("deletes-renamed", r"^Delete IF #name ", "a folder is deleted that has another name by now", SWING),
    Mutation("report-name-taken", r"^Put IF attribute_not_exists\(pk\)$", "a report takes the name of a folder", "reports"),
    Mutation("report-comes-gone", r"^Update ADD children 1 IF ", "a report comes into a folder that is gone", "reports"),
]


class Run(NamedTuple):
    """How the tests ended, and the first words of what failed."""

    failed: bool
    seconds: float
    reason: str


def main() -> int:
    """Runs the mutants named on the command line, or all of them. The exit code tells whether a mutant survived."""
    wanted = set(sys.argv[1:])
    if unknown := wanted - {mutation.name for mutation in MUTATIONS}:
        print(f"There is no mutation {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 1
    binary = test_binary()
    print("Without a mutation …", flush=True)
    if (sound := run(binary, None)).failed:
        print(f"The tests fail without any mutation: {sound.reason}", file=sys.stderr)
        return 1
    print(f"It took {sound.seconds:.0f} s.\n\n| mutation | noticed | after | what breaks: what the test said |\n|---|---|---|---|", flush=True)
    survivors = [mutation.name for mutation in MUTATIONS if (not wanted or mutation.name in wanted) and survives(binary, mutation)]
    if survivors:
        print(f"Nobody noticed {', '.join(survivors)}.", file=sys.stderr)
    return 1 if survivors else 0


def survives(binary: str, mutation: Mutation) -> bool:
    """Runs a mutant and prints its row of the table."""
    seen = run(binary, mutation)
    noticed = "yes" if seen.failed else "NO"
    print(f"| {mutation.name} | {noticed} | {seen.seconds:.0f} s | {mutation.breaks}: {seen.reason or 'nothing'} |", flush=True)
    return not seen.failed


def test_binary() -> str:
    """The test program, built when it is not."""
    command = ["cargo", "test", "--profile", "local", "--workspace", "--test", "tree", "--no-run", "--message-format", "json"]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    messages = [json.loads(line) for line in built.stdout.splitlines() if line.startswith("{")]
    return next(message["executable"] for message in messages if message.get("executable") and message["target"]["name"] == "tree")


def run(binary: str, mutation: Mutation | None) -> Run:
    """The tests against a fresh stack; the functions are built with the first one."""
    # Late transactions write what they read too early; only a condition keeps them from it.
    environment = os.environ | {"EMU_TX_DELAY": "1000", "IMPRINT_TREE_HISTORIES": HISTORIES if mutation else "40"}
    if mutation:
        environment["EMU_DROP_CONDITION"] = mutation.condition
    command = [*STACK, *(["--no-build"] if mutation else []), "--", binary, *(mutation.tests if mutation else SOUND).split()]
    began = time.monotonic()
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - began
    if ended.returncode and "test result: FAILED" not in ended.stdout:
        # The stack did not come up, or the program was killed: that proves nothing.
        sys.exit(f"The tests did not run:\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")
    return Run(bool(ended.returncode), seconds, reason(ended.stdout))


def reason(output: str) -> str:
    """What the first panic says: the answer that nothing explains, or else its first line about the fault itself."""
    lines = [line.strip() for line in output.partition("panicked at ")[2].splitlines()[1:] if line.strip()]
    told = [line for line in lines if line.startswith("==>")] or [line for line in lines if not line.startswith("seed ")]
    return " ".join(told[0].split())[:160] if told else ""


if __name__ == "__main__":
    sys.exit(main())
