"""The HTTP API of the local stack: an API Gateway HTTP API at the root of a port, in front of MiniStack's functions.

MiniStack's own data plane lives under a long prefix and differs from API Gateway in small things (OPTIONS, greedy routes, cookies, limits,
errors). Only the table of routes is MiniStack's: http_api_routes.py fills it from the template.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import json
import os
import re
import time
import urllib.parse
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from ministack.core.concurrency import run_reentrant
from ministack.core.responses import request_scope
from ministack.services import apigateway, lambda_svc

Json = dict[str, Any]
MEBIBYTE = 1024 * 1024


class Answer(NamedTuple):
    """An HTTP response, before the server frames it."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Target(NamedTuple):
    """The route a request matched, and the function behind it."""

    api_id: str
    route: Json
    parameters: dict[str, str]
    function: Json
    timeout: float


def message(status: int, text: str) -> Answer:
    """API Gateway's own answers: `{"message": "…"}`."""
    return Answer(status, [("content-type", "application/json")], json.dumps({"message": text}, separators=(",", ":")).encode())


@functools.lru_cache(maxsize=1024)
def compiled_route(key: str) -> tuple[str, re.Pattern[str], tuple[Any, ...]]:
    """A route key as (method, pattern, rank): of the routes that match, API Gateway takes the one of the highest rank."""
    method, _, path = key.partition(" ")
    pattern = ""
    kinds: list[int] = []
    for segment in path.strip("/").split("/"):
        name = re.fullmatch(r"\{(\w+)(\+?)\}", segment)
        if name is None:
            pattern, kinds = f"{pattern}/{re.escape(segment)}", [*kinds, 2]
        else:
            pattern, kinds = f"{pattern}/(?P<{name[1]}>{'.+' if name[2] else '[^/]+'})", [*kinds, 0 if name[2] else 1]
    pattern += "/" if path.endswith("/") and path != "/" else ""
    return method, re.compile(pattern, re.DOTALL), (0 not in kinds, tuple(kinds), method != "ANY")


def matched(route: Json, method: str, path: str) -> tuple[tuple[Any, ...], Json, dict[str, str]] | None:
    """The rank, the route and the path parameters, when the route takes this request."""
    if route["routeKey"] == "$default":
        return (), route, {}
    wanted, pattern, rank = compiled_route(route["routeKey"])
    found = pattern.fullmatch(path) if wanted in ("ANY", method) else None
    return (rank, route, found.groupdict()) if found else None


class HttpApi:
    """An API Gateway HTTP API with payload format 2.0, as an ASGI application at the root of its port.

    It serves the one API that the template declares. A request passes untouched: raw path, query, headers, binary bodies both ways, several
    cookies, redirects and HEAD.
    """

    MAX_REQUEST = 10 * MEBIBYTE
    MAX_PAYLOAD = 6 * MEBIBYTE

    def __init__(self, port: int) -> None:
        self.port = port

    async def __call__(self, scope: Json, receive: Callable[[], Awaitable[Json]], send: Callable[[Json], Awaitable[None]]) -> None:
        """One request, one invocation."""
        body = await self._body(receive)
        answer = message(413, "Request Entity Too Large") if body is None else await self._answer(scope, body)
        headers = [*answer.headers, ("apigw-requestid", base64.b64encode(os.urandom(11)).decode())]
        content = answer.body
        if scope["method"] == "HEAD" or answer.status in (204, 304):
            content = b""
        if answer.status not in (204, 304) and not any(name.lower() == "content-length" for name, _ in headers):
            headers.append(("content-length", str(len(answer.body))))
        encoded = [(name.lower().encode("latin-1"), value.encode("utf-8")) for name, value in headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
        await send({"type": "http.response.body", "body": content})

    async def _body(self, receive: Callable[[], Awaitable[Json]]) -> bytes | None:
        """The whole body, or None when it is over API Gateway's limit; read to the end so that the client gets to see the answer."""
        chunks, size = [], 0
        while True:
            part = await receive()
            size += len(part.get("body", b""))
            if size <= self.MAX_REQUEST:
                chunks.append(part.get("body", b""))
            if not part.get("more_body"):
                return b"".join(chunks) if size <= self.MAX_REQUEST else None

    async def _answer(self, scope: Json, body: bytes) -> Answer:
        api = next(((key, value) for key, value in list(apigateway._apis._data.items()) if value.get("protocolType") == "HTTP"), None)
        if api is None:
            return message(503, "The stack is not deployed yet")
        (account, region, api_id), settings = api
        headers = joined_headers(scope["headers"])
        with request_scope(account, region):
            cors = settings.get("corsConfiguration")
            # With CORS configured API Gateway answers every preflight itself; without, OPTIONS is a method like any other.
            if cors and scope["method"] == "OPTIONS":
                status, extra, content = apigateway._cors_preflight_response(cors, headers.get("origin", ""))
                return Answer(status, list(extra.items()), content)
            # Several leading slashes select the route that one would; the function sees them.
            target = self._target(api_id, scope["method"], "/" + raw_path(scope).lstrip("/"), account, region)
            answer = target if isinstance(target, Answer) else await self._invoke(target, scope, headers, body)
        if cors:
            answer.headers.extend(apigateway._cors_response_headers(cors, headers.get("origin", "")).items())
        return answer

    def _target(self, api_id: str, method: str, path: str, account: str, region: str) -> Target | Answer:
        routes = apigateway._routes.get(api_id, {}).values()
        candidates = [match for route in routes if (match := matched(route, method, path))]
        if not candidates:
            return message(404, "Not Found")
        _, route, parameters = max(candidates, key=lambda match: match[0])
        integration = apigateway._integrations.get(api_id, {}).get(route["target"].removeprefix("integrations/"), {})
        reference = apigateway._extract_lambda_ref_from_integration_uri(integration.get("integrationUri", ""))
        record, config, _ = lambda_svc._get_func_record_for_ref_in_scope(reference, account_id=account, region=region)
        if record is None or config is None:
            return message(500, "Internal Server Error")
        timeout = integration.get("timeoutInMillis", 30000) / 1000
        return Target(api_id, route, parameters, lambda_svc._execution_record_for_config(record, config), timeout)

    async def _invoke(self, target: Target, scope: Json, headers: dict[str, str], body: bytes) -> Answer:
        event = self._event(target, scope, headers, body)
        if size_as_json(event, event.get("body", "")) > self.MAX_PAYLOAD:
            return message(413, "Request Too Long")
        run = run_reentrant(lambda_svc._execute_function_with_config_scope, target.function, event, thread_name="http-api")
        # The gateway gives up after 30 s; the function runs on, as on AWS, so the task must not be cancelled.
        task = asyncio.ensure_future(run)
        done, _ = await asyncio.wait({task}, timeout=target.timeout)
        if not done or task.result().get("throttle"):
            return message(503, "Service Unavailable")
        if task.result().get("error"):
            return message(500, "Internal Server Error")
        return self._translated(task.result().get("body"))

    def _event(self, target: Target, scope: Json, headers: dict[str, str], body: bytes) -> Json:
        """The request as payload format 2.0, with the absent members left out, as AWS does."""
        path, query = raw_path(scope), scope.get("query_string", b"").decode("latin-1")
        client = (scope.get("client") or ("127.0.0.1", 0))[0]
        seen = {name: value for name, value in headers.items() if name not in ("cookie", "connection", "transfer-encoding")}
        seen["content-length"] = str(len(body))
        seen["x-forwarded-for"] = ", ".join(filter(None, (headers.get("x-forwarded-for"), client)))
        seen |= {"x-forwarded-proto": "http", "x-forwarded-port": str(self.port)}
        seen.setdefault("x-amzn-trace-id", f"Root=1-{int(time.time()):08x}-{os.urandom(12).hex()}")
        domain = headers.get("host", f"127.0.0.1:{self.port}")
        event: Json = {
            "version": "2.0",
            "routeKey": target.route["routeKey"],
            "rawPath": path,
            "rawQueryString": query,
            "headers": seen,
            "requestContext": {
                "accountId": "anonymous",
                "apiId": target.api_id,
                "domainName": domain,
                "domainPrefix": domain.split(".")[0],
                "http": {
                    "method": scope["method"],
                    "path": path,
                    "protocol": f"HTTP/{scope['http_version']}",
                    "sourceIp": client,
                    "userAgent": headers.get("user-agent", ""),
                },
                "requestId": base64.b64encode(os.urandom(11)).decode(),
                "routeKey": target.route["routeKey"],
                "stage": "$default",
                "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime()),
                "timeEpoch": int(time.time() * 1000),
            },
            "isBase64Encoded": False,
        }
        if cookies := [cookie.strip() for cookie in headers.get("cookie", "").split(";") if cookie.strip()]:
            event["cookies"] = cookies
        if target.parameters:
            event["pathParameters"] = target.parameters
        if values := urllib.parse.parse_qs(query, keep_blank_values=True):
            event["queryStringParameters"] = {name: ",".join(several) for name, several in values.items()}
        if body:
            event["body"], event["isBase64Encoded"] = encoded_body(body, headers.get("content-type"))
        return event

    def _translated(self, result: Any) -> Answer:
        """What a function returned, as a response; without `statusCode` the whole value is the JSON body, as on AWS."""
        if not (isinstance(result, dict) and "statusCode" in result):
            return Answer(200, [("content-type", "application/json")], json.dumps(result, ensure_ascii=False).encode())
        text = result.get("body") or ""
        if size_as_json(result, text) > self.MAX_PAYLOAD + 100:
            return message(500, "Internal Server Error")
        content = base64.b64decode(text) if result.get("isBase64Encoded") else text.encode()
        headers = [(name, str(value)) for name, value in (result.get("headers") or {}).items()]
        # A length that the function gives describes what it would send to GET; otherwise the server counts.
        headers = [(name, value) for name, value in headers if not (content and name.lower() == "content-length")]
        headers += [("set-cookie", cookie) for cookie in result.get("cookies") or []]
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("content-type", "text/plain; charset=utf-8"))
        return Answer(int(result["statusCode"]), headers, content)


def size_as_json(event: Json, text: str) -> int:
    """The bytes of an event as Lambda counts it, with quotes escaped; 0 where `text`, its body, is too short to matter."""
    # A character becomes six at most.
    return len(json.dumps(event, ensure_ascii=False).encode()) if len(text) > MEBIBYTE * 9 // 10 else 0


def joined_headers(lines: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Header lines by lower-case name; repeated ones joined, by comma, Cookie by semicolon."""
    headers: dict[str, str] = {}
    for name, value in lines:
        key, text = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
        separator = "; " if key == "cookie" else ","
        headers[key] = f"{headers[key]}{separator}{text}" if key in headers else text
    return headers


def raw_path(scope: Json) -> str:
    """`rawPath` of an HTTP API: percent-decoded once, but for `%25`."""
    path: str = apigateway.decode_http_api_path(scope["raw_path"].decode("latin-1"))
    return path


def encoded_body(body: bytes, content_type: str | None) -> tuple[str, bool]:
    """A body as the event holds it: text as it is, everything else in base64."""
    if apigateway._v2_request_body_is_text(content_type):
        return body.decode("utf-8", "replace"), False
    return base64.b64encode(body).decode(), True
