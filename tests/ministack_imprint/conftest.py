"""MiniStack in this process, without the repairs of other tests."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# MiniStack reads them when it is imported.
_STATE = tempfile.mkdtemp(prefix="imprint-ministack-")
os.environ |= {"STATE_DIR": _STATE, "S3_DATA_DIR": f"{_STATE}/s3", "PERSIST_STATE": "0", "GATEWAY_PORT": "1", "DOCKER_HOST": "unix:///nonexistent.sock"}

import ministack.app  # noqa: E402
from ministack.core import lambda_runtime  # noqa: E402
from ministack.services.cloudformation import provisioners  # noqa: E402


@pytest.fixture(autouse=True)
def unrepaired() -> Iterator[None]:
    """Takes back, after a test, what it patched."""
    assert ministack.app
    modules = {name: vars(module).copy() for name, module in sys.modules.items() if name.startswith("ministack.")}
    handlers = {name: handler.copy() for name, handler in provisioners._RESOURCE_HANDLERS.items()}
    worker = {name: getattr(lambda_runtime.ProvidedWorker, name) for name in ("_pump_output", "_drain_stderr_bounded")}
    yield
    for name, kept in modules.items():
        vars(sys.modules[name]).update(kept)
    for name, handler in handlers.items():
        provisioners._RESOURCE_HANDLERS[name].update(handler)
    for name, method in worker.items():
        setattr(lambda_runtime.ProvidedWorker, name, method)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder."""
    return tmp_path
