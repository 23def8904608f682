"""What the programs are made of: every crate that is linked into them, as CycloneDX says it.

Crates of tests, of build scripts and of macros are none of it. Each program depends in the list on the functions that it holds, and each function on what
its own manifest names.
"""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from local.environment import ROOT, UserError

VERSION = "1.6"
TARGETS = {"x86_64": "x86_64-unknown-linux-gnu", "arm64": "aarch64-unknown-linux-gnu"}
# As `cargo tree` prints it here: depth, name, version, folder of what is ours, licence, and a mark where it was told before what is below it.
LINE = re.compile(r"(\d+)\|(\S+) v(\S+)(?: \((.*)\))?\|(.*?)(?: \(\*\))?")
LICENCES = LicenseFactory()
OURS = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]


class Crate(NamedTuple):
    """A crate of one version."""

    name: str
    version: str
    ours: bool
    licence: str


def made(programs: list[str], arch: str) -> tuple[str, int]:
    """The list, and how many components there are in it besides the programs."""
    tree = dependencies(programs, arch)
    checksums = {(each["name"], each["version"]): each.get("checksum") for each in tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]}
    toolchain = tomllib.loads((ROOT / "rust-toolchain.toml").read_text())["toolchain"]["channel"]
    components = {crate: component(crate, programs, checksums.get((crate.name, crate.version))) for crate in tree}
    # What no crate says: Rust's own library, and the typefaces.
    std = Component(type=ComponentType.LIBRARY, name="rust-std", version=toolchain, bom_ref=f"rust-std@{toolchain}", licenses=licences("MIT OR Apache-2.0"))
    typefaces = fonts()
    bom = Bom(components=[*components.values(), std, *typefaces])
    root = Component(type=ComponentType.APPLICATION, name="imprint", version=OURS["version"], bom_ref="imprint", licenses=licences(OURS["license"]))
    bom.metadata.component = root
    bom.register_dependency(root, [components[crate] for crate in tree if crate.name in programs])
    for crate, below in tree.items():
        beside = [std] * (crate.name in programs) + typefaces * (crate.name == "render" and crate.ours)
        bom.register_dependency(components[crate], [*(components[each] for each in below), *beside])
    return valid(bom), len(components) - len(programs) + 1 + len(typefaces)


def dependencies(programs: list[str], arch: str) -> dict[Crate, set[Crate]]:
    """The crates that are linked into these programs, each with those that it uses itself."""
    packages = [word for name in programs for word in ("--package", name)]
    command = ["cargo", "tree", "--locked", *packages, "--edges", "no-dev,no-build,no-proc-macro", "--target", TARGETS[arch]]
    ran = subprocess.run([*command, "--prefix", "depth", "--format", "|{p}|{l}"], cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise UserError(f"cargo does not tell what the programs are made of: {ran.stderr.strip()[-400:]}")
    found: dict[Crate, set[Crate]] = {}
    above: list[Crate] = []
    for line in filter(None, ran.stdout.splitlines()):
        match = LINE.fullmatch(line)
        if match is None:
            raise UserError(f"cargo tree says what nobody understands here: {line}")
        depth, name, version, folder, licence = match.groups()
        if folder is not None:
            # Of a function's manifest neither is said: they are those of the whole.
            version, licence = OURS["version"], OURS["license"]
        # Of old crates the licence is written with a slash.
        crate = Crate(name, version, folder is not None, licence.replace("/", " OR "))
        above[int(depth):] = [crate]
        found.setdefault(crate, set())
        if int(depth):
            found[above[int(depth) - 1]].add(crate)
    return found


def component(crate: Crate, programs: Iterable[str], checksum: str | None) -> Component:
    """A crate, or a program, as a component."""
    return Component(
        type=ComponentType.APPLICATION if crate.name in programs else ComponentType.LIBRARY,
        name=crate.name,
        version=crate.version,
        bom_ref=f"{crate.name}@{crate.version}",
        purl=None if crate.ours else PackageURL("cargo", None, crate.name, crate.version),
        licenses=licences(crate.licence),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=checksum)] if checksum else [],
    )


def fonts() -> list[Component]:
    """The typefaces: those in the program, and the files of the layer."""
    folder = ROOT / "shared" / "render" / "fonts"
    known, index = json.loads((folder / "licences.json").read_text()), json.loads((folder / "index.json").read_text())
    found: dict[str, Component] = {}
    for each in [*index["bundled"], *index["layer"]]:
        # A family in the program, a file in the layer.
        name = each.get("file") or each["family"]
        hashes = [HashType(alg=HashAlgorithm.SHA_256, content=each["sha256"])] if "sha256" in each else []
        found[name] = Component(type=ComponentType.DATA, name=name, bom_ref=name, licenses=licences(known[each["family"]]), hashes=hashes)
    return list(found.values())


def licences(expression: str) -> list[Any]:
    """A licence as CycloneDX has it; a crate without one has none here."""
    return [LICENCES.make_from_string(expression)] if expression else []


def valid(bom: Bom) -> str:
    """The list as text, which fits the schema. The same sources give the same text: its time is that of the commit, its number comes from its content."""
    shown = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    bom.metadata.timestamp = datetime.fromtimestamp(int(shown or 0), UTC)
    bom.serial_number = uuid.UUID(int=0)
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, JsonV1Dot6(bom).output_as_string())
    text = JsonV1Dot6(bom).output_as_string(indent=2)
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise UserError(f"the list of components does not fit CycloneDX {VERSION}: {str(error)[:400]}")
    return text + "\n"
