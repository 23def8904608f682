"""The fonts of the scripts that Inter lacks: `python3 -m local.fonts` puts them into target/layers/fonts, which is a layer of the functions that render.

They come from npm, by the lock in local/fonts, and each file must have the SHA-256 that shared/render/fonts/index.json gives. Where they cannot be had,
one line says so, and reports in those scripts are printed with boxes and a warning. Once they are there, no network is needed. Standard library only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from local.environment import FONTS_LAYER, LOCAL, ROOT, UserError, told

LOCK = LOCAL / "fonts"
INDEX = ROOT / "shared" / "render" / "fonts" / "index.json"
FONTS = FONTS_LAYER / "fonts"
LICENCE = "OFL.txt"
STYLES = ("400Regular", "700Bold")
# Typst counts the height of a line from the height of capitals. Noto Emoji has its ascender there: a line with an emoji would be higher than those beside
# it. This is Inter's, in the same units of 1/2048 em.
EMOJI, CAP_HEIGHT = "NotoEmoji_", 1490


def main() -> int:
    """Parses the command line and runs the command."""
    parser = argparse.ArgumentParser(prog="local.fonts", description="The fonts of the scripts that Inter lacks.")
    parser.add_argument("--unchecked", action="store_true", help="take what npm has, whatever the index says: before the index is made anew")
    arguments = parser.parse_args()
    return told(lambda: fetch(arguments.unchecked))


def fetch(unchecked: bool = False) -> int:
    """Fetches the fonts unless they are there. That they cannot be had is no error: Lambda's layer then holds their licence alone."""
    hashes = {each["file"]: each["sha256"] for each in json.loads(INDEX.read_text())["layer"]} if INDEX.exists() else {}
    FONTS.mkdir(parents=True, exist_ok=True)
    shutil.copy(LOCK / LICENCE, FONTS)
    if not unchecked and all(is_whole(FONTS / name, digest) for name, digest in hashes.items()):
        return 0
    if problem := fetch_from_npm(None if unchecked else hashes):
        print(f"note: the fonts of Arabic, Chinese, Japanese and other scripts are missing: {problem}; reports in them show boxes and carry a warning.")
    return 0


def is_whole(file: Path, digest: str) -> bool:
    """Whether a font was fetched: the name of its mark holds the hash, so that 70 MB need not be hashed at each start."""
    return file.is_file() and mark(file, digest).is_file()


def mark(file: Path, digest: str) -> Path:
    """The file that says which content another one has."""
    return FONTS_LAYER.parent / "fetched" / f"{file.name}.{digest[:16]}"


def fetch_from_npm(hashes: dict[str, str] | None) -> str | None:
    """Fetches all. Answers why not."""
    if not shutil.which("npm"):
        return "npm is not installed"
    with tempfile.TemporaryDirectory(dir=FONTS_LAYER.parent) as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(LOCK / name, folder)
        # One that cannot be reached is not waited for.
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
        if subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
            return "npm cannot fetch them (is there a network?)"
        sources = list(wanted(Path(folder)))
        for source in sources:
            keep(source, hashes)
        remove_all_but({source.name for source in sources})
    return None


def wanted(folder: Path) -> Iterator[Path]:
    """Regular and Bold of each family."""
    for style in STYLES:
        yield from sorted(folder.glob(f"node_modules/@expo-google-fonts/*/{style}/*.ttf"))


def keep(source: Path, hashes: dict[str, str] | None) -> None:
    """Puts one font into the layer, if it is the one that the index describes."""
    content = source.read_bytes()
    if source.name.startswith(EMOJI):
        content = with_cap_height(content, CAP_HEIGHT)
    digest = hashlib.sha256(content).hexdigest()
    if hashes is not None and hashes.get(source.name) != digest:
        raise UserError(f"{source.name} has the SHA-256 {digest}, which {INDEX.relative_to(ROOT)} does not give: is the lock newer than the index?")
    target = FONTS / source.name
    target.write_bytes(content)
    done = mark(target, digest)
    done.parent.mkdir(exist_ok=True)
    done.touch()


def remove_all_but(names: set[str]) -> None:
    """Removes the fonts of an older lock, which would be packed into the layer and counted by its tests."""
    for file in FONTS.glob("*.ttf"):
        if file.name not in names:
            file.unlink()


def with_cap_height(font: bytes, height: int) -> bytes:
    """The same font with another height of capitals in its table `OS/2`, and with the checksums that depend on it, as the OpenType specification has them."""
    content, count = bytearray(font), struct.unpack_from(">H", font, 4)[0]
    records = {tag: (12 + 16 * n, offset, length) for n in range(count) for tag, _, offset, length in [struct.unpack_from(">4sIII", font, 12 + 16 * n)]}
    record, offset, length = records[b"OS/2"]
    struct.pack_into(">h", content, offset + 88, height)
    struct.pack_into(">I", content, record + 4, checksum(content[offset : offset + length]))
    whole = records[b"head"][1] + 8
    struct.pack_into(">I", content, whole, 0)
    struct.pack_into(">I", content, whole, (0xB1B0AFBA - checksum(content)) & 0xFFFFFFFF)
    return bytes(content)


def checksum(data: bytes | bytearray) -> int:
    """The sum over a table, padded to whole words."""
    padded = bytes(data) + bytes(-len(data) % 4)
    result: int = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
    return result


if __name__ == "__main__":
    sys.exit(main())
