"""What functions do with memory: `make flat`, `make flat-sample`, `make memory`. Growth is told in growth.py, peaks in peaks.py."""

from __future__ import annotations

import argparse
import sys

from tests.programs import UserError


def main() -> int:
    """Runs what the command line asks for."""
    arguments = command_line().parse_args()
    try:
        if arguments.command == "peaks":
            from tests.flat.peaks import measure

            return measure(arguments.functions, arguments.write)
        from tests.flat.growth import examine, seed_of

        if arguments.command == "sample":
            return examine([], arguments.seconds, seed_of(arguments.seed))
        return examine(arguments.operations, 0, 0, arguments.calls)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
    return 1


def command_line() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="tests.flat.run", description="What functions do with memory.")
    commands = parser.add_subparsers(required=True, dest="command")
    whole = commands.add_parser("all", help="every operation 500 times, or those that are named")
    whole.add_argument("operations", nargs="*", metavar="OPERATION", help="a name as in events/, without .json")
    whole.add_argument("--calls", type=int, default=500)
    sample = commands.add_parser("sample", help="some operations by chance, fewer times")
    sample.add_argument("--seconds", type=float, default=120, help="when to begin no other")
    sample.add_argument("--seed", type=int, help="repeats the choice of an earlier run")
    peaks = commands.add_parser("peaks", help="the most that each function holds, with the largest input that it takes")
    peaks.add_argument("functions", nargs="*", metavar="FUNCTION", help="a logical id of the template")
    peaks.add_argument("--write", action="store_true", help="write the table of docs/memory.md anew")
    return parser


if __name__ == "__main__":
    sys.exit(main())
