"""What is changed of Schemathesis' run: the examples name things that are there, every form of Huddle's answers is asked for, XML is checked too,
and the differences below are no failures.
"""

from __future__ import annotations

import copy
import html
import itertools
import os
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import schemathesis
import xmlschema
from schemathesis.core import NOT_SET

TESTS = Path(__file__).resolve().parent.parent
METHODS = ("get", "put", "post", "delete", "head", "patch")
CONFIG = tomllib.loads(Path(os.environ["CONTRACT_CONFIG"]).read_text())
XSD = xmlschema.XMLSchema(TESTS / "src" / "huddle.xsd")
# They accept a file in the body, or the name of one that was uploaded.
FILES = ("native-put-asset", "native-put-font")
# What clients of Huddle's dialect ask for, one after the other.
FORMS = ("application/xml", "application/json", "text/html,*/*;q=0.1", "application/vnd.huddle.data+xml;q=0.5, application/vnd.huddle.data+json")


# ---- The examples of the description name what it takes for an example; here they name what things.py made. ----


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Puts the first thing of each dictionary in the place of the examples of the parameters and bodies that it is bound to."""
    for item in raw_schema["paths"].values():
        for method in METHODS:
            if operation := item.get(method):
                name_parameters(raw_schema, item, operation)
                name_body(raw_schema, operation)


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Leaves out requests that bring a file and name an upload: no schema says that a file comes once. They are tested end to end."""
    both = "tempDataId" in (case.query or {}) and case.body is not NOT_SET
    return not (both and case.operation.definition.raw["operationId"] in FILES)


def name_parameters(document: dict[str, Any], item: dict[str, Any], operation: dict[str, Any]) -> None:
    """The parameters of an operation, those of its path included, with their examples."""
    shared = [resolved(document, one) for one in item.get("parameters", [])]
    own = [resolved(document, one) for one in operation.get("parameters", [])]
    parameters = [copy.deepcopy(one) for one in {(one["name"], one["in"]): one for one in shared + own}.values()]
    for parameter in parameters:
        thing = first_thing(operation["operationId"], f"{parameter['in']}.{parameter['name']}")
        if thing is not None:
            parameter["example"] = thing
    operation["parameters"] = parameters


def name_body(document: dict[str, Any], operation: dict[str, Any]) -> None:
    """The examples of an operation's body."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["examples"] = {name: copy.deepcopy(one) for name, one in body_examples(document, content)}
        content.pop("example", None)
        for example in content["examples"].values():
            for field in example["value"] if isinstance(example["value"], dict) else ():
                thing = first_thing(operation["operationId"], f"body.{field}")
                if thing is not None:
                    example["value"][field] = thing
        if not content["examples"]:
            del content["examples"]


def body_examples(document: dict[str, Any], content: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """All examples of a body, by name."""
    if "example" in content:
        yield "only", {"value": content["example"]}
    for name, example in content.get("examples", {}).items():
        yield name, resolved(document, example)


def first_thing(operation_id: str, parameter: str) -> Any:
    """The first of the things that a parameter is bound to, or None."""
    own = (one["parameters"] for one in CONFIG["operations"] if operation_id in ids_of(one) and "parameters" in one)
    for bindings in (*own, CONFIG["parameters"]):
        if parameter in bindings:
            return CONFIG["dictionaries"][bindings[parameter]["dictionary"]]["values"][0]
    return None


def ids_of(entry: dict[str, Any]) -> list[str]:
    """The operations that an entry of the configuration is about."""
    ids = entry.get("include-operation-id", [])
    return [ids] if isinstance(ids, str) else ids


def resolved(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """What a reference inside of the document leads to."""
    if "$ref" not in value:
        return value
    for part in value["$ref"].removeprefix("#/").split("/"):
        document = document[part]
    return document


# ---- Every form. ----

_turns: defaultdict[tuple[str, str], Iterator[str]] = defaultdict(lambda: itertools.cycle(FORMS))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Asks for the forms of Huddle's answers in turn."""
    if case.path.startswith(("/files/", "/publishing/", "/ws/")) and not any(name.lower() == "accept" for name in case.headers or {}):
        case.headers["Accept"] = next(_turns[case.operation.label, case.method])


# ---- What is checked besides. ----


@schemathesis.check
def xml_is_as_its_schema_says(ctx: Any, response: Any, case: Any) -> None:
    """Whether an answer in XML is valid."""
    media_type = response.headers.get("content-type", [""])[0].split(";")[0]
    if case.path.startswith(("/files/", "/publishing/")) and media_type.endswith("xml") and response.content:
        fault = next(XSD.iter_errors(ElementTree.fromstring(response.content)), None)
        assert fault is None, f"{fault.path}: {fault.reason}"


@schemathesis.check
def an_unknown_method_is_nobodys(ctx: Any, response: Any, case: Any) -> None:
    """Whether a method that the description does not know is refused: by 404 in the form of its path, as any address that nobody serves."""
    if response.request.method not in {method.upper() for method in case.operation.schema[case.operation.path]}:
        assert response.status_code in (401, 404, 405), f"{response.request.method} answered {response.status_code}"


# ---- What is no failure. ----


class Difference(NamedTuple):
    """Failures that are none: of which kind, of which operations, what the answer says, and why."""

    kind: str
    operations: str
    says: str
    reason: str


REFUSED, TAKEN, STAYED = "RejectedPositiveData", "AcceptedNegativeData", "UseAfterFree"
MAKES = "native-(create|update)-report"
RENDERS = "cxreports-(get-pdf|get-pdf-post|list-pages|start-export|view-preview)"
LEAVES = "cxreports-create-temporary-data|native-create-data-upload"
LISTS = "informer-list-reports|cxreports-list-reports|native-list-access-tokens|huddle-list-(company|workspace)-documents"
IN_A_TREE = f"{MAKES}|exago-.*|native-put-folder-access"
RENDITION_FIELDS = r"(params|params\.[^:]*|data|timezone|lang|excludePages|tempDataId|format): "

# The only place where they stand. Whatever else is told, is a failure.
DIFFERENCES = [
    Difference(REFUSED, MAKES, r"(replyTo|recipients): ", "no schema says what a list of mail addresses is"),
    Difference(REFUSED, MAKES, r"timeZone: ", "no schema knows the IANA's names of time zones"),
    Difference(REFUSED, MAKES, r"(subject|message|definition[^:]*): ", "no schema knows what a template or a table's columns may say"),
    Difference(REFUSED, IN_A_TREE, r"(folder|path|name|OldName|NewName|ReportPath|slug): ", "a limit a name between slashes, after NFC"),
    Difference(REFUSED, RENDERS, r"(theme|template): the workspace has no ", "what a workspace has is no matter of form"),
    Difference(REFUSED, "native-put-theme", r"is hard to see on the ", "no schema knows the contrast of two colours"),
    Difference(REFUSED, RENDERS, RENDITION_FIELDS, "texts that hold JSON, names of places, tags of languages, lists of pages"),
    Difference(REFUSED, "cxreports-list-reports", r"type: the workspace has no ", "what a workspace has is no matter of form"),
    Difference(REFUSED, "native-put-(asset|font)", r"(tempDataId: |The body is empty)", "whether the file is there, and only once"),
    Difference(REFUSED, LEAVES, r"expiryDate: ", "a time within 30 days, in more forms than a schema has"),
    Difference(REFUSED, "informer-create-token|native-create-access-token", r"expiresAt: ", "whether a time is past, no schema says"),
    Difference(REFUSED, "native-create-access-token", r"workspaces", "whether there are such workspaces"),
    Difference(REFUSED, "grafana-send-report(-base)?", r"(emails|useEmailsFromReport|id): ", "addresses, and whether the report has any"),
    Difference(REFUSED, "informer-publish-report", r"progress: ", "a name that has the form of the service's own ids"),
    Difference(REFUSED, "exago-(execute-report|rename-folder)", r"The body is not what this call takes", "JSON as text, under the content type of a form"),
    Difference(REFUSED, ".*", r"floating point `-?\d+\.0`", "1.0 is a whole number for JSON Schema, and none where it is sent"),
    Difference(REFUSED, LISTS, "cursor: take it from the page before", "a cursor is one that the page before gave"),
    Difference(REFUSED, "informer-list-reports", "prefix: a list of names that begin so", "which order goes with a prefix, no schema says"),
    Difference(TAKEN, "native-check-report", r'"ok":false', "a check answers with what is wrong, and 200"),
    Difference(TAKEN, "cxreports-view-preview", r"^$", "a nonce leaves the address before anything else is looked at: 303"),
    Difference(STAYED, "huddle-list-publications", r"NotPublished", "an unpublish ends what is public; its history stays"),
]


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Drops the failures that are none."""
    kind, name = type(failure).__name__, case.operation.definition.raw["operationId"]
    said = html.unescape(response.content.decode(errors="replace"))
    return not any(
        kind == difference.kind and re.fullmatch(difference.operations, name) and re.search(difference.says, said) for difference in DIFFERENCES
    )
