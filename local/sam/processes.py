"""SAM's own commands as processes: started with the files of `files.py`, ended by their process ids, their containers with them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local import process
from local.environment import REGION, ROOT, SAM, UserError, aws_variables, without_aws_and_proxies
from local.sam import docker

START_LIMIT = 120
STOP_LIMIT = 15


@dataclass(frozen=True)
class Sam:
    """SAM with the files it is given, for one endpoint of services."""

    folder: Path
    aws_url: str

    @property
    def template(self) -> Path:
        """The template with the binaries of this machine."""
        return self.folder / "template.json"

    def words(self, command: str, *more: str) -> list[str]:
        """A `sam local` command line."""
        files = ["--template", str(self.template), "--env-vars", str(self.folder / "env.json")]
        image = ["--skip-pull-image", "--invoke-image", docker.IMAGE]
        return [str(SAM), "local", command, *files, *image, "--region", REGION, *more]

    def environment(self) -> dict[str, str]:
        """Dummy credentials, and the services' endpoint: SAM asks STS who it is before every command, and would wait for an answer."""
        own = {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_CONTAINER_CONNECTION_TIMEOUT": str(START_LIMIT), "PYTHONUNBUFFERED": "1"}
        return without_aws_and_proxies(dict(os.environ)) | aws_variables(self.aws_url) | own


def require_sam() -> None:
    """Refuses to go on without SAM."""
    if not SAM.is_file():
        raise UserError("SAM is not installed: make python-sam.")


@contextlib.contextmanager
def serving(sam: Sam, command: str, port: int, log: Path, keep: bool = True) -> Iterator[subprocess.Popen[bytes]]:
    """`start-api` or `start-lambda` on a port of 127.0.0.1, with containers that are kept for the next call; gone at the end, as are they."""
    require_port(port)
    words = sam.words(command, "--host", "127.0.0.1", "--port", str(port), *(["--warm-containers", "LAZY"] if keep else []))
    with log.open("wb") as output:
        server = subprocess.Popen(words, env=sam.environment(), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
    try:
        await_answer(server, port, log)
        yield server
    finally:
        # SAM would stop one after the other, with seconds of grace each; it does not mind that they are gone.
        docker.remove_containers(sam.folder / "functions")
        end(server)


def require_port(port: int) -> None:
    """Refuses a port that is taken."""
    if not process.is_free(port):
        raise UserError(f"port {port} is taken{process.listener(port)}; choose another by IMPRINT_SAM_PORT.")


def await_answer(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Waits until SAM listens."""
    deadline = time.monotonic() + START_LIMIT
    while process.is_free(port):
        if server.poll() is not None or time.monotonic() > deadline:
            raise UserError(f"SAM did not come up:\n{last_lines(log)}")
        time.sleep(0.1)


def end(server: subprocess.Popen[bytes]) -> None:
    """Ends SAM; by force when that takes too long."""
    server.terminate()
    try:
        server.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def last_lines(log: Path, count: int = 20) -> str:
    """The end of a log."""
    return "\n".join(f"  {line}" for line in log.read_text(errors="replace").splitlines()[-count:])
