"""The packages of the programs that hold the functions: what is in them, and how the emulator keeps them. `make first-run` runs it; unittest."""

from __future__ import annotations

import os
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "local"))

from environment import run_in_venv  # noqa: E402 - it lives beside the stack

run_in_venv()
FOLDER = tempfile.TemporaryDirectory(prefix="imprint-packages-")
# MiniStack reads them when it is imported.
os.environ |= {"STATE_DIR": FOLDER.name, "TMPDIR": FOLDER.name, "GATEWAY_PORT": "1"}

import function_code  # noqa: E402
import packages  # noqa: E402
from ministack.services import lambda_svc  # noqa: E402


class Packages(unittest.TestCase):
    """A program, packed into a folder of its own."""

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=FOLDER.name))
        self.program = self.folder / "light"
        self.program.write_bytes(os.urandom(10_000))
        self.before, packages.PACKAGES = packages.PACKAGES, self.folder

    def tearDown(self) -> None:
        packages.PACKAGES = self.before

    def test_the_same_program_gives_the_same_package_at_any_time(self) -> None:
        first = self.folder / packages.pack_one(self.program)
        content = first.read_bytes()
        first.unlink()
        os.utime(self.program, (10**9, 10**9))
        again = self.folder / packages.pack_one(self.program)
        self.assertEqual((first, content), (again, again.read_bytes()))

    def test_all_functions_of_a_program_share_one_package_in_memory(self) -> None:
        name = packages.pack_one(self.program)
        function_code.repair_packages(self.folder)
        one, other = (lambda_svc._fetch_code_from_s3("local-packages", name) for _ in range(2))
        self.assertIs(one, other)
        self.assertIs(lambda_svc.hashlib.sha256(one), lambda_svc.hashlib.sha256(other))
        self.assertEqual(one.digest, lambda_svc.hashlib.sha256(bytes(one)).hexdigest())
        bootstrap = Path(lambda_svc._provided_runtime_code_dir(one), "bootstrap")
        self.assertEqual(bootstrap.read_bytes(), self.program.read_bytes())


if __name__ == "__main__":
    try:
        unittest.main()
    finally:
        FOLDER.cleanup()
