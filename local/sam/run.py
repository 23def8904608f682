"""Imprint under SAM's own commands: `python -m local.sam.run start-api | test | bench`. See docs/sam-local.md."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from local.environment import (
    ROOT,
    Stack,
    UserError,
    forget_account,
    locked,
    port_from_environment,
    require_venv,
    told,
)

if TYPE_CHECKING:
    from local.sam.backing import Services
    from local.sam.sessions import Session


def main() -> int:
    """Parses the command line and runs the command."""
    arguments = command_line().parse_args()
    # SIGTERM unwinds like Ctrl-C does, so that every `finally` is reached.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    return told(lambda: chosen(arguments))


def chosen(arguments: argparse.Namespace) -> int:
    """Runs the command that was chosen, in the venv, out of reach of any account."""
    require_venv()
    forget_account()
    code: int = arguments.command(arguments)
    return code


def interrupt(*_: object) -> None:
    """Either signal as an exception. The user may press Ctrl-C twice; the clean-up comes first."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def command_line() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="local.sam.run", description="Imprint by `sam local`, in containers; needs Docker.")
    parser.add_argument("--no-build", action="store_true", default=bool(os.environ.get("IMPRINT_SKIP_BUILD")), help="take the binaries as they are")
    parser.add_argument("--binaries", type=Path, default=ROOT / "target" / "local", help=argparse.SUPPRESS)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("start-api", help="the API on port 3000 (IMPRINT_SAM_PORT), until Ctrl-C").set_defaults(command=start_api)
    commands.add_parser("test", help="every event, every route and a publication, each by SAM's own commands").set_defaults(command=test)
    commands.add_parser("prepare", help="install Docker if root, and make the image").set_defaults(command=prepare)
    commands.add_parser("bench", help="what a container costs").set_defaults(command=bench)
    return parser


def start_api(arguments: argparse.Namespace) -> int:
    """Serves until Ctrl-C."""
    # Only the venv has what these import, here and below.
    from local.sam import backing, docker, processes, sessions

    processes.require_sam()
    docker.require()
    port, stack = backing.sam_port(), Stack.of_port(port_from_environment())
    processes.require_port(port)
    build(arguments)
    folder = stack.state / "sam"
    with locked(folder / "lock"):
        print(f"Functions run in {docker.provide_image()}.", flush=True)
        services, fresh = chosen_services(stack, folder, port)
        with sessions.running(services, folder, port, arguments.binaries, fresh) as session:
            print(summary(session))
            signal.pause()
    return 0


def chosen_services(stack: Stack, folder: Path, port: int) -> tuple[Services, bool]:
    """The services that `IMPRINT_SERVICES` names, else those of the local stack; whether they hold no data yet."""
    from local import process
    from local.sam import backing

    if endpoint := os.environ.get("IMPRINT_SERVICES"):
        return backing.made(backing.elsewhere(endpoint, port, folder))
    if process.running(stack) is None and subprocess.run([sys.executable, "-m", "local.stack", "up", "--no-build"], cwd=ROOT, check=False).returncode:
        raise UserError("the local stack did not come up, see above.")
    return backing.of_local_stack(stack, port), False


def summary(session: Session) -> str:
    """What a user wants to know."""
    from local.stack import shown

    folder = session.sam.folder
    return f"""
Imprint is up under sam local. Ctrl-C ends it.

  API and public links   {session.api_url}
  AWS (stand-in)         {session.services.stack.aws_url}
  Variables and token    {shown(folder)}/sam.env
  Logs                   tail -F {shown(folder)}/start-*.log

A function alone, in another shell (docs/sam-local.md):

  set -a; . {shown(folder)}/sam.env; set +a
  .venv-sam/bin/sam local invoke InformerListReports --event events/informer-list-reports.json
"""


def build(arguments: argparse.Namespace) -> None:
    """Builds what the containers run."""
    from local import deployment, packages

    if not arguments.no_build:
        packages.build(deployment.program_names(deployment.read_template(ROOT / "template.yaml")))


def test(arguments: argparse.Namespace) -> int:
    """Runs every check."""
    from local.sam import checks

    return with_docker(arguments, checks.run_all)


def prepare(_: argparse.Namespace) -> int:
    """Installs Docker where that can be done, and makes the image that functions run in."""
    from local.sam import docker

    with docker.provided():
        print(f"Functions run in {docker.provide_image()}.")
    return 0


def bench(arguments: argparse.Namespace) -> int:
    """Measures."""
    from local.sam.bench import run

    return with_docker(arguments, run)


def with_docker(arguments: argparse.Namespace, run: Callable[[Path], int]) -> int:
    """Runs something with Docker, which is installed and started for it where that can be done."""
    from local.sam import docker, processes

    processes.require_sam()
    # How slow this machine is at the moment decides no check.
    os.environ.setdefault("IMPRINT_SAM_TIMEOUT", "120")
    with docker.provided():
        build(arguments)
        print(f"Functions run in {docker.provide_image()}.", flush=True)
        return run(arguments.binaries)


if __name__ == "__main__":
    sys.exit(main())
