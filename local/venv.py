"""The Python environments of this checkout: `python3 -m local.venv sync GROUP… | lock | check`. Standard library only: nothing is installed yet.

`uv.lock` names every package with its hashes, for Linux and macOS, x86_64 and ARM. uv, which is in it as well, installs them: pip installs uv alone,
into `.venv-uv`, by the hashes of that lock.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from local.environment import ROOT, STATES, UserError, free_bytes, locked, no_space, require_python, told

LOCK = ROOT / "uv.lock"
UV_VENV = ROOT / ".venv-uv"
UV = UV_VENV / "bin" / "uv"
# Its versions conflict with those of the other groups.
APART = "sam"
# What pip and uv print when no index answers.
UNREACHABLE = re.compile(
    r"name resolution|resolve host|dns error|Connection(Error| refused)|NewConnection|tcp connect|connect error|tunnel error|unreachable|ProxyError|SSLError|timed? ?out",
    re.IGNORECASE,
)


def main() -> int:
    """Parses the command line and runs the command."""
    parser = argparse.ArgumentParser(prog="local.venv", description="The Python environments of this checkout.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    sync_parser = commands.add_parser("sync", help="install groups of pyproject.toml, as uv.lock has them")
    sync_parser.add_argument("groups", nargs="+", metavar="GROUP")
    sync_parser.set_defaults(command=lambda arguments: sync(arguments.groups))
    lock_parser = commands.add_parser("lock", help="renew uv.lock; what still fits keeps its version")
    lock_parser.add_argument("--upgrade", action="store_true", help="take the newest version of everything that pyproject.toml leaves open")
    lock_parser.set_defaults(command=lambda arguments: lock(upgrade=arguments.upgrade))
    commands.add_parser("check", help="whether uv.lock is the lock of pyproject.toml").set_defaults(command=lambda _: check())
    arguments = parser.parse_args()
    return told(lambda: begun(arguments))


def begun(arguments: argparse.Namespace) -> int:
    """Runs the command that was chosen, with uv installed; one at a time."""
    require_python()
    with locked(STATES / "venv.lock"):
        require_uv()
        arguments.command(arguments)
    return 0


def sync(groups: list[str]) -> None:
    """Installs groups beside what is installed already: `sam` into `.venv-sam`, everything else into `.venv`."""
    for folder, chosen in ((ROOT / ".venv", [name for name in groups if name != APART]), (ROOT / f".venv-{APART}", [APART] * (APART in groups))):
        if chosen:
            if not (folder / "bin" / "python").exists():
                print(f"Installing {', '.join(chosen)} into {folder.name} (once) …", flush=True)
            options = [option for name in chosen for option in ("--group", name)]
            run_uv("sync", "--quiet", "--frozen", "--inexact", *options, folder=folder)


def lock(*, upgrade: bool) -> None:
    """Renews the lock."""
    # Indexes of this machine are not everybody's.
    run_uv("lock", *(["--upgrade"] if upgrade else []), settings=False)


def check() -> None:
    """Refuses a lock that was made of another pyproject.toml."""
    try:
        run_uv("lock", "--check", settings=False)
    except Failed as failed:
        if "needs to be updated" in failed.output:
            raise UserError("uv.lock is not the lock of pyproject.toml as it is now; `make lock` renews it.") from None
        raise


class Failed(UserError):
    """A program that failed, with its output."""

    def __init__(self, message: str, output: str) -> None:
        super().__init__(message)
        self.output = output


def run_uv(*words: str, folder: Path | None = None, settings: bool = True) -> None:
    """Runs uv with the Python that runs this; `settings`: with the user's own, such as a cache elsewhere."""
    environment = {name: value for name, value in os.environ.items() if settings or not name.startswith("UV_")}
    # The certificates of the system, as pip has them: a proxy of a company is known there.
    environment = {"UV_SYSTEM_CERTS": "true"} | environment | {"UV_PYTHON": sys.executable, "UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": ""}
    if folder:
        environment["UV_PROJECT_ENVIRONMENT"] = str(folder)
    run_installer([str(UV), "--directory", str(ROOT), *words], folder or ROOT, environment)


def require_uv() -> None:
    """Installs uv, in the version and by the hashes of the lock, unless it is there."""
    version, hashes = locked_uv()
    stamp = UV_VENV / "version"
    # The Python that a venv was made of may be gone; uv itself needs none.
    if stamp.is_file() and stamp.read_text() == version and UV.exists():
        return
    require_venv()
    print(f"Installing uv {version} into {UV_VENV.name} (once) …", flush=True)
    run_installer([sys.executable, "-m", "venv", "--clear", str(UV_VENV)], UV_VENV)
    (UV_VENV / ".gitignore").write_text("*\n")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write(f"uv=={version} {' '.join(f'--hash={each}' for each in hashes)}\n")
        requirements.flush()
        pip = [str(UV_VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet", "--retries", "3"]
        run_installer([*pip, "--require-hashes", "--no-deps", "-r", requirements.name], UV_VENV)
    stamp.write_text(version)


def locked_uv() -> tuple[str, list[str]]:
    """The version of uv that is locked, and the hashes of its files."""
    # An older Python has none, and is refused before this.
    import tomllib

    packages = tomllib.loads(LOCK.read_text())["package"]
    uv = next(package for package in packages if package["name"] == "uv")
    return uv["version"], [wheel["hash"] for wheel in uv["wheels"]]


def require_venv() -> None:
    """Refuses a Python that cannot make a venv: some systems take that out of it."""
    if missing := [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        absent = " and ".join(missing)
        raise UserError(f"{sys.executable} comes without {absent}: `apt-get install {package}` on Debian and Ubuntu, or PYTHON=… of another one.")


def run_installer(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    """Runs one step, quietly; a failure is explained by what the program printed."""
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment, check=False)
    if not ran.returncode:
        return
    if "No space left" in ran.stdout or free_bytes(folder) < 2**24:
        raise UserError(no_space(folder))
    if UNREACHABLE.search(ran.stdout):
        raise UserError(f"no package index can be reached for {folder.name}, and the first run needs one; HTTPS_PROXY names another way.")
    end = "\n".join(f"  {line}" for line in ran.stdout.splitlines()[-15:])
    raise Failed(f"could not make {folder.name}: `{' '.join(command)}` failed:\n{end}", ran.stdout)


if __name__ == "__main__":
    sys.exit(main())
