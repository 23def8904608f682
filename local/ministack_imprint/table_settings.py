"""Settings of a table that CloudFormation ignores."""

from __future__ import annotations

from ministack.services import dynamodb

from local.ministack_imprint.http_api import Json
from local.ministack_imprint.provisioning import after_provisioning


def repair_table_settings() -> None:
    """CloudFormation's time to live and point-in-time recovery of a table are ignored without this."""

    def applied(table: str, properties: Json, _attributes: Json) -> None:
        if ttl := properties.get("TimeToLiveSpecification"):
            dynamodb._update_ttl({"TableName": table, "TimeToLiveSpecification": ttl})
        if recovery := properties.get("PointInTimeRecoverySpecification"):
            dynamodb._update_continuous_backups({"TableName": table, "PointInTimeRecoverySpecification": recovery})

    after_provisioning("AWS::DynamoDB::Table", applied)
