"""openapi.yaml: its head and components in assembly/openapi.yaml, and the operations of `functions/*/operation.yaml`, as text."""

from __future__ import annotations

import re
from collections import defaultdict

from .functions import FUNCTIONS, ROOT, FragmentError, Function, Names
from .template import indented

WRITTEN_BY = "# Written by `make assemble` from functions/*/operation.yaml and assembly/openapi.yaml. Change those, not this file.\n"
# The order of the operations of a path.
ORDER = ("parameters", "get", "head", "post", "put", "patch", "delete")
REFUSALS = re.compile(r"^( +)refusals: (\w+) ([0-9 ]+)$", re.MULTILINE)


def assembled(functions: list[Function], names: Names) -> str:
    """The text of openapi.yaml."""
    paths: dict[str, dict[str, str]] = defaultdict(dict)
    for function in functions:
        if any(route != "$default" for route in function.routes):
            for path, members in operations_of(function, names).items():
                join(paths[path], members, f"functions/{function.name}/operation.yaml: {path}")
    parts = [path_item(path, paths[path]) for path in sorted(paths)]
    _, _, text = (ROOT / "assembly" / "openapi.yaml").read_text(encoding="utf-8").partition("\n")
    return WRITTEN_BY + text.replace("# <paths>", "\n\n".join(parts))


def operations_of(function: Function, names: Names) -> dict[str, dict[str, str]]:
    """The paths of a fragment, and their members, each as its lines."""
    file = FUNCTIONS / function.name / "operation.yaml"
    if not file.is_file():
        raise FragmentError(f"functions/{function.name}/operation.yaml is missing: it describes the routes of the function")
    found: dict[str, dict[str, str]] = {}
    path = member = ""
    for line in REFUSALS.sub(lambda said: refusals(said, names, file.parent.name), file.read_text(encoding="utf-8")).splitlines():
        if line.startswith("/") and line.endswith(":"):
            path, member = line[:-1], ""
            found[path] = {}
        elif path and (begins := re.match(r"  (\w+):", line)):
            member = begins[1]
            found[path][member] = line + "\n"
        elif member and (line.startswith("   ") or not line):
            found[path][member] += line + "\n"
        elif not line.startswith("#"):
            raise FragmentError(f"functions/{function.name}/operation.yaml: `{line}` stands outside of an operation")
    return found


def refusals(said: re.Match[str], names: Names, function: str) -> str:
    """The refusals of one dialect, a line each."""
    lines = []
    for code in said[3].split():
        if not (kind := names.refusals.get(int(code))):
            raise FragmentError(f"functions/{function}/operation.yaml: assembly/names.yaml has no refusal {code}")
        response = kind if code == "429" else said[2] + kind
        lines.append(f'{said[1]}"{code}": {{ $ref: "#/components/responses/{response}" }}')
    return "\n".join(lines)


def join(into: dict[str, str], members: dict[str, str], where: str) -> None:
    """Puts the members of a path together: an operation is described once, and the parameters of the path alike by all who name them."""
    for member, text in members.items():
        if member not in ORDER:
            raise FragmentError(f"{where}: `{member}` is neither a method nor `parameters`")
        if member in into and (member != "parameters" or into[member] != text):
            raise FragmentError(f"{where}: another function describes `{member}` of this path in other words")
        into[member] = text


def path_item(path: str, members: dict[str, str]) -> str:
    """A path with its operations."""
    return indented(f"{path}:\n" + "".join(members[member] for member in ORDER if member in members), 2)
