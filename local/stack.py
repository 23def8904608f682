"""The stack on one machine: `python -m local.stack up | down | status | logs | token | redrive | run -- <command>`. See local/README.md."""

from __future__ import annotations

import argparse
import io
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import fonts, process
from local.environment import (
    DEFAULT_PORT,
    ROOT,
    STATES,
    TARGET,
    Stack,
    UserError,
    aws_variables,
    forget_account,
    locked,
    port_from_environment,
    require_python,
    require_venv,
    told,
    with_faults,
    without_aws_and_proxies,
    write_secret,
)


def main() -> int:
    """Parses the command line and runs the command."""
    arguments = command_line().parse_args()
    # Terminals that know no … are told the rest.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    return told(lambda: chosen(arguments))


def chosen(arguments: argparse.Namespace) -> int:
    """Runs the command that was chosen, in the venv, out of reach of any account."""
    before_anything(arguments)
    require_venv()
    forget_account()
    code: int = arguments.command(arguments)
    return code


def before_anything(arguments: argparse.Namespace) -> None:
    """What can be said at once is not said after minutes."""
    port_from_environment()
    require_python()
    if getattr(arguments, "no_build", True) is False:
        # Python 3.11 reads rust-toolchain.toml.
        from local import packages

        packages.require_tools()


def command_line() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="local.stack", description="Imprint on this machine, without Docker and without an AWS account.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    bring = argparse.ArgumentParser(add_help=False)
    bring.add_argument("--no-build", action="store_true", default=bool(os.environ.get("IMPRINT_SKIP_BUILD")), help="take the binaries as they are")
    bring.add_argument("--no-seed", action="store_true", help="make no demo workspace")
    bring.add_argument("--template", type=Path, default=ROOT / "template.yaml", help=argparse.SUPPRESS)
    bring.add_argument("--binaries", type=Path, default=TARGET / "local", help=argparse.SUPPRESS)
    up_parser = commands.add_parser("up", parents=[bring], help="build, start, deploy, seed; again: deploy what changed")
    up_parser.set_defaults(command=up)
    down_parser = commands.add_parser("down", help="stop; the data is kept")
    down_parser.add_argument("--wipe", action="store_true", help="wipe the data as well")
    down_parser.set_defaults(command=down)
    commands.add_parser("status", help="what runs where").set_defaults(command=status)
    commands.add_parser("token", help="print the admin's token").set_defaults(command=token)
    commands.add_parser("redrive", help="have the publications that were given up tried again").set_defaults(command=redrive)
    logs_parser = commands.add_parser("logs", help="what the functions and the emulator print")
    logs_parser.add_argument("function", nargs="?", help="a function's name, as exago-list-folders")
    logs_parser.add_argument("-f", "--follow", action="store_true")
    logs_parser.set_defaults(command=logs)
    run_parser = commands.add_parser("run", parents=[bring], help="run a command against a fresh stack of its own, then remove that")
    run_parser.add_argument("words", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    run_parser.set_defaults(command=run)
    return parser


def up(arguments: argparse.Namespace) -> int:
    """Builds, starts what is not running, deploys, seeds, and says where everything is."""
    stack = Stack.of_port(port_from_environment())
    began = time.monotonic()
    with locked(stack.state / "lock"):
        bring_up(stack, arguments)
    print(summary(stack, time.monotonic() - began))
    return 0


def bring_up(stack: Stack, arguments: argparse.Namespace, dies_with_parent: bool = False) -> None:
    """The steps from sources to an API that answers."""
    # Only the venv has what these import.
    from local import deployment, packages, seed

    if process.running(stack):
        process.require_same_settings(stack)
    else:
        # Said before the build, not after it.
        for port in stack.ports:
            process.require_free(port, stack)
    template = deployment.read_template(arguments.template)
    fonts.fetch()
    programs = deployment.program_names(template)
    if not arguments.no_build:
        packages.build(programs)
    step("Packing")
    packed = packages.pack(programs, arguments.binaries)
    if process.running(stack) is None:
        step("Starting the emulator")
        # Functions may have outlived an emulator that was killed.
        process.stop(stack)
        for line in process.start(stack, dies_with_parent):
            print(line)
    step(f"Deploying {arguments.template.name} ({len(deployment.functions(template))} functions)")
    with emulator_at_work(stack):
        created = deployment.deploy(stack, deployment.with_packages(template, packed))
        if created or not stack.token_file.exists():
            write_secret(stack.token_file, deployment.mint_token(stack))
        write_secret(stack.env_file, "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables(stack).items()))
    if not arguments.no_seed:
        step("Seeding")
        seed.seed(seed.Api(stack.api_url, stack.token_file.read_text()))
    elif not process.answers(stack.api_url):
        raise UserError(f"{stack.api_url} does not answer:\n{process.last_lines(stack)}")


@contextmanager
def emulator_at_work(stack: Stack) -> Iterator[None]:
    """What the emulator refuses, or no longer answers, as a line."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        ended = "" if process.running(stack) else " (it is not running any more)"
        raise UserError(f"the emulator failed{ended}: {error}; `make logs` has more, `make down up` starts it again.") from None


def step(text: str) -> None:
    """Tells what happens now."""
    print(f"{text} …", flush=True)


def variables(stack: Stack) -> dict[str, str]:
    """The content of stack.env."""
    from local import deployment

    return deployment.outputs(stack) | aws_variables(stack.aws_url) | {
        "API_URL": stack.api_url,
        "PUBLIC_URL": stack.api_url,
        "ADMIN_TOKEN": stack.token_file.read_text(),
        "MAIL_DIR": str(stack.mail),
        **({"FAULTS_URL": stack.faults_url} if with_faults() else {}),
    }


def summary(stack: Stack, seconds: float) -> str:
    """What a user wants to know after `up`."""
    env = shown(stack.env_file)
    return f"""
Imprint is up ({seconds:.0f} s).

  API and public links   {stack.api_url}
  AWS (emulated)         {stack.aws_url}
  Sent mail              {shown(stack.mail)}/*.eml
  Variables and token    {env}      (make token; make logs; make down)

Publish a report:

  . {env}
  curl -sS -X POST "$API_URL/api/reports" -H "Authorization: Bearer $ADMIN_TOKEN" -H 'Content-Type: application/json' \\
    -d '{{"name":"Hello","workspace":"default","definition":{{"title":"Hello","blocks":[{{"kind":"text","markdown":"It **works**."}}]}}}}'
"""


def shown(path: Path) -> str:
    """A path as the user would type it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def down(arguments: argparse.Namespace) -> int:
    """Stops the stack; what it holds is there again after the next `up`, unless it is wiped."""
    stack = Stack.of_port(port_from_environment())
    with locked(stack.state / "lock"):
        was_running = process.running(stack) is not None
        graceful = process.stop(stack)
        if arguments.wipe:
            wipe(stack)
    if arguments.wipe:
        print(f"Stopped; the data of {stack.api_url} is gone.")
    elif not was_running:
        print("Nothing was running.")
    else:
        print(f"Stopped{'' if graceful else ' by force'}. The data is kept in {shown(stack.state)}; `make clean-state` wipes it.")
    return 0


def wipe(stack: Stack) -> None:
    """Removes what a stack left, but not the folders of other stacks nor the packages they share."""
    for name in ("data", "home", "tmp", "mail", "logs"):
        folder, gone = stack.state / name, stack.state / f"{name}.gone"
        shutil.rmtree(gone, ignore_errors=True)
        if folder.exists():
            # Gone at once: nobody finds a half of it.
            folder.replace(gone)
            shutil.rmtree(gone, ignore_errors=True)
    for file in (stack.token_file, stack.env_file, stack.state / "parameters.json"):
        file.unlink(missing_ok=True)


def status(_: argparse.Namespace) -> int:
    """Says what runs where, of every port."""
    ports = {port_from_environment(), DEFAULT_PORT} | {int(each.name) for each in STATES.glob("[0-9]*") if each.is_dir() and each.name.isdecimal()}
    for stack in map(Stack.of_port, sorted(ports)):
        pid = process.running(stack)
        if pid is None:
            print(f"{stack.api_url}  down" + ("" if stack.env_file.exists() else " (never started)"))
        else:
            print(f"{stack.api_url}  up, pid {pid}, {len(process.processes_of(stack)) - 1} function processes, AWS at {stack.aws_url}")
    return 0


def token(_: argparse.Namespace) -> int:
    """Prints the admin's token."""
    stack = Stack.of_port(port_from_environment())
    if not stack.token_file.is_file():
        raise UserError("There is no token yet; `make up` makes one.")
    print(stack.token_file.read_text().strip())
    return 0


def redrive(_: argparse.Namespace) -> int:
    """Sends the messages of publications that were given up to the worker again."""
    from local import deployment

    stack = Stack.of_port(port_from_environment())
    if process.running(stack) is None:
        raise UserError("Nothing is running; start the stack with `make up`.")
    with emulator_at_work(stack):
        print(f"sent again: {deployment.redrive(stack)}")
    return 0


def logs(arguments: argparse.Namespace) -> int:
    """Shows the end of the logs, and goes on with `-f`."""
    stack = Stack.of_port(port_from_environment())
    files = sorted((stack.logs / "functions").glob("*.log"))
    if arguments.function:
        # Logical ids are the names in CamelCase: exago-list-folders is in imprint-ExagoListFolders-….log.
        wanted = arguments.function.replace("-", "").lower()
        files = [file for file in files if wanted in file.name.replace("-", "").lower()]
        if not files:
            raise UserError(f"{arguments.function} printed nothing yet; `make status` tells whether the stack is up.")
    else:
        files = [file for file in (stack.logs / "emulator.log", *files) if file.is_file()]
        if not files:
            raise UserError("There are no logs yet; start the stack with `make up`.")
    os.execvp("tail", ["tail", "-n", "40", *(["-F"] if arguments.follow else []), *map(str, files)])


def run(arguments: argparse.Namespace) -> int:
    """Runs a command against a stack of its own, which is gone afterwards whatever happened."""
    words = arguments.words[1:] if arguments.words[:1] == ["--"] else arguments.words
    if not words:
        raise UserError("run needs a command: python -m local.stack run -- cargo test")
    state = Path(tempfile.mkdtemp(prefix="imprint-run-")).resolve()
    stack = Stack(process.free_port(), state)
    # From here on SIGTERM unwinds like Ctrl-C does, so that `finally` is reached.
    signal.signal(signal.SIGTERM, interrupt)
    code = 1
    try:
        bring_up(stack, arguments, dies_with_parent=True)
        code = run_command(words, without_aws_and_proxies(dict(os.environ)) | variables(stack))
    finally:
        # The user may press Ctrl-C twice; the clean-up comes first.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        process.stop(stack)
        if code and stack.logs.is_dir():
            keep_logs(stack)
        shutil.rmtree(state, ignore_errors=True)
    return code


def interrupt(*_: object) -> None:
    """SIGTERM as an exception."""
    raise KeyboardInterrupt


def run_command(words: list[str], environment: dict[str, str]) -> int:
    """The exit code of the command; it has a process group of its own, so that all of it ends when we are told to end."""
    stdin = subprocess.DEVNULL if sys.stdin is None or sys.stdin.isatty() else None
    try:
        command = subprocess.Popen(words, env=environment, stdin=stdin, process_group=0)
    except OSError as error:
        raise UserError(f"Cannot run {words[0]}: {error.strerror}.") from None
    try:
        code = command.wait()
    except KeyboardInterrupt:
        end_group(command)
        raise
    return code if code >= 0 else 128 - code


def end_group(command: subprocess.Popen[bytes]) -> None:
    """Ends the command with all its children: ten seconds of grace, then by force."""
    os.killpg(command.pid, signal.SIGTERM)
    try:
        command.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(command.pid, signal.SIGKILL)
        command.wait()


def keep_logs(stack: Stack) -> None:
    """Keeps the logs of a failed run."""
    kept = STATES / "last-run-logs"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(stack.logs, kept)
    print(f"The logs of the stack are in {shown(kept)}.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
