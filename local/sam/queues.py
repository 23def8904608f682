"""Takes the messages of queues to their functions, as the template's event source mappings say: `sam local` itself polls nothing."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local import deployment
from local.environment import REGION, Stack
from local.sam.backing import Services

Json = dict[str, Any]

POLL_SECONDS = 1
# A function may run for fifteen minutes.
LIMIT = 900


@dataclass(frozen=True)
class Source:
    """A queue, and the function that its messages go to."""

    queue: str
    url: str
    function: str
    batch: int


def sources(template: Json, services: Services) -> list[Source]:
    """The event source mappings of the template."""
    found = []
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::EventSourceMapping":
            properties = resource["Properties"]
            queue = properties["EventSourceArn"]["Fn::GetAtt"][0]
            found.append(Source(queue, services.names[queue], properties["FunctionName"]["Ref"], properties["BatchSize"]))
    return found


def functions_client(port: int) -> Any:
    """A client of `sam local start-lambda`; a function's name there is its logical id."""
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
    config = Config(proxies={}, retries={"max_attempts": 0}, read_timeout=LIMIT, max_pool_connections=32)
    return session.client("lambda", endpoint_url=f"http://127.0.0.1:{port}", config=config)


@contextlib.contextmanager
def fed(template: Json, services: Services, port: int) -> Iterator[None]:
    """Polls every queue until the end, a thread each; of one queue one batch at a time."""
    functions, ended = functions_client(port), threading.Event()
    threads = [threading.Thread(target=poll, args=(source, services.stack, functions, ended), daemon=True) for source in sources(template, services)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join(POLL_SECONDS + 2)


def poll(source: Source, stack: Stack, functions: Any, ended: threading.Event) -> None:
    """Receives and hands over until it is told to end; a message that fails comes again after its visibility timeout."""
    queues = deployment.client(stack, "sqs")
    while not ended.is_set():
        try:
            hand_over(source, queues, functions)
        except (BotoCoreError, ClientError, ValueError) as error:
            if not ended.wait(1):
                print(f"{source.queue}: {error}", flush=True)


def hand_over(source: Source, queues: Any, functions: Any) -> int:
    """Takes one batch to the function and removes what it has done: how many messages."""
    batch = min(source.batch, 10)
    received = queues.receive_message(QueueUrl=source.url, MaxNumberOfMessages=batch, WaitTimeSeconds=POLL_SECONDS, AttributeNames=["All"])
    messages = received.get("Messages", [])
    if not messages:
        return 0
    answer = functions.invoke(FunctionName=source.function, Payload=json.dumps(event(source, messages)).encode())
    result = json.loads(answer["Payload"].read())
    if "FunctionError" in answer or not isinstance(result, dict):
        raise ValueError(f"{source.function} failed: {json.dumps(result)[:300]}")
    failed = {each["itemIdentifier"] for each in result["batchItemFailures"]}
    done = [message for message in messages if message["MessageId"] not in failed]
    for message in done:
        queues.delete_message(QueueUrl=source.url, ReceiptHandle=message["ReceiptHandle"])
    return len(done)


def event(source: Source, messages: list[Json]) -> Json:
    """The messages as Lambda hands them over."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message.get("Attributes", {}),
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:000000000000:{source.url.rpartition('/')[2]}",
                "awsRegion": REGION,
            }
            for message in messages
        ]
    }
