"""The logs of functions as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.ministack_imprint.http_api import Json


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
