"""The disk, folders, ports and settings."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.first_run.checkout import BINARIES, PYTHON, Checkout, port, require_functions, small_template


def test_the_disk_is_full_when_packages_are_installed(checkout: Checkout) -> None:
    (checkout.root / ".venv-uv").mkdir()
    checkout.sync(prefix=on_a_small_disk(checkout.root / ".venv-uv", "4m")).says(r"no space is left for .*\.venv-uv \(0\.0 GB")


def test_the_disk_is_full_when_the_functions_are_packed(checkout: Checkout) -> None:
    require_functions()
    words = ("-m", "local.stack", "up", "--template", small_template(checkout), "--binaries", str(BINARIES))
    checkout.with_venv().state.mkdir()
    outcome = checkout.run(*on_a_small_disk(checkout.state, "2m"), checkout.python, *words, IMPRINT_SKIP_BUILD="1", IMPRINT_PORT=port())
    outcome.says(r"no space is left for .*\.state \(0\.0 GB")


def on_a_small_disk(folder: Path, size: str) -> tuple[str, ...]:
    """Puts a small disk on a folder for one command, which alone sees it."""
    prefix = ("unshare", "--mount", *(() if os.geteuid() == 0 else ("--map-root-user",)))
    if not shutil.which("unshare") or subprocess.run([*prefix, "mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, check=False).returncode:
        pytest.skip("needs to mount, which this user may not")
    return (*prefix, "sh", "-c", f'mount -t tmpfs -o size={size} tmpfs "$0" && exec "$@"', str(folder))


def test_the_state_was_made_by_root(checkout: Checkout) -> None:
    checkout.state.mkdir()
    checkout.state.chmod(0o555)
    prefix, python = as_nobody(checkout.root)
    checkout.sync(prefix=prefix, python=python).says(r"\.state/\S+ is closed to \w+ \(Permission denied\)")


def as_nobody(root: Path) -> tuple[tuple[str, ...], str]:
    """For root, who may write everywhere: how to be nobody, and a Python that nobody may run."""
    if os.geteuid():
        return (), PYTHON
    root.parent.chmod(0o755)
    become = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    for python in (PYTHON, "/usr/bin/python3"):
        probe = [*become, python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        with contextlib.suppress(OSError):
            if not subprocess.run(probe, cwd=root, capture_output=True, check=False).returncode:
                return become, python
    pytest.skip("needs a Python that not only root may run")


def test_a_taken_port_is_reported_before_the_build(checkout: Checkout) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        outcome = checkout.with_venv().stack("up", IMPRINT_SKIP_BUILD="1", IMPRINT_PORT=str(taken))
    outcome.says(rf"port {taken} is taken( by \S+ \(pid {os.getpid()}\))?; IMPRINT_PORT=\d+ make up")


@pytest.mark.parametrize("text", ["abc", "80", "65535", "\uff18\uff10\uff18\uff10"])
def test_imprint_port_is_no_port(checkout: Checkout, text: str) -> None:
    checkout.stack("up", IMPRINT_PORT=text).says("is not a port between 1024 and 65533")


def test_a_terminal_knows_ascii_only(checkout: Checkout) -> None:
    outcome = checkout.with_venv().stack("up", IMPRINT_SKIP_BUILD="1", IMPRINT_PORT=port(), PYTHONIOENCODING="ascii", CARGO_TARGET_DIR="/nonexistent")
    outcome.says(r"/nonexistent/local lacks light and rendering: without IMPRINT_SKIP_BUILD")
