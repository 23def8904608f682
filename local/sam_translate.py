"""`sam_translate.py TEMPLATE > translated.json`: the SAM transform, offline, so that cfn-lint sees what Globals and Events become."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

# The transform asks for a region; none is called.
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

# The property that names the folder of a resource.
FOLDERS = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}


class NoManagedPolicies:
    """Stands in for the list of AWS's managed policies, which would have to be fetched; policies are named by ARN or written out."""

    def load(self) -> dict[str, str]:
        """No names."""
        return {}


def translated(source: str) -> dict[str, Any]:
    """The template as CloudFormation sees it; local folders are legal for `sam package` only, so each is replaced."""
    template = yaml_parse(source)
    for resource in template["Resources"].values():
        if resource["Type"] in FOLDERS:
            resource["Properties"][FOLDERS[resource["Type"]]] = "s3://bucket/key"
            resource.pop("Metadata", None)
    result: dict[str, Any] = transform(template, {}, NoManagedPolicies())
    return result


def main() -> int:
    """Translates the file named on the command line; 2 when the template is invalid."""
    try:
        json.dump(translated(Path(sys.argv[1]).read_text(encoding="utf-8")), sys.stdout, indent=1)
    except InvalidDocumentException as error:
        for cause in error.causes:
            print(f"{sys.argv[1]}: {cause.message}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
