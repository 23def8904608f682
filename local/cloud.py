"""A stack in your AWS account: `python -m local.cloud account | destroy NAME [--data]`. For `make deploy` and `make destroy`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from local.environment import SAM, UserError

HOW_TO_SIGN_IN = "Sign in by `aws configure` or `aws sso login`, or put AWS_PROFILE=name before make"
# What the template keeps when a stack is deleted.
KEPT = ("AWS::DynamoDB::Table", "AWS::S3::Bucket")
# A deleted stack is remembered for 90 days, by its id.
GONE = "DELETE_COMPLETE"

Json = dict[str, Any]


def main() -> int:
    """Parses the command line and runs the command."""
    parser = argparse.ArgumentParser(prog="local.cloud", description="A stack of Imprint in your AWS account.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("account", help="whose account it is; fails without one").set_defaults(command=lambda _: account())
    destroy_parser = commands.add_parser("destroy", help="take a stack down")
    destroy_parser.add_argument("name")
    destroy_parser.add_argument("--data", action="store_true", help="and delete its tables and its bucket")
    destroy_parser.set_defaults(command=lambda arguments: destroy(arguments.name, arguments.data))
    arguments = parser.parse_args()
    try:
        code: int = arguments.command(arguments)
        return code
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"error: AWS: {' '.join(str(error).split())}", file=sys.stderr)
    except (KeyboardInterrupt, EOFError):
        print("\ninterrupted; nothing more is done", file=sys.stderr)
        return 130
    return 1


def account() -> int:
    """Says whose account it is, before anything is built for it."""
    session = signed_in()
    identity = session.client("sts", region_name=session.region_name or "us-east-1").get_caller_identity()
    where = f"in {session.region_name}" if session.region_name else "in the region that you will be asked for"
    print(f"AWS account {identity['Account']}, as {identity['Arn'].rpartition(':')[2]}, {where}.")
    return 0


def signed_in() -> boto3.Session:
    """A session whose credentials AWS takes."""
    try:
        session = boto3.Session()
        if session.get_credentials() is None:
            raise UserError(f"there are no AWS credentials. {HOW_TO_SIGN_IN}.")
        session.client("sts", region_name=session.region_name or "us-east-1").get_caller_identity()
    except ClientError as error:
        raise UserError(f"AWS does not take these credentials ({error.response['Error']['Code']}). {HOW_TO_SIGN_IN}.") from None
    except BotoCoreError as error:
        raise UserError(f"AWS takes no credentials: {str(error).rstrip('.')}. {HOW_TO_SIGN_IN}.") from None
    return session


def destroy(name: str, data: bool) -> int:
    """Takes a stack down, when whoever asks for it types its name."""
    if not name:
        raise UserError("which stack? STACK=name make destroy; with its data: DATA=1 STACK=name make destroy")
    session = signed_in()
    if session.region_name is None:
        raise UserError("in which region? AWS_REGION=eu-central-1 STACK=name make destroy")
    stack = found(session, name, data)
    kept = [each for each in resources(session, stack["StackId"]) if each["ResourceType"] in KEPT]
    if stack["StackStatus"] == GONE and not kept:
        raise UserError(f"{name} is deleted, and AWS does not tell what it left; its tables and its bucket have names that begin with {name}-.")
    print(told(session, stack, kept, data))
    if input("Type the name of the stack to go on: ").strip() != name:
        raise UserError("that is not its name; nothing was done.")
    if stack["StackStatus"] != GONE:
        take_down(session, stack)
    if data:
        for each in kept:
            print(f"Deleting {each['PhysicalResourceId']} …", flush=True)
            delete(session, each)
    print("Done." if data or not kept else f"Done. The data is still there; DATA=1 STACK={name} make destroy deletes that as well.")
    return 0


def found(session: boto3.Session, name: str, data: bool) -> Json:
    """The stack of this name; for its data also the newest one that was deleted."""
    cloud = session.client("cloudformation")
    try:
        result: Json = cloud.describe_stacks(StackName=name)["Stacks"][0]
        return result
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
    pages = cloud.get_paginator("list_stacks").paginate(StackStatusFilter=[GONE]) if data else []
    gone = [each for page in pages for each in page["StackSummaries"] if each["StackName"] == name]
    if not gone:
        raise UserError(f"there is no stack {name} in {session.region_name}.")
    return max(gone, key=lambda each: each["CreationTime"])


def resources(session: boto3.Session, stack: str) -> list[Json]:
    """All that a stack is made of, and what a deleted one left."""
    pages = session.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return [each for page in pages for each in page["StackResourceSummaries"] if each.get("PhysicalResourceId")]


def told(session: boto3.Session, stack: Json, kept: list[Json], data: bool) -> str:
    """What will happen."""
    gone = stack["StackStatus"] == GONE
    what = "is deleted already." if gone else "goes: its API, functions, queues, alarms and logs."
    lines = [f"Stack {stack['StackName']} in {session.region_name} {what}"]
    lines += ["Its data GOES WITH IT, and nothing brings it back:" if data else "Its data stays:"] if kept else []
    lines += [f"  {each['ResourceType'].rpartition(':')[2].lower():<7} {each['PhysicalResourceId']}" for each in kept]
    return "\n".join(lines)


def take_down(session: boto3.Session, stack: Json) -> None:
    """Deletes a stack and the packages that SAM uploaded for it."""
    sam = [str(SAM), "delete", "--no-prompts", "--stack-name", stack["StackName"], "--region", session.region_name]
    print(f"Deleting {stack['StackName']}; this takes some minutes …", flush=True)
    ran = subprocess.run(sam, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    try:
        # SAM says nothing of a stack that CloudFormation could not delete.
        session.client("cloudformation").get_waiter("stack_delete_complete").wait(StackName=stack["StackId"], WaiterConfig={"Delay": 5, "MaxAttempts": 6})
    except WaiterError:
        failed = [each for each in resources(session, stack["StackId"]) if each["ResourceStatus"] == "DELETE_FAILED"]
        shown = "; ".join(f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason', 'no reason given')}" for each in failed)
        raise UserError(f"the stack is not gone: {shown or ran.stdout.strip()[-400:]}") from None


def delete(session: boto3.Session, kept: Json) -> None:
    """Deletes a table, or a bucket with all versions of what is in it; one that is gone already is no fault."""
    name = kept["PhysicalResourceId"]
    try:
        if kept["ResourceType"] == "AWS::DynamoDB::Table":
            session.client("dynamodb").delete_table(TableName=name)
            session.client("dynamodb").get_waiter("table_not_exists").wait(TableName=name)
        else:
            empty(session.resource("s3").Bucket(name))
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("ResourceNotFoundException", "NoSuchBucket"):
            raise


def empty(bucket: Any) -> None:
    """Deletes a bucket: first what is in it, also versions and uploads that never ended."""
    for upload in bucket.multipart_uploads.all():
        upload.abort()
    for answer in bucket.object_versions.delete():
        if errors := answer.get("Errors"):
            raise UserError(f"{errors[0]['Key']} of {bucket.name} stays: {errors[0]['Message']}")
    bucket.delete()


if __name__ == "__main__":
    sys.exit(main())
