"""Whether this machine has what Imprint needs: `make doctor`, or `python3 -m local.doctor`. It changes nothing, and reads no secret.

It runs with Python 3.8 and newer, so that it can say which one is needed. It fails only when `make up` cannot work.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Callable, List, NamedTuple, Tuple

from local import process
from local.environment import ROOT, STATES, TARGET, VENV, Stack, UserError, free_bytes, port_from_environment

OK, WARN, MISSING = "ok", "warn", "missing"
COLOURS = {OK: "32", WARN: "33", MISSING: "31"}
WIDTH = 80
GB = 2**30
# What was measured, with some room: 4 GB of a first build, and its packages; as much again for tests and lint. Builds of changes are added to that.
UP_GB, TEST_GB, SAM_GB, DEPLOY_GB = 6, 12, 3, 8
# Registries that a first run asks, each with the file that has another address for it.
REGISTRIES = ("index.crates.io", "static.crates.io", "pypi.org", "files.pythonhosted.org")


class Finding(NamedTuple):
    """One line: what was looked at, how it is, what was seen, and what to do about it."""

    state: str
    what: str
    seen: str
    remedy: str = ""


def main() -> int:
    """Looks at everything, and prints it by what it is needed for."""
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, {ROOT}")
    worst = {}
    for title, checks in GROUPS:
        print(f"\n{title}")
        findings = [finding for check in checks for finding in looked_at(check)]
        for finding in findings:
            print(line(finding))
        worst[title] = any(finding.state == MISSING for finding in findings)
    able = not worst[GROUPS[0][0]]
    print("\n" + ("`make up` will work." if able else "`make up` cannot work yet: see what is missing in the first part."))
    return 0 if able else 1


def looked_at(check: Callable[[], List[Finding]]) -> List[Finding]:
    """What a check finds; one that cannot be made is no reason to stop."""
    try:
        return check()
    except UserError as error:
        return [Finding(MISSING, "settings", str(error))]
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return [Finding(WARN, check.__name__.replace("_", " "), f"not seen: {error}")]


def line(finding: Finding) -> str:
    """A finding in at most 80 columns, its remedy below it."""
    state = f"{finding.state:<7}"
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        state = f"\033[{COLOURS[finding.state]}m{state}\033[0m"
    seen = textwrap.wrap(finding.seen, WIDTH - 25) or [""]
    lines = [f"  {state} {finding.what:<14} {seen[0]}", *(" " * 25 + rest for rest in seen[1:])]
    # Lines to type stay whole.
    remedy = textwrap.wrap(finding.remedy, WIDTH - 28, break_long_words=False, break_on_hyphens=False)
    return "\n".join([*lines, *(" " * 25 + ("-> " if n == 0 else "   ") + rest for n, rest in enumerate(remedy))])


def said(*command: str) -> str:
    """What a program says, or nothing when it is not there or fails."""
    if not shutil.which(command[0]):
        return ""
    try:
        ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if ran.returncode else ran.stdout.decode(errors="replace").strip()


def version_in(text: str) -> Tuple[int, ...]:
    """The first version in a text."""
    found = re.search(r"\d+(\.\d+)+", text)
    return tuple(int(number) for number in found[0].split(".")) if found else ()


def dotted(numbers: Tuple[int, ...]) -> str:
    """A version as it is written."""
    return ".".join(map(str, numbers))


def rust() -> List[Finding]:
    """The Rust of rust-toolchain.toml, or a newer one."""
    wanted = version_in((ROOT / "rust-toolchain.toml").read_text())
    rustup = "https://rustup.rs installs Rust, and rust-toolchain.toml then picks the version."
    if not shutil.which("cargo"):
        return [Finding(MISSING, "Rust", "no cargo in PATH", rustup)]
    shown = said("rustc", "--version")
    if not shown:
        remedy = f"rustup toolchain install {dotted(wanted)}" if shutil.which("rustup") else rustup
        return [Finding(MISSING, "Rust", "rustc does not run", remedy)]
    if version_in(shown) < wanted:
        return [Finding(MISSING, "Rust", f"{dotted(version_in(shown))}; {dotted(wanted)} is needed", rustup)]
    return [Finding(OK, "Rust", dotted(version_in(shown)) + (", by rustup" if shutil.which("rustup") else ""))]


def c_compiler() -> List[Finding]:
    """A compiler that makes programs: Rust links with it, and the TLS library is C."""
    compiler = os.environ.get("CC") or "cc"
    remedy = "xcode-select --install" if platform.system() == "Darwin" else "apt-get install build-essential"
    if not shutil.which(compiler):
        return [Finding(MISSING, "C compiler", f"no {compiler} in PATH", remedy)]
    program = b"#include <stdio.h>\nint main(void) { return puts(\"\") < 0; }\n"
    ran = subprocess.run([compiler, "-x", "c", "-", "-o", os.devnull], input=program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if ran.returncode:
        return [Finding(MISSING, "C compiler", f"{compiler} makes no program: {ran.stdout.decode(errors='replace').strip().splitlines()[0]}", remedy)]
    return [Finding(OK, "C compiler", (said(compiler, "--version").splitlines() or [compiler])[0])]


def python() -> List[Finding]:
    """The Python that runs this, which make calls `$(PYTHON)`."""
    shown = f"{platform.python_version()} ({sys.executable})"
    if sys.version_info < (3, 11):
        return [Finding(MISSING, "Python", f"{shown}; 3.11 or newer is needed", "PYTHON=/path/to/python3.12 make up")]
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing and not (ROOT / ".venv-uv" / "bin" / "uv").exists():
        package = f"python3.{sys.version_info[1]}-venv"
        return [Finding(MISSING, "Python", f"{shown} without {' and '.join(missing)}", f"apt-get install {package}, or PYTHON=/path/to/another make up")]
    return [Finding(OK, "Python", shown)]


def programs_of_make() -> List[Finding]:
    """make itself, and bash, which its recipes are written for."""
    absent = [name for name in ("make", "bash") if not shutil.which(name)]
    return [Finding(MISSING, name, "not in PATH", f"apt-get install {name}") for name in absent] or [Finding(OK, "make, bash", "both there")]


def disk_for_up() -> List[Finding]:
    """Room for a first build, or for the next one."""
    built = (TARGET / "local").exists()
    return disk(2 if built else UP_GB, "a build is there already" if built else f"a first `make up` takes {UP_GB}", MISSING if not built else WARN)


def disk(gigabytes: int, why: str, state: str = WARN) -> List[Finding]:
    """Room on the disk of the checkout."""
    free = free_bytes(TARGET) / GB
    seen = f"{free:.0f} GB free; {why}"
    return [Finding(OK, "disk", seen) if free >= gigabytes else Finding(state, "disk", seen, "make room, or set CARGO_TARGET_DIR to another disk")]


def memory() -> List[Finding]:
    """Memory for rustc, which takes two GB for Typst, on each of two processors."""
    file = Path("/proc/meminfo")
    found = re.search(r"MemTotal:\s+(\d+)", file.read_text()) if file.exists() else None
    total = int(found[1]) * 1024 if found else int(said("sysctl", "-n", "hw.memsize") or 0)
    seen = f"{total / GB:.0f} GB"
    return [Finding(OK, "memory", seen) if total >= 3.5 * GB else Finding(WARN, "memory", f"{seen}; 4 are comfortable", "CARGO_BUILD_JOBS=1 make up")]


def state_folder() -> List[Finding]:
    """Whether what `make up` writes can be written."""
    for folder in (ROOT, STATES, TARGET, VENV):
        if folder.exists() and not os.access(str(folder), os.W_OK | os.X_OK):
            return [Finding(MISSING, "folders", f"{folder} is not yours to write", f"sudo chown -R $(id -un) {folder}")]
    return [Finding(OK, "folders", "can be written")]


def ports() -> List[Finding]:
    """The two ports of the stack, and the one of the fault proxy; they may be the stack's own."""
    stack = Stack.of_port(port_from_environment())
    if process.running(stack):
        return [Finding(OK, "stack", f"up at {stack.api_url} (pid {process.running(stack)})")]
    down = "down" if stack.env_file.exists() else "never started"
    taken = [port for port in (stack.port, stack.aws_port) if not process.is_free(port)]
    found = [Finding(OK, "stack", down)]
    for port in taken:
        found.append(Finding(MISSING, "port", f"{port} is taken{process.listener(port)}", f"IMPRINT_PORT={process.free_neighbour(stack.port)} make up"))
    return found if taken else [*found, Finding(OK, "ports", f"{stack.port} and {stack.aws_port} are free")]


def registries() -> List[Finding]:
    """Whether a first run would reach what it downloads from."""
    if any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "PIP_INDEX_URL")):
        return [Finding(OK, "registries", "by a proxy or a mirror of your own; not tried")]
    silent = [host for host in REGISTRIES if not reached(host)]
    if not silent:
        return [Finding(OK, "registries", "crates.io and PyPI answer")]
    return [Finding(WARN, "registries", f"no answer from {', '.join(silent)}", "only what was not downloaded before needs them: a first run, or newer locks")]


def reached(host: str) -> bool:
    """Whether a host takes a connection."""
    try:
        socket.create_connection((host, 443), timeout=3).close()
    except OSError:
        return False
    return True


def browser() -> List[Finding]:
    """A Chromium that is installed, or the one that `make test` installs."""
    names = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else ["chromium", "chromium-browser", "google-chrome"]
    shown = next(filter(None, (said(name, "--version") for name in names)), "")
    if shown:
        return [Finding(OK, "browser", shown)]
    if (platform.system(), platform.machine()) == ("Linux", "x86_64"):
        return [Finding(OK, "browser", "none installed; `make test` installs the Chromium of an npm package")]
    return [Finding(WARN, "browser", "none; tests that need one are skipped", "install Chromium or Chrome, or set CHROMIUM to the path of one")]


def curl() -> List[Finding]:
    """The samples of the documentation are typed into a shell by a test."""
    shown = said("curl", "--version")
    return [Finding(OK, "curl", dotted(version_in(shown))) if shown else Finding(MISSING, "curl", "not in PATH", "apt-get install curl")]


def node() -> List[Finding]:
    """Node and npm, for the clients of the documentation, a linter and what drives a browser."""
    shown = version_in(said("node", "--version"))
    if not shown or shown < (20,):
        return [Finding(MISSING, "Node", f"{dotted(shown) or 'none'}; 20 or newer is needed", "https://nodejs.org")]
    npm = version_in(said("npm", "--version"))
    return [Finding(OK, "Node", f"{dotted(shown)}, npm {dotted(npm)}") if npm else Finding(MISSING, "npm", "not in PATH", "apt-get install npm")]


def disk_for_tests() -> List[Finding]:
    """The tests are programs of a hundred MB each."""
    return disk(TEST_GB - UP_GB, f"all tests take {TEST_GB - UP_GB} more")


def docker() -> List[Finding]:
    """A client, and a daemon that it may talk to. Root needs neither on Debian: `make sam-test` installs and starts them."""
    by_itself = os.geteuid() == 0 and bool(shutil.which("apt-get"))
    if by_itself and (not shutil.which("docker") or not shutil.which("dockerd")):
        return [Finding(OK, "Docker", "not there; make sam-test installs it")]
    if not shutil.which("docker"):
        return [Finding(MISSING, "Docker", "no docker in PATH", "apt-get install docker.io")]
    ran = subprocess.run(["docker", "version", "--format", "{{json .}}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20, check=False)
    try:
        server = (json.loads(ran.stdout).get("Server") or {}).get("Version")
    except ValueError:
        server = None
    if server:
        return [Finding(OK, "Docker", f"daemon {server}")]
    if b"permission denied" in ran.stderr:
        return [Finding(MISSING, "Docker", "the daemon does not let you in", "sudo usermod -aG docker $(id -un), then log in anew")]
    if by_itself:
        return [Finding(OK, "Docker", "its daemon does not run; make sam-test starts it")]
    return [Finding(MISSING, "Docker", "the client is there, and no daemon answers", "sudo systemctl start docker")]


def disk_for_sam() -> List[Finding]:
    """Images and SAM itself."""
    return disk(SAM_GB, f"SAM and an image take {SAM_GB}")


def port_3000() -> List[Finding]:
    """Where SAM serves."""
    if process.is_free(3000):
        return [Finding(OK, "port", "3000 is free")]
    return [Finding(WARN, "port", f"3000 is taken{process.listener(3000)}", "end that; it is where SAM serves unless told otherwise")]


def credentials() -> List[Finding]:
    """Whether there are any; they are neither read nor tried."""
    variables = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
    sources = [name for name in variables if os.environ.get(name)]
    folder = Path.home() / ".aws"
    sources += [f"~/.aws/{name}" for name in ("credentials", "config") if (folder / name).is_file()]
    if not sources:
        return [Finding(WARN, "AWS account", "no credentials", "aws configure, aws sso login, or AWS_PROFILE=name make deploy")]
    return [Finding(OK, "AWS account", f"credentials by {', '.join(sources)}; not tried")]


def aws_cli() -> List[Finding]:
    """`make token STACK=name` speaks through it."""
    shown = said("aws", "--version")
    if version_in(shown)[:1] == (2,):
        return [Finding(OK, "AWS CLI", dotted(version_in(shown)))]
    seen = f"{dotted(version_in(shown)) or 'none'}; version 2 is needed for `make token STACK=name`"
    return [Finding(WARN, "AWS CLI", seen, "https://aws.amazon.com/cli")]


def disk_for_deployment() -> List[Finding]:
    """A build of its own, for AWS."""
    return disk(DEPLOY_GB, f"a build for AWS takes {DEPLOY_GB}")


GROUPS: List[Tuple[str, List[Callable[[], List[Finding]]]]] = [
    ("For `make up`", [python, rust, c_compiler, programs_of_make, disk_for_up, memory, state_folder, ports, registries]),
    ("For `make test` and `make lint`, besides", [curl, browser, node, disk_for_tests]),
    ("For `make sam-test`, besides", [docker, disk_for_sam, port_3000]),
    ("For `make deploy`, besides", [credentials, aws_cli, disk_for_deployment]),
]


if __name__ == "__main__":
    sys.exit(main())
