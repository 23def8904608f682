"""`make doctor`."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess

from tests.first_run.checkout import LIMIT, PYTHON, Checkout, environment, port


def test_there_is_nothing_that_could_look(checkout: Checkout) -> None:
    outcome = checkout.run("make", "doctor", "PYTHON=/nonexistent/python3")
    outcome.of_make().says("Python 3.11 or newer is needed, and /nonexistent/python3 is not there")


def test_it_names_what_is_missing_in_lines_that_fit(checkout: Checkout) -> None:
    outcome = checkout.run(PYTHON, "-m", "local.doctor", PATH=checkout.path_with(), IMPRINT_PORT=port())
    assert not [line for line in outcome.text.splitlines()[1:] if len(line) > 80]
    assert "\033" not in outcome.text
    assert "missing Rust" in outcome.text
    assert "-> https://rustup.rs" in outcome.text
    assert outcome.code
    outcome._replace(code=2).says("cannot work yet", 2)


def test_it_is_coloured_in_a_terminal_unless_no_color_is_set(checkout: Checkout) -> None:
    coloured, plain = in_a_terminal(checkout, ""), in_a_terminal(checkout, "1")
    assert b"\033[32m" in coloured
    assert b"Traceback" not in coloured
    assert b"\033" not in plain


def in_a_terminal(checkout: Checkout, no_color: str) -> bytes:
    """What it prints into a terminal."""
    master, slave = pty.openpty()
    variables = environment({"NO_COLOR": no_color, "IMPRINT_PORT": port()})
    ran = subprocess.Popen([PYTHON, "-m", "local.doctor"], cwd=checkout.root, env=variables, stdout=slave, stderr=slave)
    os.close(slave)
    shown = b""
    # On Linux the end of a terminal is an error.
    with contextlib.suppress(OSError):
        while chunk := os.read(master, 4096):
            shown += chunk
    ran.wait(LIMIT)
    os.close(master)
    return shown
