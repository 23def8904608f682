"""What goes to AWS: `python -m local.package check | sbom`. `make package` calls it.

`check` looks at every program that the template names, as a file: made for the right processor, in need of no more than Amazon Linux 2023 has, within
Lambda's sizes. Those for this machine's own processor are started as well, as each function that they hold. `sbom` writes what they are made of: see sbom.py.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
import sys
import zipfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from local import cold_start, deployment, sbom
from local.environment import ROOT, UserError, told

# Amazon Linux 2023, which `provided.al2023` is made of.
GLIBC = (2, 34)
# Of glibc, and libgcc_s, with which Rust unwinds: the image has both.
LIBRARIES = ("libc.so.6", "libm.so.6", "libgcc_s.so.1", "libdl.so.2", "libpthread.so.0", "librt.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1")
MACHINES = {"EM_X86_64": "x86_64", "EM_AARCH64": "arm64"}
CARGO = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
NATIVE = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
MB = 10**6
# Lambda takes 50 MB of a zip in an upload, and 250 MB unpacked (of 2**20 bytes).
ZIP_LIMIT, LIMIT = 50 * 2**20 / MB, 250 * 2**20 / MB


@dataclass(frozen=True)
class Binary:
    """What a program's file says about itself."""

    name: str
    file: Path
    machine: str
    glibc: tuple[int, ...]
    libraries: tuple[str, ...]
    size: float
    # As SAM packs it; None where nobody uploads it.
    packed: float | None
    # The folders of this machine that are named in it: elsewhere the same sources would give another file.
    places: tuple[str, ...]

    def faults(self, arch: str, glibc: tuple[int, ...]) -> Iterable[str]:
        """Why Lambda would not take it, or could not start it."""
        if not os.access(self.file, os.X_OK):
            yield "is not executable"
        if self.machine != arch:
            yield f"is made for {self.machine}, not for {arch}"
        if self.glibc > glibc:
            yield f"needs glibc {dotted(self.glibc)}, and where it will run there is {dotted(glibc)}"
        if foreign := [library for library in self.libraries if library not in LIBRARIES]:
            yield f"needs {', '.join(foreign)}, which Amazon Linux 2023 lacks"
        if self.packed is not None and self.places:
            yield f"names {' and '.join(self.places)}: built elsewhere it would be another file"
        if self.size > LIMIT or (self.packed or 0) > ZIP_LIMIT:
            yield f"has {self.size:.0f} MB, {self.packed or 0:.0f} packed; Lambda takes {LIMIT:.0f}, {ZIP_LIMIT:.0f} packed"


def main() -> int:
    """Parses the command line and runs the command."""
    parser = argparse.ArgumentParser(prog="local.package", description="What goes to AWS: whether it will run there, and what is in it.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check_parser = commands.add_parser("check", help="look at the programs, and start every function that runs here")
    check_parser.add_argument("folder", type=Path, help="target/lambda, or target/local")
    check_parser.add_argument("--profile", choices=("deploy", "local"), default="deploy", help="local: nothing is packed")
    check_parser.add_argument("--arch", choices=tuple(MACHINES.values()), default=NATIVE)
    check_parser.add_argument("--rounds", type=int, default=3, help="how often each is started; 0: not at all")
    check_parser.set_defaults(command=check)
    sbom_parser = commands.add_parser("sbom", help="write the list of what the programs are made of (CycloneDX)")
    sbom_parser.add_argument("file", type=Path)
    sbom_parser.add_argument("--arch", choices=tuple(MACHINES.values()), default=NATIVE)
    sbom_parser.set_defaults(command=write_sbom)
    arguments = parser.parse_args()
    return told(lambda: arguments.command(arguments))


def check(arguments: argparse.Namespace) -> int:
    """Prints a line for each program and for each function, and then what is wrong."""
    template = deployment.read_template(ROOT / "template.yaml")
    names = deployment.program_names(template)
    files = [file_of(arguments.folder, name) for name in names]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        binaries = list(pool.map(lambda name, file: read(name, file, arguments.profile == "deploy"), names, files))
    starts = cold_start.measured(template, startable(template, binaries), arguments.rounds)
    print(table(binaries), *([started(starts)] if starts else []), sep="\n\n")
    glibc = GLIBC if arguments.profile == "deploy" else version(platform.libc_ver()[1])
    faults = [f"{each.name} {fault}" for each in binaries for fault in each.faults(arguments.arch, glibc)]
    faults += [f"{name} {start.fault}" for name, start in starts.items() if start.fault]
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    print(summary(binaries, starts, arguments.arch))
    if not faults and (newer := sum(each.glibc > GLIBC for each in binaries)):
        print(f"{newer} of them run on this machine, but not on Amazon Linux 2023 (glibc {dotted(GLIBC)}); those of `make package` do.")
    return 1 if faults else 0


def write_sbom(arguments: argparse.Namespace) -> int:
    """Writes the list, once it is valid."""
    names = deployment.program_names(deployment.read_template(ROOT / "template.yaml"))
    text, count = sbom.made(names, arguments.arch)
    arguments.file.parent.mkdir(parents=True, exist_ok=True)
    arguments.file.write_text(text)
    print(f"{arguments.file}: {' and '.join(names)} for {arguments.arch}, made of {count} components (CycloneDX {sbom.VERSION}, valid).")
    return 0


def startable(template: dict[str, Any], binaries: list[Binary]) -> dict[str, Path]:
    """The file of each function that this machine can run."""
    files = {each.name: each.file for each in binaries if each.machine == NATIVE and os.access(each.file, os.X_OK)}
    held = deployment.programs(template)
    return {name: files[held[logical_id]] for logical_id, name in sorted(deployment.functions(template).items()) if held[logical_id] in files}


def file_of(folder: Path, name: str) -> Path:
    """The file of a program: `<folder>/<name>/bootstrap` where it is packaged, `<folder>/<name>` where cargo put it."""
    file = next((file for file in (folder / name / "bootstrap", folder / name) if file.is_file()), None)
    if file is None:
        raise UserError(f"{folder} has no {name}: `make package` builds it for AWS, `make up` for this machine.")
    return file


def read(name: str, file: Path, pack: bool) -> Binary:
    """Reads a program's file."""
    content = file.read_bytes()
    try:
        elf = ELFFile(io.BytesIO(content))
    except ELFError:
        raise UserError(f"{file} is no program for Linux.") from None
    dynamic = elf.get_section_by_name(".dynamic")
    libraries = tuple(tag.needed for tag in dynamic.iter_tags("DT_NEEDED")) if isinstance(dynamic, DynamicSection) else ()  # type: ignore[attr-defined] # named after the tag
    machine = MACHINES.get(elf["e_machine"], elf["e_machine"])
    places = tuple(str(place) for place in (ROOT, CARGO) if os.fsencode(place) in content)
    return Binary(name, file, machine, glibc_of(elf), libraries, len(content) / MB, packed_size(content) if pack else None, places)


def glibc_of(elf: ELFFile) -> tuple[int, ...]:
    """The newest version of glibc that a symbol is asked of; nothing of what is linked into it."""
    needs = elf.get_section_by_name(".gnu.version_r")
    versions = [each.name for _, of_library in needs.iter_versions() for each in of_library] if isinstance(needs, GNUVerNeedSection) else []
    return max((version(name.removeprefix("GLIBC_")) for name in versions if name.startswith("GLIBC_2")), default=())


def packed_size(content: bytes) -> float:
    """The size of the zip, as SAM makes it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bootstrap", content)
    return packed.tell() / MB


def version(text: str) -> tuple[int, ...]:
    """A version as numbers, which compare."""
    return tuple(map(int, text.split("."))) if text else ()


def dotted(numbers: tuple[int, ...]) -> str:
    """A version as it is written."""
    return ".".join(map(str, numbers)) or "none"


def table(binaries: list[Binary]) -> str:
    """A line for each program."""
    width = max(len(each.name) for each in binaries)
    lines = [f"{'program':<{width}}  {'MB':>6}  {'zip MB':>6}  {'glibc':>5}", "-" * (width + 23)]
    for each in binaries:
        packed = f"{each.packed:.1f}" if each.packed is not None else "-"
        lines.append(f"{each.name:<{width}}  {each.size:>6.1f}  {packed:>6}  {dotted(each.glibc):>5}")
    return "\n".join(lines)


def started(starts: dict[str, cold_start.Start]) -> str:
    """A line for each function."""
    width = max(len(name) for name in starts)
    lines = [f"{'function':<{width}}  {'ready ms':>8}  {'answer ms':>9}", "-" * (width + 21)]
    for name, start in starts.items():
        times = (f"{start.ready:.0f}" if start.ready else "-", f"{start.answered:.0f}" if start.answered else "-")
        lines.append(f"{name:<{width}}  {times[0]:>8}  {times[1]:>9}")
    return "\n".join(lines)


def summary(binaries: list[Binary], starts: dict[str, cold_start.Start], arch: str) -> str:
    """What all of them need at most."""
    size, glibc = max(each.size for each in binaries), max(each.glibc for each in binaries)
    words = f"\n{len(binaries)} programs for {arch}: at most {size:.1f} MB"
    packed = [each.packed for each in binaries if each.packed is not None]
    words += f" ({max(packed):.1f} packed, {sum(packed):.0f} in all)" if packed else ""
    words += f", glibc {dotted(glibc)}"
    answered = [start.answered for start in starts.values() if start.answered]
    words += f"; {len(answered)} functions started, and answered after at most {max(answered):.0f} ms" if answered else "; not started"
    return f"{words}."


if __name__ == "__main__":
    sys.exit(main())
