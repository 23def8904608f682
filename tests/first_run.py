"""What somebody meets who runs this for the first time, on a machine where something is missing: one line that says what to change, an exit code
that is not 0, and no traceback. `python3 tests/first_run.py`, with words of the titles for some of them.

Each case is a checkout of its own, with what `make up` reads of it, and the real programs. Nothing is built: what cargo would be asked for is a stand-in
that says what a wrong one says. The standard library is enough; what a machine cannot do (mount, be another user) is skipped, and told.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BINARIES = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "local"
NEEDED = ("Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "Makefile", "template.yaml")
PYTHON = sys.executable
LIMIT = 600


class Skipped(Exception):
    """Why a case cannot be tried here."""


class Outcome(NamedTuple):
    """How a command ended, and all that it said."""

    code: int
    text: str


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
        """With the venv of the real one, so that none is made. One of other requirements would be made anew through the link."""
        stamp, lock = ROOT / ".venv" / "requirements.sha256", ROOT / "local" / "requirements" / "stack.txt"
        if not stamp.is_file() or stamp.read_text() != hashlib.sha256(lock.read_bytes()).hexdigest():
            raise Skipped("needs .venv as the lock has it, which `make up` makes")
        (self.root / ".venv").symlink_to(ROOT / ".venv")
        return self

    def stack(self, *words: str, prefix: tuple[str, ...] = (), python: str = PYTHON, **variables: str) -> Outcome:
        """Runs stack.py."""
        return self.run(*prefix, python, "local/stack.py", *words, **variables)

    def run(self, *words: str, **variables: str) -> Outcome:
        """Runs a command in it, with these variables and few others."""
        output = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        ran = subprocess.run(words, cwd=self.root, env=environment(variables), timeout=LIMIT, check=False, **output)
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
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1", **variables}


def wrong(outcome: Outcome, expected: str, code: int = 1) -> str:
    """What is wrong with how a command ended; nothing when it said this in one line."""
    if "Traceback" in outcome.text:
        return f"a traceback: {outcome.text[-600:]}"
    if outcome.code != code:
        return f"exit code {outcome.code}, not {code}: {outcome.text[-600:]}"
    told = [line for line in outcome.text.splitlines() if line.startswith(("error:", "warning:"))]
    if not re.search(expected, "\n".join(told) if code == 1 else outcome.text):
        return f"said: {outcome.text[-600:]}"
    return "" if code != 1 or len(told) == 1 else f"{len(told)} lines of errors: {told}"


# ---- The tools ----

SOUND = {"cargo": "exit 0", "rustc": "echo 'rustc 1.999.0 (none)'", "cc": "exit 0"}


def no_cargo(checkout: Checkout) -> str:
    """Rust was never installed."""
    return wrong(checkout.stack("up", PATH=checkout.path_with()), r"cargo is not installed.*https://rustup\.rs")


def old_rust(checkout: Checkout) -> str:
    """Debian's Rust, without rustup."""
    path = checkout.path_with(**SOUND | {"rustc": "echo 'rustc 1.63.0 (built from a source tarball)'"})
    return wrong(checkout.stack("up", PATH=path), r"Rust 1\.\d+\.\d+ is needed, and \S+/rustc is 1\.63\.0; with rustup")


def toolchain_not_there(checkout: Checkout) -> str:
    """rustup is told to install nothing by itself."""
    path = checkout.path_with(**SOUND | {"rustc": "echo \"error: toolchain '1.95.0' is not installed\" >&2; exit 1"})
    return wrong(checkout.stack("up", PATH=path), r"rustc does not run: .*toolchain '1\.95\.0' is not installed")


def no_c_compiler(checkout: Checkout) -> str:
    """Rust is there, and nothing to link with."""
    path = checkout.path_with(**{name: SOUND[name] for name in ("cargo", "rustc")})
    return wrong(checkout.stack("up", PATH=path), "no C compiler.*apt-get install build-essential")


def crates_out_of_reach(checkout: Checkout) -> str:
    """The first build has no network. This one is cargo itself, with a home of its own and a proxy that is not there."""
    if not shutil.which("cargo"):
        raise Skipped("needs cargo")
    shutil.copytree(ROOT / "shared", checkout.root / "shared")
    for folder in ("functions", "tests", "bench"):
        (checkout.root / folder).symlink_to(ROOT / folder)
    home = checkout.root.parent / "cargo"
    home.mkdir()
    variables = {"CARGO_HOME": str(home), "CARGO_HTTP_PROXY": "127.0.0.1:1", "CARGO_NET_RETRY": "0", "RUSTUP_HOME": rustup_home()}
    outcome = checkout.with_venv().stack("up", **variables, IMPRINT_PORT=str(free_port()))
    # cargo says its own part, above ours.
    return wrong(outcome._replace(text=outcome.text.replace("error: failed to get", "")), "first build needs the network")


def rustup_home() -> str:
    """Where rustup keeps Rust, also when cargo has another home."""
    return os.environ.get("RUSTUP_HOME") or str(Path.home() / ".rustup")


def no_python(checkout: Checkout) -> str:
    """make finds no Python."""
    outcome = checkout.run("make", "up", "PYTHON=/nonexistent/python3")
    return wrong(outcome._replace(code=outcome.code and 1), "Python 3.11 or newer is needed, and /nonexistent/python3 is not there")


def old_python(checkout: Checkout) -> str:
    """make finds an old Python, which says so when it is asked."""
    path = checkout.path_with(python3="[ \"$1\" = --version ] && echo Python 3.9.2 || exit 1")
    outcome = checkout.run("make", "up", PATH=path)
    return wrong(outcome._replace(code=outcome.code and 1), "Python 3.11 or newer is needed, and python3 is Python 3.9.2")


def python_without_ensurepip(checkout: Checkout) -> str:
    """Debian's Python without python3-venv: the library of this one, less that."""
    library = Path(os.__file__).parent
    copy = checkout.root.parent / "python" / "lib" / library.name
    copy.mkdir(parents=True)
    for each in library.iterdir():
        if each.name not in ("ensurepip", "site-packages", "dist-packages"):
            (copy / each.name).symlink_to(each)
    outcome = checkout.stack("status", PYTHONHOME=str(copy.parent.parent))
    return wrong(outcome, r"comes without ensurepip: `apt-get install python3\.\d+-venv`")


def index_out_of_reach(checkout: Checkout) -> str:
    """The first run has no network."""
    outcome = checkout.stack("status", PIP_INDEX_URL="http://127.0.0.1:1/simple", PIP_CONFIG_FILE=os.devnull)
    return wrong(outcome, "pip reaches no package index") or again(checkout)


def again(checkout: Checkout) -> str:
    """A venv that was not finished is not taken for one."""
    return "taken for finished" if (checkout.root / ".venv" / "requirements.sha256").exists() else ""


def another_file_than_the_lock_names(checkout: Checkout) -> str:
    """An index has another file than the one that was locked. Nothing of it is installed."""
    wheels = checkout.root.parent / "wheels"
    wheels.mkdir()
    with zipfile.ZipFile(wheels / "thing-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("thing.py", "")
        wheel.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        wheel.writestr("thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("thing-1.0.dist-info/RECORD", "")
    lock = checkout.root / "local" / "requirements" / "stack.txt"
    lock.write_text(f"thing==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    outcome = checkout.stack("status", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheels), PIP_CONFIG_FILE=os.devnull)
    if "DO NOT MATCH THE HASHES" not in outcome.text:
        return f"said: {outcome.text[-600:]}"
    return wrong(outcome, r"could not make \.venv") or again(checkout)


def stale_lock(checkout: Checkout) -> str:
    """Somebody changed what is used, and forgot the lock."""
    source = checkout.root / "local" / "requirements" / "stack.in"
    source.write_text(source.read_text().replace("boto3==", "boto3>="))
    return wrong(checkout.run(PYTHON, "local/locks.py", "check"), r"local/requirements/stack\.txt is not the lock of stack\.in as it is now; `make lock`")


def changed_lock(checkout: Checkout) -> str:
    """Somebody changed a lock by hand."""
    lock = checkout.root / "local" / "requirements" / "lint.txt"
    lock.write_text(lock.read_text().replace("sha256:0", "sha256:1", 1))
    return wrong(checkout.run(PYTHON, "local/locks.py", "check"), r"local/requirements/lint\.txt is not the lock")


def no_account(checkout: Checkout) -> str:
    """`make deploy` without credentials: said before the build."""
    python = ROOT / ".venv-lint" / "bin" / "python"
    if not python.is_file():
        raise Skipped("needs .venv-lint, which `make lint` makes")
    variables = {"HOME": str(checkout.root), "AWS_EC2_METADATA_DISABLED": "true"}
    return wrong(checkout.run(str(python), "local/cloud.py", "account", **variables), "there are no AWS credentials.*aws configure")


# ---- The disk, the folders ----


def full_disk_for_tools(checkout: Checkout) -> str:
    """The disk is full when the venv is made."""
    (checkout.root / ".venv").mkdir()
    return wrong(checkout.stack("status", prefix=on_a_small_disk(checkout.root / ".venv", "4m")), r"no space is left for .*\.venv \(0\.0 GB")


def full_disk_for_packages(checkout: Checkout) -> str:
    """The disk is full when the functions are packed."""
    if not (BINARIES / "light").is_file():
        raise Skipped("needs the functions, which `make up` builds")
    template = small_template(checkout)
    checkout.with_venv().state.mkdir()
    words = ("up", "--template", template, "--binaries", str(BINARIES))
    prefix = on_a_small_disk(checkout.state, "2m")
    return wrong(checkout.stack(*words, prefix=prefix, IMPRINT_SKIP_BUILD="1", IMPRINT_PORT=str(free_port())), r"no space is left for .*\.state \(0\.0 GB")


def on_a_small_disk(folder: Path, size: str) -> tuple[str, ...]:
    """Puts a small disk on a folder for one command, which alone sees it."""
    prefix = ("unshare", "--mount", *(() if os.geteuid() == 0 else ("--map-root-user",)))
    if not shutil.which("unshare") or subprocess.run([*prefix, "mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, check=False).returncode:
        raise Skipped("needs to mount, which this user may not")
    return (*prefix, "sh", "-c", f'mount -t tmpfs -o size={size} tmpfs "$0" && exec "$@"', str(folder))


def state_of_somebody_else(checkout: Checkout) -> str:
    """What was made as root is there, and now the user comes."""
    checkout.state.mkdir()
    checkout.state.chmod(0o555)
    prefix, python = as_nobody(checkout.root)
    return wrong(checkout.stack("up", prefix=prefix, python=python, IMPRINT_SKIP_BUILD="1"), r"\.state/\S+ is closed to \w+ \(Permission denied\)")


def as_nobody(root: Path) -> tuple[tuple[str, ...], str]:
    """For root, who may write everywhere: how to be nobody, and a Python that nobody may run."""
    if os.geteuid():
        return (), PYTHON
    root.parent.chmod(0o755)
    become = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    for python in (PYTHON, "/usr/bin/python3"):
        probe = [*become, python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        with contextlib.suppress(OSError):
            if not subprocess.run(probe, cwd=root, capture_output=True, check=False).returncode:
                return become, python
    raise Skipped("needs a Python that not only root may run")


# ---- Ports and settings ----


def taken_port(checkout: Checkout) -> str:
    """Something else listens there. Said before anything is built."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        outcome = checkout.with_venv().stack("up", IMPRINT_SKIP_BUILD="1", IMPRINT_PORT=str(port))
    return wrong(outcome, rf"port {port} is taken( by \S+ \(pid {os.getpid()}\))?; IMPRINT_PORT=\d+ make up")


def no_port(checkout: Checkout) -> str:
    """IMPRINT_PORT is no port: refused before a venv is made."""
    faults = [wrong(checkout.stack("up", IMPRINT_PORT=text), "is not a port between 1024 and 65533") for text in ("abc", "80", "65535", "８０８０")]
    return next(filter(None, faults), "made a venv" if (checkout.root / ".venv").exists() else "")


def terminal_without_unicode(checkout: Checkout) -> str:
    """A terminal that knows ASCII only."""
    outcome = checkout.with_venv().stack("up", IMPRINT_SKIP_BUILD="1", IMPRINT_PORT=str(free_port()), PYTHONIOENCODING="ascii", CARGO_TARGET_DIR="/nonexistent")
    return wrong(outcome, r"/nonexistent/local lacks light and rendering: without IMPRINT_SKIP_BUILD")


# ---- The stack ----


def not_up(checkout: Checkout) -> str:
    """Commands that need a stack, and there is none."""
    checkout.with_venv()
    port = str(free_port())
    cases = {"token": "no token yet; `make up`", "logs": "no logs yet.*`make up`", "redrive": "Nothing is running.*`make up`"}
    faults = [wrong(checkout.stack(command, IMPRINT_PORT=port), expected) for command, expected in cases.items()]
    faults.append(wrong(checkout.run(str(checkout.root / ".venv/bin/python"), "local/seed.py", IMPRINT_PORT=port), "stack"))
    return next(filter(None, faults), "")


def stale_pid(checkout: Checkout) -> str:
    """The machine was switched off, and the pid is somebody else's by now: of us, or of nobody."""
    checkout.with_venv()
    port = free_port()
    folder = checkout.state / str(port)
    folder.mkdir(parents=True)
    for text in (str(os.getpid()), "4194303", "garbage", ""):
        (folder / "emulator.pid").write_text(text)
        shown, ended = (checkout.stack(word, IMPRINT_PORT=str(port)) for word in ("status", "down"))
        if fault := wrong(shown, f":{port}  down", 0) or wrong(ended, "Nothing was running", 0):
            return fault
    return ""


def two_at_once(checkout: Checkout) -> str:
    """A second command of a stack says that it waits, and then goes on."""
    port = str(free_port())
    folder = checkout.with_venv().state / port
    folder.mkdir(parents=True)
    with (folder / "lock").open("w") as lock, background(checkout, "down", IMPRINT_PORT=port, prepare=lambda: fcntl.flock(lock, fcntl.LOCK_EX)) as second:
        said = second.stdout.readline() if second.stdout else ""
        fcntl.flock(lock, fcntl.LOCK_UN)
        rest = second.communicate(timeout=LIMIT)[0]
    return "" if "waiting for its end" in said and "Nothing was running" in rest and not second.returncode else f"said: {said}{rest}"


def interrupted(checkout: Checkout) -> str:
    """Ctrl-C while it builds."""
    path = checkout.path_with(**SOUND | {"cargo": "echo building; exec sleep 60"})
    port = str(free_port())
    with background(checkout.with_venv(), "up", PATH=path, IMPRINT_PORT=port) as running:
        while running.stdout and "building" not in running.stdout.readline() and running.poll() is None:
            pass
        os.killpg(running.pid, signal.SIGINT)
        rest = running.communicate(timeout=LIMIT)[0]
    return wrong(Outcome(running.returncode, rest), "interrupted", 130)


@contextlib.contextmanager
def background(checkout: Checkout, *words: str, prepare: Callable[[], object] = lambda: None, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A command of stack.py that runs beside us, with a process group of its own."""
    prepare()
    command = [PYTHON, "-u", "local/stack.py", *words]
    running = subprocess.Popen(
        command, cwd=checkout.root, env=environment(variables), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0
    )
    try:
        yield running
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def killed_emulator(checkout: Checkout) -> str:
    """The emulator is killed, by whatever; `up` starts it again. One that hangs is told of."""
    if not (BINARIES / "light").is_file():
        raise Skipped("needs the functions, which `make up` builds")
    checkout.with_venv()
    port = str(free_port())
    words = ("up", "--no-seed", "--template", small_template(checkout), "--binaries", str(BINARIES))
    try:
        for _ in range(2):
            up = checkout.stack(*words, IMPRINT_SKIP_BUILD="1", IMPRINT_PORT=port)
            if fault := wrong(up, "Imprint is up", 0):
                return fault
            pid = int((checkout.state / port / "emulator.pid").read_text())
            if fault := hanging(checkout, words, port, pid):
                return fault
            os.kill(pid, signal.SIGKILL)
            if fault := wrong(gone(checkout, port), f":{port}  down", 0):
                return fault
        return wrong(checkout.stack("redrive", IMPRINT_PORT=port), "Nothing is running")
    finally:
        checkout.stack("down", IMPRINT_PORT=port)


def hanging(checkout: Checkout, words: tuple[str, ...], port: str, pid: int) -> str:
    """What `up` says while the emulator answers nothing."""
    os.kill(pid, signal.SIGSTOP)
    outcome = checkout.stack(*words, IMPRINT_SKIP_BUILD="1", IMPRINT_PORT=port)
    return wrong(outcome, rf"the emulator \(pid {pid}\) runs, but does not answer; `make down up`")


def gone(checkout: Checkout, port: str) -> Outcome:
    """What `status` says when the process has ended."""
    time.sleep(0.5)
    return checkout.stack("status", IMPRINT_PORT=port)


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


# ---- The doctor ----


def doctor_without_python(checkout: Checkout) -> str:
    """There is nothing that could look."""
    outcome = checkout.run("make", "doctor", "PYTHON=/nonexistent/python3")
    return wrong(outcome._replace(code=outcome.code and 1), "Python 3.11 or newer is needed, and /nonexistent/python3 is not there")


def doctor_without_rust(checkout: Checkout) -> str:
    """It says what is missing, in lines that fit, and fails."""
    outcome = checkout.run(PYTHON, "local/doctor.py", PATH=checkout.path_with(), IMPRINT_PORT=str(free_port()))
    wide = [line for line in outcome.text.splitlines()[1:] if len(line) > 80]
    if wide or "\033" in outcome.text or "missing Rust" not in outcome.text or "-> https://rustup.rs" not in outcome.text:
        return f"said: {wide or outcome.text}"
    return wrong(outcome._replace(code=outcome.code and 2), "cannot work yet", 2)


def doctor_in_a_terminal(checkout: Checkout) -> str:
    """Colours where somebody looks, unless NO_COLOR is set."""
    shown = {}
    for colours in ("", "1"):
        master, slave = pty.openpty()
        command = [PYTHON, "local/doctor.py"]
        ran = subprocess.Popen(command, cwd=checkout.root, env=environment({"NO_COLOR": colours, "IMPRINT_PORT": str(free_port())}), stdout=slave, stderr=slave)
        os.close(slave)
        shown[colours] = b""
        # On Linux the end of a terminal is an error.
        with contextlib.suppress(OSError):
            while chunk := os.read(master, 4096):
                shown[colours] += chunk
        ran.wait(LIMIT)
        os.close(master)
    return "" if b"\033[32m" in shown[""] and b"\033" not in shown["1"] and b"Traceback" not in shown[""] else f"said: {shown}"


CASES = (
    no_cargo, old_rust, toolchain_not_there, no_c_compiler, crates_out_of_reach,
    no_python, old_python, python_without_ensurepip, index_out_of_reach, another_file_than_the_lock_names, stale_lock, changed_lock, no_account,
    full_disk_for_tools, full_disk_for_packages, state_of_somebody_else,
    taken_port, no_port, terminal_without_unicode,
    not_up, stale_pid, two_at_once, interrupted, killed_emulator,
    doctor_without_python, doctor_without_rust, doctor_in_a_terminal,
)  # fmt: skip


def free_port() -> int:
    """A port that is free with the next two."""
    sys.path.insert(0, str(ROOT / "local"))
    from process import free_port as found  # after the path is set

    return found()


def tried(case: Callable[[Checkout], str]) -> tuple[str, str]:
    """A case in a folder of its own: what is wrong, or why it was skipped."""
    folder = Path(tempfile.mkdtemp(prefix="imprint-first-"))
    try:
        return case(Checkout(folder.resolve())), ""
    except Skipped as reason:
        return "", str(reason)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the other cases are still worth seeing
        return f"{type(error).__name__}: {error}", ""
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Tries all cases, some at a time, and tells of each."""
    # Whoever started us in the background may have had SIGINT ignored, and what we start would ignore it too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chosen = [case for case in CASES if not sys.argv[1:] or any(word in case.__name__ for word in sys.argv[1:])]
    failed, begun = 0, time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        for case, (fault, skipped) in zip(chosen, pool.map(tried, chosen), strict=True):
            failed += bool(fault)
            state = "FAILED" if fault else "skip  " if skipped else "ok    "
            print(f"{state}  {case.__name__.replace('_', ' ')}" + (f": {fault or skipped}" if fault or skipped else ""), flush=True)
    print(f"\n{len(chosen)} cases, {failed} failed, {time.monotonic() - begun:.0f} s.")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
