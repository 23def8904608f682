"""Transactions that conflict, dropped conditions, and queries of large partitions."""

from __future__ import annotations

import json
import random
import uuid
from typing import Any

import pytest
from ministack.services import dynamodb

from local.ministack_imprint.dropped_conditions import drop_conditions
from local.ministack_imprint.http_api import Json
from local.ministack_imprint.partitions import LargePartitions
from local.ministack_imprint.transactions import hold_items_of_transactions, inject_transaction_conflicts


@pytest.fixture
def table() -> str:
    """A table with two keys."""
    name = f"t{uuid.uuid4().hex}"
    keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    attributes = [{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")]
    dynamodb._create_table({"TableName": name, "KeySchema": keys, "AttributeDefinitions": attributes, "BillingMode": "PAY_PER_REQUEST"})
    return name


def put(table: str, sk: str, **more: Any) -> Json:
    """The parameters of a write."""
    return {"TableName": table, "Item": {"pk": {"S": "p"}, "sk": {"S": sk}, "n": {"N": "1"}}, **more}


def transaction(table: str, sk: str) -> Any:
    """The answer to a transaction of one write."""
    return dynamodb._transact_write_items({"TransactItems": [{"Put": put(table, sk)}]})


def test_transactions_conflict_by_chance(table: str) -> None:
    assert transaction(table, "a")[0] == 200

    inject_transaction_conflicts(1)
    status, _, content = transaction(table, "a")
    assert status == 400
    assert json.loads(content)["CancellationReasons"][0]["Code"] == "TransactionConflict"


def test_a_transaction_holds_its_items(table: str) -> None:
    assert [transaction(table, "a")[0], transaction(table, "a")[0]] == [200, 200]

    hold_items_of_transactions(60)
    assert [transaction(table, "a")[0], transaction(table, "a")[0], transaction(table, "b")[0]] == [200, 400, 200]
    status, _, content = dynamodb._put_item(put(table, "a"))
    assert status == 400
    assert b"TransactionConflictException" in content
    assert dynamodb._put_item(put(table, "c"))[0] == 200


def test_conditions_are_dropped(table: str) -> None:
    write = put(table, "a", ConditionExpression="attribute_exists(pk) AND n = :n", ExpressionAttributeValues={":n": {"N": "1"}})
    assert dynamodb._put_item(write)[0] == 400

    drop_conditions("SinglePut .*IF attribute_exists")
    assert dynamodb._put_item(write)[0] == 400, "the other part of the condition still holds"
    drop_conditions("SinglePut .*IF")
    assert dynamodb._put_item(write)[0] == 200


def test_large_partitions_are_answered_alike_and_without_ministack(table: str) -> None:
    chance, ministack, asked = random.Random(1), dynamodb._query, 0

    def counted(data: Json) -> Any:
        nonlocal asked
        asked += 1
        return ministack(data)

    names = [f"{number:04}" for number in chance.sample(range(10_000), 300)]
    dynamodb._query = counted
    large = LargePartitions()
    for name in names:
        dynamodb._put_item(put(table, name))
    for query in queries(table, names, chance):
        assert json.loads(dynamodb._query(query)[2]) == json.loads(ministack(query)[2])
    assert asked == 0
    assert large.orders


def queries(table: str, names: list[str], chance: random.Random) -> list[Json]:
    """Pages of the partition: whole and in part, forwards and backwards, from the begin and from the middle."""
    found = []
    for _ in range(40):
        values = {":pk": {"S": "p"}}
        query: Json = {"TableName": table, "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": values, "Limit": chance.randint(1, 400)}
        if chance.random() < 0.5:
            low, high = sorted(chance.sample(names, 2))
            query |= {"KeyConditionExpression": "pk = :pk AND sk BETWEEN :a AND :b", "ExpressionAttributeValues": values | {":a": {"S": low}, ":b": {"S": high}}}
        elif chance.random() < 0.5:
            query["ExclusiveStartKey"] = {"pk": {"S": "p"}, "sk": {"S": chance.choice(names)}}
        found.append(query | {"ScanIndexForward": chance.random() < 0.5})
    return found
