"""Whether the service does what openapi.yaml says: `python -m tests.contract.run`, against the stack of API_URL, ADMIN_TOKEN and MAIL_DIR.

Schemathesis sends every operation its examples, the bounds of its schemas, random requests, valid and not, and chains of operations along the
links of the description. Each answer must be one that the description knows: its status, media type, headers and body. What is
malformed must be refused, what is well formed taken, nobody without a token served, and nothing may answer 5xx. A failure is told with
the curl command that repeats it. The same seed makes the same requests of the same sizes; only the names of what things.py makes differ.

It fills the stack with its things: use one of its own, by `python -m local.stack run`. `--self-test` shows that it can fail.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from local.environment import ROOT, without_aws_and_proxies
from tests.programs import Imprint, UserError

HERE = Path(__file__).resolve().parent


DESCRIPTION = ROOT / "openapi.yaml"


def main() -> int:
    """Parses the command line, makes the things, and runs Schemathesis."""
    arguments = command_line().parse_args()
    import yaml

    from tests.contract.examples import faults

    if found := list(faults(yaml.safe_load(DESCRIPTION.read_text()))):
        raise UserError("\n  ".join(["examples of openapi.yaml are not what its schemas say:", *found]))
    imprint = Imprint(variable("API_URL"), variable("ADMIN_TOKEN"))
    with tempfile.TemporaryDirectory(prefix="contract-") as folder:
        environment = prepared(imprint, Path(folder))
        if arguments.self_test:
            return shown_to_fail(imprint, Path(folder), environment)
        return schemathesis(options(arguments), DESCRIPTION, imprint, Path(folder), environment)


def command_line() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="tests.contract.run", description="Whether the service does what openapi.yaml says.")
    parser.add_argument("--seed", type=int, help="what chooses the random requests; one of its own each time if left out")
    parser.add_argument("--seconds", type=int, help="random requests and chains go on for so long altogether")
    parser.add_argument("--examples", type=int, default=10, help="random requests an operation; 10 if left out")
    parser.add_argument("--only", action="append", default=[], metavar="OPERATION", help="this operation alone; may come several times")
    parser.add_argument("--self-test", action="store_true", help="show that the tests notice what is wrong")
    parser.add_argument("--phases", default="examples,coverage,fuzzing,stateful", help="some of them, with commas between")
    return parser


def variable(name: str) -> str:
    """A variable of stack.env."""
    if not os.environ.get(name):
        raise UserError(f"{name} is missing: run this by `python -m local.stack run`, or after `set -a; . local/.state/stack.env`.")
    return os.environ[name]


def prepared(imprint: Imprint, folder: Path) -> dict[str, str]:
    """Makes the things, writes the configuration with their names, and gives the variables that it needs."""
    from tests.contract.things import Maker

    things = Maker(imprint, Path(variable("MAIL_DIR"))).make()
    lines = [f"[dictionaries.{name}]\nvalues = {json.dumps(values)}\n" for name, values in things.items()]
    config = folder / "schemathesis.toml"
    config.write_text("\n".join([(HERE / "schemathesis.toml").read_text(), *lines]))
    # Its own folders only: no proxy of the user's stands between, and nothing is kept from the last run.
    return without_aws_and_proxies(dict(os.environ)) | {
        "CONTRACT_CONFIG": str(config),
        "PREVIEW_COOKIE": str(things["preview-cookies"][0]),
        "SESSION": str(things["sessions"][0]),
        "SCHEMATHESIS_HOOKS": "tests.contract.hooks",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


def options(arguments: argparse.Namespace) -> list[str]:
    """The options of Schemathesis that the command line stands for."""
    chosen = [option for name in arguments.only for option in ("--include-operation-id", name)]
    seed = [] if arguments.seed is None else ["--seed", str(arguments.seed)]
    time = [] if arguments.seconds is None else ["--max-time", str(arguments.seconds)]
    return ["--phases", arguments.phases, "--max-examples", str(arguments.examples), *seed, *time, *chosen]


def schemathesis(words: Iterable[str], description: Path, imprint: Imprint, folder: Path, environment: dict[str, str]) -> int:
    """Runs Schemathesis on a description; its exit code. The token is taken out of what it prints, so that a command can be typed again."""
    words = command(words, description, imprint.url, environment)
    with subprocess.Popen(words, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            told = line.replace(f"'Authorization: Bearer {imprint.token}'", '"Authorization: Bearer $ADMIN_TOKEN"')
            print(told.replace(imprint.token, "$ADMIN_TOKEN"), end="", flush=True)
    return process.returncode


def command(words: Iterable[str], description: Path, url: str, environment: dict[str, str]) -> list[str]:
    """The command line of Schemathesis."""
    config, report = environment["CONTRACT_CONFIG"], str(Path(environment["CONTRACT_CONFIG"]).parent / "report")
    fixed = ["--url", url, "--no-color", "--generation-database", "none", "--report-dir", report]
    return [str(Path(sys.executable).with_name("schemathesis")), "--config-file", config, "run", str(description), *fixed, *words]


def shown_to_fail(imprint: Imprint, folder: Path, environment: dict[str, str]) -> int:
    """Runs the self test."""
    import yaml

    from tests.contract.self_test import self_test

    def run(document: dict[str, Any], url: str, words: list[str]) -> tuple[int, str]:
        changed = folder / "openapi.json"
        changed.write_text(json.dumps(document, default=str))
        done = subprocess.run(
            command(words, changed, url, environment), cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, (done.stdout + done.stderr).replace(imprint.token, "$ADMIN_TOKEN")

    return self_test(yaml.safe_load(DESCRIPTION.read_text()), imprint.url, run)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UserError as error:
        sys.exit(f"error: {error}")
