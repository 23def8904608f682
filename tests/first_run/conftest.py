"""A checkout for each test."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.first_run.checkout import Checkout


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    """A checkout in a folder that other users can reach, unlike those of pytest."""
    # A parent in the background may have SIGINT ignored, and what is started here would ignore it too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="imprint-first-")).resolve()
    yield Checkout(folder)
    shutil.rmtree(folder, ignore_errors=True)
