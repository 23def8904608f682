"""A running `sam local`: services, files, SAM's servers, and whoever takes messages to the workers."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import shlex
import shutil
import socket
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import deployment, seed
from local import stack as local_stack
from local.environment import UserError, aws_variables, write_secret
from local.sam import backing, docker, files, forwarder, processes, queues
from local.sam.backing import Services
from local.sam.processes import Sam

Json = dict[str, Any]


@dataclass(frozen=True)
class Session:
    """What is up."""

    services: Services
    sam: Sam
    template: Json
    api_url: str
    token: str
    # The port of `start-lambda`; nothing listens there when the local stack has workers of its own.
    functions_port: int


@contextlib.contextmanager
def prepared(services: Services, template: Json, folder: Path, binaries: Path) -> Iterator[Sam]:
    """Writes the files, and lets containers reach the services; removes the containers that SAM leaves behind."""
    with endpoint_of_containers(services.stack.aws_url) as endpoint:
        files.write_template(folder, template, services, binaries)
        files.write_variables(folder, template, services, endpoint)
        try:
            yield Sam(folder, services.stack.aws_url)
        finally:
            docker.remove_containers(folder / "functions")
            # Links to the binaries of today would keep them on the disk after the next build.
            shutil.rmtree(folder / "functions", ignore_errors=True)


@contextlib.contextmanager
def endpoint_of_containers(aws_url: str) -> Iterator[str]:
    """The services' address that is good in a container and here: addresses of files are signed with it, and given to clients here."""
    parts = urllib.parse.urlsplit(aws_url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    if not is_loopback(host):
        yield aws_url
        return
    bridge = docker.bridge_address()
    docker.keep_bridge_address()
    with forwarder.forwarded(bridge, port):
        yield f"{parts.scheme}://{bridge}:{port}"


def is_loopback(host: str) -> bool:
    """Whether a name or an address leads to this machine only."""
    try:
        return ipaddress.ip_address(socket.gethostbyname(host)).is_loopback
    except OSError:
        raise UserError(f"The host {host} is unknown.") from None


@contextlib.contextmanager
def running(services: Services, folder: Path, port: int, binaries: Path, fresh: bool = False) -> Iterator[Session]:
    """SAM's API on the port; with services that have no workers also those, the first token and the demo reports."""
    template = backing.template()
    with contextlib.ExitStack() as opened:
        sam = opened.enter_context(prepared(services, template, folder, binaries))
        if services.feeds_workers:
            local_stack.step("Starting sam local start-lambda")
            opened.enter_context(processes.serving(sam, "start-lambda", port + 1, folder / "start-lambda.log"))
            opened.enter_context(queues.fed(template, services, port + 1))
            provide_token(services, port + 1, fresh)
        local_stack.step("Starting sam local start-api")
        opened.enter_context(processes.serving(sam, "start-api", port, folder / "start-api.log"))
        session = Session(services, sam, template, f"http://127.0.0.1:{port}", services.stack.token_file.read_text().strip(), port + 1)
        if services.feeds_workers:
            local_stack.step("Seeding")
            seed.seed(seed.Api(session.api_url, session.token))
        write_secret(folder / "sam.env", "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables(session).items()))
        yield session


def provide_token(services: Services, functions_port: int, fresh: bool) -> None:
    """The first admin's token, made by the function that no route reaches."""
    file = services.stack.token_file
    if file.exists() and not fresh:
        return
    answer = queues.functions_client(functions_port).invoke(FunctionName=deployment.TOKEN_FUNCTION, Payload=json.dumps(deployment.FIRST_TOKEN).encode())
    made = json.loads(answer["Payload"].read())
    if not isinstance(made, dict) or "token" not in made:
        raise UserError(f"{deployment.TOKEN_FUNCTION} answered no token: {json.dumps(made)[:500]}")
    write_secret(file, made["token"])


def variables(session: Session) -> dict[str, str]:
    """The content of sam.env: what a client needs, and what keeps SAM's and the AWS CLI's calls on this machine."""
    return aws_variables(session.services.stack.aws_url) | {
        "SAM_CLI_TELEMETRY": "0",
        "API_URL": session.api_url,
        "PUBLIC_URL": session.api_url,
        "ADMIN_TOKEN": session.token,
        "MAIL_DIR": str(session.services.stack.mail),
    }
