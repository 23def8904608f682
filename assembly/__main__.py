"""`python -m assembly`: writes template.yaml, openapi.yaml, binaries/ and the table of routes from the folders of functions/; `--check` compares."""

from __future__ import annotations

import difflib
import re
import sys
from collections import Counter

from . import openapi, programs, tables, template
from .functions import ROOT, FragmentError, read_functions, read_names

# CloudFormation takes 500 resources in a template.
MOST_RESOURCES = 450


def made() -> dict[str, str]:
    """Every file that is assembled, and its text."""
    names = read_names()
    functions = read_functions(names, programs.programs())
    described = openapi.assembled(functions, names)
    return {
        "template.yaml": template.assembled(functions, names),
        "openapi.yaml": described,
        **programs.assembled(functions),
        tables.PAGE: tables.with_routes(described, {function.name for function in functions}),
    }


def resources(text: str) -> int:
    """How many resources CloudFormation sees: SAM makes a role of each function, a rule and a permission of each schedule, a stage of the API."""
    kinds = Counter(re.findall(r"^    Type: (AWS::\S+)$", text, re.MULTILINE))
    schedules = len(re.findall(r"Type: Schedule\b", text))
    return kinds.total() + kinds["AWS::Serverless::Function"] + 2 * schedules + kinds["AWS::Serverless::HttpApi"]


def budget(text: str) -> str | None:
    """Prints what the template takes of what CloudFormation allows; what is wrong with it, if it is too much."""
    functions, found = len(re.findall(r"^    Type: AWS::Serverless::Function$", text, re.MULTILINE)), resources(text)
    print(f"{functions} functions, {found} CloudFormation resources: {found / functions:.2f} a function, {found - 2 * functions + 300} with 150 functions.")
    return f"template.yaml has {found} resources, and {MOST_RESOURCES} are the most: CloudFormation takes 500" if found > MOST_RESOURCES else None


def now(file: str) -> str:
    """What a file says; nothing where there is none."""
    return (ROOT / file).read_text(encoding="utf-8") if (ROOT / file).is_file() else ""


def main() -> int:
    """Writes or checks; the exit code."""
    try:
        texts = made()
    except FragmentError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if wrong := budget(texts["template.yaml"]):
        print(f"error: {wrong}", file=sys.stderr)
        return 1
    if "--check" not in sys.argv[1:]:
        for file, text in texts.items():
            if text != now(file):
                (ROOT / file).parent.mkdir(parents=True, exist_ok=True)
                (ROOT / file).write_text(text, encoding="utf-8")
        return 0
    stale = [file for file, text in texts.items() if now(file) != text]
    for file in stale:
        print("\n".join(list(difflib.unified_diff(now(file).splitlines(), texts[file].splitlines(), file, "assembled", lineterm=""))[:20]), file=sys.stderr)
        print(f"error: {file} is not what the fragments say: run `make assemble`, and keep changes in functions/ and assembly/", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
