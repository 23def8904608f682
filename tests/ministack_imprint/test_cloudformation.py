"""Properties that CloudFormation applies."""

from __future__ import annotations

import base64
import io
import json
import uuid
import zipfile
from typing import Any

from ministack.services import apigateway, dynamodb, lambda_svc
from ministack.services.cloudformation import provisioners

from local.ministack_imprint.concurrency import repair_reserved_concurrency, repair_worker_concurrency
from local.ministack_imprint.http_api import Json
from local.ministack_imprint.http_api_routes import repair_http_api_routes
from local.ministack_imprint.table_settings import repair_table_settings

API_URL = "http://127.0.0.1:8080"


def created(kind: str, properties: Json) -> tuple[str, Json]:
    """The physical id and the attributes of a new resource."""
    result: tuple[str, Json] = provisioners._RESOURCE_HANDLERS[kind]["create"](f"R{uuid.uuid4().hex[:8]}", properties, "stack")
    return result[0], result[1]


def body(answer: Any) -> Any:
    """The JSON of an answer."""
    status, _, content = answer
    assert status == 200, content
    return json.loads(content)


def test_routes_of_an_openapi_body() -> None:
    integration = {"type": "aws_proxy", "uri": "arn:aws:lambda:us-east-1:000000000000:function:f", "payloadFormatVersion": "2.0"}
    properties = {"Name": "api", "Body": {"paths": {"/reports/{id}": {"get": {"x-amazon-apigateway-integration": integration}}}}}
    api, attributes = created("AWS::ApiGatewayV2::Api", properties)
    assert not apigateway._routes.get(api)
    assert attributes["ApiEndpoint"] != API_URL

    repair_http_api_routes(API_URL)
    api, attributes = created("AWS::ApiGatewayV2::Api", properties)
    assert [route["routeKey"] for route in apigateway._routes[api].values()] == ["GET /reports/{id}"]
    assert attributes["ApiEndpoint"] == API_URL


def test_time_to_live_and_recovery_of_a_table() -> None:
    properties = {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    }
    assert settings(created("AWS::DynamoDB::Table", properties)[0]) == ("DISABLED", "DISABLED")

    repair_table_settings()
    assert settings(created("AWS::DynamoDB::Table", properties)[0]) == ("ENABLED", "ENABLED")


def settings(table: str) -> tuple[str, str]:
    """Time to live and point-in-time recovery of a table."""
    ttl = body(dynamodb._describe_ttl({"TableName": table}))["TimeToLiveDescription"]["TimeToLiveStatus"]
    recovery = body(dynamodb._describe_continuous_backups({"TableName": table}))["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return ttl, recovery["PointInTimeRecoveryStatus"]


def function(**properties: Any) -> str:
    """The name of a new function."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr("bootstrap", "#!/bin/sh\n")
    role = "arn:aws:iam::000000000000:role/r"
    code = {"ZipFile": base64.b64encode(content.getvalue()).decode()}
    return created("AWS::Lambda::Function", {"Runtime": "provided.al2023", "Handler": "bootstrap", "Role": role, "Code": code, **properties})[0]


def test_reserved_concurrency() -> None:
    assert lambda_svc._functions[function(ReservedConcurrentExecutions="3")].get("concurrency") is None

    repair_reserved_concurrency()
    assert lambda_svc._functions[function(ReservedConcurrentExecutions="3")]["concurrency"] == 3


def test_the_concurrency_of_a_mapping_is_a_number() -> None:
    def concurrency() -> Any:
        queue = created("AWS::SQS::Queue", {})[1]["Arn"]
        properties = {"FunctionName": function(), "EventSourceArn": queue, "ScalingConfig": {"MaximumConcurrency": "5"}}
        return lambda_svc._esms.pop(created("AWS::Lambda::EventSourceMapping", properties)[0])["ScalingConfig"]["MaximumConcurrency"]

    assert concurrency() == "5"

    repair_worker_concurrency()
    assert concurrency() == 5
