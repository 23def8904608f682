"""The AWS of the local stack: MiniStack, repaired where it differs from AWS in what Imprint uses, on two ports of 127.0.0.1.

- The AWS port speaks DynamoDB, S3, SQS, SES, Lambda, CloudFormation, IAM and the rest: `AWS_ENDPOINT_URL`.
- The API port is the HTTP API itself, at the root and without a stage: `API_URL`. See ministack_imprint/http_api.py.

stack.py starts this process and sets its environment (`emulator_environment`). The repairs are in ministack_imprint.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from local.ministack_imprint import VERSION

if (_installed := metadata.version("ministack")) != VERSION:
    sys.exit(
        f"local/ministack_imprint repairs MiniStack {VERSION}, but {_installed} is installed. Run `make python`, then the same again; "
        "to move to a new version, see what `pytest tests/ministack_imprint` says of it."
    )

from local.ministack_imprint.objects import finish_writes, repair_object_writes

# MiniStack reads the objects when it is imported.
if _objects := os.environ.get("S3_DATA_DIR"):
    finish_writes(Path(_objects))

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as aws
from ministack.core import lambda_runtime

from local.ministack_imprint.concurrency import repair_reserved_concurrency, repair_worker_concurrency
from local.ministack_imprint.dropped_conditions import drop_conditions
from local.ministack_imprint.durability import Durability
from local.ministack_imprint.fair_queues import repair_fair_queues
from local.ministack_imprint.function_code import repair_packages
from local.ministack_imprint.function_logs import repair_function_logs
from local.ministack_imprint.http_api import HttpApi, Json
from local.ministack_imprint.http_api_routes import repair_http_api_routes
from local.ministack_imprint.invoke_latency import repair_invoke_latency
from local.ministack_imprint.mail import finish_mails, repair_mail, repair_mail_events, repair_mail_permissions
from local.ministack_imprint.partitions import LargePartitions
from local.ministack_imprint.permissions import journal, repair_mapping_permissions
from local.ministack_imprint.state_file import StateError
from local.ministack_imprint.table_settings import repair_table_settings
from local.ministack_imprint.transactions import hold_items_of_transactions, inject_transaction_conflicts


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
