"""What MiniStack holds of its services, in the forms in which durability.py writes it down and reads it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from ministack import app as aws
from ministack.core import persistence
from ministack.core.responses import AccountRegionScopedDict
from ministack.services import cloudformation, dynamodb, lambda_svc, sqs

from local.ministack_imprint.http_api import Json
from local.ministack_imprint.state_file import StateError

ITEM, MESSAGE, RECORD = "item", "message", "record"
NO_SORT_KEY = "__no_sort__"


def table_scope(table: Json) -> str:
    """A table: one that is made anew under the same name is another."""
    return f"{table['TableArn']} {table.get('TableId', '')}"


def queue_scope(queue: Json) -> str:
    """A queue."""
    result: str = queue["attributes"]["QueueArn"]
    return result


def lists() -> Iterator[tuple[str, str, list[Json], str]]:
    """Every list of messages or of stream records: its kind, its scope, the list, and the member that names a record."""
    for queue in list(sqs._queues._data.values()):
        yield MESSAGE, queue_scope(queue), queue["messages"], "id"
    for scope, records in list(dynamodb._stream_records._data.items()):
        yield RECORD, json.dumps(scope), records, "eventID"


def positions() -> str:
    """How far the readers of streams are, and how many records are gone from the beginning of each."""
    if not (lambda_svc._dynamodb_stream_positions._data or dynamodb._stream_trimmed._data):
        return ""
    with lambda_svc._dynamodb_stream_positions_lock:
        return plain({"positions": lambda_svc._dynamodb_stream_positions, "trimmed": dynamodb._stream_trimmed})


def deploying() -> bool:
    """Whether CloudFormation is at work."""
    return any(stack["StackStatus"].endswith("_IN_PROGRESS") for stack in cloudformation._stacks._data.values())


@contextmanager
def items_apart() -> Iterator[None]:
    """Lets MiniStack see its tables without items, which it would copy."""
    tables, empty = dynamodb._tables, AccountRegionScopedDict()
    empty._data = {key: {**table, "items": {}} for key, table in tables._data.items()}
    dynamodb._tables = empty
    try:
        yield
    finally:
        dynamodb._tables = tables


def state_text(name: str) -> str | None:
    """The state of a service without what is in entries, in the form of MiniStack's own files; nothing of one that was not used yet."""
    get_state = aws._build_persistence_save_dict().get(name)
    with items_apart() if name == "dynamodb" else nullcontext():
        state = get_state and get_state()
    if state is None:
        return None
    if name == "sqs":
        for queue in state["queues"]._data.values():
            queue["messages"] = []
    return plain({"__ministack_format__": persistence._state_format_version(name), "payload": state})


def plain(value: Any) -> str:
    """JSON in the form of MiniStack, which knows bytes and its own dictionaries."""
    return json.dumps(value, default=persistence._json_default)


def decoded(name: str, text: str) -> Json:
    """The state of a service; one that a newer MiniStack wrote is refused."""
    state = json.loads(text, object_hook=persistence._json_object_hook)
    if state["__ministack_format__"] > persistence._state_format_version(name):
        raise StateError(f"The state of {name} was written by a newer MiniStack. Start that version, or wipe the data by `make clean-state`.")
    result: Json = state["payload"]
    return result


def scoped(payloads: dict[str, Json], name: str, member: str) -> Iterable[Json]:
    """The values of a dictionary of MiniStack's in the state of a service."""
    found = payloads.get(name, {}).get(member)
    return found._data.values() if found is not None else ()
