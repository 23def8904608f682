"""Every block of code of every page in Markdown, run against a running stack: `python -m tests.documentation.run [PAGE …]`, with the variables
of stack.env set. It wants the demo reports as they were made, so a fresh stack is best: `make documentation`.

Blocks for a shell are run in bash, those in Python and JavaScript (Node 20) as well, a session a page and language; JSON, YAML, TOML and
XML have to be what they say. What else can be said about a block: `pages.py`. Each page is run in a folder that looks like
the project's, with the file `local/.state/stack.env`; the files it writes go with it. Pages must not need one another.

One line a block; ends with 1 when one failed. test_pages.py shows that it would.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from local.environment import VENV, without_aws_and_proxies
from tests.documentation.output import difference
from tests.documentation.pages import Block, PageError, blocks_of
from tests.documentation.sessions import COMMANDS, Session, check_syntax
from tests.programs import TESTS, UserError

ROOT = TESTS.parent
FORBIDDEN = ("make", "cargo", "sam", "docker", "pip", "apt-get", "aws", "npm")


@dataclass
class Report:
    """A line for each block, and what was counted."""

    counts: Counter[str] = field(default_factory=Counter)
    skipped: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def ran(self, block: Block, seconds: float) -> None:
        """It did what the page says."""
        if block.language == "text":
            return
        self.counts[block.language] += 1
        self.line("ok", block, f"{block.language}, {seconds:.1f} s" if block.language in COMMANDS else block.language)

    def skip(self, block: Block, reason: str) -> None:
        """It was not run, and there is a reason."""
        self.skipped.append(f"{block.place}  {reason}")
        self.line("not run", block, reason)

    def fail(self, block: Block, fault: str) -> None:
        """It did not do what the page says."""
        self.failed.append(block.place)
        self.line("FAILED", block, block.language + "".join(f"\n        {line}" for line in fault.splitlines()))

    def line(self, word: str, block: Block, told: str) -> None:
        """Tells it at once."""
        print(f"{word:<8}{block.place}  {told}", flush=True)

    def summary(self, seconds: float) -> str:
        """What a page's author wants to know at the end."""
        counts = ", ".join(f"{number} {language}" for language, number in sorted(self.counts.items()))
        lines = [f"Not run, {len(self.skipped)}:", *(f"  {each}" for each in self.skipped)] if self.skipped else []
        lines += [f"Failed, {len(self.failed)}:", *(f"  {each}" for each in self.failed)] if self.failed else []
        return "\n".join(["", *lines, f"{sum(self.counts.values())} blocks hold ({counts}), {len(self.failed)} failed, in {seconds:.0f} s"])


def run_page(page: str, markdown: str, folder: Path, environment: dict[str, str], report: Report) -> None:
    """Runs the blocks of a page in their order, in this folder."""
    blocks, sessions = blocks_of(page, markdown), dict[str, Session]()
    try:
        for block in blocks:
            began = time.monotonic()
            try:
                reason = look_at(block, folder, environment)
                if block.is_run and block.language in COMMANDS:
                    if block.language not in sessions:
                        alike = [each for each in blocks if each.language == block.language and each.is_run]
                        sessions[block.language] = Session(block.language, folder, environment, alike)
                    run_block(sessions[block.language], block)
            except PageError as error:
                report.fail(block, str(error))
            else:
                report.skip(block, reason) if reason else report.ran(block, time.monotonic() - began)
    finally:
        for session in sessions.values():
            session.close()


def look_at(block: Block, folder: Path, environment: dict[str, str]) -> str:
    """Why a block is not run; nothing if it is, or if it is data that is what it says."""
    if block.fault:
        raise PageError(block.fault)
    if file := block.marks.get("part of"):
        if not (ROOT / file).is_file():
            raise PageError(f"there is no file {file}")
        if block.text not in (ROOT / file).read_text():
            raise PageError(f"{file} does not have these lines")
        return ""
    if block.language not in COMMANDS:
        read(block)
        return "a picture: there is no parser of it here" if block.language == "mermaid" else ""
    if "not run" in block.marks:
        check_syntax(block, folder, environment)
    return block.marks.get("not run", "")


def run_block(session: Session, block: Block) -> None:
    """Runs a block, and looks at what it printed."""
    if "refused" in block.marks and not block.output:
        raise PageError("calls may be refused here, so its output has to stand behind it")
    printed = session.run(block)
    if block.output:
        read(block.output)
        if fault := difference(block.output.language, block.output.text, printed):
            raise PageError(fault)


def read(block: Block) -> None:
    """Whether a block of data is what it says; of some languages nothing here can tell."""
    import yaml  # only the venv has it

    readers: dict[str, Callable[[str], object]] = {"json": json.loads, "toml": tomllib.loads, "yaml": lambda text: list(yaml.compose_all(text)), "xml": ElementTree.fromstring}
    try:
        readers.get(block.language, str)(block.text)
    except (ValueError, yaml.YAMLError, ElementTree.ParseError) as error:
        raise PageError(f"this is no {block.language}: {error}") from None


def folder_like_the_projects(folder: Path, stack_env: Path) -> None:
    """A folder with the project's files, and with the variables of the stack at the place where readers find theirs."""
    (folder / "local" / ".state").mkdir(parents=True)
    shutil.copy(stack_env, folder / "local" / ".state" / "stack.env")
    for source in [*ROOT.iterdir(), *(ROOT / "local").iterdir()]:
        target = folder / source.relative_to(ROOT)
        if not source.name.startswith(".") and not target.exists():
            target.symlink_to(source)


def refusing(folder: Path) -> Path:
    """A folder of commands that no page may run: a reader who types them wants it, a test would change the machine it runs on."""
    folder.mkdir()
    for name in FORBIDDEN:
        (folder / name).write_text(f"#!/bin/sh\necho '{name} is not run here: say why, <!-- not run: … -->' >&2; exit 1\n")
        (folder / name).chmod(0o755)
    return folder


def variables(stack_env: Path, forbidden: Path) -> dict[str, str]:
    """The environment of the sessions: stack.env, the programs of the venv, and nothing of the caller's account."""
    stack = dict(word.split("=", 1) for word in shlex.split(stack_env.read_text()))
    path = os.pathsep.join([str(forbidden), str(VENV / "bin"), os.environ["PATH"]])
    return without_aws_and_proxies(dict(os.environ)) | stack | {"PATH": path, "NO_PROXY": "*", "LC_ALL": "C.UTF-8"}


def pages() -> list[str]:
    """All pages that git knows or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return sorted({name for name in listed.stdout.splitlines() if (ROOT / name).is_file()})


def require_node() -> None:
    """Says what is missing before anything is run."""
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout if shutil.which("node") else "v0"
    if int(version.strip().lstrip("v").split(".")[0]) < 20:
        raise UserError("Node 20 or newer is needed, for the blocks in JavaScript.")


def test(names: list[str]) -> int:
    """Runs these pages; the number of blocks that failed."""
    if "MAIL_DIR" not in os.environ:
        raise UserError("Set the variables of a stack: set -a; . local/.state/stack.env")
    # Its mails lie beside its variables.
    stack_env = Path(os.environ["MAIL_DIR"]).with_name("stack.env")
    require_node()
    report, began = Report(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="imprint-documentation-") as temporary:
        environment = variables(stack_env, refusing(Path(temporary) / "forbidden"))
        for number, name in enumerate(names):
            folder = Path(temporary) / f"page-{number}"
            folder_like_the_projects(folder, stack_env)
            run_page(name, (ROOT / name).read_text(), folder, environment | {"HOME": str(folder)}, report)
    print(report.summary(time.monotonic() - began))
    return len(report.failed)


def main() -> int:
    """Reads the command line and runs the test."""
    parser = argparse.ArgumentParser(description="The blocks of code of the documentation against a running stack.")
    parser.add_argument("page", nargs="*", help="as docs/clients/exago.md; without one, all")
    arguments = parser.parse_args()
    try:
        return 1 if test(arguments.page or pages()) else 0
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
