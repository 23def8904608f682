"""template.yaml: the fixed part in assembly/template.yaml, and what follows from the functions, as text, so that comments stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from .functions import ROOT, Consumed, FragmentError, Function, Names
from .programs import RENDERING

# What a function that renders has: a whole processor, and the time that API Gateway waits.
RENDERER = {"memory": 1769, "timeout": 29, "RENDER_SECONDS": "25"}
# A managed policy has 6,144 characters at most, and a function's address some 120.
INVOKED_BY_ONE_POLICY = 45
WIDTH = 150
WRITTEN_BY = "# Written by `make assemble` from functions/*/function.yaml and assembly/. Change those, not this file.\n"


def assembled(functions: list[Function], names: Names) -> str:
    """The text of template.yaml."""
    parts = {
        "boundary": boundary(functions, names),
        "throttles": throttles(functions, names),
        "routes": routes(functions),
        "gateway": gateway(functions),
        "messages": "\n\n".join(messages(one, one.consumes, names) for one in functions if one.consumes),
        "functions": "\n\n".join(resource(one, names) for one in functions),
    }
    _, _, text = (ROOT / "assembly" / "template.yaml").read_text(encoding="utf-8").partition("\n")
    for name, part in parts.items():
        mark = f"# <{name}>"
        found = [line for line in text.splitlines() if line.strip() == mark]
        if len(found) != 1:
            raise FragmentError(f"assembly/template.yaml: `{mark}` must stand there once")
        text = text.replace(found[0], indented(part, len(found[0]) - len(mark)))
    return WRITTEN_BY + text


def indented(text: str, by: int) -> str:
    """Text further to the right."""
    return "\n".join(" " * by + line if line else line for line in text.splitlines())


def flow(items: Iterable[str]) -> str:
    """A list on one line."""
    return f"[{', '.join(items)}]"


def listing(key: str, items: list[str]) -> str:
    """A list under a key: on one line where there is room."""
    line = f"{key}: {flow(items)}"
    return line if len(line) < WIDTH else f"{key}:\n" + "\n".join(f"  - {item}" for item in items)


# ---- Functions. ----


def resource(function: Function, names: Names) -> str:
    """The resource of a function."""
    properties = [f"Description: {function.description}", f"Handler: {function.name}", f"CodeUri: target/lambda/{function.program}/"]
    renders = function.program == RENDERING
    memory = function.memory or (RENDERER["memory"] if renders else None)
    timeout = function.timeout or (RENDERER["timeout"] if renders else None)
    if renders:
        properties.append("Layers: [!Ref Fonts]")
    if memory:
        properties.append(f"MemorySize: {memory}")
    if timeout:
        properties.append(f"Timeout: {timeout if isinstance(timeout, int) else f'!Ref {timeout}'}")
    if function.concurrency:
        properties.append(f'ReservedConcurrentExecutions: !If [Has{function.concurrency}, !Ref {function.concurrency}, !Ref "AWS::NoValue"]')
    if given := variables(function, names):
        properties.append("Environment:\n  Variables:\n" + "\n".join(f"    {name}: {value}" for name, value in given.items()))
    if granted := statements(function, names):
        properties.append("Policies:\n  - Statement:\n" + indented("\n".join(granted), 6))
    if function.schedule:
        properties.append(f"Events:\n  Schedule: {{ Type: Schedule, Properties: {{ Schedule: !Ref {function.schedule} }} }}")
    head = "Type: AWS::Serverless::Function\nMetadata: { SkipBuild: true }\nProperties:\n"
    return f"{function.logical_id}:\n" + indented(head + indented("\n".join(properties), 2), 2)


def variables(function: Function, names: Names) -> dict[str, str]:
    """The variables of a function and their values: those that follow from its rights first."""
    given: dict[str, str] = {}
    if function.consumes:
        queue = names.queues[function.consumes.queue]
        if queue.get("delays"):
            given |= {"QUEUE_URL": f"!Ref {queue['resource']}", "RETRY_SECONDS": f"!Ref {names.variables['RETRY_SECONDS']}"}
    for target in function.may:
        described = names.tables.get(target) or names.queues.get(target) or {}
        if name := described.get("variable"):
            given[name] = f"!Ref {described['resource']}"
        if target in names.objects:
            given["BUCKET"] = "!Ref Bucket"
        if target == "mail":
            given |= {name: f"!Ref {value}" for name, value in names.variables.items() if name.startswith("MAIL_")}
    if function.program == RENDERING:
        given |= {"RENDER_SECONDS": f'"{RENDERER["RENDER_SECONDS"]}"', "RENDER_MEMORY_MB": f"!Ref {names.variables['RENDER_MEMORY_MB']}"}
    return given | {name: f"!Ref {names.variables[name]}" if value is None else f'"{value}"' for name, value in function.variables.items()}


def statements(function: Function, names: Names) -> list[str]:
    """What the role of a function allows, statement by statement."""
    made = [statement(actions, address(target, names)) for target, actions in rights(function, names) if actions]
    listed = [target for target, verbs in function.may.items() if target in names.objects and "list" in verbs]
    if listed:
        prefixes = ", ".join(f"{target}/*" for target in listed)
        made.append(statement(["s3:ListBucket"], "!GetAtt Bucket.Arn") + f"\n  Condition: {{ StringLike: {{ s3:prefix: [{prefixes}] }} }}")
    return [*made, MAIL] if "mail" in function.may else made


def rights(function: Function, names: Names) -> list[tuple[str, list[str]]]:
    """The actions of a function on each thing, those on the queue that it consumes included; a list of a bucket is not among them."""
    held = [(target, actions_of(names.verbs[kind], verbs)) for target, verbs in function.may.items() if (kind := names.kind(target))]
    if function.consumes:
        verbs = ["receive", "delete", "attributes", *(["delay"] if names.queues[function.consumes.queue].get("delays") else [])]
        held.append((function.consumes.queue, actions_of(names.verbs["queue"], verbs)))
    return held


def actions_of(known: dict[str, list[str]], verbs: list[str]) -> list[str]:
    """The actions that verbs stand for, each once. To list a bucket is a statement of its own."""
    return list(dict.fromkeys(action for verb in verbs for action in known[verb] if action != "s3:ListBucket"))


def statement(actions: list[str], where: str) -> str:
    """One statement."""
    return f"- Effect: Allow\n{indented(listing('Action', actions), 2)}\n  Resource: {where}"


def address(target: str, names: Names) -> str:
    """The resource of a statement."""
    if target in names.objects:
        return f'!Sub "${{Bucket.Arn}}/{target}/*"'
    return f"!GetAtt {(names.tables.get(target) or names.queues[target])['resource']}.Arn"


# What `mail: [send]` stands for.
MAIL = """- Effect: Allow
  Action: [ses:SendRawEmail]
  Resource:
    - !Sub "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${MailSender}"
    - !Sub "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:configuration-set/${MailConfigurationSet}"
# SES asks for the domain instead where that is the identity that is verified.
- Effect: Allow
  Action: [ses:SendRawEmail]
  Resource: !Sub
    - "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${Domain}"
    # The second sign is for an empty sender, which has no second part.
    - { Domain: !Select [1, !Split ["@", !Sub "${MailSender}@"]] }
  Condition: { StringEquals: { ses:FromAddress: !Ref MailSender } }"""


def boundary(functions: list[Function], names: Names) -> str:
    """What any function may do at most with tables, objects and queues: what some function does."""
    held: dict[str, set[str]] = defaultdict(set)
    for function in functions:
        for target, actions in rights(function, names):
            held[target].update(actions)
    tables = sorted({action for target in names.tables for action in held[target]})
    objects = sorted({action for target in names.objects for action in held[target]})
    queues = sorted({action for target in names.queues for action in held[target]})
    consumed = [f"!GetAtt {queue['resource']}.Arn" for name, queue in names.queues.items() if held[name]]
    return "\n".join((
        statement(tables, flow(address(target, names) for target in names.tables)),
        statement(objects, '!Sub "${Bucket.Arn}/*"'),
        statement(["s3:ListBucket"], "!GetAtt Bucket.Arn"),
        f"- Effect: Allow\n{indented(listing('Action', queues), 2)}\n{indented(listing('Resource', consumed), 2)}",
    ))


# ---- The way in: routes, rates, and the role by which the gateway invokes. ----


def every_route(functions: list[Function]) -> dict[str, dict[str, Function]]:
    """The methods of each path, and the function behind each: HEAD stands wherever GET does."""
    found: dict[str, dict[str, Function]] = defaultdict(dict)
    for function in functions:
        for route in function.routes:
            method, _, path = route.rpartition(" ")
            for one in ("get", "head") if method == "GET" else (method.lower(),):
                if other := found[path].get(one):
                    raise FragmentError(f"functions/{function.name}/function.yaml: {route} is a route of {other.name}")
                found[path][one] = function
    return found


def routes(functions: list[Function]) -> str:
    """The paths of the API's definition."""
    lines = []
    for path, methods in sorted(every_route(functions).items(), key=lambda one: (not one[0].startswith("/"), one[0])):
        lines.append(f"{path}:")
        for method, function in methods.items():
            default = ', isDefaultRoute: true' if path == "$default" else ""
            lines.append(f"  {method or 'x-amazon-apigateway-any-method'}: {{ {integration(function)}{default} }}")
    return "\n".join(lines)


def integration(function: Function) -> str:
    """How the gateway calls a function."""
    uri = f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{function.logical_id}.Arn}}/invocations"
    call = f'type: aws_proxy, httpMethod: POST, payloadFormatVersion: "2.0", credentials: !GetAtt Gateway.Arn, uri: !Sub "{uri}"'
    return f"x-amazon-apigateway-integration: {{ {call} }}, responses: {{}}"


def throttles(functions: list[Function], names: Names) -> str:
    """The routes that let less through than the others."""
    lines = []
    for function in functions:
        if function.throttle:
            rates = names.throttles[function.throttle]
            for route in function.routes:
                lines.append(f'"{route}": {{ ThrottlingRateLimit: {rates["rate"]}, ThrottlingBurstLimit: {rates["burst"]} }}')
    return "\n".join(sorted(lines))


def gateway(functions: list[Function]) -> str:
    """The role by which the gateway invokes, which may invoke those with a route and no other."""
    invoked = [f"!GetAtt {function.logical_id}.Arn" for function in functions if function.routes]
    parts = [invoked[at : at + INVOKED_BY_ONE_POLICY] for at in range(0, len(invoked), INVOKED_BY_ONE_POLICY)]
    policies = [f"GatewayInvokes{number}" for number in range(1, len(parts) + 1)]
    role = "\n".join((
        "Gateway:",
        "  Type: AWS::IAM::Role",
        "  Properties:",
        "    Description: By which the API invokes its functions, instead of a permission for each route.",
        "    AssumeRolePolicyDocument:",
        '      Version: "2012-10-17"',
        "      Statement:",
        "        - Effect: Allow",
        "          Principal: { Service: apigateway.amazonaws.com }",
        "          Action: sts:AssumeRole",
        f"    ManagedPolicyArns: {flow(f'!Ref {policy}' for policy in policies)}",
    ))
    return "\n\n".join([role, *(invokes(policy, part) for policy, part in zip(policies, parts, strict=True))])


def invokes(name: str, functions: list[str]) -> str:
    """A policy that lets its holder invoke functions."""
    return "\n".join((
        f"{name}:",
        "  Type: AWS::IAM::ManagedPolicy",
        "  Properties:",
        "    PolicyDocument:",
        '      Version: "2012-10-17"',
        "      Statement:",
        "        - Effect: Allow",
        "          Action: lambda:InvokeFunction",
        "          Resource:",
        *(f"            - {function}" for function in functions),
    ))


def messages(function: Function, consumed: Consumed, names: Names) -> str:
    """What hands a queue's messages to a function."""
    lines = [
        f"EventSourceArn: !GetAtt {names.queues[consumed.queue]['resource']}.Arn",
        f"FunctionName: !Ref {function.logical_id}",
        f"BatchSize: {consumed.batch}",
        "FunctionResponseTypes: [ReportBatchItemFailures]",
    ]
    if consumed.concurrency:
        lines.append(f"ScalingConfig: {{ MaximumConcurrency: !Ref {consumed.concurrency} }}")
    return f"{function.logical_id}Messages:\n  Type: AWS::Lambda::EventSourceMapping\n  Properties:\n" + indented("\n".join(lines), 4)
