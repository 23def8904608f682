"""The sample events of `events/`, and what each must answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import yaml

from local.environment import ROOT

Json = dict[str, Any]

EVENTS = ROOT / "events"
# Operations whose sample names what cannot be there: an address that nobody has, and a link of a mail too large to be attached.
NOT_THERE = {"gateway-answer-unknown": 404, "public-download-mailed": 404}
# What an event takes away, others need: these come last, in this order.
LATER = (
    "mail-feedback",
    "native-lift-mail-suppression",
    "exago-delete-session",
    "huddle-unpublish-document",
    "informer-unpublish-report",
    "native-delete-report",
)


@dataclass(frozen=True)
class Event:
    """One file of `events/`."""

    name: str
    body: Json

    @property
    def logical_id(self) -> str:
        """The function's name in the template."""
        return "".join(part[:1].upper() + part[1:] for part in self.name.split("-"))

    @property
    def rank(self) -> int:
        """When it comes: events of one rank do not disturb each other."""
        return LATER.index(self.name) + 1 if self.name in LATER else 0


def read_all() -> list[Event]:
    """Every file, in the order of the names."""
    return [Event(file.stem, json.loads(file.read_text(encoding="utf-8"))) for file in sorted(EVENTS.glob("*.json"))]


def operations() -> dict[str, Json]:
    """What openapi.yaml says, by operation."""
    document = yaml.load((ROOT / "openapi.yaml").read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    found = (operation for path in document["paths"].values() for operation in path.values() if isinstance(operation, dict))
    return {operation["operationId"]: operation for operation in found if "operationId" in operation}


def successes(operation: Json) -> set[int]:
    """The statuses of success that an operation promises."""
    return {int(code) for code in operation["responses"] if str(code)[0] in "23"}


def is_public(operation: Json) -> bool:
    """Whether it asks for neither an access token nor a preview's cookie."""
    return "x-permission" not in operation and not any("previewCookie" in scheme for scheme in operation.get("security", []))


def problem(event: Event, output: str, described: dict[str, Json]) -> str:
    """What is wrong with an answer, empty if nothing is. SAM exits 0 also when the function failed."""
    try:
        answer = json.loads(output)
    except ValueError:
        return f"no JSON: {output[:300]}"
    if not isinstance(answer, dict) or "errorType" in answer:
        return f"failed: {output[:300]}"
    if "Records" in event.body:
        return "" if answer.get("batchItemFailures") == [] else f"messages failed: {output[:300]}"
    if "routeKey" not in event.body:
        wanted = {"operator-create-access-token": "token", "operator-redrive-publications": "messages", "publish-collect-bundles": "complete"}
        return "" if wanted.get(event.name) in answer else f"answered {output[:300]}"
    allowed = {NOT_THERE[event.name]} if event.name in NOT_THERE else successes(described[event.name])
    status = answer.get("statusCode")
    return "" if status in allowed else f"{status}, not {sorted(allowed)}: {str(answer.get('body'))[:300]}"
