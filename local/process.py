"""Starting and ending the emulator, and nothing that is not ours."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from local.environment import ROOT, Stack, UserError, emulator_environment, with_faults

START_LIMIT = 60
STOP_LIMIT = 30


def running(stack: Stack) -> int | None:
    """The pid of the stack's emulator, when it is alive and really that."""
    try:
        pid = int((stack.state / "emulator.pid").read_text())
    except (FileNotFoundError, ValueError):
        return None
    words = command_line(pid)
    return pid if "local.emulator" in words and str(stack.state) in words else None


def command_line(pid: int) -> list[str]:
    """The command line of a process; empty when there is no such process."""
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        return []
    shown = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.split()


def start(stack: Stack, dies_with_parent: bool = False) -> list[str]:
    """Starts the emulator in a session of its own and waits until it answers. What it says about the state that it found."""
    for port in stack.ports:
        require_free(port, stack)
    for folder in ("home", "tmp", "data", "logs", "mail"):
        (stack.state / folder).mkdir(parents=True, exist_ok=True)
    with (stack.logs / "emulator.log").open("wb") as log:
        emulator = subprocess.Popen(
            [sys.executable, "-m", "local.emulator", str(stack.state)],
            env=emulator_environment(stack, dies_with_parent),
            cwd=stack.state,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    (stack.state / "emulator.pid").write_text(str(emulator.pid))
    deadline = time.monotonic() + START_LIMIT
    while not answers(f"{stack.aws_url}/_ministack/health"):
        if emulator.poll() is not None:
            raise UserError(f"The emulator ended at once (exit code {emulator.returncode}):\n{last_lines(stack)}")
        if time.monotonic() > deadline:
            stop(stack)
            raise UserError(f"The emulator did not answer within {START_LIMIT} s:\n{last_lines(stack)}")
        time.sleep(0.1)
    if with_faults():
        start_faults(stack, emulator.pid)
    said = (stack.logs / "emulator.log").read_text(errors="replace").splitlines()
    return [line for line in said if line.startswith("Recovered ")]


def start_faults(stack: Stack, emulator: int) -> None:
    """Starts the fault proxy, which ends with the emulator. It answers before any function runs."""
    ports = [str(stack.faults_port), str(stack.aws_port), str(emulator)]
    with (stack.logs / "faults.log").open("wb") as log:
        proxy = subprocess.Popen(
            [sys.executable, "-m", "local.faults", *ports],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            cwd=stack.state,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    while not answers(f"{stack.faults_url}/_faults/counts"):
        if proxy.poll() is not None:
            stop(stack)
            raise UserError(f"The fault proxy ended at once:\n{(stack.logs / 'faults.log').read_text(errors='replace')}")
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Whether something speaks HTTP there, whatever it says."""
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def require_same_settings(stack: Stack) -> None:
    """Refuses to go on with an emulator that was started with the other value of `IMPRINT_AUTH` or `IMPRINT_FAULTS`."""
    started_with_faults = stack.env_file.exists() and "FAULTS_URL=" in stack.env_file.read_text()
    if started_with_faults != with_faults():
        raise UserError(f"the stack runs {'without' if with_faults() else 'with'} IMPRINT_FAULTS=1; `make down` first.")
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{stack.aws_url}/_ministack/health", timeout=10) as answer:
            enforced = json.load(answer).get("auth") == "enabled"
    except OSError:
        raise UserError(f"the emulator (pid {running(stack)}) runs, but does not answer; `make down up` starts it again.") from None
    if enforced != (os.environ.get("IMPRINT_AUTH") == "1"):
        raise UserError(f"the stack runs {'with' if enforced else 'without'} IMPRINT_AUTH=1; `make down` first.")


def last_lines(stack: Stack, count: int = 20) -> str:
    """The end of the emulator's log."""
    lines = (stack.logs / "emulator.log").read_text(errors="replace").splitlines()[-count:]
    return "\n".join(f"  {line}" for line in lines) or "  (it logged nothing)"


def stop(stack: Stack) -> bool:
    """Ends the emulator, gracefully first, and every function process that survived it. Whether it ended gracefully."""
    pid, graceful = running(stack), True
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_LIMIT
        while alive(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        if alive(pid):
            graceful = False
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
    for leftover in processes_of(stack):
        with contextlib.suppress(ProcessLookupError):
            os.kill(leftover, signal.SIGKILL)
    (stack.state / "emulator.pid").unlink(missing_ok=True)
    shutil.rmtree(stack.state / "tmp", ignore_errors=True)
    return graceful


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended but is still our child is collected and does not count."""
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG)[0] == 0
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def processes_of(stack: Stack) -> list[int]:
    """The emulator and its functions, known by the folder in their environment (Linux; elsewhere nothing is found)."""
    mark = f"EMU_STATE={stack.state}\0".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes() + b"\0":
                found.append(int(folder.name))
    return found


def require_free(port: int, stack: Stack) -> None:
    """Refuses a port somebody listens on, and says who and what to do."""
    if is_free(port):
        return
    raise UserError(f"port {port} is taken{listener(port)}; IMPRINT_PORT={free_neighbour(stack.port)} make up")


def free_neighbour(port: int) -> int:
    """A port that a stack could have instead of this one; all ports of that are skipped."""
    return next((p for p in range(port + 10, 65000, 10) if are_free(p)), 18080)


def is_free(port: int) -> bool:
    """Whether the port can be bound on 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def are_free(port: int) -> bool:
    """Whether a stack could have this port and the two after it."""
    return all(is_free(each) for each in range(port, port + 3))


def listener(port: int) -> str:
    """` by <program> (pid <n>)` when `ss`, or `lsof` on macOS, can tell."""
    for command, pattern in (
        (["ss", "-Hltnp", f"sport = :{port}"], r'"([^"]+)",pid=(\d+)'),
        (["lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN"], r"\n(\S+)\s+(\d+)"),
    ):
        if shutil.which(command[0]):
            found = re.search(pattern, subprocess.run(command, capture_output=True, text=True, check=False).stdout)
            return f" by {found[1]} (pid {found[2]})" if found else ""
    return ""


def free_port() -> int:
    """A port that is free together with the two after it, below the range that outgoing connections use."""
    for _ in range(200):
        port = random.randrange(20000, 32000, 4)
        if are_free(port):
            return port
    raise UserError("No three neighbouring ports are free between 20000 and 32000.")
