"""A proxy between the functions and the emulator that makes faults: `IMPRINT_FAULTS=1`, see local/README.md.

Every request of a function goes through it unchanged, unless a rule says what goes wrong: the function is killed, the service refuses, an answer
is lost, a message comes twice. Tests set the rules at `/_faults/…` of the same port, and read there what went by: fault_rules.py has both.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import struct
import sys
import uuid
from typing import Any, NamedTuple

import h11

from local.callers import Caller
from local.fault_rules import Json, Request, Rule, Rules

READ_SIZE = 65_536
CONTROL = "/_faults/"
# Credentials that the emulator does not verify.
ACCOUNT = b"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0"
# What SES says to who sends faster than it may: type, code, message.
THROTTLED = ("Sender", "Throttling", "Maximum sending rate exceeded.")
# What belongs to one connection, and not to the request on its way.
HOP_BY_HOP = {b"connection", b"keep-alive", b"expect"}


class Answer(NamedTuple):
    """An answer, whole."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def refusal(request: Request, fault: str, count: int) -> Answer:
    """What a service answers when it does not do what it was asked."""
    internal = fault in ("refuse", "lose")
    if request.service == "s3":
        code = "InternalError" if internal else "SlowDown"
        text = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>A fault of the test.</Message></Error>"
        return answer_of(500 if internal else 503, b"application/xml", text)
    if request.service == "ses":
        # Refused before it was looked at, or failed nobody knows where: only after the first may a mail be handed over again.
        failed = ("Receiver", "ServiceUnavailable" if fault == "refuse" else "InternalFailure", "A fault of the test.")
        kind, code, text = failed if internal else THROTTLED
        error = f"<Error><Type>{kind}</Type><Code>{code}</Code><Message>{text}</Message></Error>"
        answer = f'<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/">{error}<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>'
        status = {"refuse": 503, "lose": 500}.get(fault, 400)
        return answer_of(status, b"text/xml", answer)
    told: Json = {"message": "A fault of the test."}
    if internal:
        code = "InternalServerError"
    elif request.service == "sqs":
        code = "RequestThrottled"
    elif fault == "throttle":
        code = ("ThrottlingException", "ProvisionedThroughputExceededException")[count % 2]
    elif request.operation == "TransactWriteItems":
        code = "TransactionCanceledException"
        told["CancellationReasons"] = [{"Code": "TransactionConflict"} for _ in json.loads(request.body)["TransactItems"]]
    else:
        code = "TransactionConflictException"
    family = "com.amazonaws.sqs" if request.service == "sqs" else "com.amazonaws.dynamodb.v20120810"
    return answer_of(500 if internal else 400, b"application/x-amz-json-1.0", json.dumps(told | {"__type": f"{family}#{code}"}))


def answer_of(status: int, media_type: bytes, text: str) -> Answer:
    """An answer of the proxy's own."""
    body = text.encode()
    return Answer(status, [(b"content-type", media_type), (b"content-length", str(len(body)).encode())], body)


def postponed(request: Request, seconds: float) -> Request:
    """A message with a delay. The function's signature is about the message as it was: this one is the account's own, which needs none."""
    body = json.dumps(json.loads(request.body) | {"DelaySeconds": int(seconds)}).encode()
    changed = {b"content-length", b"authorization", b"x-amz-security-token"}
    kept = [(name, value) for name, value in request.headers if name.lower() not in changed]
    headers = [*kept, (b"content-length", str(len(body)).encode()), (b"authorization", ACCOUNT)]
    return Request(request.function, request.method, request.path, headers, body)


class Upstream:
    """A connection to the emulator, opened anew when it was closed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.http = h11.Connection(h11.CLIENT)

    async def send(self, request: Request) -> Answer:
        """Forwards a request and reads the answer."""
        reader, writer = await self._connect()
        events: list[Any] = [
            h11.Request(method=request.method, target=request.path, headers=request.headers),
            *([h11.Data(data=request.body)] if request.body else []),
            h11.EndOfMessage(),
        ]
        writer.write(b"".join(self.http.send(event) or b"" for event in events))
        await writer.drain()
        return await self._answer(reader)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.streams and not self.streams[0].at_eof() and self.http.our_state is h11.DONE is self.http.their_state:
            self.http.start_next_cycle()
            return self.streams
        self.close()
        self.http = h11.Connection(h11.CLIENT)
        self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        return self.streams

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        status = 0
        headers: list[tuple[bytes, bytes]] = []
        chunks: list[bytes] = []
        while True:
            event = self.http.next_event()
            if event is h11.NEED_DATA:
                self.http.receive_data(await reader.read(READ_SIZE))
            elif isinstance(event, h11.Response):
                status, headers = event.status_code, end_to_end(event.headers)
            elif isinstance(event, h11.Data):
                chunks.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                return Answer(status, headers, b"".join(chunks))

    def close(self) -> None:
        if self.streams:
            self.streams[1].close()


def end_to_end(headers: Any) -> list[tuple[bytes, bytes]]:
    """The headers that pass the proxy, as they were written."""
    return [(name, value) for name, value in headers.raw_items() if name.lower() not in HOP_BY_HOP]


class Connection:
    """A connection of a function: one request after the other, each with its fault."""

    def __init__(self, rules: Rules, upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.rules, self.upstream, self.reader, self.writer = rules, upstream, reader, writer
        self.http = h11.Connection(h11.SERVER)
        self.caller: Caller | None = None

    async def serve(self) -> None:
        """Answers until the function closes the connection, or a fault does."""
        with contextlib.suppress(ConnectionError, h11.ProtocolError):
            while (request := await self._request()) and (answer := await self._answer(request)):
                await self._deliver(answer)
                if self.http.our_state is not h11.DONE or self.http.their_state is not h11.DONE:
                    break
                self.http.start_next_cycle()
        self._break()
        self.upstream.close()
        if self.caller:
            self.caller.forget()

    async def _request(self) -> Request | None:
        head: h11.Request | None = None
        chunks: list[bytes] = []
        while True:
            event = self.http.next_event()
            if event is h11.NEED_DATA:
                if self.http.they_are_waiting_for_100_continue:
                    self.writer.write(self.http.send(h11.InformationalResponse(status_code=100, headers=[])))
                self.http.receive_data(await self.reader.read(READ_SIZE))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                chunks.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage) and head:
                path = head.target.decode("latin-1")
                return Request(self._function(path), head.method.decode(), path, end_to_end(head.headers), b"".join(chunks))
            else:
                return None

    def _function(self, path: str) -> str:
        if self.caller is None and not path.startswith(CONTROL):
            peer, ours = self.writer.get_extra_info("peername"), self.writer.get_extra_info("sockname")
            self.caller = Caller.at(peer[1], ours[1])
        return self.caller.function if self.caller else ""

    async def _answer(self, request: Request) -> Answer | None:
        """The answer to a request; None: none is ever given."""
        if request.path.startswith(CONTROL):
            return controlled(self.rules, request)
        rule, entry = self.rules.judge(request)
        answer = await (self._faulty(request, rule) if rule else self.upstream.send(request))
        if answer:
            self.rules.answered(request, entry, answer.status)
        return answer

    async def _faulty(self, request: Request, rule: Rule) -> Answer | None:
        """A request with its fault. Each is counted at the moment at which it happens."""
        match rule.fault:
            case "kill-before":
                self._kill(rule)
                return None
            case "reset":
                self.rules.applied(rule)
                return None
            case "refuse" | "throttle" | "conflict":
                self.rules.applied(rule)
                return refusal(request, rule.fault, rule.applied)
            case "hold-before":
                self.rules.applied(rule)
                await rule.hold()
            case "delay":
                self.rules.applied(rule)
                await asyncio.sleep(rule.seconds)
            case "duplicate":
                await self.upstream.send(request)
                self.rules.applied(rule)
            case "postpone":
                self.rules.applied(rule)
                request = postponed(request, rule.seconds)
        answer = await self.upstream.send(request)
        match rule.fault:
            case "kill-after":
                self._kill(rule)
                return None
            case "vanish":
                self.rules.applied(rule)
                return None
            case "lose":
                self.rules.applied(rule)
                return refusal(request, rule.fault, rule.applied)
            case "hold-after":
                self.rules.applied(rule)
                await rule.hold()
            case "stall":
                self.rules.applied(rule)
                await asyncio.sleep(rule.seconds)
        return answer

    def _kill(self, rule: Rule) -> None:
        """Kills the function, which then gets no answer."""
        if self.caller and self.caller.kill():
            self.rules.applied(rule)

    async def _deliver(self, answer: Answer) -> None:
        events = [h11.Response(status_code=answer.status, headers=answer.headers), h11.Data(data=answer.body), h11.EndOfMessage()]
        self.writer.write(b"".join(self.http.send(event) or b"" for event in events))
        await self.writer.drain()

    def _break(self) -> None:
        """Ends the connection. A function that still waits sees it break, rather than end in order."""
        if self.http.our_state is not h11.MUST_CLOSE and self.http.their_state is h11.DONE:
            linger = struct.pack("ii", 1, 0)
            self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()


def controlled(rules: Rules, request: Request) -> Answer:
    """What a test asked for, as JSON."""
    body: Json = json.loads(request.body) if request.body else {}
    told = rules.control(request.method, request.path, body)
    return answer_of(404 if told is None else 200, b"application/json", json.dumps(told))


async def serve(port: int, aws_port: int, emulator: int) -> None:
    """Serves for as long as the emulator runs."""
    rules, over = Rules(), asyncio.Event()
    # A handle of a process becomes readable when it ends.
    asyncio.get_running_loop().add_reader(os.pidfd_open(emulator), over.set)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Connection(rules, Upstream(aws_port), reader, writer).serve()

    async with await asyncio.start_server(connected, "127.0.0.1", port):
        await over.wait()
        # What is still held or late ends with the process.
        os._exit(0)


if __name__ == "__main__":
    asyncio.run(serve(*map(int, sys.argv[1:4])))
