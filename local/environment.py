"""Where things are, and what environment a child process gets. Standard library only: `make doctor` and local/venv.py run before anything is installed."""

from __future__ import annotations

import errno
import fcntl
import getpass
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LOCAL = Path(__file__).resolve().parent
ROOT = LOCAL.parent
VENV = ROOT / ".venv"
# In an environment of its own: see pyproject.toml.
SAM = ROOT / ".venv-sam" / "bin" / "sam"
STATES = LOCAL / ".state"
PACKAGES = STATES / "packages"
# Where cargo builds. It is told, so that a configuration of the user's says nothing else.
TARGET = ROOT / (os.environ.get("CARGO_TARGET_DIR") or "target")
# What Lambda unpacks into /opt: fonts.py puts the fonts of other scripts into it.
FONTS_LAYER = TARGET / "layers" / "fonts"
DEFAULT_PORT = 8080
REGION = "us-east-1"
# What the emulator takes from the caller's environment, besides what it is given.
PASSED = (
    "PATH", "LANG", "RUST_LOG", "RUST_BACKTRACE", "EMU_TX_CONFLICT", "EMU_TX_MILLIS", "EMU_TX_DELAY", "EMU_DROP_CONDITION", "EMU_IAM_JOURNAL",
    "EMU_STATE_FILE",
)


class UserError(Exception):
    """Something the user can mend; its text is the whole message."""


def explained(error: OSError) -> str:
    """What the system refused, in the words of somebody who can mend it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return no_space(error.filename and Path(os.fsdecode(error.filename)))
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{error.filename or ROOT} is closed to {getpass.getuser()} ({error.strerror}); was something here run by another user, as root perhaps?"
    return str(error)


def no_space(place: Path | None = None) -> str:
    """That a disk is full, and which: the fullest of those that are written to, when nobody knows."""
    place = min((VENV, STATES, TARGET, Path(tempfile.gettempdir())), key=free_bytes) if place is None else place
    free = free_bytes(place) / 2**30
    return f"no space is left for {place} ({free:.1f} GB are free there); make room, then run the same again. `make doctor` tells what is needed."


def free_bytes(place: Path) -> int:
    """How much the disk of a place has left, which may not be there yet."""
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def told(command: Callable[[], int]) -> int:
    """Runs a command for its exit code. What went wrong is told in a line that says what to change."""
    try:
        return command()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
    except OSError as error:
        print(f"error: {explained(error)}", file=sys.stderr)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 1


@dataclass(frozen=True)
class Stack:
    """One local stack: its ports and its folder."""

    port: int
    state: Path

    @classmethod
    def of_port(cls, port: int) -> Stack:
        """The stack of a port: the default one lives in `local/.state` itself, every other in a folder of its number."""
        return cls(port, STATES if port == DEFAULT_PORT else STATES / str(port))

    @property
    def aws_port(self) -> int:
        """The port of the AWS services: the next one."""
        return self.port + 1

    @property
    def faults_port(self) -> int:
        """The port of the fault proxy: the one after that."""
        return self.port + 2

    @property
    def ports(self) -> tuple[int, ...]:
        """All that the stack listens on."""
        return (self.port, self.aws_port, *((self.faults_port,) if with_faults() else ()))

    @property
    def api_url(self) -> str:
        """The root of the HTTP API, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def aws_url(self) -> str:
        """The endpoint of every AWS service."""
        return f"http://127.0.0.1:{self.aws_port}"

    @property
    def faults_url(self) -> str:
        """The endpoint that functions have when faults are made."""
        return f"http://127.0.0.1:{self.faults_port}"

    @property
    def logs(self) -> Path:
        """The folder of the logs: `emulator.log` and `functions/*.log`."""
        return self.state / "logs"

    @property
    def mail(self) -> Path:
        """The folder that sent mail is kept in."""
        return self.state / "mail"

    @property
    def env_file(self) -> Path:
        """The variables a client needs."""
        return self.state / "stack.env"

    @property
    def token_file(self) -> Path:
        """The first admin's personal access token."""
        return self.state / "admin-token"


def port_from_environment() -> int:
    """`IMPRINT_PORT`, or 8080."""
    text = os.environ.get("IMPRINT_PORT") or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdigit() and 1024 <= int(text) <= 65533):
        raise UserError(f"IMPRINT_PORT={text} is not a port between 1024 and 65533.")
    return int(text)


def with_faults() -> bool:
    """Whether the fault proxy stands between the functions and the emulator."""
    return os.environ.get("IMPRINT_FAULTS") == "1"


def require_venv() -> None:
    """Refuses another Python than that of the venv: it lacks what the stack needs."""
    if Path(sys.prefix) != VENV:
        raise UserError(f"this needs the packages of {VENV.name}: `make python` makes it, and {VENV.name}/bin/python runs this.")


def require_python() -> None:
    """Refuses a Python that is too old."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the message is the point
        raise UserError(f"Python 3.11 or newer is needed; this is {platform.python_version()}. Try PYTHON=python3.12 make up.")


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Holds an exclusive lock, so that two commands at once do not tread on each other."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Another command is at work ({file.name} of {file.parent.name}); waiting for its end …", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def forget_account() -> None:
    """Drops the caller's account (profile, keys, region, files) from this process, so that neither boto3 nor a child can find it."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def write_secret(file: Path, text: str) -> None:
    """Writes a file that only its owner reads. It is whole or as it was, whatever ends this process."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    part.touch(0o600)
    part.write_text(text)
    part.replace(file)


def aws_variables(aws_url: str) -> dict[str, str]:
    """Dummy credentials and the emulator's address: no call of a child can reach a real account."""
    return {
        "AWS_ENDPOINT_URL": aws_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def without_aws_and_proxies(environment: dict[str, str]) -> dict[str, str]:
    """The caller's environment less everything that could lead a child to a real account or past 127.0.0.1."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(("AWS_", "SAM_")) and not name.lower().endswith("_proxy")
    }


def emulator_environment(stack: Stack, dies_with_parent: bool) -> dict[str, str]:
    """The whole environment of the emulator; functions inherit it, below the variables of the template."""
    passed = {name: os.environ[name] for name in PASSED if name in os.environ}
    return passed | aws_variables(stack.faults_url if with_faults() else stack.aws_url) | {
        "HOME": str(stack.state / "home"),
        "TMPDIR": str(stack.state / "tmp"),
        "TZ": "UTC",
        # There are no layers here, whose place is /opt.
        "FONTS_DIR": str(FONTS_LAYER / "fonts"),
        # Only 127.0.0.1, also inside the addresses that queues and buckets give out.
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "GATEWAY_PORT": str(stack.aws_port),
        # No listeners and no containers beyond what Imprint uses.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent.sock",
        # Saved before each answer, loaded at the start: ministack_imprint/durability.py.
        "PERSIST_STATE": "1",
        "STATE_DIR": str(stack.state / "data"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(stack.state / "data" / "s3"),
        "AUTH": "true" if os.environ.get("IMPRINT_AUTH") == "1" else "false",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "EMU_API_PORT": str(stack.port),
        "EMU_STATE": str(stack.state),
        "EMU_PACKAGES": str(PACKAGES),
        "EMU_DIES_WITH_PARENT": "1" if dies_with_parent else "0",
    }
