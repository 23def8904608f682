"""The stack: commands that find none, two at once, and an emulator that died."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.first_run.checkout import BINARIES, LIMIT, SOUND, Checkout, Outcome, environment, port, require_functions, small_template


@pytest.mark.parametrize(
    ("command", "expected"), [("token", "no token yet; `make up`"), ("logs", "no logs yet.*`make up`"), ("redrive", "Nothing is running.*`make up`")]
)
def test_a_command_needs_a_stack(checkout: Checkout, command: str, expected: str) -> None:
    checkout.with_venv().stack(command, IMPRINT_PORT=port()).says(expected)


def test_seeding_needs_a_stack(checkout: Checkout) -> None:
    checkout.with_venv().run(checkout.python, "-m", "local.seed", IMPRINT_PORT=port()).says("stack")


@pytest.mark.parametrize("text", [str(os.getppid()), "4194303", "garbage", ""], ids=["another process", "no process", "garbage", "empty"])
def test_the_machine_was_switched_off_and_the_pid_is_stale(checkout: Checkout, text: str) -> None:
    chosen = port()
    folder = checkout.with_venv().state / chosen
    folder.mkdir(parents=True)
    (folder / "emulator.pid").write_text(text)
    checkout.stack("status", IMPRINT_PORT=chosen).says(f":{chosen}  down", 0)
    checkout.stack("down", IMPRINT_PORT=chosen).says("Nothing was running", 0)


def test_a_second_command_waits_for_the_first(checkout: Checkout) -> None:
    chosen = port()
    folder = checkout.with_venv().state / chosen
    folder.mkdir(parents=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with background(checkout, "down", IMPRINT_PORT=chosen) as second:
            assert second.stdout
            said = second.stdout.readline()
            fcntl.flock(lock, fcntl.LOCK_UN)
            rest = second.communicate(timeout=LIMIT)[0]
    assert "waiting for its end" in said
    Outcome(second.returncode, rest).says("Nothing was running", 0)


def test_the_build_is_interrupted(checkout: Checkout) -> None:
    path = checkout.path_with(**SOUND | {"cargo": "echo building; exec sleep 60"})
    with background(checkout.with_venv(), "up", PATH=path, IMPRINT_PORT=port()) as running:
        while running.stdout and "building" not in running.stdout.readline() and running.poll() is None:
            pass
        os.killpg(running.pid, signal.SIGINT)
        rest = running.communicate(timeout=LIMIT)[0]
    Outcome(running.returncode, rest).says("interrupted", 130)


@contextmanager
def background(checkout: Checkout, *words: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A command of the stack that runs beside the test, with a process group of its own."""
    running = subprocess.Popen(
        [checkout.python, "-u", "-m", "local.stack", *words], cwd=checkout.root, env=environment(variables), text=True, process_group=0,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield running
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def test_up_starts_an_emulator_again_that_was_killed(checkout: Checkout) -> None:
    require_functions()
    chosen = port()
    words = ("up", "--no-seed", "--template", small_template(checkout.with_venv()), "--binaries", str(BINARIES))
    variables = {"IMPRINT_SKIP_BUILD": "1", "IMPRINT_PORT": chosen}
    try:
        for _ in range(2):
            checkout.stack(*words, **variables).says("Imprint is up", 0)
            pid = int((checkout.state / chosen / "emulator.pid").read_text())
            os.kill(pid, signal.SIGSTOP)
            checkout.stack(*words, **variables).says(rf"the emulator \(pid {pid}\) runs, but does not answer; `make down up`")
            os.kill(pid, signal.SIGKILL)
            time.sleep(0.5)
            checkout.stack("status", IMPRINT_PORT=chosen).says(f":{chosen}  down", 0)
        checkout.stack("redrive", IMPRINT_PORT=chosen).says("Nothing is running")
    finally:
        checkout.stack("down", IMPRINT_PORT=chosen)
