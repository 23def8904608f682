"""The fonts of the scripts that Inter lacks: `python local/fonts.py` puts them into target/layers/fonts, which is a layer of the functions that render.

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

from environment import FONTS_LAYER, LOCAL, ROOT, UserError, told

LOCK = LOCAL / "fonts"
INDEX = ROOT / "shared" / "render" / "fonts" / "index.json"
FONTS = FONTS_LAYER / "fonts"
LICENCE = "OFL.txt"
STYLES = ("400Regular", "700Bold")
# Each colour glyph is in the file twice: the second time as SVG, which is four fifths of its size and which nothing here reads.
UNUSED = b"SVG "


def main() -> int:
    """Parses the command line and runs the command."""
    parser = argparse.ArgumentParser(prog="fonts.py", description="The fonts of the scripts that Inter lacks.")
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
        for source in wanted(Path(folder)):
            keep(source, hashes)
    return None


def wanted(folder: Path) -> Iterator[Path]:
    """Regular and Bold of each family."""
    for style in STYLES:
        yield from sorted(folder.glob(f"node_modules/@expo-google-fonts/*/{style}/*.ttf"))


def keep(source: Path, hashes: dict[str, str] | None) -> None:
    """Puts one font into the layer, if it is the one that the index describes."""
    content = without_table(source.read_bytes(), UNUSED)
    digest = hashlib.sha256(content).hexdigest()
    if hashes is not None and hashes.get(source.name) != digest:
        raise UserError(f"{source.name} has the SHA-256 {digest}, which {INDEX.relative_to(ROOT)} does not give: is the lock newer than the index?")
    target = FONTS / source.name
    target.write_bytes(content)
    done = mark(target, digest)
    done.parent.mkdir(exist_ok=True)
    done.touch()


def without_table(font: bytes, name: bytes) -> bytes:
    """The same font without one of its tables, as the OpenType specification lays it out."""
    version, count = struct.unpack_from(">4sH", font)
    records = [struct.unpack_from(">4sIII", font, 12 + 16 * n) for n in range(count)]
    if name not in (tag for tag, *_ in records):
        return font
    kept = [record for record in records if record[0] != name]
    power = 1 << (len(kept).bit_length() - 1)
    head = struct.pack(">4sHHHH", version, len(kept), power * 16, power.bit_length() - 1, (len(kept) - power) * 16)
    start, directory, body = 12 + 16 * len(kept), b"", b""
    for tag, checksum, offset, length in kept:
        directory += struct.pack(">4sIII", tag, checksum, start + len(body), length)
        body += font[offset : offset + length] + bytes(-length % 4)
    return with_checksum(bytearray(head + directory + body), next(12 + 16 * n for n, record in enumerate(kept) if record[0] == b"head"))


def with_checksum(font: bytearray, head_record: int) -> bytes:
    """The font with the sum over all of it where the table `head` has it."""
    at = struct.unpack_from(">I", font, head_record + 8)[0] + 8
    struct.pack_into(">I", font, at, 0)
    total = sum(struct.unpack(f">{len(font) // 4}I", font))
    struct.pack_into(">I", font, at, (0xB1B0AFBA - total) & 0xFFFFFFFF)
    return bytes(font)


if __name__ == "__main__":
    sys.exit(main())
