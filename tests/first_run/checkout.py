"""A checkout after `git clone`, and the commands that are run in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

from local import process
from local.environment import ROOT, TARGET, VENV

BINARIES = TARGET / "local"
NEEDED = ("Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "Makefile", "template.yaml", "pyproject.toml", "uv.lock")
# As `make` would find it: outside of every venv.
PYTHON = str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}")
LIMIT = 600
SOUND = {"cargo": "exit 0", "rustc": "echo 'rustc 1.999.0 (none)'", "cc": "exit 0"}


class Outcome(NamedTuple):
    """How a command ended, and everything that it printed."""

    code: int
    text: str

    def says(self, expected: str, code: int = 1) -> None:
        """Asserts the exit code, and that this was said: in one line of errors when it failed."""
        assert "Traceback" not in self.text
        assert self.code == code, self.text[-600:]
        errors = [line for line in self.text.splitlines() if line.startswith(("error:", "warning:"))]
        assert re.search(expected, "\n".join(errors) if code == 1 else self.text), self.text[-600:]
        assert code != 1 or len(errors) == 1, errors

    def of_make(self) -> Outcome:
        """The same; make has an exit code of its own."""
        return self._replace(code=self.code and 1)


class Checkout:
    """A checkout as it is after `git clone`, as far as nothing is built."""

    def __init__(self, folder: Path) -> None:
        # With a blank, as people name folders.
        self.root = folder / "my imprint"
        self.root.mkdir()
        for name in NEEDED:
            shutil.copy(ROOT / name, self.root / name)
        shutil.copytree(ROOT / "local", self.root / "local", ignore=lambda _, names: [n for n in names if n in (".state", "__pycache__", "node_modules")])
        self.state = self.root / "local" / ".state"

    def with_venv(self) -> Checkout:
        """With the packages of the real one, so that none are installed."""
        (self.root / ".venv").symlink_to(VENV)
        return self

    def stack(self, *words: str, **variables: str) -> Outcome:
        """Runs a command of the stack, with the Python of the checkout if there is one."""
        return self.run(self.python, "-m", "local.stack", *words, **variables)

    def sync(self, *, prefix: tuple[str, ...] = (), python: str = PYTHON, variables: Mapping[str, str] = MappingProxyType({})) -> Outcome:
        """Installs what the stack needs of Python, as `make up` does first."""
        return self.run(*prefix, python, "-m", "local.venv", "sync", "stack", **variables)

    @property
    def python(self) -> str:
        """The Python that make would take."""
        venv = self.root / ".venv" / "bin" / "python"
        return str(venv) if venv.exists() else PYTHON

    def run(self, *words: str, **variables: str) -> Outcome:
        """Runs a command in it, with these variables and few others."""
        ran = subprocess.run(
            words, cwd=self.root, env=environment(variables), timeout=LIMIT, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return Outcome(ran.returncode, ran.stdout.decode(errors="replace"))

    def path_with(self, **programs: str) -> str:
        """A PATH with stand-ins for these programs, and no compiler but those."""
        folder = self.root.parent / f"bin-{len(list(self.root.parent.iterdir()))}"
        folder.mkdir()
        for name in ("bash", "sh", "make", "awk", "tail", "uname", "cat", "env", "sort", "cut", "rm", "mkdir", "touch", "sleep"):
            if found := shutil.which(name):
                (folder / name).symlink_to(found)
        for name, script in programs.items():
            (folder / name).write_text(f"#!/bin/sh\n{script}\n")
            (folder / name).chmod(0o755)
        return str(folder)


def environment(variables: dict[str, str]) -> dict[str, str]:
    """What a new user's shell has, and these."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "RUSTUP_HOME", "CARGO_HOME") if name in os.environ}
    return {**kept, "NO_COLOR": "1", **variables}


def port() -> str:
    """A port that is free with the next two."""
    return str(process.free_port())


def require_functions() -> None:
    """Skips a test where nothing is built."""
    if not (BINARIES / "light").is_file():
        pytest.skip("needs the functions, which `make up` builds")


def small_template(checkout: Checkout) -> str:
    """A template of two functions, and a table for the first token."""
    file = checkout.root / "small.yaml"
    file.write_text(SMALL_TEMPLATE)
    return str(file)


SMALL_TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: { Runtime: provided.al2023, MemorySize: 256, Timeout: 10, Environment: { Variables: { LOG_LEVEL: info, STACK_NAME: small } } }
Resources:
  Access:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }, { AttributeName: sk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }, { AttributeName: sk, KeyType: RANGE }]
  Api:
    Type: AWS::Serverless::HttpApi
  GatewayAnswerUnknown:
    Type: AWS::Serverless::Function
    Properties:
      Handler: gateway-answer-unknown
      CodeUri: target/lambda/light/
      Events: { Any: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: ANY, Path: "/{proxy+}" } } }
  OperatorCreateAccessToken:
    Type: AWS::Serverless::Function
    Properties:
      Handler: operator-create-access-token
      CodeUri: target/lambda/light/
      Environment: { Variables: { ACCESS_TABLE: !Ref Access, CATALOG_TABLE: !Ref Access } }
"""
