"""The functions as their folders describe them: `functions/<name>/function.yaml`, checked whole before anything is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FUNCTIONS = ROOT / "functions"

Json = dict[str, Any]


class FragmentError(Exception):
    """A fragment that cannot be assembled. The message names the file and says what to change."""


def read_yaml(file: Path) -> Any:
    """What a YAML file says."""
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FragmentError(f"{file.relative_to(ROOT)} is missing") from None
    except yaml.YAMLError as error:
        raise FragmentError(f"{file.relative_to(ROOT)}: {error}") from None


@dataclass(frozen=True)
class Names:
    """What the words in function.yaml stand for: `assembly/names.yaml`."""

    verbs: dict[str, dict[str, list[str]]]
    tables: dict[str, Json]
    objects: list[str]
    queues: dict[str, Json]
    variables: dict[str, str]
    throttles: dict[str, Json]
    refusals: dict[int, str]

    def kind(self, target: str) -> str | None:
        """Which verbs go with something that rights are held on; none for what is not known."""
        if target in self.tables:
            return "table"
        if target in self.objects:
            return "objects"
        return "queue" if target in self.queues else None


def read_names() -> Names:
    """The names of `assembly/names.yaml`."""
    return Names(**read_yaml(ROOT / "assembly" / "names.yaml"))


@dataclass(frozen=True)
class Consumed:
    """The queue whose messages a function takes."""

    queue: str
    batch: int
    # The parameter that says how many are taken at a time; none: as many as Lambda likes.
    concurrency: str | None = None


@dataclass(frozen=True)
class Function:
    """A function, as its function.yaml says; what is not said there is usual (`Globals` of the template)."""

    name: str
    # Of binaries/: which one holds it.
    program: str
    description: str
    routes: list[str] = field(default_factory=list)
    # The name of a class of `throttles`.
    throttle: str | None = None
    memory: int | None = None
    # Seconds, or the parameter that says them.
    timeout: int | str | None = None
    # The parameter that reserves concurrency, where it is not 0.
    concurrency: str | None = None
    # The parameter that says when the function is started.
    schedule: str | None = None
    consumes: Consumed | None = None
    may: dict[str, list[str]] = field(default_factory=dict)
    variables: dict[str, str | None] = field(default_factory=dict)

    @cached_property
    def logical_id(self) -> str:
        """Its name in the template."""
        return "".join(word.capitalize() for word in self.name.split("-"))


# HEAD stands beside each GET by itself.
ROUTE = re.compile(r"\$default|(GET|POST|PUT|PATCH|DELETE) /\S*")
# What function.yaml may say.
KEYS = {"description", "route", "routes", "throttle", "memory", "timeout", "concurrency", "schedule", "consumes", "may", "variables"}


def read_functions(names: Names, programs: dict[str, str]) -> list[Function]:
    """Every function, in the order of their names; `programs` says which program holds it."""
    return [read_function(FUNCTIONS / name, program, names) for name, program in sorted(programs.items())]


def read_function(folder: Path, program: str, names: Names) -> Function:
    """The function of a folder."""
    said, where = read_yaml(folder / "function.yaml"), f"functions/{folder.name}/function.yaml"
    if not isinstance(said, dict) or not isinstance(said.get("description"), str):
        raise FragmentError(f"{where}: say in `description` what the function does")
    if unknown := sorted(said.keys() - KEYS):
        raise FragmentError(f"{where}: `{unknown[0]}` is not known; {', '.join(sorted(KEYS))} are")
    route = said.pop("route", None)
    said["routes"] = [route] if route else said.get("routes", [])
    said["variables"] = dict(variable(one) for one in said.get("variables", []))
    try:
        said["consumes"] = Consumed(**said["consumes"]) if "consumes" in said else None
    except TypeError:
        raise FragmentError(f"{where}: `consumes` has `queue`, `batch` and, if need be, `concurrency`") from None
    function = Function(name=folder.name, program=program, **said)
    if wrong := first_unknown(function, names):
        raise FragmentError(f"{where}: {wrong}")
    return function


def variable(said: str | Json) -> tuple[str, str | None]:
    """A variable as `variables` lists it: the name of one that names.yaml knows, or `NAME: value`."""
    if isinstance(said, str):
        return said, None
    name, value = next(iter(said.items()))
    return name, str(value)


def first_unknown(function: Function, names: Names) -> str | None:
    """The first word of a function that is not known, and what would be."""
    for route in function.routes:
        if not ROUTE.fullmatch(route):
            return f"`{route}` is no route; `GET /api/reports/{{id}}` or `$default` would be"
    if function.throttle is not None and function.throttle not in names.throttles:
        return f"no throttle is called `{function.throttle}`; {', '.join(names.throttles)} are"
    if function.consumes and function.consumes.queue not in names.queues:
        return f"no queue is called `{function.consumes.queue}`; {', '.join(names.queues)} are"
    for name, value in function.variables.items():
        if value is None and name not in names.variables:
            return f"assembly/names.yaml does not say what the variable {name} has as its value"
    for target, verbs in function.may.items():
        kind = names.kind(target)
        if kind is None and target != "mail":
            return f"nothing that rights are held on is called `{target}`; {', '.join([*names.tables, *names.objects, *names.queues, 'mail'])} are"
        known = names.verbs[kind] if kind else {"send": []}
        if unknown := [verb for verb in verbs if verb not in known]:
            return f"`{target}` has no right `{unknown[0]}`; {', '.join(known)} are"
    return None
