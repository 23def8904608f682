"""Tables of the documentation that say what the fragments say, between two marks in the page."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from .functions import ROOT, FragmentError, Json

BEGINS, ENDS = "<!-- make assemble writes from here -->", "<!-- to here -->"
METHODS = ("get", "head", "post", "put", "patch", "delete")


def with_routes(openapi: str, folders: set[str]) -> str:
    """The page of routes, with the operations of openapi.yaml as its rows."""
    rows = [f"| {method.upper()} | `{path}` | `{function_of(each, folders)}` | {needed(each)} |" for path, method, each in operations(openapi)]
    return between(PAGE, ["| method | path | function | permission |", "|---|---|---|---|", *rows])


PAGE = "README.md"


def operations(openapi: str) -> Iterator[tuple[str, str, Json]]:
    """Path, method and description of each operation."""
    for path, item in yaml.safe_load(openapi)["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def function_of(operation: Json, folders: set[str]) -> str:
    """The function behind an operation: the longest name that its id begins with."""
    name = operation["operationId"]
    return max((each for each in folders if name == each or name.startswith(f"{each}-")), key=len)


def needed(operation: Json) -> str:
    """What a caller has to show."""
    if permission := operation.get("x-permission"):
        return f"`{permission}`"
    return "cookie" if any("previewCookie" in scheme for scheme in operation.get("security", [])) else "none"


def between(page: str, lines: list[str]) -> str:
    """The page with these lines in the place of those between its marks."""
    text = (ROOT / page).read_text(encoding="utf-8")
    head, begins, rest = text.partition(BEGINS)
    _, ends, tail = rest.partition(ENDS)
    if not begins or not ends:
        raise FragmentError(f"{page}: `{BEGINS}` and `{ENDS}` must stand around the table")
    return head + "\n".join([BEGINS, *lines, ENDS]) + tail
