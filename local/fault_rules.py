"""What goes wrong, and when: the rules that tests set at the fault proxy, and the journal of what went through it. See faults.py."""

from __future__ import annotations

import asyncio
import random
import urllib.parse
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from local.ministack_imprint import query_protocol

Json = dict[str, Any]

# Before the request reaches the service. `refuse`: an error 500; `throttle`: the service is too busy; `conflict`: a transaction holds the item;
# `reset`: the connection breaks; `delay`: the request arrives late, even if its caller is gone by then.
BEFORE = {"kill-before", "hold-before", "refuse", "throttle", "conflict", "reset", "delay"}
# After the service has done it. `lose`: answered with an error 500; `vanish`: not answered, the connection breaks; `stall`: answered late.
AFTER = {"kill-after", "hold-after", "lose", "vanish", "stall"}
# Of messages: sent twice; sent with a delay, so that others overtake it.
MESSAGES = {"duplicate", "postpone"}
FAULTS = BEFORE | AFTER | MESSAGES

CONFLICTING = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"}
CHANGES = CONFLICTING | {"BatchWriteItem", "SendMessage", "SendRawEmail", "PutObject", "DeleteObject", "DeleteObjects"}
S3_OPERATIONS = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
# What a journal keeps: more than a test asks for, and a bound to what is held in memory.
JOURNAL_LENGTH = 20_000
JOURNAL_BODY = 32_768


@dataclass
class Request:
    """A request of a function, as rules and the journal see it."""

    function: str
    method: str
    path: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    service: str = field(init=False)
    operation: str = field(init=False)
    # What a text is looked for in: the body, of a mail what the request says beside it.
    told: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.told = self.body
        family, _, operation = self.header("x-amz-target").partition(".")
        if operation:
            self.service, self.operation = "sqs" if "SQS" in family else "dynamodb", operation
        elif self.header("content-type").startswith(query_protocol.MEDIA_TYPE):
            form = query_protocol.without_mail(self.body)
            self.service, self.operation = "ses", query_protocol.fields(form).get("Action", "")
            self.told = urllib.parse.unquote_to_bytes(form)
        else:
            self.service, self.operation = "s3", self._object_operation()

    def _object_operation(self) -> str:
        query = urllib.parse.parse_qs(self.path.partition("?")[2], keep_blank_values=True)
        if "list-type" in query:
            return "ListObjectsV2"
        return "DeleteObjects" if "delete" in query else S3_OPERATIONS.get(self.method, self.method)

    def header(self, name: str) -> str:
        """The first header of this name, or nothing."""
        return next((value.decode("latin-1") for key, value in self.headers if key.lower() == name.encode()), "")

    def says(self, text: str) -> bool:
        """Whether a text is in the path or the body: the uid of a report is in nearly every request about it."""
        return text in self.path or text.encode() in self.told

    def kept(self) -> Request:
        """What the journal keeps of it: no mails, and bodies up to a bound."""
        body = query_protocol.without_mail(self.body) if self.service == "ses" else self.body
        return Request(self.function, self.method, self.path, self.headers, body[:JOURNAL_BODY])

    @property
    def changes(self) -> bool:
        """Whether the request changes what is kept."""
        return self.operation in CHANGES

    def suits(self, fault: str) -> bool:
        """Whether the fault can befall such a request."""
        if fault in MESSAGES:
            return self.operation == "SendMessage"
        return fault != "conflict" or self.operation in CONFLICTING


class Rule:
    """Which requests a fault befalls: the `first` one that matches and the `times - 1` after it, or each by `chance`.

    What the service itself refuses is not counted: the caller makes it again, and means the same.
    """

    def __init__(self, words: Json) -> None:
        self.functions, self.text = set(words.get("functions") or ()), words.get("text", "")
        self.services, self.operations = set(words.get("services") or ()), set(words.get("operations") or ())
        self.changes: bool | None = words.get("changes")
        self.first, self.times = int(words.get("first", 1)), int(words.get("times", 1))
        self.chance: float | None = words.get("chance")
        self.random = random.Random(words.get("seed"))
        self.fault, self.seconds = words["fault"], float(words.get("seconds", 0))
        if self.fault not in FAULTS:
            raise ValueError(f"{self.fault} is no fault")
        self.matched = self.applied = self.holding = 0
        self.released = asyncio.Event()

    def befalls(self, request: Request) -> bool:
        """Whether the fault befalls this request, which is counted."""
        if not self._matches(request):
            return False
        self.matched += 1
        if self.chance is not None:
            return self.random.random() < self.chance
        return self.first <= self.matched < self.first + self.times

    def uncount(self, request: Request) -> None:
        """Takes back that a request was counted, unless the fault befell it or one before it."""
        if self.chance is None and 0 < self.matched < self.first and self._matches(request):
            self.matched -= 1

    def _matches(self, request: Request) -> bool:
        return (
            request.suits(self.fault)
            and (not self.functions or request.function in self.functions)
            and (not self.services or request.service in self.services)
            and (not self.operations or request.operation in self.operations)
            and self.changes in (None, request.changes)
            and request.says(self.text)
        )

    async def hold(self) -> None:
        """Waits until the rule is removed."""
        self.holding += 1
        await self.released.wait()

    def told(self) -> Json:
        """What became of the rule so far."""
        return {"matched": self.matched, "applied": self.applied, "holding": self.holding}


class Rules:
    """All rules by their names, what they did, and what went by."""

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.counts: Counter[str] = Counter()
        self.journal: deque[tuple[Request, Json]] = deque(maxlen=JOURNAL_LENGTH)

    def judge(self, request: Request) -> tuple[Rule | None, Json]:
        """The rule that befalls a request, if any, and the request's entry in the journal."""
        # Every rule counts the request, also behind one that befalls it.
        befalling = [rule for rule in self.rules.values() if rule.befalls(request)]
        rule = befalling[0] if befalling else None
        entry: Json = {
            "function": request.function,
            "service": request.service,
            "operation": request.operation,
            "changes": request.changes,
            "fault": rule.fault if rule else None,
            "status": None,
        }
        self.journal.append((request.kept(), entry))
        return rule, entry

    def answered(self, request: Request, entry: Json, status: int) -> None:
        """Notes how the service answered."""
        entry["status"] = status
        if status >= 400:
            for rule in self.rules.values():
                rule.uncount(request)

    def applied(self, rule: Rule) -> None:
        """Counts a fault that really happened."""
        rule.applied += 1
        self.counts[rule.fault] += 1

    def control(self, method: str, path: str, body: Json) -> Json | list[Json] | None:
        """What tests ask for; None if there is no such thing. `rules/<name>` (PUT, GET, DELETE), `rules` (DELETE), `journal`, `counts`."""
        address = urllib.parse.urlsplit(path)
        kind, _, name = address.path.removeprefix("/_faults/").partition("/")
        query = dict(urllib.parse.parse_qsl(address.query))
        match method, kind:
            case "PUT", "rules":
                self._remove([name])
                self.rules[name] = Rule(body)
                return {}
            case "GET", "rules" if name in self.rules:
                return self.rules[name].told()
            case "DELETE", "rules":
                return self._remove([name] if name else list(self.rules))
            case "GET", "journal":
                return self._journal(query.get("text", ""), query.get("function", ""))
            case "GET", "counts":
                return dict(self.counts)
        return None

    def _remove(self, names: list[str]) -> Json:
        removed = {name: self.rules.pop(name) for name in names if name in self.rules}
        for rule in removed.values():
            rule.released.set()
        return {name: rule.told() for name, rule in removed.items()}

    def _journal(self, text: str, function: str) -> list[Json]:
        return [entry for request, entry in self.journal if request.says(text) and function in ("", request.function)]
