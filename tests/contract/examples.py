"""Whether the examples of the description are what its schemas say. The tests send those of requests; nobody sends those of answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]


def faults(document: Document) -> Iterator[str]:
    """A line for each example that does not fit."""
    import jsonschema_rs  # only the venv has it

    for place, schema, example in examples(document):
        # The references lead into the document, so the schema stands beside its components.
        whole = {"components": document["components"], "allOf": [schema]}
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        for error in validator.iter_errors(example):
            where = "/".join(str(part) for part in error.instance_path)
            yield f"{place}: {where or 'the whole'}: {error.message[:300]}"


def examples(document: Document) -> Iterator[tuple[str, Any, Any]]:
    """Every example with its place and its schema. XML is text here; tests/validate_xml.py is about that."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if not isinstance(operation, dict):
                continue
            place = f"{method.upper()} {path}"
            yield from of_parameters(document, place, [*item.get("parameters", []), *operation.get("parameters", [])])
            yield from of_content(document, f"{place}, request", operation.get("requestBody", {}))
            for status, response in operation["responses"].items():
                answer = resolved(document, response)
                yield from of_content(document, f"{place}, {status}", answer)
                yield from of_parameters(document, f"{place}, {status}", answer.get("headers", {}).values())


def of_parameters(document: Document, place: str, parameters: Any) -> Iterator[tuple[str, Any, Any]]:
    """Those of parameters or headers."""
    for parameter in (resolved(document, one) for one in parameters):
        if "example" in parameter:
            yield f"{place}, {parameter.get('name', 'a header')}", parameter["schema"], parameter["example"]


def of_content(document: Document, place: str, body: Document) -> Iterator[tuple[str, Any, Any]]:
    """Those of a request or an answer."""
    for media_type, content in body.get("content", {}).items():
        if media_type.endswith("xml") or "schema" not in content:
            continue
        named = [resolved(document, example)["value"] for example in content.get("examples", {}).values()]
        for example in [*named, *([content["example"]] if "example" in content else [])]:
            yield f"{place}, {media_type}", content["schema"], example


def resolved(document: Document, value: Document) -> Document:
    """What a reference inside of the document leads to."""
    found: Any = document
    if "$ref" not in value:
        return value
    for part in value["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return found  # type: ignore[no-any-return]
