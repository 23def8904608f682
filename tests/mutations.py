"""Whether the tests notice when a condition is missing from a write: `make tree-mutations`, `make publish-mutations`, `make rendition-mutations`,
`make mail-mutations`.

Each mutant is a fresh stack whose DynamoDB takes one condition for true (`EMU_DROP_CONDITION`, see local/README.md). The tests named with it
must fail on it. The first run has no mutation, and must pass. What each condition is there for is in shared/store/src/tree/guards.rs,
shared/domain/src/publication/writes.rs, and beside the writes of shared/store/src/previews.rs, exports.rs, presets.rs and deliveries.rs.
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
STACK = [sys.executable, "-m", "local.stack", "run"]


class Mutation(NamedTuple):
    """A condition that is taken for true, what breaks without it, and the tests that must see that."""

    name: str
    condition: str
    breaks: str
    tests: str


class Suite(NamedTuple):
    """A test program, how its stack is started, and its mutants. The sound run may differ: fewer histories find no fault sooner."""

    test: str
    options: list[str]
    variables: dict[str, str]
    sound_variables: dict[str, str]
    sound_tests: str
    mutations: list[Mutation]


# The tests by words of their names.
ANY = "concurrent::what_many_clients"
SWING = "concurrent::who_works_in_a_folder_that_swings"

TREE_MUTATIONS = [
    Mutation("name-taken", r"^Put IF attribute_not_exists\(pk\) ON ", "two nodes of one name in a folder", ANY),
    Mutation("comes-gone", r"^Update ADD #children 1 IF ", "a node comes into a folder that is gone", ANY),
    Mutation("comes-moved", r"^Update ADD #children 1 IF #parent ", "a node comes into a folder that is in another one by now", SWING),
    Mutation("comes-renamed", r"^Update ADD #children 1 IF #name ", "a node comes into a folder that has another name by now", SWING),
    Mutation("leaves-moved", r"^Update ADD #children -1 IF #parent ", "a node leaves a folder that is in another one by now", SWING),
    Mutation("leaves-renamed", r"^Update ADD #children -1 IF #name ", "a node leaves a folder that has another name by now", SWING),
    Mutation("above-moved", r"^ConditionCheck IF #parent ", "a node comes to a path whose beginning is in another folder by now", SWING),
    Mutation("above-renamed", r"^ConditionCheck IF #name ", "a node comes to a path whose beginning has another name by now", SWING),
    Mutation("moves-gone", r"^Update SET #parent = .* IF ", "a folder is moved from where it is not, or that is gone", SWING),
    Mutation("moves-moved", r"^Update SET #parent = .* IF #parent ", "a folder is moved that is in another one by now", SWING),
    Mutation("moves-renamed", r"^Update SET #parent = .* IF #name ", "a folder is moved that has another name by now", SWING),
    Mutation("deletes-full", r"^Delete IF #children = 0 ON ", "what is in a deleted folder becomes an orphan", "sequential"),
    Mutation("deletes-moved", r"^Delete IF #parent ", "a folder is deleted that is in another one by now", SWING),
    Mutation("deletes-renamed", r"^Delete IF #name ", "a folder is deleted that has another name by now", SWING),
    Mutation("report-name-taken", r"^Put IF attribute_not_exists\(pk\) ON ", "a report takes the name of a folder", "reports"),
    Mutation("report-comes-gone", r"^Update ADD #children 1 IF ", "a report comes into a folder that is gone", "reports"),
]


# A condition of which another one of the same write says as much is not here: without it nothing breaks.
PUBLISH_MUTATIONS = [
    Mutation("revision", r"^Put IF #revision = ", "what was unpublished meanwhile goes live", "withdrawn::an_unpublish"),
    Mutation("ask-new", r"^Put IF attribute_not_exists\(pk\) ON (~STATE|PUB#)", "two publications get one number", "races::two_calls"),
    Mutation("begin-finished", r"^SingleUpdate SET #status = InProgress, .* IF \(#status = NotStarted", "a finished publication begins anew", "messages::fifty"),
    Mutation("advance-finished", r"^SingleUpdate SET #status = InProgress, .* IF \(#status = InProgress\)", "a finished publication goes on", "messages::of_two_workers_for_one"),
    Mutation("advance-attempt", r"^SingleUpdate SET #status = InProgress, .* IF contains\(", "an attempt that was given up tells of its progress", "redrive::a_worker_that_slept"),
    Mutation("reopen-finished", r"^SingleUpdate SET #status = InProgress, .* IF (\(#status = Failed|#givenUp)", "a publication that is done begins anew", "redrive::what_two_redrives"),
    Mutation("done-finished", r"^Update SET #status = Done.* IF \(#status = ", "a publication is done twice", "messages::of_two_workers_for_one"),
    Mutation("done-attempt", r"^Update SET #status = Done.* IF contains\(", "an attempt that was given up goes live", "redrive::a_worker_that_slept"),
    Mutation("failed-finished", r"^Update SET #status = Failed.* IF \(#status = InProgress\)", "a publication fails twice", "messages::of_two_workers_for_a_report"),
    Mutation("give-up-finished", r"^Update SET #status = Failed.* IF \(#status = NotStarted", "a publication that is live is given up", "redrive::a_publication_that_is_done"),
    Mutation("view-gone", r"^SingleUpdate .* IF attribute_exists\(pk\) ON LINK$", "a view of a dead link makes it anew", "withdrawn::an_unpublish"),
]

RENDITION_MUTATIONS = [
    Mutation("nonce-spent", r"^SingleUpdate SET #cookieHash = .* IF \(attribute_not_exists\(#cookieHash\)", "a nonce has two winners", "previews::a_nonce_has_one_winner"),
    Mutation("export-finished", r"^SingleUpdate SET #status = .* IF \(#status = NotStarted .* ON EXPORT$", "an export that is finished begins anew, and fails", "exports::a_second_message"),
    Mutation("preset-new", r"^SinglePut IF attribute_not_exists\(pk\) ON contested", "a theme has two numbers", "lists::two_first_requests"),
]

# That a mail is marked before it is handed over, and who is suppressed asked for, are no conditions of writes: the fault tests see to those.
MAIL_MUTATIONS = [
    Mutation("key-new", r"^SinglePut IF attribute_not_exists\(pk\) OR #expires <= \d+ ON KEY$", "two requests under one key both send", "idempotency::requests_at_once_under"),
    Mutation("key-taken-over", r"^SingleUpdate SET #holder = .* IF \(#holder = ", "two requests take up what a third one left, and both send", "idempotency::requests_at_once_after"),
    Mutation("feedback-unknown", r"^SingleUpdate SET #feedback\.#address = .* IF attribute_exists\(pk\)", "a bounce of a mail that is not known blocks the queue", "feedback::messages_that_are_none"),
]

# Late transactions write what they read too early; only a condition keeps them from it.
TREE_VARIABLES = {"EMU_TX_DELAY": "1000"}
# Killed workers are to be seen again in seconds.
PUBLISH_VARIABLES = {
    "IMPRINT_FAULTS": "1",
    "IMPRINT_PARAM_PublishTimeoutSeconds": "10",
    "IMPRINT_PARAM_PublishRetrySeconds": "10",
    "IMPRINT_PARAM_RenderSeconds": "5",
}
# A message that cannot be handled is given up in a minute.
MAIL_VARIABLES = {"IMPRINT_PARAM_PublishTimeoutSeconds": "10", "IMPRINT_PARAM_PublishRetrySeconds": "10"}

SUITES = {
    # Of each kind of history half; the first fault ends the test.
    "tree": Suite(
        "tree", ["--no-seed"], TREE_VARIABLES | {"IMPRINT_TREE_HISTORIES": "1200"}, TREE_VARIABLES | {"IMPRINT_TREE_HISTORIES": "40"},
        "concurrent reports", TREE_MUTATIONS,
    ),
    "publish": Suite(
        "faults", [], PUBLISH_VARIABLES, PUBLISH_VARIABLES,
        " ".join(sorted({mutation.tests for mutation in PUBLISH_MUTATIONS})), PUBLISH_MUTATIONS,
    ),
    "rendition": Suite(
        "e2e", [], {}, {}, " ".join(sorted({mutation.tests for mutation in RENDITION_MUTATIONS})), RENDITION_MUTATIONS,
    ),
    "mail": Suite(
        "e2e", [], MAIL_VARIABLES, MAIL_VARIABLES, " ".join(sorted({mutation.tests for mutation in MAIL_MUTATIONS})), MAIL_MUTATIONS,
    ),
}


class Run(NamedTuple):
    """How the tests ended, and the first words of what failed."""

    failed: bool
    seconds: float
    reason: str


def main() -> int:
    """Runs the mutants of a suite: those named on the command line, or all. The exit code tells whether a mutant survived."""
    suite, wanted = SUITES[sys.argv[1]], set(sys.argv[2:])
    if unknown := wanted - {mutation.name for mutation in suite.mutations}:
        print(f"There is no mutation {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 1
    chosen = [mutation for mutation in suite.mutations if not wanted or mutation.name in wanted]
    binary = test_binary(suite.test)
    print("Without a mutation …", flush=True)
    sound_tests = " ".join(sorted({mutation.tests for mutation in chosen})) if wanted else suite.sound_tests
    if (sound := run(binary, sound_tests, suite.sound_variables, suite.options)).failed:
        print(f"The tests fail without any mutation: {sound.reason}", file=sys.stderr)
        return 1
    print(f"It took {sound.seconds:.0f} s.\n\n| mutation | noticed | after | what breaks: what the test said |\n|---|---|---|---|", flush=True)
    survivors = [mutation.name for mutation in chosen if survives(binary, suite, mutation)]
    if survivors:
        print(f"Nobody noticed {', '.join(survivors)}.", file=sys.stderr)
    return 1 if survivors else 0


def survives(binary: str, suite: Suite, mutation: Mutation) -> bool:
    """Runs a mutant and prints its row of the table."""
    seen = run(binary, mutation.tests, suite.variables | {"EMU_DROP_CONDITION": mutation.condition}, [*suite.options, "--no-build"])
    noticed = "yes" if seen.failed else "NO"
    print(f"| {mutation.name} | {noticed} | {seen.seconds:.0f} s | {mutation.breaks}: {seen.reason or 'nothing'} |", flush=True)
    return not seen.failed


def test_binary(name: str) -> str:
    """The test program, built when it is not."""
    command = ["cargo", "test", "--profile", "local", "--workspace", "--test", name, "--no-run", "--message-format", "json"]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    messages = [json.loads(line) for line in built.stdout.splitlines() if line.startswith("{")]
    result: str = next(message["executable"] for message in messages if message.get("executable") and message["target"]["name"] == name)
    return result


def run(binary: str, tests: str, variables: dict[str, str], options: list[str]) -> Run:
    """The tests against a fresh stack."""
    command = [*STACK, *options, "--", binary, *tests.split()]
    began = time.monotonic()
    ended = subprocess.run(command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, check=False)
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
