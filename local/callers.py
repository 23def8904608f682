"""Which function is at the other end of a connection, and how to end it. Linux only: it reads /proc."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

CONNECTIONS = Path("/proc/net/tcp")


class Caller:
    """A function's process: its logical id in the template, as `PublishWorker`. Of anybody else the name is empty."""

    def __init__(self, function: str, handle: int | None) -> None:
        self.function, self._handle = function, handle

    @classmethod
    def at(cls, port: int, ours: int) -> Caller:
        """Who holds the connection from one port of 127.0.0.1 to one of ours."""
        if inode := inode_of(port, ours):
            for pid in sorted(int(folder.name) for folder in Path("/proc").glob("[0-9]*")):
                with contextlib.suppress(OSError):
                    # The environment first: of most processes no open file has to be looked at.
                    if (function := function_of(pid)) and holds(pid, inode):
                        return cls(function, os.pidfd_open(pid))
        return cls("", None)

    def kill(self) -> bool:
        """Ends the process at once: no clean-up, no last word. Whether it was alive. A handle is never another process's, as a pid may be."""
        if self._handle is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            return True
        return False

    def forget(self) -> None:
        """Gives the handle back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def inode_of(port: int, peer: int) -> str | None:
    """The socket between two ports, at its first end. The first port alone is not enough: it may have a connection to every other one."""
    wanted = [f"0100007F:{port:04X}", f"0100007F:{peer:04X}"]
    for line in CONNECTIONS.read_text().splitlines()[1:]:
        words = line.split()
        # 0 is a connection that nobody holds any more.
        if words[1:3] == wanted and words[9] != "0":
            return words[9]
    return None


def function_of(pid: int) -> str:
    """The function that a process is, by the name that CloudFormation gave it: `imprint-PublishWorker-1A2B3C`."""
    for variable in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
        if variable.startswith(b"AWS_LAMBDA_FUNCTION_NAME="):
            return variable.decode().partition("-")[2].rpartition("-")[0]
    return ""


def holds(pid: int, inode: str) -> bool:
    """Whether the process has this socket open."""
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        # Another one may be closed while this is read.
        with contextlib.suppress(FileNotFoundError):
            if str(descriptor.readlink()) == f"socket:[{inode}]":
                return True
    return False
