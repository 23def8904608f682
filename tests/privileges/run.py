"""Whether functions hold what they need and nothing else: `make privileges`, `make privileges-sample`, and a part of `make lint`.

What is looked at, and how, is told in examination.py, with a stack, and in static.py, without one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.programs import UserError


def main() -> int:
    """Runs what the command line asks for."""
    arguments = command_line().parse_args()
    try:
        return run(arguments)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
    return 1


def run(arguments: argparse.Namespace) -> int:
    """Runs a command in the venv, which alone has what the others import."""
    if arguments.command == "static":
        from tests.privileges.static import check

        return check(arguments.template)
    from tests.privileges.examination import examine_all, examine_sample

    if arguments.command == "all":
        return examine_all(arguments.functions)
    return examine_sample(arguments.seconds, arguments.seed)


def command_line() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="tests.privileges.run", description="Whether functions hold what they need and nothing else.")
    commands = parser.add_subparsers(required=True, dest="command")
    whole = commands.add_parser("all", help="every grant, or those of some functions; writes witnesses.json")
    whole.add_argument("functions", nargs="*", metavar="FUNCTION", help="a logical id of the template")
    sample = commands.add_parser("sample", help="some grants, each with the test that witnesses.json names")
    sample.add_argument("--seconds", type=float, default=150, help="when to stop")
    sample.add_argument("--seed", type=int, help="repeats the choice of an earlier run")
    static = commands.add_parser("static", help="what the template says, without a stack")
    static.add_argument("template", type=Path, help="what SAM makes of template.yaml, as local.sam_translate writes it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
