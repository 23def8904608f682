"""Building the functions and packing each binary as the zip that Lambda takes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from environment import PACKAGES, ROOT, UserError


def build() -> None:
    """Builds every function with the profile of the laptop."""
    if not shutil.which("cargo"):
        raise UserError("cargo is not installed; see https://rustup.rs (the version comes from rust-toolchain.toml).")
    command = ["cargo", "build", "--profile", "local", "--workspace", "--bins"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise UserError(f"`{' '.join(command)}` failed, see above.")


def pack(names: list[str], binaries: Path) -> dict[str, str]:
    """The package of each binary by its name: a file of `PACKAGES` that is named after its content."""
    if missing := [name for name in names if not (binaries / name).is_file()]:
        raise UserError(f"{binaries} lacks {', '.join(missing)}: the template names functions that no crate builds.")
    PACKAGES.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        packed = dict(zip(names, pool.map(lambda name: pack_one(binaries / name), names), strict=True))
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
    with zipfile.ZipFile(part, "w") as archive:
        archive.writestr(entry, content, compresslevel=1)
    part.rename(package)
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
