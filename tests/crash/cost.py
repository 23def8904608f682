"""What the state file costs: the time of each write with and without it, in pairs, and how long a start takes. `make crash-cost`.

    python -m tests.crash.cost --pairs 1000 --items 10000

Two emulators run side by side and get each request one after the other, now this one first and now that, so that what else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

from local import process
from local.environment import REGION, Stack

ROOT = Path(__file__).resolve().parents[2]

KEYS = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
# Two kilobytes, as most items of Imprint have or less.
VALUE = {"S": "x" * 2000}


class Emulator:
    """An emulator, with its state file or without it."""

    def __init__(self, state_file: bool) -> None:
        os.environ["EMU_STATE_FILE"] = str(int(state_file))
        self.stack = Stack(process.free_port(), Path(tempfile.mkdtemp(prefix="imprint-cost-")).resolve())
        process.start(self.stack)
        self.tables, self.queues, self.objects = (self.client(service) for service in ("dynamodb", "sqs", "s3"))
        self.tables.create_table(TableName="all", **KEYS)
        self.url = self.queues.create_queue(QueueName="all")["QueueUrl"]
        self.objects.create_bucket(Bucket="all")

    def client(self, service: str) -> Any:
        """A client of this emulator."""
        credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, endpoint_url=self.stack.aws_url, region_name=REGION, **credentials)

    def cpu(self) -> float:
        """The seconds of CPU that the emulator took so far: what else the machine does is not in it. Linux only, elsewhere 0."""
        file = Path(f"/proc/{process.running(self.stack)}/stat")
        fields = file.read_text().rpartition(")")[2].split() if file.exists() else ["0"] * 13
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def put(self, number: int) -> None:
        """An item."""
        self.tables.put_item(TableName="all", Item=key(number) | {"value": VALUE})

    def update(self, number: int) -> None:
        """A change of an item."""
        value = {":n": {"N": str(number)}}
        self.tables.update_item(TableName="all", Key=key(number), UpdateExpression="SET n = :n", ExpressionAttributeValues=value)

    def transact(self, number: int) -> None:
        """Four items at once."""
        items = [{"pk": {"S": f"t{number}"}, "sk": {"S": str(part)}, "value": VALUE} for part in range(4)]
        self.tables.transact_write_items(TransactItems=[{"Put": {"TableName": "all", "Item": item}} for item in items])

    def get(self, number: int) -> None:
        """Reads an item, which writes nothing."""
        self.tables.get_item(TableName="all", Key=key(number))

    def delete(self, number: int) -> None:
        """The end of an item."""
        self.tables.delete_item(TableName="all", Key=key(number))

    def small_object(self, number: int) -> None:
        """An object of 20 KB."""
        self.objects.put_object(Bucket="all", Key=f"small/{number}", Body=b"x" * 20_000)

    def large_object(self, number: int) -> None:
        """An object of a megabyte, which replaces another."""
        self.objects.put_object(Bucket="all", Key=f"large/{number % 20}", Body=b"x" * 1_000_000)

    def send(self, number: int) -> None:
        """A message."""
        self.queues.send_message(QueueUrl=self.url, MessageBody=f"{number:300}")

    def receive(self, _: int) -> None:
        """The end of a message."""
        message = self.queues.receive_message(QueueUrl=self.url)["Messages"][0]
        self.queues.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])


WORK: dict[str, Callable[[Emulator, int], None]] = {
    "PutItem": Emulator.put,
    "UpdateItem": Emulator.update,
    "TransactWriteItems, 4 items": Emulator.transact,
    "GetItem": Emulator.get,
    "DeleteItem": Emulator.delete,
    "PutObject, 20 KB": Emulator.small_object,
    "PutObject, 1 MB": Emulator.large_object,
    "SendMessage": Emulator.send,
    "ReceiveMessage and DeleteMessage": Emulator.receive,
}


def key(number: int) -> dict[str, Any]:
    """The key of an item."""
    return {"pk": {"S": f"p{number % 50}"}, "sk": {"S": str(number)}}


def compare(without: Emulator, with_file: Emulator, pairs: int) -> None:
    """A line for each kind of request."""
    print(f"{'p50 (Linux: and CPU a request)':34} without    with ratio   without     with")
    for name, work in WORK.items():
        times: dict[Emulator, list[float]] = {without: [], with_file: []}
        began_cpu = [emulator.cpu() for emulator in (without, with_file)]
        for number in range(pairs):
            for emulator in (without, with_file) if number % 2 else (with_file, without):
                began = time.perf_counter()
                work(emulator, number)
                times[emulator].append(time.perf_counter() - began)
        # The first ones make connections, and load what is loaded at its first use.
        before, after = (times[emulator][20:] for emulator in (without, with_file))
        ratio = statistics.median(late / early for early, late in zip(before, after, strict=True))
        cpu = [(emulator.cpu() - began) * 1000 / pairs for emulator, began in zip((without, with_file), began_cpu, strict=True)]
        p50 = [statistics.median(each) * 1000 for each in (before, after)]
        print(f"{name:34} {p50[0]:5.2f} ms {p50[1]:5.2f} ms  {ratio:.2f}    {cpu[0]:5.2f} ms {cpu[1]:5.2f} ms", flush=True)


def start(emulator: Emulator, items: int) -> None:
    """How long a start takes with so many items, after a graceful end and, with the state file, after a crash."""
    for number in range(items):
        emulator.put(number)
    os.environ["EMU_STATE_FILE"] = str(int((emulator.stack.state / "data" / "state.sqlite3").exists()))
    times: dict[str, list[float]] = {"a graceful end": [], "a crash": []}
    for crash in (False, True, False, True, False, True):
        pid = process.running(emulator.stack)
        if crash and os.environ["EMU_STATE_FILE"] == "1":
            assert pid
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        elif not crash:
            process.stop(emulator.stack)
        else:
            continue
        began = time.perf_counter()
        process.start(emulator.stack)
        times["a crash" if crash else "a graceful end"].append(time.perf_counter() - began)
    told = ", ".join(f"{min(took):.2f} s after {end}" for end, took in times.items() if took)
    print(f"start with {items} items, {'with' if os.environ['EMU_STATE_FILE'] == '1' else 'without'} the state file: {told}", flush=True)


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description="What the state file of the local stack costs.")
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--items", type=int, default=10_000)
    arguments = parser.parse_args()
    emulators = Emulator(False), Emulator(True)
    try:
        compare(*emulators, arguments.pairs)
        for emulator in emulators:
            start(emulator, arguments.items)
    finally:
        for emulator in emulators:
            process.stop(emulator.stack)
            shutil.rmtree(emulator.stack.state)


if __name__ == "__main__":
    main()
