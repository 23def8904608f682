"""The workspace of all tests."""

from __future__ import annotations

import os

import pytest

from tests.cxreports.place import Place
from tests.programs import Imprint


@pytest.fixture(scope="session")
def place() -> Place:
    """A workspace with reports, a theme, a template and a report type, and the client."""
    # No proxy leads to this machine.
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]
    return Place.new(Imprint(os.environ["API_URL"], os.environ["ADMIN_TOKEN"]))
