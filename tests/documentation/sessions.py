"""The sessions in which the blocks of a page are run: one for each language, so that what a block defines is there in the next.

A session is a process that is told the name of a file a line, runs it, and makes another file when it is done; so it is as with somebody
who types. All that it prints goes to one file, of which each block has its part. The first block that fails ends the session.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from tests.documentation.pages import Block, PageError

SECONDS = 60

# `fail-with-body`: a call that is refused fails, as it does not by itself; its words are printed all the same.
CURL = {"succeeds": "fail-with-body\n", "refused": ""}

BASH = r"""
set -Eeuo pipefail
trap 'echo "line $LINENO: $BASH_COMMAND: ended with $?" >&2' ERR
while IFS= read -r DOCUMENTATION_BLOCK; do
  . "$DOCUMENTATION_BLOCK" </dev/null
  touch "$DOCUMENTATION_BLOCK.done"
done
"""

PYTHON = r"""
import os, pathlib, sys
lines, sys.stdin, names = os.fdopen(os.dup(0)), open(os.devnull), {"__name__": "__main__"}
for line in lines:
    file = pathlib.Path(line.rstrip("\n"))
    exec(compile(file.read_text(), file, "exec"), names)
    file.with_name(file.name + ".done").touch()
"""

# The blocks of a page are one module, as they would be in a file, that waits before each.
NODE = r"""
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
let file;
globalThis.documentationBegins = async () => { file = (await lines.next()).value; };
globalThis.documentationEnds = () => writeFileSync(`${file}.done`, "");
await import(process.argv[1]);
"""
COMMANDS = {
    "bash": ["bash", "-c", BASH, "bash"],
    "python": ["python", "-u", "-c", PYTHON],
    "js": ["node", "--input-type=module", "-e", NODE],
}
ENDINGS = {"bash": "sh", "python": "py", "js": "mjs"}
CHECKS = {
    "bash": ["bash", "-n"],
    "python": ["python", "-c", "import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])"],
    "js": ["node", "--check"],
}


class Session:
    """A session of one language in a folder."""

    def __init__(self, language: str, folder: Path, environment: dict[str, str], blocks: list[Block]) -> None:
        self.language, self.folder, self.hidden = language, folder, folder.parent / f"{folder.name}.{language}"
        self.hidden.mkdir()
        for name, content in CURL.items():
            (self.hidden / name).mkdir()
            (self.hidden / name / ".curlrc").write_text(content)
        self.log, self.failed = self.hidden / "log", False
        argument = [self.module(blocks).as_uri()] if language == "js" else []
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*COMMANDS[language], *argument],
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def module(self, blocks: list[Block]) -> Path:
        """All blocks in JavaScript, each on the lines of the page, between what stands on the lines of the ticks."""
        lines = [""] * max(block.end for block in blocks)
        for block in blocks:
            wrapped = ["await documentationBegins();", *block.text.splitlines(), "documentationEnds();"]
            lines[block.line - 1 : block.end] = wrapped
        file = self.hidden / "page.mjs"
        file.write_text("\n".join(lines) + "\n")
        return file

    def run(self, block: Block) -> str:
        """Runs a block; what it printed.

        Raises PageError when it failed, with all that it said.
        """
        if self.failed:
            raise PageError("not reached: a block before it failed")
        file, begin = self.file(block), self.log.stat().st_size
        # A module that cannot be read has ended by now, and what it said is looked at below.
        assert self.process.stdin
        with suppress(BrokenPipeError):
            self.process.stdin.write(f"{file}\n".encode())
            self.process.stdin.flush()
        fault = self.wait(file.with_name(f"{file.name}.done"))
        log = self.log.read_bytes()
        if fault:
            self.failed = True
            raise PageError(f"{(log[begin:] or log).decode(errors='replace').strip()}\n{fault}".strip())
        return log[begin:].decode(errors="replace")

    def wait(self, done: Path) -> str:
        """Waits until the block is done; what went wrong."""
        end = time.monotonic() + SECONDS
        while not done.exists():
            if self.process.poll() is not None:
                return "" if done.exists() else f"{self.language} ended with {self.process.returncode}"
            if time.monotonic() > end:
                self.close()
                return f"not done after {SECONDS} seconds"
            time.sleep(0.01)
        return ""

    def file(self, block: Block) -> Path:
        """The block as a file, on its lines; before a shell's block stands what is to become of calls that are refused."""
        file = self.hidden / f"{Path(block.page).name}-{block.line}.{ENDINGS[self.language]}"
        text = block.in_place
        if self.language == "bash":
            home = self.hidden / ("refused" if "refused" in block.marks else "succeeds")
            text = "\n" * (block.line - 1) + f"export CURL_HOME='{home}'\n" + block.text
        file.write_text(text)
        return file

    def close(self) -> None:
        """Ends it with all that it began."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(timeout=2)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self.process.wait()


def check_syntax(block: Block, folder: Path, environment: dict[str, str]) -> None:
    """Whether the language can read a block that is not run."""
    file = folder.parent / f"{folder.name}-{block.line}.{ENDINGS[block.language]}"
    file.write_text(block.in_place)
    check = subprocess.run([*CHECKS[block.language], file], env=environment, capture_output=True, text=True, check=False)
    if check.returncode:
        raise PageError(check.stderr.strip())
