"""Building the programs that hold the functions, and packing each as the zip that Lambda takes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.environment import PACKAGES, ROOT, TARGET, UserError, free_bytes, no_space

# What a first build writes.
BUILD_BYTES = 6 * 2**30


def require_tools() -> None:
    """Refuses to begin what would end in the middle of a build: without cargo, with an old one, without a linker."""
    if not shutil.which("cargo"):
        raise UserError("cargo is not installed, or not in PATH: https://rustup.rs installs it; rust-toolchain.toml says which.")
    wanted, ran = rust_wanted(), subprocess.run(["rustc", "--version"], cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise UserError(f"rustc does not run: {' '.join(ran.stderr.split())[-300:]}")
    if (found := version_in(ran.stdout)) < wanted:
        raise UserError(
            f"Rust {'.'.join(map(str, wanted))} is needed, and {shutil.which('rustc')} is {'.'.join(map(str, found))}; "
            "with rustup (https://rustup.rs) rust-toolchain.toml picks the right one."
        )
    if not shutil.which(os.environ.get("CC") or "cc"):
        raise UserError("there is no C compiler, with which Rust links: `apt-get install build-essential`, or `xcode-select --install` on macOS.")
    if not (TARGET / "local").exists() and (free := free_bytes(TARGET)) < BUILD_BYTES:
        print(f"warning: {free / 2**30:.1f} GB are free, and a first build takes about {BUILD_BYTES / 2**30:.0f}.", file=sys.stderr)


def rust_wanted() -> tuple[int, ...]:
    """The version of rust-toolchain.toml."""
    return version_in(tomllib.loads((ROOT / "rust-toolchain.toml").read_text())["toolchain"]["channel"])


def version_in(text: str) -> tuple[int, ...]:
    """The first version in a text; smaller than any other when there is none."""
    found = re.search(r"\d+(\.\d+)+", text)
    return tuple(map(int, found[0].split("."))) if found else ()


def build(programs: list[str]) -> None:
    """Builds these programs with the profile of the laptop."""
    command = ["cargo", "build", "--profile", "local", *(word for program in programs for word in ("--package", program))]
    if subprocess.run([*command, "--target-dir", str(TARGET)], cwd=ROOT, check=False).returncode:
        raise UserError(reason(" ".join(command)))


def reason(command: str) -> str:
    """Why a build failed, as far as it can be told: cargo itself said its part."""
    if free_bytes(TARGET) < 2**28:
        return no_space(TARGET)
    host = re.search(r"host: (\S+)", subprocess.run(["rustc", "-vV"], cwd=ROOT, capture_output=True, text=True, check=False).stdout)
    here = subprocess.run(["cargo", "fetch", "--locked", "--offline", "--target", host[1] if host else ""], cwd=ROOT, capture_output=True, check=False)
    if here.returncode:
        return "cargo could not fetch all crates, see above; the first build needs the network, through HTTPS_PROXY where there is a proxy."
    return f"`{command}` failed, see above."


def pack(names: list[str], folder: Path) -> dict[str, str]:
    """The package of each program by its name: a file of `PACKAGES` that is named after its content."""
    if missing := [name for name in names if not (folder / name).is_file()]:
        raise UserError(f"{folder} lacks {' and '.join(missing)}: without IMPRINT_SKIP_BUILD `make up` builds what the template names.")
    PACKAGES.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        packed = dict(zip(names, pool.map(lambda name: pack_one(folder / name), names), strict=True))
    forget_old()
    return packed


def pack_one(binary: Path) -> str:
    """One package, made only when the binary changed; the same binary gives the same bytes."""
    content = binary.read_bytes()
    package = PACKAGES / f"{binary.name}-{hashlib.sha256(content).hexdigest()[:20]}.zip"
    if package.exists():
        package.touch()
        return package.name
    part = package.with_suffix(f".{os.getpid()}")
    entry = zipfile.ZipInfo("bootstrap")
    entry.external_attr, entry.compress_type = 0o755 << 16, zipfile.ZIP_DEFLATED
    try:
        with zipfile.ZipFile(part, "w") as archive:
            archive.writestr(entry, content, compresslevel=1)
        part.rename(package)
    finally:
        # Of one that was not finished nothing stays.
        part.unlink(missing_ok=True)
    return package.name


def forget_old() -> None:
    """Keeps the two newest packages of each binary; a running stack holds its own in memory."""
    by_binary: dict[str, list[Path]] = {}
    for file in PACKAGES.glob("*.zip"):
        by_binary.setdefault(file.name.rpartition("-")[0], []).append(file)
    for files in by_binary.values():
        for file in sorted(files, key=age)[:-2]:
            file.unlink(missing_ok=True)


def age(file: Path) -> float:
    """When a package was used last; another stack that starts at this moment may have removed it."""
    with contextlib.suppress(FileNotFoundError):
        return file.stat().st_mtime
    return 0
