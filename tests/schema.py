#!/usr/bin/env python3
"""Whether openapi.yaml, whose schema of a definition is also served to editors, takes the definitions of tests/definitions.json as the code does.

The code's side is tests/tests/drift/schema.rs. Run by `make lint`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

TESTS = Path(__file__).resolve().parent


def main() -> int:
    """Prints what is taken or refused by mistake."""
    described = yaml.safe_load((TESTS.parent / "openapi.yaml").read_text())
    schema = {"$ref": "#/components/schemas/Definition", "components": {"schemas": described["components"]["schemas"]}}
    validator = Draft202012Validator(schema)
    table = json.loads((TESTS / "definitions.json").read_text())
    faults = [f"openapi.yaml refuses {row['what']}" for row in table["sound"] if not validator.is_valid(row["definition"])]
    faults += [f"openapi.yaml takes {row['what']}" for row in table["wrong"] if validator.is_valid(row["definition"])]
    print("\n".join(faults), end="\n" if faults else "")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
