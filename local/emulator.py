"""The AWS of the local stack: MiniStack, repaired where it differs from AWS in what Imprint uses, on two ports of 127.0.0.1.

- The AWS port speaks DynamoDB, S3, SQS, SES, Lambda, CloudFormation, IAM and the rest: `AWS_ENDPOINT_URL`.
- The API port is the HTTP API itself, at the root and without a stage: `API_URL`. See http_api.py.

stack.py starts this process and sets its environment (`emulator_environment`). Each `repair_*` is one independent patch; those of mail are in mail.py.
They reach into private functions: hence the exact version.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import signal
import socketserver
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

REPAIRED_VERSION = "1.5.33"
if (_installed := metadata.version("ministack")) != REPAIRED_VERSION:
    sys.exit(
        f"local/emulator.py repairs MiniStack {REPAIRED_VERSION}, but {_installed} is installed. Run `make python`, then the same again; "
        "to move to a new version, check every repair_* of local/emulator.py and local/mail.py against it."
    )

from local.ministack_imprint.objects import finish_writes, repair_object_writes  # noqa: E402

# MiniStack reads the objects when it is imported.
if _objects := os.environ.get("S3_DATA_DIR"):
    finish_writes(Path(_objects))

from hypercorn.asyncio import serve  # noqa: E402
from hypercorn.config import Config  # noqa: E402
from ministack import app as aws  # noqa: E402
from ministack.core import lambda_runtime  # noqa: E402
from ministack.services import apigateway, dynamodb, lambda_svc  # noqa: E402
from ministack.services.cloudformation import provisioners  # noqa: E402

from local.ministack_imprint.durability import Durability  # noqa: E402
from local.ministack_imprint.fair_queues import repair_fair_queues  # noqa: E402
from local.ministack_imprint.function_code import repair_packages  # noqa: E402
from local.ministack_imprint.http_api import HttpApi, Json  # noqa: E402
from local.ministack_imprint.mail import (  # noqa: E402
    finish_mails,
    repair_mail,
    repair_mail_events,
    repair_mail_permissions,
)
from local.ministack_imprint.partitions import LargePartitions  # noqa: E402
from local.ministack_imprint.permissions import journal, repair_mapping_permissions  # noqa: E402
from local.ministack_imprint.state_file import StateError  # noqa: E402


class Settings(NamedTuple):
    """What stack.py asks for, from the environment."""

    aws_port: int
    api_port: int
    state: Path
    data: Path
    packages: Path
    conflict_probability: float
    transaction_seconds: float
    transaction_delay: float
    dropped_conditions: str
    iam_journal: str
    state_file: bool
    dies_with_parent: bool

    @classmethod
    def from_environment(cls) -> Settings:
        """Reads the variables that `stack.emulator_environment` sets."""
        return cls(
            aws_port=int(os.environ["GATEWAY_PORT"]),
            api_port=int(os.environ["EMU_API_PORT"]),
            state=Path(os.environ["EMU_STATE"]),
            data=Path(os.environ["STATE_DIR"]),
            packages=Path(os.environ["EMU_PACKAGES"]),
            conflict_probability=float(os.environ.get("EMU_TX_CONFLICT") or 0),
            transaction_seconds=float(os.environ.get("EMU_TX_MILLIS") or 0) / 1000,
            transaction_delay=float(os.environ.get("EMU_TX_DELAY") or 0) / 1000,
            dropped_conditions=os.environ.get("EMU_DROP_CONDITION") or "",
            iam_journal=os.environ.get("EMU_IAM_JOURNAL") or "",
            state_file=os.environ.get("EMU_STATE_FILE") != "0",
            dies_with_parent=os.environ.get("EMU_DIES_WITH_PARENT") == "1",
        )

    @property
    def api_url(self) -> str:
        """The root of the HTTP API, without a trailing slash."""
        return f"http://127.0.0.1:{self.api_port}"


# --- Repairs of MiniStack ------------------------------------------------------------------------------------------------------------


def after_provisioning(resource_type: str, hook: Callable[[str, Json, Json], None]) -> None:
    """Has CloudFormation call `hook(physical id, properties, attributes)` after it created or updated a resource of this type."""
    handler = provisioners._RESOURCE_HANDLERS[resource_type]
    create, update = handler["create"], handler["update"]

    def created(logical_id: str, properties: Json, stack: str) -> Any:
        result = create(logical_id, properties, stack)
        hook(result[0], properties, result[1])
        return result

    def updated(physical_id: str, before: Json, properties: Json, *rest: Any, **named: Any) -> Any:
        result = update(physical_id, before, properties, *rest, **named)
        hook(result[0], properties, result[1])
        return result

    handler["create"], handler["update"] = created, updated


def repair_http_api_routes(api_url: str) -> None:
    """SAM writes the routes of an HTTP API into its `Body`, which MiniStack ignores; and the endpoint is our own port."""

    def imported(api_id: str, properties: Json, attributes: Json) -> None:
        apigateway._apis[api_id]["apiEndpoint"] = attributes["ApiEndpoint"] = api_url
        if body := properties.get("Body"):
            import_body(api_id, body)

    after_provisioning("AWS::ApiGatewayV2::Api", imported)


def import_body(api_id: str, body: Json) -> None:
    """Replaces the routes of an API by those of an OpenAPI body."""
    apigateway._routes[api_id], apigateway._integrations[api_id] = {}, {}
    if cors := body.get("x-amazon-apigateway-cors"):
        apigateway._apis[api_id]["corsConfiguration"] = cors
    for path, operations in (body.get("paths") or {}).items():
        for method, operation in operations.items():
            if integration := operation.get("x-amazon-apigateway-integration"):
                import_route(api_id, path, method, operation, integration)


def import_route(api_id: str, path: str, method: str, operation: Json, integration: Json) -> None:
    """One operation of an OpenAPI body as a route; a ValueError fails the deployment with its text."""
    if operation.get("security"):
        raise ValueError(f"{method} {path}: the emulator has no authorizers; functions check their callers themselves")
    if partial := [part for part in path.split("/") if "{" in part and not re.fullmatch(r"\{\w+\+?\}", part)]:
        raise ValueError(f"{path}: an HTTP API takes a parameter as a whole segment only, not {partial[0]}")
    apigateway._create_integration(api_id, {
        "integrationType": integration["type"].upper(),
        "integrationUri": integration["uri"],
        "integrationMethod": integration.get("httpMethod", "POST"),
        "payloadFormatVersion": str(integration.get("payloadFormatVersion", "2.0")),
        "timeoutInMillis": integration.get("timeoutInMillis", 30000),
    })
    verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
    key = "$default" if path.lstrip("/") == "$default" else f"{verb} {path}"
    apigateway._create_route(api_id, {"routeKey": key, "target": f"integrations/{list(apigateway._integrations[api_id])[-1]}"})


def repair_table_settings() -> None:
    """CloudFormation's time to live and point-in-time recovery of a table are ignored without this."""

    def applied(table: str, properties: Json, _attributes: Json) -> None:
        if ttl := properties.get("TimeToLiveSpecification"):
            dynamodb._update_ttl({"TableName": table, "TimeToLiveSpecification": ttl})
        if recovery := properties.get("PointInTimeRecoverySpecification"):
            dynamodb._update_continuous_backups({"TableName": table, "PointInTimeRecoverySpecification": recovery})

    after_provisioning("AWS::DynamoDB::Table", applied)


def repair_reserved_concurrency() -> None:
    """CloudFormation's `ReservedConcurrentExecutions` is ignored without this."""

    def applied(function: str, properties: Json, _attributes: Json) -> None:
        reserved = properties.get("ReservedConcurrentExecutions")
        lambda_svc._functions[function]["concurrency"] = None if reserved is None else int(reserved)

    after_provisioning("AWS::Lambda::Function", applied)


def repair_worker_concurrency() -> None:
    """A number that comes from a parameter is a text in MiniStack, where CloudFormation knows that the property is a number."""

    def applied(mapping: str, properties: Json, _attributes: Json) -> None:
        scaling = lambda_svc._esms[mapping].get("ScalingConfig") or {}
        scaling.update({name: int(value) for name, value in scaling.items()})

    after_provisioning("AWS::Lambda::EventSourceMapping", applied)


def repair_function_logs(folder: Path) -> None:
    """What a function prints goes to `<folder>/<function>.log` at once.

    MiniStack keeps it in memory for ever, a stream an invocation, and delays every answer by up to 50 ms to collect it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    dispatch = lambda_svc._execute_function_dispatch

    def write(function: str, text: str) -> None:
        with (folder / f"{function}.log").open("a", encoding="utf-8") as log:
            log.write(f"{text}\n")

    def pumped(self: Any, stream: Any, _queue: Any) -> None:
        with stream:
            for line in iter(stream.readline, b""):
                write(self.func_name, line.decode("utf-8", "replace").rstrip("\r\n"))

    def dispatched(record: Json, config: Json, event: Json, request: str, started: float) -> Json:
        result: Json = dispatch(record, config, event, request, started)
        if result.get("error"):
            write(config["FunctionName"], f"END RequestId: {request} failed: {json.dumps(result.get('body'), ensure_ascii=False)}")
        return result

    lambda_runtime.ProvidedWorker._pump_output = pumped
    lambda_runtime.ProvidedWorker._drain_stderr_bounded = lambda self, *_, **__: ""
    lambda_svc._execute_function_dispatch = dispatched
    lambda_svc._emit_lambda_logs = lambda *_, **__: None


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


def repair_invoke_latency() -> None:
    """Without this every invocation waits 40 ms for Nagle's algorithm between the headers and the event."""
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True


# --- The process ---------------------------------------------------------------------------------------------------------------------


def repair(settings: Settings) -> None:
    """Applies every repair."""
    repair_http_api_routes(settings.api_url)
    repair_table_settings()
    repair_reserved_concurrency()
    repair_worker_concurrency()
    repair_fair_queues()
    repair_packages(settings.packages)
    repair_function_logs(settings.state / "logs" / "functions")
    finish_mails(settings.state / "mail")
    repair_mail(settings.state / "mail")
    repair_mail_events()
    # The journal first: what is asked about the parts of a mail is to be in it as well.
    told = journal(Path(settings.iam_journal)) if settings.iam_journal else None
    repair_mail_permissions()
    if aws.AUTH:
        repair_mapping_permissions(told)
    repair_invoke_latency()
    if settings.state_file:
        repair_object_writes()
    LargePartitions()
    # Outermost is what is said last: a transaction that is refused by chance holds nothing.
    if settings.dropped_conditions:
        drop_conditions(settings.dropped_conditions)
    if settings.transaction_seconds:
        hold_items_of_transactions(settings.transaction_seconds)
    if settings.conflict_probability:
        inject_transaction_conflicts(settings.conflict_probability)


def stop_when_orphaned() -> None:
    """Ends the process when its parent is gone, however that died (`stack.py run` must leave nothing behind)."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def by_port(settings: Settings, durability: Durability | None) -> Callable[..., Awaitable[None]]:
    """One application for both ports: the API port is the HTTP API, everything else is AWS."""
    api = HttpApi(settings.api_port)

    async def dispatch(scope: Json, receive: Any, send: Any) -> None:
        is_api = scope["type"] == "http" and scope["server"][1] == settings.api_port
        if settings.transaction_delay and is_transaction(scope):
            # Most are hardly late: only beside those that are not does a late one show what it had read too early.
            await asyncio.sleep(settings.transaction_delay * random.random() ** 8)
        await (api(scope, receive, send) if is_api else aws.app(scope, receive, durability.before_answers(send) if durability else send))

    return dispatch


def is_transaction(scope: Json) -> bool:
    """Whether a request is a `TransactWriteItems`."""
    return any(name == b"x-amz-target" and value.endswith(b".TransactWriteItems") for name, value in scope.get("headers") or ())


async def serve_until_told(application: Callable[..., Awaitable[None]], config: Config, durability: Durability | None) -> None:
    """Serves until a signal; an invocation then gets the grace of a request, after which its function is ended rather than waited for."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)

    async def end_functions() -> None:
        await told.wait()
        await asyncio.sleep(config.graceful_timeout)
        await asyncio.to_thread(lambda_runtime.reset)

    beside = [asyncio.create_task(end_functions())]
    if durability:
        beside.append(asyncio.create_task(durability.write_what_follows()))
    await serve(application, config, shutdown_trigger=told.wait)
    for task in beside:
        task.cancel()
    if durability:
        durability.close()


def main() -> None:
    """Serves until SIGTERM or SIGINT, then saves the state and ends every function."""
    settings = Settings.from_environment()
    repair(settings)
    try:
        durability = Durability(settings.data / "state.sqlite3") if settings.state_file else None
    except StateError as error:
        sys.exit(f"error: {error}")
    if settings.dies_with_parent:
        stop_when_orphaned()
    config = Config()
    config.bind = [f"127.0.0.1:{settings.aws_port}", f"127.0.0.1:{settings.api_port}"]
    # Rust's clients keep idle connections for 90 seconds: one that ends here just when it is used again fails a request.
    config.keep_alive_timeout = 120
    config.graceful_timeout = 2
    config.include_server_header = False
    try:
        asyncio.run(serve_until_told(by_port(settings, durability), config, durability))
    finally:
        lambda_runtime.reset()


if __name__ == "__main__":
    main()
