"""The routes of an HTTP API in the form in which SAM writes them."""

from __future__ import annotations

import re

from ministack.services import apigateway

from local.ministack_imprint.http_api import Json
from local.ministack_imprint.provisioning import after_provisioning


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
