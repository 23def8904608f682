"""The code of functions, their logs, and the time until they are called."""

from __future__ import annotations

import io
import os
import socket
import socketserver
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local import packages
from local.ministack_imprint.function_code import repair_packages
from local.ministack_imprint.function_logs import repair_function_logs
from local.ministack_imprint.invoke_latency import repair_invoke_latency


def test_code_is_read_from_packages_and_linked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = folder / "f-1.zip"
    package.write_bytes(b"PK")
    monkeypatch.setattr(lambda_svc, "CODE_BLOB_DIR", str(folder / "code"))
    assert lambda_svc._fetch_code_from_s3("local-packages", "f-1.zip") is None

    repair_packages(folder)
    code = lambda_svc._fetch_code_from_s3("local-packages", "f-1.zip")
    assert code == b"PK"
    kept = folder / "code" / f"{lambda_svc._write_code_blob(code)}.zip"
    assert kept.samefile(package)
    assert lambda_svc._read_code_blob(kept.stem) == b"PK"
    with pytest.raises(FileNotFoundError):
        lambda_svc._fetch_code_from_s3("local-packages", "gone.zip")


def test_all_functions_of_a_program_share_one_package_in_memory(program: Path, folder: Path) -> None:
    name = packages.pack_one(program)
    repair_packages(folder)
    one, other = (lambda_svc._fetch_code_from_s3("local-packages", name) for _ in range(2))
    assert one is other
    assert lambda_svc.hashlib.sha256(one) is lambda_svc.hashlib.sha256(other)
    assert one.digest == lambda_svc.hashlib.sha256(bytes(one)).hexdigest()
    bootstrap = Path(lambda_svc._provided_runtime_code_dir(one), "bootstrap")
    assert bootstrap.read_bytes() == program.read_bytes()


def test_the_same_program_gives_the_same_package_at_any_time(program: Path, folder: Path) -> None:
    first = folder / packages.pack_one(program)
    content = first.read_bytes()
    first.unlink()
    os.utime(program, (10**9, 10**9))
    again = folder / packages.pack_one(program)
    assert (first, content) == (again, again.read_bytes())


@pytest.fixture
def program(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program, to be packed into its own folder."""
    monkeypatch.setattr(packages, "PACKAGES", folder)
    program = folder / "light"
    program.write_bytes(os.urandom(10_000))
    return program


def test_what_a_function_prints_is_in_its_log_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_svc, "_execute_function_dispatch", lambda *_: {"error": True, "body": {"errorMessage": "timed out"}})
    call: Any = ({}, {"FunctionName": "f"}, {}, "request-1", 0.0)
    lambda_svc._execute_function_dispatch(*call)
    assert not list(folder.iterdir())

    repair_function_logs(folder)
    lambda_runtime.ProvidedWorker._pump_output(SimpleNamespace(func_name="f"), io.BytesIO(b"one\ntwo\n"), None)
    lambda_svc._execute_function_dispatch(*call)
    assert (folder / "f.log").read_text() == 'one\ntwo\nEND RequestId: request-1 failed: {"errorMessage": "timed out"}\n'


def test_an_event_is_sent_without_nagles_algorithm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socketserver.StreamRequestHandler, "disable_nagle_algorithm", False)
    assert not sends_at_once()

    repair_invoke_latency()
    assert sends_at_once()


def sends_at_once() -> bool:
    """Whether a server of Python's library, as the one that functions poll, sends small pieces at once."""
    seen = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            seen.append(self.connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        asked = threading.Thread(target=server.handle_request)
        asked.start()
        socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=10).close()
        asked.join()
    return bool(seen[0])
