"""Writes without some of their conditions, to see that a test notices. This is no repair."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ministack.services import dynamodb

from local.ministack_imprint.http_api import Json
from local.ministack_imprint.transactions import actions


def drop_conditions(pattern: str) -> None:
    """`EMU_DROP_CONDITION=<regular expression>`: takes conditions out of writes, to see that a test notices.

    The expression is searched in `<kind> <update> IF <condition> ON <sort key>`, once for each part of a condition that is joined by AND;
    numbers and texts stand in it instead of their placeholders: `Update ADD #children 1 IF #parent = root ON …`. The kind of a write outside
    of transactions begins with `Single`. A part that it is found in always holds.
    """
    wanted = re.compile(pattern)
    transact = dynamodb._transact_write_items

    def without(kind: str, action: Json) -> Json:
        values = action.get("ExpressionAttributeValues") or {}
        literals = {name: value.get("N") or value.get("S") for name, value in values.items()}
        key = (action.get("Item") or action.get("Key") or {}).get("sk", {}).get("S", "")

        def loosened(part: str) -> str:
            words = f"{kind} {action.get('UpdateExpression') or ''} IF {part} ON {key}"
            told = re.sub(r":\w+", lambda name: literals.get(name[0]) or name[0], " ".join(words.split()))
            # What stays in the expression keeps its names and values from being unused, which would be an error.
            return f"(attribute_exists(pk) OR attribute_not_exists(pk) OR {part})" if wanted.search(told) else part

        parts = action.get("ConditionExpression", "").split(" AND ")
        return action | {"ConditionExpression": " AND ".join(map(loosened, parts))} if parts != [""] else action

    def transacted(data: Json) -> Any:
        return transact(data | {"TransactItems": [{kind: without(kind, action)} for kind, action in actions(data)]})

    def loose(kind: str, write: Callable[[Json], Any]) -> Callable[[Json], Any]:
        return lambda data: write(without(f"Single{kind}", data))

    dynamodb._transact_write_items = transacted
    for kind in ("Put", "Update", "Delete"):
        setattr(dynamodb, f"_{kind.lower()}_item", loose(kind, getattr(dynamodb, f"_{kind.lower()}_item")))
