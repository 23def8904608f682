"""The locks of the Python tools: `python local/locks.py renew | check | install`.

A `requirements/*.in` names what is used and why. Its lock, the `.txt` beside it, names that with all it brings along, each with the SHA-256 of every
file that the index has of it: for Linux and macOS, x86_64 and ARM, Python 3.11 and newer. pip installs nothing that is not in it.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

from environment import LOCAL, ROOT, UserError, add_to_venv, make_venv, told

REQUIREMENTS = LOCAL / "requirements"
TOOL_VENV = ROOT / ".venv-lock"
# Alone in their locks: what they bring along is in another one, since not everybody needs it.
WITHOUT_WHAT_THEY_BRING = ("package",)
HEAD = "# The lock of {name}: `make lock` makes it, nobody edits it. SHA-256 of both: {digest}\n"


def main() -> int:
    """Parses the command line and runs the command."""
    parser = argparse.ArgumentParser(prog="locks.py", description="The locks of the Python tools.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    renew_parser = commands.add_parser("renew", help="make every lock anew; what still fits keeps its version")
    renew_parser.add_argument("--upgrade", action="store_true", help="take the newest version of all that the .in files leave open")
    renew_parser.set_defaults(command=renew)
    commands.add_parser("check", help="whether each lock fits its .in file; needs no network").set_defaults(command=check)
    install_parser = commands.add_parser("install", help="make a venv of the first lock, and add the others to it")
    install_parser.add_argument("folder", type=Path)
    install_parser.add_argument("locks", type=Path, nargs="+")
    install_parser.set_defaults(command=install)
    arguments = parser.parse_args()
    return told(lambda: arguments.command(arguments))


def sources() -> list[Path]:
    """The .in files."""
    return sorted(REQUIREMENTS.glob("*.in"))


def renew(arguments: argparse.Namespace) -> int:
    """Makes every lock with uv, which has a lock itself."""
    make_venv(TOOL_VENV, REQUIREMENTS / "lock.txt")
    for source in sources():
        lock = source.with_suffix(".txt")
        options = ["--upgrade"] * arguments.upgrade + ["--no-deps"] * (source.stem in WITHOUT_WHAT_THEY_BRING)
        compile_command = [str(TOOL_VENV / "bin" / "uv"), "--quiet", "--no-config", "pip", "compile", "--universal", "--python-version", "3.11"]
        command = [*compile_command, "--generate-hashes", "--no-header", *options, "--output-file", lock.name, source.name]
        # Indexes and folders of this machine are none of everybody's.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
        if subprocess.run(command, cwd=REQUIREMENTS, env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
            raise UserError(f"`{' '.join(command)}` failed, see above.")
        body = without_head(lock.read_text())
        lock.write_text(HEAD.format(name=source.name, digest=digest(source, body)) + body)
        print(f"{lock.relative_to(ROOT)}: {len(pins(body))} packages")
    return 0


def check(_: argparse.Namespace) -> int:
    """Refuses a lock that was made of another .in file, or was changed since."""
    for source in sources():
        lock = source.with_suffix(".txt")
        text = lock.read_text() if lock.is_file() else ""
        body = without_head(text)
        if text != HEAD.format(name=source.name, digest=digest(source, body)) + body:
            raise UserError(f"{lock.relative_to(ROOT)} is not the lock of {source.name} as it is now; `make lock` renews it.")
        if bare := [pin for pin in pins(body) if "--hash=sha256:" not in pin]:
            raise UserError(f"{lock.relative_to(ROOT)} has no hash of {bare[0].split()[0]}; `make lock` renews it.")
    if unlocked := sorted(file.name for file in REQUIREMENTS.glob("*.txt") if not file.with_suffix(".in").is_file()):
        raise UserError(f"local/requirements/{unlocked[0]} has no .in file: name there what is used and why, then `make lock`.")
    print(f"{len(sources())} locks fit their .in files.")
    return 0


def install(arguments: argparse.Namespace) -> int:
    """Makes a venv, or leaves it as it is when nothing changed."""
    folder, (first, *more) = ROOT / arguments.folder, arguments.locks
    make_venv(folder, first.resolve())
    for lock in more:
        add_to_venv(folder, lock.resolve())
    return 0


def without_head(text: str) -> str:
    """The lock without the line that tells what it is of."""
    return text.partition("\n")[2] if text.startswith("# The lock of ") else text


def pins(body: str) -> list[str]:
    """Each package of a lock, with its hashes."""
    return re.findall(r"^[A-Za-z0-9].*(?:\n .*)*", body, re.MULTILINE)


def digest(source: Path, body: str) -> str:
    """Of what the .in file asks for, whatever its comments say, and of the lock."""
    lines = (line.partition("#")[0].strip() for line in source.read_text().splitlines())
    return hashlib.sha256("\n".join([*filter(None, lines), body]).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
