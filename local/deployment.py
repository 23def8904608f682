"""Deploying `template.yaml` into the emulator, by CloudFormation as on AWS."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import samtranslator.yaml_helper
from botocore.config import Config
from botocore.exceptions import ClientError

from local.environment import REGION, Stack, UserError, write_secret

STACK_NAME = "imprint"
TEMPLATE_BUCKET = "local-template"
TOKEN_FUNCTION = "OperatorCreateAccessToken"
REDRIVE_FUNCTION = "OperatorRedrivePublications"
FIRST_TOKEN = {"name": "local admin", "role": "admin", "user": "admin"}
LIMIT = 120

Json = dict[str, Any]


def client(stack: Stack, service: str) -> Any:
    """A client of the emulator; nothing is read from the caller's environment or files."""
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
    config = Config(proxies={}, retries={"max_attempts": 0}, read_timeout=LIMIT)
    return session.client(service, endpoint_url=stack.aws_url, config=config)


def read_template(file: Path) -> Json:
    """A SAM template, with `!Ref` and its like in their long form."""
    if not file.is_file():
        raise UserError(f"{file} does not exist.")
    result: Json = samtranslator.yaml_helper.yaml_parse(file.read_text(encoding="utf-8"))
    return result


def functions(template: Json) -> dict[str, str]:
    """The name of each function by its logical id: its `Handler`, by which its program knows which function it is."""
    return {logical_id: text(logical_id, properties, "Handler") for logical_id, properties in of_functions(template)}


def programs(template: Json) -> dict[str, str]:
    """The program of each function by its logical id: the last element of `CodeUri`."""
    return {logical_id: Path(text(logical_id, properties, "CodeUri")).name for logical_id, properties in of_functions(template)}


def program_names(template: Json) -> list[str]:
    """Every program that holds functions of the template, once."""
    return sorted(set(programs(template).values()))


def of_functions(template: Json) -> Iterator[tuple[str, Json]]:
    """The logical id and the properties of each function."""
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            yield logical_id, resource["Properties"]


def text(logical_id: str, properties: Json, name: str) -> str:
    """A property that each function has."""
    if not isinstance(found := properties.get(name), str):
        raise UserError(f"{logical_id}: {name} is missing; Handler is the function's name, and CodeUri target/lambda/<program>/.")
    return found


def with_packages(template: Json, packages: dict[str, str]) -> Json:
    """The same template with each `CodeUri` replaced by the package of its program; emulator.py resolves the bucket. The emulator mounts no layers."""
    resources = template["Resources"]
    for layer in [name for name, resource in resources.items() if resource["Type"] == "AWS::Serverless::LayerVersion"]:
        del resources[layer]
    for logical_id, program in programs(template).items():
        resource = template["Resources"][logical_id]
        resource["Properties"]["CodeUri"] = {"Bucket": "local-packages", "Key": packages[program]}
        resource.pop("Metadata", None)
        resource["Properties"].pop("Layers", None)
    return template


def parameters(stack: Stack, template: Json) -> dict[str, str]:
    """A value for each parameter that has no default here: what this machine knows, else a secret made once and kept."""
    known = {
        "Architecture": "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64",
        "PublicUrl": stack.api_url,
        # Nothing here speaks TLS; with IMPRINT_AUTH=1 the bucket's policy would refuse every request.
        "RequireTls": "false",
        # Pages under development may embed previews.
        "FrameAncestors": "http://localhost:* http://127.0.0.1:*",
        # Nothing leaves this machine: mail is kept as files.
        "MailSender": "reports@imprint.example",
    }
    kept_file = stack.state / "parameters.json"
    kept: dict[str, str] = json.loads(kept_file.read_text()) if kept_file.exists() else {}
    values = {}
    for name, declared in (template.get("Parameters") or {}).items():
        # One that is given may be empty: without a sender, for example.
        given = os.environ.get(f"IMPRINT_PARAM_{name}", known.get(name))
        if given is None and "Default" not in declared:
            given = kept.setdefault(name, secrets.token_hex(32))
        if given is not None:
            values[name] = given
    if kept:
        write_secret(kept_file, json.dumps(kept))
    return values


def deploy(stack: Stack, template: Json) -> bool:
    """Creates or updates the stack. Whether it was created, that is, holds no data yet."""
    cloud, values = client(stack, "cloudformation"), parameters(stack, template)
    request = {
        "StackName": STACK_NAME,
        "TemplateURL": uploaded(stack, template),
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    exists = remove_broken(cloud)
    try:
        (cloud.update_stack if exists else cloud.create_stack)(**request)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return False
        raise UserError(f"CloudFormation refused template.yaml: {error.response['Error']['Message']}") from None
    await_stack(cloud)
    verify_sender(stack, values.get("MailSender", ""))
    return not exists


def uploaded(stack: Stack, template: Json) -> str:
    """The template as an object of a bucket: in a request it may have 51,200 bytes only, on AWS as well."""
    storage = client(stack, "s3")
    # It is there already when the emulator was killed during the first deployment.
    with contextlib.suppress(storage.exceptions.BucketAlreadyOwnedByYou):
        storage.create_bucket(Bucket=TEMPLATE_BUCKET)
    storage.put_object(Bucket=TEMPLATE_BUCKET, Key="template.json", Body=json.dumps(template).encode())
    return f"{stack.aws_url}/{TEMPLATE_BUCKET}/template.json"


def status(cloud: Any) -> str | None:
    """The state of the stack, None when there is none."""
    try:
        result: str | None = cloud.describe_stacks(StackName=STACK_NAME)["Stacks"][0]["StackStatus"]
        return result
    except ClientError:
        return None


def remove_broken(cloud: Any) -> bool:
    """Whether a stack exists that can be updated; one that never came up is deleted."""
    now = status(cloud)
    if now not in ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"):
        return now is not None
    cloud.delete_stack(StackName=STACK_NAME)
    return False


def await_stack(cloud: Any) -> None:
    """Waits for the end of the operation and tells what failed."""
    deadline = time.monotonic() + LIMIT
    while (now := status(cloud) or "").endswith("IN_PROGRESS"):
        if time.monotonic() > deadline:
            raise UserError(f"The deployment is still {now} after {LIMIT} s; see `make logs`.")
        time.sleep(0.1)
    if now not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise UserError(f"The deployment ended in {now}:\n{failures(cloud)}")


def failures(cloud: Any) -> str:
    """The resources that failed in the last operation, with their reasons."""
    events = cloud.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
    lines = []
    for event in events:
        if event["ResourceStatus"].endswith("_FAILED"):
            lines.append(f"  {event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason', '')}")
        if event.get("ResourceStatusReason") == "User Initiated":
            break
    return "\n".join(reversed(lines)) or "  (no reason given; see `make logs`)"


def verify_sender(stack: Stack, sender: str) -> None:
    """SES sends for verified identities only; on AWS the owner clicks a link, here the parameter `MailSender` is verified at once."""
    if sender:
        client(stack, "ses").verify_email_identity(EmailAddress=sender)


def outputs(stack: Stack) -> dict[str, str]:
    """The outputs of the stack as variables: `ReportTable` becomes `REPORT_TABLE`."""
    found = client(stack, "cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"][0].get("Outputs", [])
    return {re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", each["OutputKey"]).upper(): each["OutputValue"] for each in found}


def mint_token(stack: Stack) -> str:
    """The first admin's token: no route reaches the function that makes it, on AWS only IAM does."""
    result: str = invoked(stack, TOKEN_FUNCTION, FIRST_TOKEN, "token")
    return result


def redrive(stack: Stack) -> int:
    """Has the publications that were given up tried again: how many messages were sent."""
    result: int = invoked(stack, REDRIVE_FUNCTION, {}, "messages")
    return result


def invoked(stack: Stack, logical_id: str, event: Json, wanted: str) -> Any:
    """A member of what an operator's function answers."""
    resource = client(stack, "cloudformation").describe_stack_resource(StackName=STACK_NAME, LogicalResourceId=logical_id)
    name = resource["StackResourceDetail"]["PhysicalResourceId"]
    answer = client(stack, "lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    body = json.loads(answer["Payload"].read())
    if "FunctionError" in answer or not isinstance(body, dict) or wanted not in body:
        raise UserError(f"{logical_id} answered no {wanted}: {json.dumps(body)}; see `make logs`.")
    return body[wanted]
