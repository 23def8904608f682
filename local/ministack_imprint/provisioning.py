"""Hooks into CloudFormation, which ignores properties that other repairs apply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import provisioners

from local.ministack_imprint.http_api import Json


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
