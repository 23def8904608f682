"""Which requests change the state of a service beyond its items, messages and objects."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ministack import app as aws

# Stands for every service.
ALL = "cloudformation"
# Requests that change nothing but entries and objects, or only what may be lost: measurements, logs, notifications that are on their way.
ENTRIES_ONLY = {
    "dynamodb": {
        "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems", "TransactGetItems", "Query", "Scan",
        "ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction",
    },
    "sqs": {
        "SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch", "ChangeMessageVisibility",
        "ChangeMessageVisibilityBatch", "PurgeQueue",
    },
    "ses": {"SendEmail", "SendRawEmail", "SendTemplatedEmail", "SendBulkTemplatedEmail"},
    "sns": {"Publish", "PublishBatch"},
    "monitoring": {"PutMetricData"},
    "logs": {"PutLogEvents"},
    "events": {"PutEvents"},
}
ACTION = re.compile(rb"(?:^|&)Action=(\w+)")
Headers = Mapping[str, str]
Query = Mapping[str, Sequence[str]]
READING = ("Get", "List", "Describe", "BatchGet", "Lookup", "Search", "Validate")


def changes_documents(service: str, method: str, path: str, headers: Headers, body: bytes, query: Query) -> bool:
    """Whether a request may change more than entries and objects. When in doubt it does."""
    if action := action_of(headers, body, query):
        return not action.startswith(READING) and action not in ENTRIES_ONLY.get(service, ())
    if method in ("GET", "HEAD", "OPTIONS"):
        return False
    if service == "s3":
        # An object, or the deletion of several.
        return "/" not in path.strip("/") and "delete" not in query
    return not path.endswith(("/invocations", "/outbound-emails", "/outbound-bulk-emails"))


def action_of(headers: Headers, body: bytes, query: Query) -> str:
    """The action that a request names in its header, its address or its form."""
    if target := headers.get("x-amz-target"):
        return target.rpartition(".")[2]
    if named := query.get("Action"):
        return named[0]
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded") and (found := ACTION.search(body)):
        return found[1].decode()
    return ""


def documents_of(service: str) -> set[str]:
    """The documents that a request to a service may change."""
    if service in ("tagging", "cloudcontrol"):
        # They change other services.
        return {ALL}
    config = aws.SERVICE_REGISTRY[service]
    return {config.get("state_key", config["module"]), *config.get("sub_modules", ())}
