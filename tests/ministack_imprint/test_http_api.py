"""The HTTP API: routing, events, answers, limits and errors, as API Gateway has them. The function answers by its event."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from ministack.services import apigateway, lambda_svc

from local.ministack_imprint.http_api import MEBIBYTE, HttpApi, Json
from local.ministack_imprint.http_api_routes import repair_http_api_routes
from tests.ministack_imprint.test_cloudformation import created, function

ROUTES = {
    "/reports/{id}": ["get", "head", "put"],
    "/reports/latest": ["get"],
    "/files/{path+}": ["x-amazon-apigateway-any-method"],
}


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Json:
    """An API with a function that returns `answers["result"]`, or else its event."""
    answers: Json = {}
    monkeypatch.setattr(lambda_svc, "_execute_function_with_config_scope", lambda _, event: answers.get("result") or {"body": {"statusCode": 200, "body": json.dumps(event)}})
    repair_http_api_routes("http://127.0.0.1:8080")
    uri = f"arn:aws:lambda:us-east-1:000000000000:function:{function()}"
    operation = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": uri}}
    api, _ = created("AWS::ApiGatewayV2::Api", {"Name": "api", "ProtocolType": "HTTP", "Body": {"paths": {path: dict.fromkeys(verbs, operation) for path, verbs in ROUTES.items()}}})
    kept = {key: value for key, value in apigateway._apis._data.items() if key[-1] == api}
    monkeypatch.setattr(apigateway._apis, "_data", kept)
    return answers


def asked(method: str, path: str, body: bytes = b"", query: str = "", **headers: str) -> tuple[int, dict[str, list[str]], bytes]:
    """Status, headers and body of an answer."""
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "raw_path": path.encode(), "query_string": query.encode(), "headers": lines, "http_version": "1.1"}
    parts: list[Json] = []

    async def receive() -> Json:
        return {"body": body}

    async def send(part: Json) -> None:
        parts.append(part)

    asyncio.run(HttpApi(8080)(scope, receive, send))
    seen: dict[str, list[str]] = {}
    for name, value in parts[0]["headers"]:
        seen.setdefault(name.decode(), []).append(value.decode())
    return parts[0]["status"], seen, parts[1]["body"]


def event(*words: Any, **more: Any) -> Json:
    """The event that the function got."""
    status, _, body = asked(*words, **more)
    assert status == 200, body
    found: Json = json.loads(body)
    return found


@pytest.mark.usefixtures("answers")
@pytest.mark.parametrize(
    ("method", "path", "route", "parameters"),
    [
        ("GET", "/reports/7", "GET /reports/{id}", {"id": "7"}),
        ("GET", "/reports/latest", "GET /reports/latest", None),
        ("DELETE", "/files/a/b", "ANY /files/{path+}", {"path": "a/b"}),
        ("GET", "//reports/7", "GET /reports/{id}", {"id": "7"}),
    ],
    ids=["a parameter", "a whole segment before a parameter", "the rest of a path, by any method", "several slashes"],
)
def test_a_request_takes_the_route_of_the_highest_rank(method: str, path: str, route: str, parameters: Json | None) -> None:
    seen = event(method, path)
    assert (seen["routeKey"], seen.get("pathParameters"), seen["rawPath"]) == (route, parameters, path)


@pytest.mark.usefixtures("answers")
@pytest.mark.parametrize(("method", "path"), [("GET", "/reports"), ("DELETE", "/reports/7"), ("GET", "/reports/7/x"), ("OPTIONS", "/reports/7")])
def test_what_no_route_takes_is_not_found(method: str, path: str) -> None:
    status, _, body = asked(method, path)
    assert (status, body) == (404, b'{"message":"Not Found"}')


@pytest.mark.usefixtures("answers")
def test_an_event_holds_what_was_sent() -> None:
    seen = event("PUT", "/reports/7", b"\x00\xff", "a=1&a=2&b=", cookie="x=1; y=2", content_type="image/png")
    assert seen["cookies"] == ["x=1", "y=2"]
    assert seen["queryStringParameters"] == {"a": "1,2", "b": ""}
    assert (seen["body"], seen["isBase64Encoded"], seen["headers"]["content-length"]) == ("AP8=", True, "2")
    seen = event("PUT", "/reports/7", b'{"a":1}', content_type="application/json")
    assert (seen["body"], seen["isBase64Encoded"]) == ('{"a":1}', False)


def test_an_answer_keeps_its_cookies_and_bytes(answers: Json) -> None:
    answers["result"] = {"body": {"statusCode": 201, "cookies": ["a=1", "b=2"], "headers": {"content-type": "image/png"}, "body": "AP8=", "isBase64Encoded": True}}
    status, headers, body = asked("GET", "/reports/7")
    assert (status, headers["set-cookie"], headers["content-type"], body) == (201, ["a=1", "b=2"], ["image/png"], b"\x00\xff")
    assert headers["content-length"] == ["2"]
    _, headers, body = asked("HEAD", "/reports/7")
    assert (headers["content-length"], body) == (["2"], b"")


@pytest.mark.parametrize(
    ("result", "status"),
    [({"error": True, "body": {"errorMessage": "secret"}}, 500), ({"throttle": True}, 503), ({"body": {"statusCode": 200, "body": "x" * 7 * MEBIBYTE}}, 500)],
    ids=["it failed", "too many at once", "an answer of 7 MB"],
)
def test_a_function_that_fails_is_an_error_of_the_gateway(answers: Json, result: Json, status: int) -> None:
    answers["result"] = result
    found = asked("GET", "/reports/7")
    assert found[0] == status
    assert b"secret" not in found[2]


@pytest.mark.usefixtures("answers")
def test_requests_have_limits() -> None:
    assert asked("PUT", "/reports/7", b"x" * (10 * MEBIBYTE + 1), content_type="image/png")[2] == b'{"message":"Request Entity Too Large"}'
    assert asked("PUT", "/reports/7", b"x" * 6 * MEBIBYTE, content_type="image/png")[2] == b'{"message":"Request Too Long"}'
