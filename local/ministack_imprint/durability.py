"""Nothing that was answered is lost when the emulator dies: what changed is in the state file before the answer leaves.

MiniStack holds everything in memory and saves it when it is asked to end. Here each answer waits for a transaction (state_file.py) with what changed:

- **entries**, one row each: items of tables, messages of queues, records of streams. They are found where they change, not by looking at all of them;
- **documents**, one a service: the rest of its state, as MiniStack would save it. Each request that may change it has it written again. A deployment
  changes many services and is written when it is over, so that a crash leaves the deployment before it;
- objects are files of their own: objects.py. Mails are files as well: mail.py.

What changes without a request (messages that go to a dead-letter queue, expired items) follows within `PAUSE`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

from ministack import app as aws
from ministack.core import persistence
from ministack.services import dynamodb, eventbridge, lambda_svc, s3, scheduler, sqs

from local.ministack_imprint.changing_requests import ALL, changes_documents, documents_of
from local.ministack_imprint.http_api import Json
from local.ministack_imprint.service_state import (
    ITEM,
    MESSAGE,
    NO_SORT_KEY,
    RECORD,
    decoded,
    deploying,
    lists,
    plain,
    positions,
    queue_scope,
    scoped,
    state_text,
    table_scope,
)
from local.ministack_imprint.state_file import Delete, Put, StateError, StateFile

logger = logging.getLogger("durability")

PAUSE = 0.25
# Documents that are not a service's: how far readers of streams are, and which schedules have fired. MiniStack keeps neither.
POSITIONS, FIRED = "stream-positions", "fired"


class Known:
    """How much of a list the state file has: sends append to it and everything else replaces it, so that a send costs nothing for what waits before it."""

    def __init__(self) -> None:
        self.records: list[Json] = []
        self.count = 0
        self.last: Json | None = None
        self.keys: set[str] = set()

    def changes(self, records: list[Json], key: str) -> tuple[list[Json], set[str]]:
        """The records that are new and the keys of those that are gone since the last call."""
        same = self.records is records and len(records) >= self.count and (not self.count or records[self.count - 1] is self.last)
        if same:
            new, gone = records[self.count :], set[str]()
        else:
            new = [record for record in records if record[key] not in self.keys]
            gone = self.keys - {record[key] for record in records}
        self.records, self.count, self.last = records, len(records), records[-1] if records else None
        self.keys -= gone
        self.keys.update(record[key] for record in new)
        return new, gone


class Found(NamedTuple):
    """What a start found."""

    items: int
    objects: int
    messages: int

    def __str__(self) -> str:
        return f"{self.items} items, {self.objects} objects, {self.messages} messages"


class Durability:
    """Carries what changes in MiniStack into the state file."""

    def __init__(self, file: Path) -> None:
        """Opens the state file, and places itself where MiniStack changes, loads and saves its state."""
        self.file = StateFile(file)
        self.lock = threading.Lock()
        self.items: dict[tuple[str, str, str], Json] = {}
        self.messages: dict[tuple[str, str], Json] = {}
        self.lists: dict[tuple[str, str], Known] = {}
        self.services: set[str] = set()
        self.fired: dict[str, list[list[Any]]] = {"scheduler": [], "eventbridge": []}
        self.tables: set[str] = set()
        self.saved: dict[str, int] = {}
        self.unused_code: Callable[[], None] | None = None
        # Everything is written again: at first, when somebody wiped the emulator, and when a write failed.
        self.everything = False
        self.watch_items()
        self.watch_messages()
        self.watch_schedules()
        self.watch_services()
        self.keep_code_until_saved()
        aws._load_persisted_state, aws.save_all = self.restored, lambda _: self.write(closing=True)

    # --- Where things change ---------------------------------------------------------------------------------------------------------

    def watch_items(self) -> None:
        """Notes the items that are set and removed, and tables of which all items are others."""
        set_item, remove_item, items_replaced = dynamodb._set_item, dynamodb._remove_item, dynamodb._items_replaced

        def note(table: Json, pk: str, sk: str) -> None:
            with self.lock:
                self.items[table_scope(table), pk, sk] = table

        def kept(table: Json, pk: str, sk: str, item: Json) -> Any:
            before = set_item(table, pk, sk, item)
            note(table, pk, sk)
            return before

        def removed(table: Json, pk: str, sk: str) -> Any:
            before = remove_item(table, pk, sk)
            note(table, pk, sk)
            return before

        def replaced(table: Json) -> None:
            self.everything = True
            items_replaced(table)

        dynamodb._set_item, dynamodb._remove_item, dynamodb._items_replaced = kept, removed, replaced

    def watch_messages(self) -> None:
        """Notes the messages that somebody received, or whose visibility changed. Those that come and go are seen in the queues."""
        collect = sqs._collect_msgs

        def collected(queue: Json, *rest: Any) -> list[Json]:
            messages: list[Json] = collect(queue, *rest)
            self.note_messages(queue, messages)
            return messages

        sqs._collect_msgs = collected
        for action in ("ChangeMessageVisibility", "ChangeMessageVisibilityBatch"):
            sqs._HANDLERS[action] = self.noting_visibility(sqs._HANDLERS[action])

    def noting_visibility(self, change: Callable[[Json, str], Any]) -> Callable[[Json, str], Any]:
        """The action, which also notes the messages of its receipt handles."""

        def changed(data: Json, url: str) -> Any:
            result, queue = change(data, url), sqs._get_q(data.get("QueueUrl", url))
            handles = {entry.get("ReceiptHandle") for entry in data.get("Entries") or [data]}
            self.note_messages(queue, [message for message in queue["messages"] if message["receipt_handle"] in handles])
            return result

        return changed

    def note_messages(self, queue: Json, messages: list[Json]) -> None:
        with self.lock:
            self.messages.update({(queue_scope(queue), message["id"]): message for message in messages})

    def watch_schedules(self) -> None:
        """Notes which schedules have fired, once what they fired at was called: a crash in between has them fire again."""
        scheduler._tick_schedules = self.noting_fired("scheduler", scheduler._tick_schedules, scheduler._schedule_last_fired)
        eventbridge._tick_scheduled_rules = self.noting_fired("eventbridge", eventbridge._tick_scheduled_rules, eventbridge._rule_last_fired)

    def noting_fired(self, service: str, tick: Callable[[], None], fired: dict[tuple[str, ...], float]) -> Callable[[], None]:
        """The sweep over all schedules of a service, which also notes those that have fired. Some are deleted then."""

        def ticked() -> None:
            tick()
            if self.fired[service] != (now := [[*key, at] for key, at in list(fired.items())]):
                with self.lock:
                    self.fired[service] = now
                    self.services.add(service)

        return ticked

    def watch_services(self) -> None:
        """Notes the services that a request may have changed, and the wish to wipe them all."""
        reset = aws._reset_all_state

        def noting(service: str, handle: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
            async def handled(method: str, path: str, headers: Json, body: bytes, query: Json) -> Any:
                try:
                    return await handle(method, path, headers, body, query)
                finally:
                    if changes_documents(service, method, path, headers, body, query):
                        with self.lock:
                            self.services |= documents_of(service)

            return handled

        def wiped() -> None:
            reset()
            self.everything = True

        aws.SERVICE_HANDLERS.update({service: noting(service, handle) for service, handle in aws.SERVICE_HANDLERS.items()})
        aws._reset_all_state = wiped

    def keep_code_until_saved(self) -> None:
        """The code of functions that is not used any more goes when the state that does not name it is saved, not before."""
        prune = lambda_svc._prune_orphan_code_blobs

        def later(used: set[str]) -> None:
            self.unused_code = lambda: prune(used)

        lambda_svc._prune_orphan_code_blobs = later

    # --- Writing ---------------------------------------------------------------------------------------------------------------------

    def before_answers(self, send: Callable[[Json], Awaitable[None]]) -> Callable[[Json], Awaitable[None]]:
        """`send`, which first writes what changed. If that fails, the answer is an error instead."""
        failed = False

        async def sent(message: Json) -> None:
            nonlocal failed
            if message["type"] == "http.response.start":
                try:
                    self.write()
                except (sqlite3.Error, OSError) as error:
                    failed = True
                    logger.error("the state could not be written: %s", error)
                    await send({**message, "status": 500, "headers": [(b"content-type", b"text/plain")]})
                    await send({"type": "http.response.body", "body": f"The emulator could not write its state: {error}".encode()})
            if not failed:
                await send(message)

        return sent

    async def write_what_follows(self) -> None:
        """Writes what changes without a request."""
        while True:
            await asyncio.sleep(PAUSE)
            try:
                self.write()
            except (sqlite3.Error, OSError) as error:
                logger.error("the state could not be written: %s", error)

    def write(self, closing: bool = False) -> None:
        """Writes what changed since the last call, in one transaction. To be called between requests: on the event loop."""
        everything, self.everything = self.everything, False
        if everything or closing:
            self.services.add(ALL)
        try:
            documents = self.documents(everything)
            deletes, puts = self.entries(everything)
            if documents or deletes or puts or everything:
                self.file.write(documents, deletes, puts, emptied=everything)
            self.forget_tables()
        except BaseException:
            # What was noted is forgotten; memory is what counts.
            self.everything = True
            raise
        self.saved |= {name: hash(text) for name, text in documents.items()}
        if prune := self.unused_code:
            self.unused_code = None
            prune()

    def documents(self, everything: bool) -> dict[str, str]:
        """The documents that are others than those that were saved last."""
        texts = {name: text for name in self.services_to_save() if (text := self.text_of(name)) is not None}
        texts |= {POSITIONS: positions(), FIRED: json.dumps(self.fired)}
        return {name: text for name, text in texts.items() if everything or self.saved.get(name) != hash(text)}

    def services_to_save(self) -> set[str]:
        """The services that changed. A deployment may have changed any, and is saved when it is over."""
        with self.lock:
            changed, self.services = self.services, set()
        if ALL not in changed:
            return changed
        if not deploying():
            return set(aws._build_persistence_save_dict())
        self.services.add(ALL)
        return changed - {ALL}

    def text_of(self, name: str) -> str | None:
        """The state of a service. One that cannot be read while a thread changes it is read again later."""
        try:
            return state_text(name)
        except OSError:
            raise
        except Exception as error:
            logger.exception("the state of %s could not be saved", name)
            if isinstance(error, RuntimeError):
                self.services.add(name)
            return None

    def entries(self, everything: bool) -> tuple[list[Delete], list[Put]]:
        """The entries that are gone and those that are new or others."""
        with self.lock:
            items, self.items, messages, self.messages = self.items, {}, self.messages, {}
        if everything:
            self.lists, self.tables = {}, set()
        for table in list(dynamodb._tables._data.values()):
            if (scope := table_scope(table)) not in self.tables:
                # A table may begin with items: one that was restored from a backup.
                self.tables.add(scope)
                items |= {(scope, pk, sk): table for pk, partition in table["items"].items() for sk in partition}
        deletes, puts = list[Delete](), list[Put]()
        for (scope, pk, sk), table in items.items():
            item, key = table["items"].get(pk, {}).get(sk), json.dumps([pk, sk])
            deletes.append(Delete(ITEM, scope, key)) if item is None else puts.append(Put(ITEM, scope, key, json.dumps(item)))
        # Its lock is held by threads that move messages from queue to queue.
        with sqs._queues_lock:
            now = {(kind, scope): (records, key) for kind, scope, records, key in lists()}
            for kind, scope in self.lists.keys() - now.keys():
                deletes += [Delete(kind, scope, name) for name in self.lists.pop((kind, scope)).keys]
            for (kind, scope), (records, key) in now.items():
                known = self.lists.setdefault((kind, scope), Known())
                new, gone = known.changes(records, key)
                deletes += [Delete(kind, scope, name) for name in gone]
                puts += [Put(kind, scope, record[key], plain(record)) for record in new]
            puts += [
                Put(MESSAGE, scope, name, plain(message))
                for (scope, name), message in messages.items()
                if (seen := self.lists.get((MESSAGE, scope))) and name in seen.keys
            ]
        return deletes, puts

    def forget_tables(self) -> None:
        """Removes the items of tables that were deleted."""
        now = {table_scope(table) for table in dynamodb._tables._data.values()}
        if self.tables - now:
            self.file.remove_scopes(ITEM, now)
            self.tables &= now

    def close(self) -> None:
        """Closes the file, after all was written."""
        self.file.close()

    # --- Reading ---------------------------------------------------------------------------------------------------------------------

    def restored(self) -> None:
        """Puts the state into MiniStack when it starts; says what was found after a crash. A start that would hold less than there was fails."""
        try:
            found = self.load()
        except Exception as error:
            logger.exception("the state could not be loaded")
            print(error if isinstance(error, StateError) else self.file.damaged(repr(error)), flush=True)
            os._exit(1)
        if not (self.file.is_new or self.file.was_closed):
            print(f"Recovered {found} after a crash.", flush=True)

    def load(self) -> Found:
        """Reads everything."""
        documents, folder = self.file.documents(), self.file.file.parent
        old = [folder / f"{name}.json" for name in aws._state_map if (folder / f"{name}.json").exists()]
        payloads = {name: decoded(name, text) for name, text in documents.items() if name in aws._state_map}
        if old:
            raise StateError(f"{folder} holds {old[0].name} of a version whose format this one does not read. Start that version, or wipe the data by `make clean-state`.")
        items, messages = self.load_entries(payloads)
        self.load_streams(json.loads(documents.get(POSITIONS) or "{}", object_hook=persistence._json_object_hook), payloads)
        self.load_fired(json.loads(documents.get(FIRED) or "{}"))
        for name, module in aws._state_map.items():
            if name in payloads:
                aws._get_module(module).load_persisted_state(payloads[name])
        self.write()
        return Found(items, sum(len(bucket["objects"]) for bucket in s3._buckets._data.values()), messages)

    def load_entries(self, payloads: dict[str, Json]) -> tuple[int, int]:
        """Puts items and messages back where the states of their services have them; how many."""
        tables = {table_scope(table): table for table in scoped(payloads, "dynamodb", "tables")}
        queues = {queue_scope(queue): queue for queue in scoped(payloads, "sqs", "queues")}
        for scope, value in self.file.entries(ITEM):
            if table := tables.get(scope):
                item = json.loads(value)
                pk, sk = (dynamodb._extract_key_val(item[table[name]]) if table[name] else NO_SORT_KEY for name in ("pk_name", "sk_name"))
                table["items"].setdefault(pk, {})[sk] = item
        for scope, value in self.file.entries(MESSAGE):
            if queue := queues.get(scope):
                queue["messages"].append(json.loads(value, object_hook=persistence._json_object_hook))
        for table in tables.values():
            dynamodb._update_counts(table)
        # From here on only what changes is written.
        self.tables = set(tables)
        for scope, queue in queues.items():
            self.known(MESSAGE, scope, queue["messages"], "id")
        # Of tables and queues that a deployment made which never came to its end.
        self.file.remove_scopes(ITEM, set(tables))
        self.file.remove_scopes(MESSAGE, set(queues))
        return sum(table["ItemCount"] for table in tables.values()), sum(len(queue["messages"]) for queue in queues.values())

    def load_streams(self, saved: Json, payloads: dict[str, Json]) -> None:
        """Puts back the records of streams, and how far their readers are."""
        for scope, value in self.file.entries(RECORD):
            dynamodb._stream_records._data.setdefault(tuple(json.loads(scope)), []).append(json.loads(value))
        for scope, records in dynamodb._stream_records._data.items():
            self.known(RECORD, json.dumps(scope), records, "eventID")
        dynamodb._stream_trimmed.update(saved.get("trimmed", {}))
        if "lambda" in payloads and "positions" in saved:
            payloads["lambda"]["dynamodb_stream_positions"] = saved["positions"]

    def known(self, kind: str, scope: str, records: list[Json], key: str) -> None:
        """Remembers that the file has all of a list."""
        self.lists[kind, scope] = Known()
        self.lists[kind, scope].changes(records, key)

    def load_fired(self, saved: dict[str, list[list[Any]]]) -> None:
        """Puts back which schedules have fired."""
        self.fired |= saved
        for service, fired in (("scheduler", scheduler._schedule_last_fired), ("eventbridge", eventbridge._rule_last_fired)):
            fired.update({tuple(key): at for *key, at in self.fired[service]})
