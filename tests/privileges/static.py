"""What the template grants, to whom, and how it keeps things: `tests/privileges/run.py static target/template.json`, a part of `make lint`.

It looks at what SAM makes of the template. That each grant is needed besides, examination.py sees; here each must have a witness in witnesses.json.
Before that every kind of fault is planted once, and must be found.
"""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.privileges.grants import EXEMPT, Json, grants, listed, resource_name, witnesses

# For these AWS knows no resources.
ONLY_AS_A_WHOLE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
# What SAM adds to each role, for logs and for traces. Both say `*`; the boundary makes it the log group of the stack.
ADDED_BY_SAM = ("service-role/AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess", "AWSXRayDaemonWriteAccess")
# The role by which the API invokes its functions.
GATEWAY = "Gateway"
# SES cannot publish to a topic under the key that AWS manages, and a topic keeps nothing.
UNENCRYPTED = {"MailFeedbackTopic"}


def check(file: Path) -> int:
    """Prints what is wrong. The exit code tells whether anything is, or whether a planted fault was missed."""
    template = json.loads(file.read_text())
    missed = [words for words, plant in FAULTS.items() if not finds(template, plant)]
    found = [*complaints(template), *without_witness(), *(f"nobody would notice {words}" for words in missed)]
    print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


def complaints(template: Json) -> Iterator[str]:
    """What is wrong with a transformed template."""
    resources: dict[str, Json] = template["Resources"]
    boundary = "Boundary" in resources
    for name, resource in resources.items():
        for words in CHECKS.get(resource["Type"], nothing)(name, resource.get("Properties", {}), resources):
            yield f"{name}: {words}"
        if resource["Type"] == "AWS::IAM::Role" and boundary and name != GATEWAY and "PermissionsBoundary" not in resource["Properties"]:
            yield f"{name}: it has no boundary"


def nothing(_name: str, _properties: Json, _resources: dict[str, Json]) -> list[str]:
    """Of other types of resources nothing is asked."""
    return []


def check_function(name: str, properties: Json, resources: dict[str, Json]) -> Iterator[str]:
    """A role of its own, which nobody else has, and logs that end."""
    if properties["Role"] != {"Fn::GetAtt": [f"{name}Role", "Arn"]}:
        yield f"its role is {json.dumps(properties['Role'])}, not one of its own"
    group = properties.get("LoggingConfig", {}).get("LogGroup", {}).get("Ref")
    if resources.get(group, {}).get("Type") != "AWS::Logs::LogGroup":
        yield "it logs to no group of the template"


def check_gateway(properties: Json, resources: dict[str, Json]) -> Iterator[str]:
    """Only API Gateway assumes the role, and it may invoke functions of this template that have a route, and nothing else."""
    if [each["Principal"] for each in properties["AssumeRolePolicyDocument"]["Statement"]] != [{"Service": "apigateway.amazonaws.com"}]:
        yield "others than API Gateway may assume it"
    policies = [resources.get(policy["Ref"], {}) if isinstance(policy, dict) else {} for policy in properties["ManagedPolicyArns"]]
    statements = [one for policy in policies for one in policy.get("Properties", {}).get("PolicyDocument", {}).get("Statement", [{}])]
    held = {(action, resource_name(resource)) for one in statements for action in listed(one.get("Action")) for resource in listed(one.get("Resource"))}
    routed = set(re.findall(r"\$\{(\w+)\.Arn\}/invocations", json.dumps(resources["Api"]["Properties"]["Body"])))
    if held != {("lambda:InvokeFunction", function) for function in routed} or "Policies" in properties:
        yield "it may do something else than invoke the functions that have a route"


def check_role(name: str, properties: Json, resources: dict[str, Json]) -> Iterator[str]:
    """Only Lambda takes it, and it holds what is written out here, in the template, each once."""
    if name == GATEWAY:
        yield from check_gateway(properties, resources)
        return
    trusted = properties["AssumeRolePolicyDocument"]["Statement"]
    if [each["Principal"] for each in trusted] != [{"Service": ["lambda.amazonaws.com"]}]:
        yield "others than Lambda may take it"
    for policy in properties.get("ManagedPolicyArns", []):
        if not str(policy).endswith(tuple(f":aws:policy/{name}" for name in ADDED_BY_SAM)):
            yield f"it holds {policy}"
    held = list[tuple[str, str]]()
    for policy in properties.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            yield from check_statement(statement, resources)
            held += [(action, resource_name(resource)) for action in listed(statement["Action"]) for resource in listed(statement["Resource"])]
    yield from sorted({f"{action} on {resource} is granted twice" for action, resource in held if held.count((action, resource)) > 1})


def check_statement(statement: Json, resources: dict[str, Json]) -> Iterator[str]:
    """An action is one action, and a resource is one of ours."""
    if statement["Effect"] != "Allow" or not {"Action", "Resource"} <= statement.keys():
        yield f"a statement is no plain grant: {json.dumps(statement)}"
        return
    actions = listed(statement["Action"])
    yield from (f"{action} is more than one action" for action in actions if "*" in action)
    for resource in map(resource_name, listed(statement["Resource"])):
        if not is_ours(resource, resources):
            yield f"{', '.join(actions)} on {resource}, which is no resource of the template, or more than one part of it"
        if "s3:ListBucket" in actions and not are_folders(listed_prefixes(statement)):
            yield f"{resource} may be listed as a whole; say which s3:prefix"


def is_ours(resource: str, resources: dict[str, Json]) -> bool:
    """Whether a name is that of a resource of the template, of a folder of the bucket, or of who sends mail."""
    name, _, part = resource.partition("/")
    if name in ("identity", "configuration-set"):
        return re.fullmatch(r"\$\{\w+\}", part) is not None
    return name in resources and (part == "" or re.fullmatch(r"[\w-]+/\*", part) is not None)


def listed_prefixes(statement: Json) -> list[str]:
    """What the keys that may be listed begin with."""
    return listed(statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix", []))


def are_folders(prefixes: list[str]) -> bool:
    """Whether these are folders of the bucket, each by its name."""
    return bool(prefixes) and all(re.fullmatch(r"[\w-]+/\*", prefix) for prefix in prefixes)


def check_boundary(_name: str, properties: Json, _resources: dict[str, Json]) -> Iterator[str]:
    """It is no grant, and may say more at a time; but everything it must not say."""
    for statement in properties["PolicyDocument"]["Statement"]:
        actions = listed(statement["Action"])
        yield from (f"{action} is more than one action" for action in actions if "*" in action)
        if "*" in listed(statement["Resource"]) and not set(actions) <= ONLY_AS_A_WHOLE:
            yield f"{', '.join(actions)} on everything"


def check_resource_policy(_name: str, properties: Json, _resources: dict[str, Json]) -> Iterator[str]:
    """Strangers are refused; services come for one of our own resources."""
    for statement in properties["PolicyDocument"]["Statement"]:
        conditions = {key.lower() for block in statement.get("Condition", {}).values() for key in block}
        if statement["Effect"] == "Allow" and not (set(statement["Principal"]) == {"Service"} and "aws:sourcearn" in conditions):
            yield f"{json.dumps(statement['Principal'])} may come for whatever it wants"


def check_permission(_name: str, properties: Json, _resources: dict[str, Json]) -> Iterator[str]:
    """Who invokes a function does so for our own API or schedule."""
    if "SourceArn" not in properties or not str(properties["Principal"]).endswith(".amazonaws.com"):
        yield f"{properties['Principal']} may invoke it for whatever it wants"


def check_table(_name: str, properties: Json, _resources: dict[str, Json]) -> Iterator[str]:
    """Encrypted, and not lost by a mistake."""
    if not properties.get("SSESpecification", {}).get("SSEEnabled"):
        yield "it is not encrypted by KMS"
    if not properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
        yield "it has no point-in-time recovery"


def check_queue(_name: str, properties: Json, _resources: dict[str, Json]) -> Iterator[str]:
    """Encrypted."""
    if not (properties.get("SqsManagedSseEnabled") or properties.get("KmsMasterKeyId")):
        yield "it is not encrypted"


def check_topic(name: str, properties: Json, _resources: dict[str, Json]) -> Iterator[str]:
    """Encrypted where that is possible."""
    if bool(properties.get("KmsMasterKeyId")) == (name in UNENCRYPTED):
        yield "it is not encrypted, or is and need not be excused any more"


def check_bucket(name: str, properties: Json, resources: dict[str, Json]) -> Iterator[str]:
    """Encrypted, closed to the public, and reached over TLS only."""
    if not properties.get("BucketEncryption"):
        yield "it is not encrypted"
    block = properties.get("PublicAccessBlockConfiguration", {})
    for setting in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"):
        if block.get(setting) is not True:
            yield f"it may be opened to the public: {setting}"
    owners = [rule["ObjectOwnership"] for rule in properties.get("OwnershipControls", {}).get("Rules", [])]
    if owners != ["BucketOwnerEnforced"]:
        yield "its objects may have access lists of their own"
    policies = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::S3::BucketPolicy"]
    if not any(policy["Bucket"] == {"Ref": name} and any(map(denies_without_tls, policy["PolicyDocument"]["Statement"])) for policy in policies):
        yield "it takes requests without TLS"


def denies_without_tls(statement: Json) -> bool:
    """Whether a statement refuses everything that comes without TLS."""
    without_tls = {"Bool": {"aws:SecureTransport": "false"}}
    return (statement["Effect"], statement["Principal"], statement["Action"], statement.get("Condition")) == ("Deny", "*", "s3:*", without_tls)


def check_log_group(_name: str, properties: Json, _resources: dict[str, Json]) -> Iterator[str]:
    """Logs end."""
    if "RetentionInDays" not in properties:
        yield "what it holds stays for ever"


CHECKS: dict[str, Callable[[str, Json, dict[str, Json]], Any]] = {
    "AWS::Lambda::Function": check_function,
    "AWS::Lambda::Permission": check_permission,
    "AWS::IAM::Role": check_role,
    "AWS::IAM::ManagedPolicy": check_boundary,
    "AWS::S3::Bucket": check_bucket,
    "AWS::S3::BucketPolicy": check_resource_policy,
    "AWS::SQS::QueuePolicy": check_resource_policy,
    "AWS::SNS::TopicPolicy": check_resource_policy,
    "AWS::DynamoDB::Table": check_table,
    "AWS::SQS::Queue": check_queue,
    "AWS::SNS::Topic": check_topic,
    "AWS::Logs::LogGroup": check_log_group,
}


def without_witness() -> Iterator[str]:
    """Grants for which witnesses.json names no test, and tests that it names for what is not granted."""
    granted, known = {(grant.function, grant.name) for grant in grants()}, witnesses()
    named = {(function, name) for function, tests in known.items() for name in tests}
    for function, name in sorted(granted - named):
        if f"{function} {name}" not in EXEMPT:
            yield f"{function}: witnesses.json names no test that misses {name}; run `make privileges FUNCTIONS={function}`"
    for function, name in sorted(named - granted):
        yield f"{function}: witnesses.json names a test for {name}, which is not granted; run `make privileges FUNCTIONS={function}`"
    for name in sorted(EXEMPT.keys() - {f"{function} {name}" for function, name in granted}):
        yield f"{name} is exempt, but not granted"


def finds(template: Json, plant: Callable[[dict[str, Json]], object]) -> bool:
    """Whether there is something more to complain about with a fault."""
    faulty = copy.deepcopy(template)
    plant(faulty["Resources"])
    return set(complaints(faulty)) > set(complaints(template))


def of_type(resources: dict[str, Json], kind: str) -> Json:
    """The properties of the first resource of a type."""
    return next(each["Properties"] for each in resources.values() if each["Type"] == kind)


def a_role(resources: dict[str, Json]) -> Json:
    """The first role of a function."""
    role: Json = next(each["Properties"] for each in resources.values() if each["Type"] == "AWS::IAM::Role" and each["Properties"].get("Policies"))
    return role


def a_statement(resources: dict[str, Json], **changes: Any) -> None:
    """Changes the first statement of a role."""
    a_role(resources)["Policies"][0]["PolicyDocument"]["Statement"][0] |= changes


def a_listing(resources: dict[str, Json]) -> None:
    """Takes the condition from whoever may list the bucket."""
    roles = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::IAM::Role"]
    statements = [one for role in roles for policy in role.get("Policies", []) for one in policy["PolicyDocument"]["Statement"]]
    del next(one for one in statements if "s3:ListBucket" in listed(one["Action"]))["Condition"]


def shared_role(resources: dict[str, Json]) -> None:
    """Two functions with one role."""
    first, second = [each["Properties"] for each in resources.values() if each["Type"] == "AWS::Lambda::Function"][:2]
    second["Role"] = first["Role"]


TABLE = {"Fn::GetAtt": ["Catalog", "Arn"]}

# Each kind of fault once: what it is, and how it comes into a template.
FAULTS: dict[str, Callable[[dict[str, Json]], object]] = {
    "an action with a wildcard": lambda resources: a_statement(resources, Action=["dynamodb:*"]),
    "everything as a resource": lambda resources: a_statement(resources, Resource="*"),
    "a resource of somebody else": lambda resources: a_statement(resources, Resource="arn:aws:s3:::other/*"),
    "the whole bucket": lambda resources: a_statement(resources, Resource={"Fn::Sub": "${Bucket.Arn}/*"}),
    "the same grant twice": lambda resources: a_statement(resources, Action=["dynamodb:GetItem"], Resource=[TABLE, TABLE]),
    "a list of the whole bucket": a_listing,
    "a role that two functions share": shared_role,
    "a policy of AWS": lambda resources: a_role(resources).update(ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
    "a gateway that may invoke everything": lambda resources: resources["GatewayInvokes1"]["Properties"]["PolicyDocument"]["Statement"][0].update(Resource="*"),
    "a gateway that others may be": lambda resources: resources[GATEWAY]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0].update(Principal="*"),
    "a bucket without TLS": lambda resources: resources.pop("BucketPolicy") and None,
    "a bucket that may be public": lambda resources: of_type(resources, "AWS::S3::Bucket").pop("PublicAccessBlockConfiguration") and None,
    "a bucket in the clear": lambda resources: of_type(resources, "AWS::S3::Bucket").pop("BucketEncryption") and None,
    "a table in the clear": lambda resources: of_type(resources, "AWS::DynamoDB::Table").pop("SSESpecification") and None,
    "a queue in the clear": lambda resources: of_type(resources, "AWS::SQS::Queue").pop("SqsManagedSseEnabled") and None,
    "logs that never end": lambda resources: of_type(resources, "AWS::Logs::LogGroup").pop("RetentionInDays") and None,
    "a function with a log group of its own": lambda resources: of_type(resources, "AWS::Lambda::Function").pop("LoggingConfig") and None,
    "an open queue": lambda resources: of_type(resources, "AWS::SQS::QueuePolicy")["PolicyDocument"]["Statement"][0].pop("Condition") and None,
    "a function that anybody may invoke": lambda resources: of_type(resources, "AWS::Lambda::Permission").pop("SourceArn") and None,
}

if __name__ == "__main__":
    sys.exit("error: run it as `python -m tests.privileges.run static target/template.json`")
