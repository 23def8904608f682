"""Validates the XML document on stdin against tests/src/huddle.xsd: `python -m tests.validate_xml < document.xml`.

Ends with 0 when the document is valid, with 1 and one line a fault otherwise.
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

NAMESPACE = "{http://schema.huddle.net/2011/02/}"
TESTS = Path(__file__).resolve().parent


def faults(document: bytes) -> list[str]:
    """What is wrong with the document, and where."""
    import xmlschema  # only the venv has it

    schema = xmlschema.XMLSchema(TESTS / "src" / "huddle.xsd")
    try:
        root = ElementTree.fromstring(document)
    except ElementTree.ParseError as error:
        return [f"no XML: {error}"]
    return [told(error.path, error.reason, error.elem) for error in schema.iter_errors(root)]


def told(path: str | None, reason: str | None, element: ElementTree.Element | None) -> str:
    """One fault: where, why, and the text that stands there."""
    text = "" if element is None or len(element) else (element.text or "").strip()
    words = f"{path}: {reason}" + (f" ({text!r})" if text else "")
    return words.replace(NAMESPACE, "")


def main() -> int:
    """Tells every fault."""
    found = faults(sys.stdin.buffer.read())
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
