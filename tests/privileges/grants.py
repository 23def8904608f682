"""What the template grants to whom, and the deployed policies without one of these grants."""

from __future__ import annotations

import copy
import fnmatch
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from local.deployment import STACK_NAME, read_template

ROOT = Path(__file__).resolve().parents[2]

TEMPLATE = ROOT / "template.yaml"
WITNESSES = ROOT / "tests" / "privileges" / "witnesses.json"
# What no test of a local stack can miss, and why.
EXEMPT = {
    "GrafanaSendReport ses:SendRawEmail identity/${Domain}": "asked for where the domain is verified, and not the address; here the address is",
}
# What these ask for depends on what other tests left in the stack, so they may miss a right today and not tomorrow: they are nobody's witness.
LEANING = {"events::every_function_takes_its_sample_event"}
# What each address of another service begins with.
ARN = re.compile(r"^arn:\$\{AWS::Partition\}:\w+:\$\{AWS::Region\}:\$\{AWS::AccountId\}:")

Json = dict[str, Any]


class Grant(NamedTuple):
    """One action on one resource, and where the template says it: the smallest thing that can be spare."""

    function: str
    action: str
    resource: str
    policy: int
    statement: int
    position: int

    @property
    def name(self) -> str:
        """As the list of witnesses has it, below its function."""
        return f"{self.action} {self.resource}"

    @property
    def full_name(self) -> str:
        """As people are told of it."""
        return f"{self.function} {self.name}"


def witnesses() -> dict[str, dict[str, str]]:
    """The tests that are known to miss a grant, by function and grant."""
    kept = json.loads(WITNESSES.read_text()) if WITNESSES.is_file() else {}
    return {function: {name: test for name, test in tests.items() if test not in LEANING} for function, tests in kept.items()}


def keep_witnesses(known: dict[str, dict[str, str]]) -> None:
    """Keeps them for the next time, in the order of the template; a grant that is gone is forgotten."""
    wanted: dict[str, dict[str, str]] = {}
    for grant in grants():
        if witness := known.get(grant.function, {}).get(grant.name):
            wanted.setdefault(grant.function, {})[grant.name] = witness
    WITNESSES.write_text(json.dumps(wanted, indent=1) + "\n")


def grants() -> list[Grant]:
    """Every grant of the template, function by function."""
    resources = read_template(TEMPLATE)["Resources"]
    functions = {name: each["Properties"] for name, each in resources.items() if each["Type"] == "AWS::Serverless::Function"}
    return [grant for function in sorted(functions) for grant in grants_of(function, functions[function].get("Policies", []))]


def grants_of(function: str, policies: list[Json]) -> Iterator[Grant]:
    """The grants of a function."""
    for policy, document in enumerate(policies):
        for number, statement in enumerate(document["Statement"]):
            for position, resource in enumerate(listed(statement["Resource"])):
                for action in listed(statement["Action"]):
                    yield Grant(function, action, resource_name(resource), policy, number, position)


def listed(value: Any) -> list[Any]:
    """What IAM allows to be one or a list of them."""
    return value if isinstance(value, list) else [value]


def resource_name(resource: Any) -> str:
    """A resource as people call it: `Catalog`, `Bucket/reports/*`, `identity/${MailSender}`."""
    match resource:
        case {"Ref": name} | {"Fn::GetAtt": [name, "Arn"]}:
            return str(name)
        case {"Fn::Sub": [text, dict()]} | {"Fn::Sub": text}:
            return re.sub(r"\$\{(\w+)\.Arn\}", r"\1", ARN.sub("", text))
        case _:
            return json.dumps(resource)


class Roles:
    """The roles of a stack that runs."""

    def __init__(self, iam: Any, cloud: Any) -> None:
        self.iam = iam
        pages = cloud.get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
        resources = [each for page in pages for each in page["StackResourceSummaries"]]
        roles = [each for each in resources if each["ResourceType"] == "AWS::IAM::Role"]
        self.names = {each["LogicalResourceId"].removesuffix("Role"): each["PhysicalResourceId"] for each in roles}
        self.functions = {role: function for function, role in self.names.items()}

    def document(self, function: str, policy: int) -> Json:
        """A policy as it is deployed."""
        answer = self.iam.get_role_policy(RoleName=self.names[function], PolicyName=policy_name(function, policy))
        return copy.deepcopy(answer["PolicyDocument"])

    def put(self, function: str, policy: int, document: Json) -> None:
        """Changes a policy. None of IAM's may be empty."""
        names = {"RoleName": self.names[function], "PolicyName": policy_name(function, policy)}
        if document["Statement"]:
            self.iam.put_role_policy(**names, PolicyDocument=json.dumps(document))
        else:
            self.iam.delete_role_policy(**names)

    def statement(self, grant: Grant) -> Json:
        """The statement that grants something."""
        return dict(self.document(grant.function, grant.policy)["Statement"][grant.statement])

    def pattern(self, grant: Grant) -> str:
        """The resource of a grant as IAM compares it."""
        return str(listed(self.statement(grant)["Resource"])[grant.position])

    @contextmanager
    def lacking(self, grant: Grant) -> Iterator[None]:
        """Has a role do without a grant for a while."""
        with self.instead(grant, without(self.document(grant.function, grant.policy), grant)):
            yield

    @contextmanager
    def holding(self, beside: Grant, statement: Json) -> Iterator[Grant]:
        """Has a role hold a statement more for a while; the first grant of it."""
        document = self.document(beside.function, beside.policy)
        document["Statement"].append(statement)
        number = len(document["Statement"]) - 1
        with self.instead(beside, document):
            yield beside._replace(action=listed(statement["Action"])[0], resource="planted", statement=number, position=0)

    @contextmanager
    def instead(self, grant: Grant, document: Json) -> Iterator[None]:
        """Puts another document in the place of the one that a grant is in, for a while."""
        whole = self.document(grant.function, grant.policy)
        self.put(grant.function, grant.policy, document)
        try:
            yield
        finally:
            self.put(grant.function, grant.policy, whole)


def policy_name(function: str, policy: int) -> str:
    """The name that SAM gives to a policy that is written out."""
    return f"{function}RolePolicy{policy}"


def without(document: Json, grant: Grant) -> Json:
    """The same policy less one action on one resource; whatever else its statement grants stays."""
    statements = list(document["Statement"])
    one = statements.pop(grant.statement)
    actions, resources = listed(one["Action"]), listed(one["Resource"])
    other_actions = [action for action in actions if action != grant.action]
    other_resources = [resource for position, resource in enumerate(resources) if position != grant.position]
    if other_actions:
        statements.append(one | {"Action": other_actions})
    if other_resources:
        statements.append(one | {"Action": [grant.action], "Resource": other_resources})
    return document | {"Statement": statements}


def covers(pattern: str, resource: str) -> bool:
    """Whether a resource of a policy, which may end in `*`, is this one."""
    return fnmatch.fnmatchcase(resource, pattern.replace("[", "[[]"))
