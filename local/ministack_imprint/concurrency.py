"""The concurrency of functions and of their mappings."""

from __future__ import annotations

from ministack.services import lambda_svc

from local.ministack_imprint.http_api import Json
from local.ministack_imprint.provisioning import after_provisioning


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
