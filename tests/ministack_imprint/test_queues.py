"""Queues: whose turn it is, and which functions may receive."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from ministack.core import iam_evaluator
from ministack.services import iam, sqs

from local.ministack_imprint import permissions
from local.ministack_imprint.fair_queues import repair_fair_queues
from local.ministack_imprint.permissions import journal, repair_mapping_permissions


def queue_of(*groups: str) -> str:
    """The URL of a new queue with a message for each of these groups."""
    name = f"q{uuid.uuid4().hex}"
    sqs._act_create_queue({"QueueName": name}, "")
    url = next(url for url in sqs._queues if url.endswith(name))
    for group in groups:
        sqs._act_send_message({"QueueUrl": url, "MessageBody": group, "MessageGroupId": group}, "")
    return str(url)


def received(url: str, count: int) -> list[str]:
    """The bodies of the next messages."""
    return [message["body"] for message in sqs._collect_msgs(sqs._queues[url], count, 30)]


def test_a_group_does_not_wait_for_all_of_another() -> None:
    assert received(queue_of("a", "a", "a", "b"), 2) == ["a", "a"]

    repair_fair_queues()
    url = queue_of("a", "a", "a", "b")
    assert received(url, 2) == ["a", "b"]
    assert received(url, 2) == ["a", "a"]


def test_messages_reach_only_functions_whose_role_may_receive_them(monkeypatch: pytest.MonkeyPatch) -> None:
    role = iam._roles["worker"] = {"RoleName": "worker", "Arn": "arn:aws:iam::000000000000:role/worker", "InlinePolicies": {}}
    monkeypatch.setattr(permissions, "role_of_mapping", lambda _: "worker")
    assert len(sqs._receive_messages_for_esm(queue_of("a"), 1)) == 1

    decisions: list[tuple[Any, ...]] = []
    repair_mapping_permissions(lambda *decision: decisions.append(decision))
    url = queue_of("a")
    assert sqs._receive_messages_for_esm(url, 1) == []
    assert {allowed for *_, allowed in decisions} == {False}
    statement = {"Effect": "Allow", "Action": list(permissions.MAPPING), "Resource": sqs._queues[url]["attributes"]["QueueArn"]}
    role["InlinePolicies"] = {"receive": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    assert len(sqs._receive_messages_for_esm(url, 1)) == 1


def test_decisions_about_roles_are_in_the_journal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "journal.jsonl"
    monkeypatch.setattr(iam_evaluator, "enforce", lambda *_, **__: None)
    monkeypatch.setattr(permissions, "role_of", lambda _: "worker")
    journal(file)
    iam_evaluator.enforce("key", "sqs:SendMessage", "sqs", "us-east-1", resource_arn="arn:q")
    assert json.loads(file.read_text()) == {"role": "worker", "action": "sqs:SendMessage", "resource": "arn:q", "allowed": True}
