"""Transactions that conflict, as those of DynamoDB do: MiniStack runs them one by one."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any

from ministack.services import dynamodb

from local.ministack_imprint.http_api import Json


def inject_transaction_conflicts(probability: float) -> None:
    """MiniStack runs transactions one by one and never conflicts; `EMU_TX_CONFLICT=0.2` refuses every fifth one as DynamoDB would."""
    write = dynamodb._transact_write_items

    def conflicted(data: Json) -> Any:
        count = len(data.get("TransactItems") or [])
        if not count or random.random() >= probability:
            return write(data)
        return conflict(count, {random.randrange(count)})

    dynamodb._transact_write_items = conflicted


def conflict(count: int, positions: set[int]) -> Any:
    """The answer to a transaction of which other transactions hold the items at these positions."""
    held = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
    reasons: list[Json] = [held if position in positions else {"Code": "None"} for position in range(count)]
    codes = ", ".join(reason["Code"] for reason in reasons)
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-errortype": "TransactionCanceledException"}
    return 400, headers, json.dumps({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        "CancellationReasons": reasons,
    }).encode()


def hold_items_of_transactions(seconds: float) -> None:
    """`EMU_TX_MILLIS=10`: a transaction holds its items for so long; who writes one of them meanwhile is refused as DynamoDB would."""
    transact, held_until = dynamodb._transact_write_items, dict[str, float]()

    def is_held(name: str, now: float) -> bool:
        return held_until.get(name, 0) > now

    def transacted(data: Json) -> Any:
        names, now = [item_name(*action) for action in actions(data)], time.monotonic()
        if held := {position for position, name in enumerate(names) if is_held(name, now)}:
            return conflict(len(names), held)
        # What is over is forgotten, so that the dictionary stays small.
        for name in [name for name, until in held_until.items() if until <= now]:
            del held_until[name]
        held_until.update(dict.fromkeys(names, now + seconds))
        return transact(data)

    def unless_held(kind: str, write: Callable[[Json], Any]) -> Callable[[Json], Any]:
        def written(data: Json) -> Any:
            if not is_held(item_name(kind, data), time.monotonic()):
                return write(data)
            text = "Transaction is ongoing for the item"
            return dynamodb.error_response_json("TransactionConflictException", text, 400)

        return written

    dynamodb._transact_write_items = transacted
    for kind in ("Put", "Update", "Delete"):
        setattr(dynamodb, f"_{kind.lower()}_item", unless_held(kind, getattr(dynamodb, f"_{kind.lower()}_item")))


def actions(data: Json) -> list[tuple[str, Json]]:
    """The actions of a transaction: kind and parameters."""
    return [next(iter(action.items())) for action in data.get("TransactItems") or []]


def item_name(kind: str, parameters: Json) -> str:
    """Table and key of the item that an action is about."""
    table = dynamodb._tables.get(dynamodb._normalize_table_name(parameters.get("TableName"))) or {}
    source = parameters.get("Item" if kind == "Put" else "Key") or {}
    return json.dumps([parameters.get("TableName"), *(source.get(table.get(key) or "") for key in ("pk_name", "sk_name"))])
