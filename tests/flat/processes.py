"""The functions of a running stack as processes: how they are called one by one, and what memory they have. Linux only."""

from __future__ import annotations

import json
import os
import threading
import time
import urllib.parse
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from local import deployment, process
from local.environment import Stack, UserError

ROOT = Path(__file__).resolve().parents[2]


MB = 1 << 20


class Functions:
    """The functions of the stack that `stack.py run` has started for us."""

    def __init__(self) -> None:
        """Finds the stack by what `stack.py run` sets."""
        address = urllib.parse.urlsplit(os.environ["API_URL"])
        self.stack = Stack(address.port or 0, Path(os.environ["MAIL_DIR"]).parent)
        self.url, self.token = self.stack.api_url, os.environ["ADMIN_TOKEN"]
        emulator = process.running(self.stack)
        if emulator is None:
            raise UserError("Nothing is running: start this by `make flat` or `make memory`.")
        self.emulator, self.caller = emulator, deployment.client(self.stack, "lambda")
        pages = deployment.client(self.stack, "cloudformation").get_paginator("list_stack_resources").paginate(StackName=deployment.STACK_NAME)
        found = (each for page in pages for each in page["StackResourceSummaries"])
        self.names = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found if each["ResourceType"] == "AWS::Lambda::Function"}

    def call(self, logical_id: str, event: str) -> str:
        """What the function answers to an event, as text."""
        answer = self.caller.invoke(FunctionName=self.names[logical_id], Payload=event.encode())
        result: str = answer["Payload"].read().decode()
        return result

    def processes(self, logical_id: str) -> list[int]:
        """The processes of a function."""
        mark = f"AWS_LAMBDA_FUNCTION_NAME={self.names[logical_id]}".encode()
        return [pid for pid in children(self.emulator) if mark in environment(pid)]

    def only(self, logical_id: str) -> int:
        """The one process of a function."""
        found = self.processes(logical_id)
        if len(found) != 1:
            raise UserError(f"{logical_id} has {len(found)} processes, where one was to be kept.")
        return found[0]


def environment(pid: int) -> list[bytes]:
    """The variables of a process; none when it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return []


def children(pid: int) -> list[int]:
    """The processes that this one has started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found.extend(int(child) for child in task.read_text().split())
    return found


def resident(pid: int, field: str = "VmRSS") -> int:
    """The bytes that a process holds in memory, or the most that it held (`VmHWM`); 0 when it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024
    return 0


def steady(pid: int) -> int:
    """The bytes that a process holds once it has given back what it gives back at leisure."""
    seen = []
    for _ in range(3):
        time.sleep(0.02)
        seen.append(resident(pid))
    return min(seen)


class Peak:
    """Watches the processes of a function and what they start: the most that one of them and its children held at the same time."""

    def __init__(self, functions: Functions, logical_id: str) -> None:
        """Begins with the `with` statement."""
        self.functions, self.logical_id, self.bytes = functions, logical_id, 0
        self.ended, self.watcher = threading.Event(), threading.Thread(target=self.watch, daemon=True)

    def __enter__(self) -> Peak:
        """Forgets what was held before."""
        for pid in self.functions.processes(self.logical_id):
            with suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")
        self.watcher.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """The kernel knows the peak of a process better than any watcher."""
        self.ended.set()
        self.watcher.join()
        for pid in self.functions.processes(self.logical_id):
            self.bytes = max(self.bytes, resident(pid, "VmHWM"))

    def watch(self) -> None:
        """Every few milliseconds, since a child lives for a fraction of a second."""
        pids: list[int] = []
        while not self.ended.wait(0.004):
            pids = [pid for pid in pids if resident(pid)] or self.functions.processes(self.logical_id)
            for pid in pids:
                self.bytes = max(self.bytes, resident(pid) + sum(resident(child) for child in children(pid)))


def answer(output: str) -> Any:
    """An answer as JSON."""
    return json.loads(output)
