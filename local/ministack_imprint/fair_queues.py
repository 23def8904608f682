"""Fair queues on the local stack. SQS serves the groups of a standard queue (`MessageGroupId`: Imprint's workspaces) fairly; MiniStack serves
messages in the order in which they came, whoever sent them.

AWS says what fair queues do for the time that messages wait, not how they choose. Here the next message is one of the group of which the fewest
are being worked on, and among equals the oldest. What is left as it is: a worker that is busy is not interrupted for another group, here and on AWS.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from ministack.services import sqs

Json = dict[str, Any]


def repair_fair_queues() -> None:
    """Has whoever receives messages, functions behind a queue included, get them in a fair order."""
    collect: Callable[..., list[Json]] = sqs._collect_msgs

    def collected(queue: Json, most: int, visibility_timeout: int) -> list[Json]:
        if queue["is_fifo"]:
            return collect(queue, most, visibility_timeout)
        return collect(queue | {"messages": next_messages(queue["messages"], most, time.time())}, most, visibility_timeout)

    sqs._collect_msgs = collected


def next_messages(messages: list[Json], most: int, now: float) -> list[Json]:
    """The messages whose turn it is, at most so many; those without a group are one group."""
    in_flight = Counter[str | None]()
    waiting: dict[str | None, deque[Json]] = {}
    for message in messages:
        group = message.get("group_id")
        if message.get("visible_at", 0) <= now:
            waiting.setdefault(group, deque()).append(message)
        elif message.get("receive_count"):
            in_flight[group] += 1
    chosen: list[Json] = []
    while waiting and len(chosen) < most:
        # The first of equals has the oldest message.
        group = min(waiting, key=lambda group: in_flight[group])
        chosen.append(waiting[group].popleft())
        in_flight[group] += 1
        if not waiting[group]:
            del waiting[group]
    return chosen
