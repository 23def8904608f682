"""The tests that need a browser: `python3 -m local.browser install | test CARGO… | skipped CARGO…`.

They are programs of tests/browser in JavaScript, and Rust runs them as end-to-end tests that are marked `ignore`: on a machine without a browser they
are counted as ignored, and listed by name. What drives the browser, and the Chromium that is used where none is installed, are npm packages.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys

from local.environment import ROOT, UserError, told

FOLDER = ROOT / "tests" / "browser"
LOCK = FOLDER / "package-lock.json"
INSTALLED = FOLDER / "node_modules" / ".package-lock.json"
NODE = 20


def main() -> int:
    """Parses the command line and runs the command."""
    parser = argparse.ArgumentParser(prog="local.browser", description="The tests that need a browser.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    install_parser = commands.add_parser("install", help="install what drives a browser, and a Chromium, where npm is there")
    install_parser.set_defaults(command=install)
    for name, command, words in [
        ("test", test, "run the end-to-end tests, with those that need a browser where there is one"),
        ("skipped", skipped, "list the tests that are skipped because there is no browser, and say why"),
    ]:
        command_parser = commands.add_parser(name, help=words)
        command_parser.add_argument("cargo", nargs=argparse.REMAINDER, help="the command that builds and runs tests")
        command_parser.set_defaults(command=command)
    arguments = parser.parse_args()
    return told(lambda: arguments.command(arguments))


def install(_: argparse.Namespace) -> int:
    """Installs what the lock pins, unless it is there. Without npm there is nothing to install it with."""
    if why := no_npm():
        print(f"no browser: {why}")
    elif not INSTALLED.is_file() or INSTALLED.stat().st_mtime < LOCK.stat().st_mtime:
        if subprocess.run(["npm", "ci", "--silent"], cwd=FOLDER, check=False).returncode:
            raise UserError(f"`npm ci` failed in {FOLDER.relative_to(ROOT)}, see above; it downloads from the npm registry.")
        INSTALLED.touch()
    return 0


def test(arguments: argparse.Namespace) -> int:
    """Runs the end-to-end tests."""
    return subprocess.run([*arguments.cargo, "--test", "e2e", "--", *([] if no_browser() else ["--include-ignored"])], check=False).returncode


def skipped(arguments: argparse.Namespace) -> int:
    """Lists what was not run."""
    if why := no_browser():
        command = [*arguments.cargo, "--quiet", "--test", "e2e", "--", "--list", "--ignored"]
        listed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        for name in re.findall(r"^(\S+): test$", listed, re.MULTILINE):
            print(f"skipped: {name}: no browser: {why}")
    return 0


def no_browser() -> str:
    """Why there is no browser; nothing when there is one."""
    if why := no_npm():
        return why
    ran = subprocess.run(["node", str(FOLDER / "chromium.js")], capture_output=True, text=True, check=False)
    return ran.stderr.strip() if ran.returncode else ""


def no_npm() -> str:
    """Why npm's packages cannot be used; nothing when they can."""
    if not shutil.which("node") or not shutil.which("npm"):
        return f"Node {NODE} or newer with npm is not installed (https://nodejs.org)"
    version = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    major = re.match(r"v?(\d+)", version)
    return "" if major and int(major[1]) >= NODE else f"Node {NODE} or newer is needed, and {version or 'no version'} is installed"


if __name__ == "__main__":
    sys.exit(main())
