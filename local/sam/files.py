"""What SAM is given: `template.yaml` with the binaries of this machine, and the variables of each function."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import shutil
from pathlib import Path
from typing import Any

from local import deployment
from local.environment import REGION, UserError
from local.sam.backing import Services

Json = dict[str, Any]

PSEUDO_PARAMETERS = {"AWS::StackName": deployment.STACK_NAME, "AWS::Region": REGION, "AWS::AccountId": "000000000000", "AWS::Partition": "aws"}


def write_template(folder: Path, template: Json, services: Services, binaries: Path) -> Path:
    """The template with each `CodeUri` in the folder. In JSON, which SAM reads in a tenth of the time that YAML takes it."""
    local = copy.deepcopy(template)
    local["Resources"].pop("Fonts", None)
    programs = deployment.programs(template)
    for logical_id, name in deployment.functions(template).items():
        local["Resources"][logical_id]["Properties"]["CodeUri"] = str(code(folder / "functions" / name, binaries / programs[logical_id]))
        # SAM would build an image of its own for a layer; without it, reports in other scripts show boxes and say so.
        local["Resources"][logical_id]["Properties"].pop("Layers", None)
        # SAM removes a container when the function's time is over, also under a debugger.
        if limit := os.environ.get("IMPRINT_SAM_TIMEOUT"):
            local["Resources"][logical_id]["Properties"]["Timeout"] = int(limit)
    # SAM takes parameters on its command line only; as defaults they hold for whoever uses the file. Secrets are no defaults: see `variables`.
    for name in ("Architecture", "PublicUrl"):
        local["Parameters"][name]["Default"] = services.parameters[name]
    # Only variables that are declared reach a container, and no template for AWS declares this one.
    local["Globals"]["Function"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = ""
    file = folder / "template.json"
    file.write_text(json.dumps(local))
    return file


def code(task: Path, built: Path) -> Path:
    """The folder that a container mounts as /var/task: `bootstrap` is the built program itself, by a hard link, or a copy on another disk."""
    if not built.is_file():
        raise UserError(f"{built.parent} lacks {built.name}: build it by `cargo build --profile local --workspace --bins`.")
    task.mkdir(parents=True, exist_ok=True)
    bootstrap = task / "bootstrap"
    if bootstrap.exists() and bootstrap.samefile(built):
        return task
    bootstrap.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        os.link(built, bootstrap)
        return task
    shutil.copy2(built, bootstrap)
    return task


def write_variables(folder: Path, template: Json, services: Services, endpoint: str) -> Path:
    """The file for `--env-vars`. It holds the key of the public links, hence its mode."""
    file = folder / "env.json"
    file.touch(0o600)
    file.chmod(0o600)
    file.write_text(json.dumps(variables(template, services, endpoint), indent=1))
    return file


def variables(template: Json, services: Services, endpoint: str) -> dict[str, dict[str, str]]:
    """The variables of each function: SAM itself knows what a `!Ref` of a parameter stands for, but not that of a table or a queue."""
    common = template["Globals"]["Function"]["Environment"]["Variables"]
    found = {}
    for logical_id in deployment.functions(template):
        declared = common | template["Resources"][logical_id]["Properties"].get("Environment", {}).get("Variables", {})
        found[logical_id] = {name: resolved(value, services, f"{logical_id}: {name}") for name, value in declared.items()}
        found[logical_id]["AWS_ENDPOINT_URL"] = endpoint
    return found


def resolved(value: Any, services: Services, where: str) -> str:
    """A variable's value; of the functions of CloudFormation only `!Ref` is used for one."""
    if not isinstance(value, dict):
        return str(value)
    known = PSEUDO_PARAMETERS | services.names | services.parameters
    if list(value) != ["Ref"] or value["Ref"] not in known:
        raise UserError(f"{where} is {json.dumps(value)}, which sam local cannot resolve: see local/sam/files.py.")
    return known[value["Ref"]]
