"""Queries of large partitions on the local stack: what MiniStack answers, in the time that DynamoDB takes for it."""

from __future__ import annotations

import bisect
import re
from typing import Any

from ministack.services import dynamodb

from local.ministack_imprint.http_api import MEBIBYTE, Json

# What a query may say to be answered here; any other goes to MiniStack.
PLAIN_QUERY = {"TableName", "ConsistentRead", "KeyConditionExpression", "ProjectionExpression", "ExpressionAttributeNames",
               "ExpressionAttributeValues", "ExclusiveStartKey", "Limit", "ScanIndexForward", "ReturnConsumedCapacity"}
PLAIN_CONDITION = re.compile(r"pk = :pk(?: AND sk BETWEEN (:\w+) AND (:\w+))?")


class LargePartitions:
    """Queries of large partitions. MiniStack sorts the whole partition and parses the condition anew for each of its items, page by page: five
    seconds a page of a tree of 100,000 nodes. Here a page is found in the order of the sort keys. It also costs what DynamoDB takes for it."""

    LARGE = 50

    def __init__(self) -> None:
        self.query, self.set_item, self.remove_item = dynamodb._query, dynamodb._set_item, dynamodb._remove_item
        self.orders: dict[tuple[str, str], list[str]] = {}
        dynamodb._query, dynamodb._set_item, dynamodb._remove_item = self.queried, self.kept, self.removed

    def kept(self, table: Json, pk: str, sk: str, item: Json) -> Any:
        order = self.orders.get((table["TableName"], pk))
        if order is not None and sk not in table["items"].get(pk, {}):
            bisect.insort(order, sk)
        return self.set_item(table, pk, sk, item)

    def removed(self, table: Json, pk: str, sk: str) -> Any:
        order = self.orders.get((table["TableName"], pk))
        if order is not None and sk in table["items"].get(pk, {}):
            del order[bisect.bisect_left(order, sk)]
        return self.remove_item(table, pk, sk)

    def queried(self, data: Json) -> Any:
        condition = PLAIN_CONDITION.fullmatch(data.get("KeyConditionExpression") or "")
        values = {name: value.get("S") for name, value in (data.get("ExpressionAttributeValues") or {}).items()}
        table = dynamodb._tables.get(data.get("TableName")) or {}
        partition = (table.get("items") or {}).get(values.get(":pk")) or {}
        if len(partition) < self.LARGE or not condition or not data.keys() <= PLAIN_QUERY:
            return self.query(data)
        key = (table["TableName"], values[":pk"])
        order = self.orders.get(key, [])
        if len(order) != len(partition):
            order = self.orders[key] = sorted(partition)
        low, high = (values[name] for name in condition.groups()) if condition[1] else (order[0], order[-1])
        after = data.get("ExclusiveStartKey")
        start, end = bisect.bisect_left(order, low), bisect.bisect_right(order, high)
        limit = data.get("Limit", end)
        if data.get("ScanIndexForward", True):
            start = bisect.bisect_right(order, after["sk"]["S"]) if after else start
            keys = order[start : min(end, start + limit)]
        else:
            end = bisect.bisect_left(order, after["sk"]["S"]) if after else end
            keys = order[max(start, end - limit) : end][::-1]
        return self.page([partition[sk] for sk in keys], data)

    def page(self, items: list[Json], data: Json) -> Any:
        names, shown = data.get("ExpressionAttributeNames") or {}, data.get("ProjectionExpression")
        attributes = [names.get(part.strip(), part.strip()) for part in shown.split(",")] if shown else None
        size, found = 0, []
        for item in items:
            more = dynamodb._item_size_bytes(item)
            if size + more > MEBIBYTE:
                break
            size += more
            found.append({name: item[name] for name in attributes if name in item} if attributes else item)
        answer: Json = {"Items": found, "Count": len(found), "ScannedCount": len(found)}
        # A query that ends with its limit does not look whether there is more.
        if found and (len(found) < len(items) or len(found) == data.get("Limit")):
            answer["LastEvaluatedKey"] = {name: items[len(found) - 1][name] for name in ("pk", "sk")}
        if data.get("ReturnConsumedCapacity", "NONE") != "NONE":
            units = max(1, -(-size // 4096)) * (1 if data.get("ConsistentRead") else 0.5)
            answer["ConsumedCapacity"] = {"TableName": data["TableName"], "CapacityUnits": units}
        return dynamodb.json_response(answer)
