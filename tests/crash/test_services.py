"""Every service of the local stack after the emulator was killed: what it answered is there again. `make crash` runs it.

The emulator alone, without Imprint, and each client as a program would use it. What Imprint makes of it is storm.py's part.
"""

from __future__ import annotations

import io
import json
import os
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import unittest
import zipfile
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from local import process
from local.environment import REGION, Stack, UserError

ROOT = Path(__file__).resolve().parents[2]

KEYS = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
QUEUE = "arn:aws:sqs:us-east-1:000000000000"
MAIL = b"From: a@imprint.example\r\nTo: b@imprint.example\r\nSubject: s\r\n\r\nText"


# A function that writes the sort keys of the records it gets, a line each.
FUNCTION = f"#!{sys.executable}" """
import json, os, urllib.request as web
runtime = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    with web.urlopen(runtime + "next") as asked:
        name, event = asked.headers["Lambda-Runtime-Aws-Request-Id"], json.load(asked)
    with open(os.environ["SEEN"], "a") as seen:
        seen.writelines(record["dynamodb"]["Keys"]["sk"]["S"] + "\\n" for record in event["Records"])
    web.urlopen(web.Request(runtime + name + "/response", b"{}", method="POST")).close()
"""


class Emulator(unittest.TestCase):
    """A test with an emulator of its own."""

    def setUp(self) -> None:
        self.stack = Stack(process.free_port(), Path(tempfile.mkdtemp(prefix="imprint-crash-")).resolve())
        self.addCleanup(shutil.rmtree, self.stack.state)
        self.addCleanup(process.stop, self.stack)
        process.start(self.stack)

    def client(self, service: str) -> Any:
        """A client of the emulator that does not try again."""
        credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        config = boto3.session.Config(retries={"max_attempts": 0})
        return boto3.client(service, endpoint_url=self.stack.aws_url, region_name=REGION, config=config, **credentials)

    def pid(self) -> int:
        """The process of the emulator."""
        pid = process.running(self.stack)
        assert pid
        return pid

    def kill(self) -> list[str]:
        """Kills the emulator at once and starts it again; what it said."""
        pid = self.pid()
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return process.start(self.stack)

    def items(self, table: str) -> dict[str, Any]:
        """All items of a table by their sort keys."""
        return {item["sk"]["S"]: item for item in self.client("dynamodb").scan(TableName=table)["Items"]}

    def messages(self, url: str) -> list[str]:
        """What is in a queue and visible, taken out of it."""
        client, found = self.client("sqs"), []
        while received := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found += [message["Body"] for message in received]
        return found


class Tables(Emulator):
    """DynamoDB."""

    def test_every_kind_of_write_is_there(self) -> None:
        tables = self.client("dynamodb")
        tables.create_table(TableName="all", **KEYS)

        def item(name: str, **more: Any) -> dict[str, Any]:
            return {"pk": {"S": "p"}, "sk": {"S": name}, **more}

        for name in ("put", "updated", "deleted", "batch-deleted", "transacted", "transact-deleted", "partiql"):
            tables.put_item(TableName="all", Item=item(name, number={"N": "1"}, bytes={"B": b"\0\xff"}, set={"SS": ["a", "b"]}))
        more = {"UpdateExpression": "SET #n = :n", "ExpressionAttributeNames": {"#n": "number"}, "ExpressionAttributeValues": {":n": {"N": "2"}}}
        tables.update_item(TableName="all", Key=item("updated"), **more)
        tables.delete_item(TableName="all", Key=item("deleted"))
        requests = [{"PutRequest": {"Item": item("batch-put")}}, {"DeleteRequest": {"Key": item("batch-deleted")}}]
        tables.batch_write_item(RequestItems={"all": requests})
        tables.transact_write_items(TransactItems=[
            {"Put": {"TableName": "all", "Item": item("transact-put")}},
            {"Update": {"TableName": "all", "Key": item("transacted"), **more}},
            {"Delete": {"TableName": "all", "Key": item("transact-deleted")}},
        ])
        tables.execute_statement(Statement="UPDATE \"all\" SET number = 3 WHERE pk = 'p' AND sk = 'partiql'")
        before = self.items("all")
        self.assertEqual({"put", "updated", "batch-put", "transact-put", "transacted", "partiql"}, set(before))
        self.assertEqual(["Recovered 6 items, 0 objects, 0 messages after a crash."], self.kill())
        self.assertEqual(before, self.items("all"))
        self.assertEqual(6, tables.describe_table(TableName="all")["Table"]["ItemCount"])

    def test_a_refused_write_changes_nothing(self) -> None:
        tables = self.client("dynamodb")
        tables.create_table(TableName="all", **KEYS)
        put = [{"Put": {"TableName": "all", "Item": {"pk": {"S": "p"}, "sk": {"S": name}}}} for name in "ab"]
        put[1]["Put"]["ConditionExpression"] = "attribute_exists(pk)"
        with self.assertRaises(tables.exceptions.TransactionCanceledException):
            tables.transact_write_items(TransactItems=put)
        statements = [{"Statement": f"INSERT INTO \"all\" VALUE {{'pk': 'p', 'sk': '{name}'}}"} for name in "aba"]
        tables.put_item(TableName="all", Item={"pk": {"S": "p"}, "sk": {"S": "b"}})
        with self.assertRaises(tables.exceptions.TransactionCanceledException):
            tables.execute_transaction(TransactStatements=statements)
        self.kill()
        self.assertEqual({"b"}, set(self.items("all")))

    def test_a_table_that_was_made_anew_has_nothing_of_the_old_one(self) -> None:
        tables = self.client("dynamodb")
        for name in ("old", "new"):
            tables.create_table(TableName="all", **KEYS)
            tables.put_item(TableName="all", Item={"pk": {"S": "p"}, "sk": {"S": name}})
            if name == "old":
                tables.delete_table(TableName="all")
        self.kill()
        self.assertEqual({"new"}, set(self.items("all")))
        tables.delete_table(TableName="all")
        self.assertEqual(["Recovered 0 items, 0 objects, 0 messages after a crash."], self.kill())
        self.assertEqual([], tables.list_tables()["TableNames"])

    def test_a_table_from_a_backup_has_its_items(self) -> None:
        tables = self.client("dynamodb")
        tables.create_table(TableName="all", **KEYS)
        tables.put_item(TableName="all", Item={"pk": {"S": "p"}, "sk": {"S": "kept"}})
        backup = tables.create_backup(TableName="all", BackupName="one")["BackupDetails"]["BackupArn"]
        tables.restore_table_from_backup(TargetTableName="restored", BackupArn=backup)
        self.kill()
        self.assertEqual({"kept"}, set(self.items("restored")))

    def test_streams_go_on_where_they_were(self) -> None:
        tables, streams = self.client("dynamodb"), self.client("dynamodbstreams")
        tables.create_table(TableName="all", **KEYS, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})

        def put(name: str) -> None:
            tables.put_item(TableName="all", Item={"pk": {"S": "p"}, "sk": {"S": name}})

        def after(sequence: str = "") -> list[tuple[str, str]]:
            arn = streams.list_streams()["Streams"][0]["StreamArn"]
            shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
            begin = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": sequence} if sequence else {"ShardIteratorType": "TRIM_HORIZON"}
            found = streams.get_records(ShardIterator=streams.get_shard_iterator(StreamArn=arn, ShardId=shard, **begin)["ShardIterator"])["Records"]
            return [(record["dynamodb"]["Keys"]["sk"]["S"], record["dynamodb"]["SequenceNumber"]) for record in found]

        for name in "abc":
            put(name)
        before = after()
        self.kill()
        self.assertEqual(before, after())
        put("d")
        self.assertEqual(["c", "d"], [name for name, _ in after(before[1][1])])


    def test_a_function_that_reads_a_stream_goes_on_where_it_was(self) -> None:
        tables, functions, seen = self.client("dynamodb"), self.client("lambda"), self.stack.state / "seen"
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
        arn = tables.create_table(TableName="all", **KEYS, StreamSpecification=stream)["TableDescription"]["LatestStreamArn"]
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, FUNCTION)
        functions.create_function(
            FunctionName="reader", Runtime="provided.al2023", Handler="x", Role="arn:aws:iam::000000000000:role/x", Code={"ZipFile": code.getvalue()},
            Environment={"Variables": {"SEEN": str(seen)}}, Timeout=20,
        )
        functions.create_event_source_mapping(FunctionName="reader", EventSourceArn=arn, StartingPosition="TRIM_HORIZON")

        def put(*names: str) -> None:
            for name in names:
                tables.put_item(TableName="all", Item={"pk": {"S": "p"}, "sk": {"S": name}})

        def await_seen(*names: str) -> list[str]:
            deadline = time.monotonic() + 30
            while (lines := seen.read_text().split() if seen.exists() else []) != [*names] and time.monotonic() < deadline:
                time.sleep(0.1)
            return lines

        put("a", "b")
        self.assertEqual(["a", "b"], await_seen("a", "b"))
        # How far it is follows within a quarter of a second.
        time.sleep(1)
        self.kill()
        put("c")
        self.assertEqual(["a", "b", "c"], await_seen("a", "b", "c"))
        # One that was not read before the emulator died is read after it.
        for uuid in [mapping["UUID"] for mapping in functions.list_event_source_mappings()["EventSourceMappings"]]:
            functions.update_event_source_mapping(UUID=uuid, Enabled=False)
        time.sleep(1)
        put("d")
        self.kill()
        functions.update_event_source_mapping(UUID=uuid, Enabled=True)
        self.assertEqual(["a", "b", "c", "d"], await_seen("a", "b", "c", "d"))


class Queues(Emulator):
    """SQS."""

    def test_messages_that_were_not_deleted_are_there_in_order(self) -> None:
        queues = self.client("sqs")
        url = queues.create_queue(QueueName="all", Attributes={"VisibilityTimeout": "1000"})["QueueUrl"]
        for name in "abcdef":
            queues.send_message(QueueUrl=url, MessageBody=name, MessageAttributes={"x": {"DataType": "String", "StringValue": name}})
        queues.send_message_batch(QueueUrl=url, Entries=[{"Id": name, "MessageBody": name} for name in "gh"])
        deleted, returned, kept = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=3)["Messages"]
        queues.delete_message(QueueUrl=url, ReceiptHandle=deleted["ReceiptHandle"])
        queues.change_message_visibility(QueueUrl=url, ReceiptHandle=returned["ReceiptHandle"], VisibilityTimeout=0)
        self.assertEqual(["Recovered 0 items, 0 objects, 7 messages after a crash."], self.kill())
        # The third one is still with who received it, and its receipt is good.
        self.assertEqual(list("bdefgh"), self.messages(url))
        queues.delete_message(QueueUrl=url, ReceiptHandle=kept["ReceiptHandle"])
        queues.purge_queue(QueueUrl=url)
        self.assertEqual(["Recovered 0 items, 0 objects, 0 messages after a crash."], self.kill())

    def test_a_message_of_the_dead_letter_queue_is_in_it_once(self) -> None:
        queues = self.client("sqs")
        dead = queues.create_queue(QueueName="dead")["QueueUrl"]
        policy = json.dumps({"deadLetterTargetArn": f"{QUEUE}:dead", "maxReceiveCount": 1})
        url = queues.create_queue(QueueName="all", Attributes={"VisibilityTimeout": "0", "RedrivePolicy": policy})["QueueUrl"]
        queues.send_message(QueueUrl=url, MessageBody="a")
        self.assertEqual(["a"], self.messages(url))
        self.kill()
        self.assertEqual([[], ["a"]], [self.messages(url), self.messages(dead)])

    def test_a_queue_that_was_made_anew_has_nothing_of_the_old_one(self) -> None:
        queues = self.client("sqs")
        for name in ("old", "new"):
            url = queues.create_queue(QueueName="all")["QueueUrl"]
            queues.send_message(QueueUrl=url, MessageBody=name)
            if name == "old":
                queues.delete_queue(QueueUrl=url)
        self.kill()
        self.assertEqual(["new"], self.messages(url))

    def test_what_a_topic_tells_a_queue_is_there(self) -> None:
        queues, topics = self.client("sqs"), self.client("sns")
        url = queues.create_queue(QueueName="all")["QueueUrl"]
        topic = topics.create_topic(Name="all")["TopicArn"]
        topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"{QUEUE}:all", Attributes={"RawMessageDelivery": "true"})
        topics.publish(TopicArn=topic, Message="before")
        self.kill()
        topics.publish(TopicArn=topic, Message="after")
        self.assertEqual(["before", "after"], self.messages(url))


class Others(Emulator):
    """S3, SES, Scheduler, and what is true of all."""

    def test_objects_are_as_they_were_written(self) -> None:
        objects = self.client("s3")
        objects.create_bucket(Bucket="all")
        objects.put_bucket_policy(Bucket="all", Policy=json.dumps({"Version": "2012-10-17", "Statement": []}))
        for key in ("kept", "replaced", "deleted", "one/of many", "two/of many", "odd//key/", "x.tmp"):
            objects.put_object(Bucket="all", Key=key, Body=key.encode() * 10, Metadata={"name": "first"}, ContentType="text/x-first")
        objects.put_object(Bucket="all", Key="replaced", Body=b"", Metadata={"name": "second"})
        objects.copy_object(Bucket="all", Key="copied", CopySource="all/kept")
        objects.delete_object(Bucket="all", Key="deleted")
        objects.delete_objects(Bucket="all", Delete={"Objects": [{"Key": "one/of many"}, {"Key": "two/of many"}]})

        def seen() -> dict[str, Any]:
            keys = [found["Key"] for found in objects.list_objects_v2(Bucket="all")["Contents"]]
            answers = {key: objects.get_object(Bucket="all", Key=key) for key in keys}
            return {key: (got["Body"].read(), got["Metadata"], got["ContentType"], got["ETag"]) for key, got in answers.items()}

        before = seen()
        self.assertEqual({"kept", "replaced", "copied", "odd//key/", "x.tmp"}, set(before))
        self.assertEqual(["Recovered 0 items, 5 objects, 0 messages after a crash."], self.kill())
        self.assertEqual(before, seen())
        self.assertIn("2012-10-17", objects.get_bucket_policy(Bucket="all")["Policy"])

    def test_identities_mails_and_schedules_are_there(self) -> None:
        mails, schedules = self.client("ses"), self.client("scheduler")
        mails.verify_email_identity(EmailAddress="a@imprint.example")
        name = mails.send_raw_email(Source="a@imprint.example", Destinations=["b@imprint.example"], RawMessage={"Data": MAIL})["MessageId"]
        target = {"Arn": f"{QUEUE}:all", "RoleArn": "arn:aws:iam::000000000000:role/x"}
        schedules.create_schedule(Name="one", ScheduleExpression="rate(1 hour)", FlexibleTimeWindow={"Mode": "OFF"}, Target=target)
        self.kill()
        self.assertEqual(MAIL, (self.stack.mail / f"{name}.eml").read_bytes())
        self.assertEqual(["b@imprint.example"], json.loads((self.stack.mail / f"{name}.json").read_text())["Destinations"])
        mails.send_raw_email(Source="a@imprint.example", Destinations=["b@imprint.example"], RawMessage={"Data": MAIL})
        self.assertEqual(["one"], [schedule["Name"] for schedule in schedules.list_schedules()["Schedules"]])

    def test_a_schedule_that_has_fired_does_not_fire_again(self) -> None:
        queues, schedules = self.client("sqs"), self.client("scheduler")
        url = queues.create_queue(QueueName="all")["QueueUrl"]
        target = {"Arn": f"{QUEUE}:all", "RoleArn": "arn:aws:iam::000000000000:role/x", "Input": "fired"}
        moment = {"ScheduleExpression": "at(2026-01-01T00:00:00)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target}
        schedules.create_schedule(Name="kept", **moment)
        schedules.create_schedule(Name="deleted", **moment, ActionAfterCompletion="DELETE")
        deadline = time.monotonic() + 30
        while len(self.messages(url)) < 2 and time.monotonic() < deadline:
            time.sleep(0.5)
        queues.purge_queue(QueueUrl=url)
        time.sleep(1)
        self.kill()
        self.assertEqual(["kept"], [schedule["Name"] for schedule in schedules.list_schedules()["Schedules"]])
        time.sleep(12)
        self.assertEqual([], self.messages(url))

    def test_a_graceful_end_keeps_all_and_says_nothing(self) -> None:
        self.client("dynamodb").create_table(TableName="all", **KEYS)
        self.client("dynamodb").put_item(TableName="all", Item={"pk": {"S": "p"}, "sk": {"S": "a"}})
        self.assertTrue(process.stop(self.stack))
        self.assertEqual([], process.start(self.stack))
        self.assertEqual({"a"}, set(self.items("all")))

    def test_a_reset_is_for_good(self) -> None:
        import urllib.request

        self.client("dynamodb").create_table(TableName="all", **KEYS)
        self.client("s3").create_bucket(Bucket="all")
        urllib.request.urlopen(urllib.request.Request(f"{self.stack.aws_url}/_ministack/reset", method="POST")).close()
        self.assertEqual(["Recovered 0 items, 0 objects, 0 messages after a crash."], self.kill())
        self.assertEqual([], self.client("dynamodb").list_tables()["TableNames"])
        self.assertEqual([], self.client("s3").list_buckets()["Buckets"])

    @unittest.skipUnless(hasattr(resource, "prlimit"), "only Linux limits another process")
    def test_what_cannot_be_written_is_refused_until_it_can(self) -> None:
        tables, pid = self.client("dynamodb"), self.pid()
        tables.create_table(TableName="all", **KEYS)

        def put(name: str) -> None:
            tables.put_item(TableName="all", Item={"pk": {"S": "p"}, "sk": {"S": name}, "value": {"S": "x" * 10_000}})

        put("before")
        unlimited = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        # As if the disk were full: no file grows any more.
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, unlimited[1]))
        with self.assertRaises(ClientError) as refused:
            put("meanwhile")
        self.assertEqual(500, refused.exception.response["ResponseMetadata"]["HTTPStatusCode"])
        resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)
        put("after")
        self.kill()
        # Of the one in between nothing was said but that it failed.
        self.assertLessEqual({"before", "after"}, set(self.items("all")))

    def test_a_damaged_state_is_refused_with_what_to_do(self) -> None:
        self.client("dynamodb").create_table(TableName="all", **KEYS)
        process.stop(self.stack)
        file = self.stack.state / "data" / "state.sqlite3"
        whole = file.read_bytes()
        file.write_bytes(whole[:5000])
        with self.assertRaisesRegex(UserError, r"state.sqlite3 is damaged .*make clean-state"):
            process.start(self.stack)
        file.write_bytes(whole)
        with sqlite3.connect(file) as database:
            database.execute("UPDATE documents SET value = '{}' WHERE name = 'dynamodb'")
        database.close()
        with self.assertRaisesRegex(UserError, r"is damaged .*make clean-state"):
            process.start(self.stack)


class Former(Emulator):
    """State of a version that wrote it when it ended."""

    def setUp(self) -> None:
        os.environ["EMU_STATE_FILE"] = "0"
        self.addCleanup(os.environ.pop, "EMU_STATE_FILE", None)
        super().setUp()
        self.client("dynamodb").create_table(TableName="all", **KEYS)
        self.client("dynamodb").put_item(TableName="all", Item={"pk": {"S": "p"}, "sk": {"S": "a"}})
        self.url = self.client("sqs").create_queue(QueueName="all")["QueueUrl"]
        self.client("sqs").send_message(QueueUrl=self.url, MessageBody="a")
        self.client("s3").create_bucket(Bucket="all")
        self.client("s3").put_object(Bucket="all", Key="a", Body=b"content")

    def test_it_is_refused(self) -> None:
        process.stop(self.stack)
        del os.environ["EMU_STATE_FILE"]
        with self.assertRaisesRegex(UserError, r"holds \w+.json of a version .*make clean-state"):
            process.start(self.stack)

    def test_without_the_state_file_all_is_lost(self) -> None:
        # Or else the tests above would prove nothing.
        self.kill()
        self.assertEqual([], self.client("dynamodb").list_tables()["TableNames"])
