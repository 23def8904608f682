"""IAM on the local stack: what MiniStack lacks of it, and the journal of what it decides. emulator.py applies both."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam, lambda_svc, sqs

# What AWS needs to hand a queue's messages to a function.
MAPPING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")

Told = Callable[[str, str, str, bool], None]


def journal(file: Path) -> Told:
    """`EMU_IAM_JOURNAL=<file>`: a line for each decision about a role: the role, the action, the resource, and whether it was allowed."""
    lines, lock = file.open("w", encoding="utf-8"), threading.Lock()

    def told(role: str, action: str, resource: str, allowed: bool) -> None:
        with lock:
            lines.write(json.dumps({"role": role, "action": action, "resource": resource, "allowed": allowed}) + "\n")
            lines.flush()

    enforce = iam_evaluator.enforce

    def enforced(key: str, action: str, service: str, region: str, resource_arn: str = "*", **rest: Any) -> Any:
        denied = enforce(key, action, service, region, resource_arn=resource_arn, **rest)
        if role := role_of(key):
            told(role, action, resource_arn, denied is None)
        return denied

    iam_evaluator.enforce = enforced
    return told


def role_of(key: str) -> str:
    """The role whose session has this access key; empty for everybody else."""
    caller = iam_evaluator.resolve_credential(key or "", get_account_id())
    result: str = iam_evaluator._role_name_from_assumed_arn(getattr(caller, "principal_arn", ""))
    return result


def repair_mapping_permissions(told: Told | None) -> None:
    """Messages of a queue reach a function only if its role may do all that AWS does in its name; MiniStack asks nobody."""
    receive = sqs._receive_messages_for_esm

    def received(url: str, count: int) -> list[Any]:
        queue = sqs._queues[url]
        if not queue["messages"]:
            return []
        arn = queue["attributes"]["QueueArn"]
        role = role_of_mapping(arn)
        decisions = {action: permits(role, action, arn) for action in MAPPING}
        allowed = all(decisions.values())
        messages = receive(url, count) if allowed else []
        # Polls that bring nothing are not worth a line.
        if told and (messages or not allowed):
            for action, decision in decisions.items():
                told(role, action, arn, decision)
        return messages

    sqs._receive_messages_for_esm = received


def role_of_mapping(queue: str) -> str:
    """The role of the function that the messages of this queue go to."""
    mapping = next(each for *_, each in lambda_svc._iter_all_esms() if each["EventSourceArn"] == queue)
    return str(lambda_svc._functions[mapping["FunctionName"]]["config"]["Role"]).rpartition("/")[2]


def permits(role: str, action: str, resource: str) -> bool:
    """Whether the policies of a role allow this."""
    account = get_account_id()
    context = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{role}/lambda",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=get_region(),
    )
    limits = iam_evaluator._permissions_boundary(iam._roles, role, account)
    result: bool = iam_evaluator.evaluate(context, iam_evaluator._gather_role_policies(role, account), *limits).decision == "Allow"
    return result
