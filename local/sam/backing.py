"""The services behind `sam local`: those of the local stack, or, with `IMPRINT_SERVICES`, those of any other endpoint."""

from __future__ import annotations

import contextlib
import os
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import deployment, process
from local.environment import ROOT, Stack, UserError

Json = dict[str, Any]

DEFAULT_PORT = 3000
# What the functions use. Functions and routes are SAM's part; nobody watches; and not every stand-in's CloudFormation knows the resources of mail.
BACKING = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue")
CONFIGURATION_SET = "imprint"


@dataclass(frozen=True)
class Elsewhere(Stack):
    """A stack without functions at an endpoint that somebody else runs. Its port is the one of SAM's API."""

    endpoint: str

    @property
    def aws_url(self) -> str:
        """The endpoint of every AWS service."""
        return self.endpoint


@dataclass(frozen=True)
class Services:
    """Where the functions keep their things."""

    stack: Stack
    # What CloudFormation made, by logical id: what `!Ref` stands for.
    names: dict[str, str]
    # The values of the template's parameters, defaults included.
    parameters: dict[str, str]

    @property
    def feeds_workers(self) -> bool:
        """Whether the queues have nobody else who takes their messages to a function."""
        return isinstance(self.stack, Elsewhere)


def sam_port() -> int:
    """`IMPRINT_SAM_PORT`, or 3000."""
    text = os.environ.get("IMPRINT_SAM_PORT") or str(DEFAULT_PORT)
    if not (text.isdigit() and 1024 <= int(text) <= 65534):
        raise UserError(f"IMPRINT_SAM_PORT={text} is not a port between 1024 and 65534.")
    return int(text)


def template() -> Json:
    """The template of the repository."""
    return deployment.read_template(ROOT / "template.yaml")


def elsewhere(endpoint: str, port: int, state: Path) -> Elsewhere:
    """The stack of an endpoint, with a folder for its secrets."""
    parts = urllib.parse.urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise UserError(f"IMPRINT_SERVICES={endpoint} is not an address like http://127.0.0.1:4566.")
    folder = state / f"services-{parts.hostname}-{parts.port or parts.scheme}"
    folder.mkdir(parents=True, exist_ok=True)
    return Elsewhere(port, folder, endpoint.rstrip("/"))


def of_local_stack(stack: Stack, port: int) -> Services:
    """The tables, the bucket and the queues of a stack that is up. Its own workers go on taking the messages."""
    return described(stack, f"http://127.0.0.1:{port}")


def made(stack: Elsewhere) -> tuple[Services, bool]:
    """Makes the services by CloudFormation; whether they are new, that is, hold no data."""
    if not process.answers(stack.aws_url):
        raise UserError(f"Nothing answers at {stack.aws_url}.")
    refuse_whole_stack(stack)
    created = deployment.deploy(stack, backing_only(template()))
    make_configuration_set(stack)
    return described(stack, stack.api_url, MailConfigurationSet=CONFIGURATION_SET), created


def make_configuration_set(stack: Stack) -> None:
    """The set that every mail names. It tells nobody of bounces here."""
    mail = deployment.client(stack, "ses")
    with contextlib.suppress(mail.exceptions.ConfigurationSetAlreadyExistsException):
        mail.create_configuration_set(ConfigurationSet={"Name": CONFIGURATION_SET})


def refuse_whole_stack(stack: Elsewhere) -> None:
    """A stack with functions would lose them to an update."""
    if deployment.status(deployment.client(stack, "cloudformation")) and deployment.TOKEN_FUNCTION in physical_ids(stack):
        raise UserError(f"{stack.aws_url} holds the whole local stack, not services alone: leave IMPRINT_SERVICES out, and name it by IMPRINT_PORT.")


def backing_only(whole: Json) -> Json:
    """The template without what SAM runs itself."""
    kept = {name: resource for name, resource in whole["Resources"].items() if resource["Type"] in BACKING}
    named = {name: output for name, output in whole["Outputs"].items() if output["Value"].get("Ref") in kept}
    head = {key: whole[key] for key in ("AWSTemplateFormatVersion", "Description", "Parameters", "Conditions")}
    return head | {"Resources": kept, "Outputs": named}


def described(stack: Stack, api_url: str, **more: str) -> Services:
    """What is there, for an API of this address; `more` are names that CloudFormation does not know."""
    declared = template()
    defaults = {name: str(parameter.get("Default", "")) for name, parameter in declared["Parameters"].items()}
    values = defaults | deployment.parameters(stack, declared) | {"PublicUrl": api_url}
    # SAM looks for the end of a call in the container's log, misses it behind a line of ours, and then lets the caller wait for a second.
    values["LogLevel"] = os.environ.get("IMPRINT_PARAM_LogLevel", "warn")  # noqa: SIM112 - named after the parameter
    return Services(stack, physical_ids(stack) | more, values)


def physical_ids(stack: Stack) -> dict[str, str]:
    """The resources of the stack by their logical ids."""
    pages = deployment.client(stack, "cloudformation").get_paginator("list_stack_resources").paginate(StackName=deployment.STACK_NAME)
    return {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for page in pages for each in page["StackResourceSummaries"]}
