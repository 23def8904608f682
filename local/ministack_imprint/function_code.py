"""The code of functions, which is read from the packages on disk instead of a bucket: nothing is uploaded, and nothing is held twice, in memory or on the disk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners


class Package(bytes):
    """The content of a package, which knows its file."""

    file: Path

    @classmethod
    def read(cls, file: Path) -> Package:
        """The package of a file."""
        package = cls(file.read_bytes())
        package.file = file
        return package

    @cached_property
    def hash(self) -> Any:
        """Its hash, by which MiniStack knows whether it has this code; it asks for it at each start of a process."""
        return hashlib.sha256(self)

    @property
    def digest(self) -> str:
        """What MiniStack calls it in the state that it saves."""
        digest: str = self.hash.hexdigest()
        return digest

    def __deepcopy__(self, _: Any) -> Package:
        return self


# One object for all functions of a program: of those of the last deployment, and of the one before.
read_once = lru_cache(maxsize=4)(Package.read)


def repair_packages(packages: Path) -> None:
    """Reads packages from their folder, once for all functions that they hold, and keeps the code that the state names by links to them."""
    fetch: Callable[..., bytes | None] = lambda_svc._fetch_code_from_s3
    write: Callable[[bytes], str] = lambda_svc._write_code_blob

    def fetched(bucket: str, key: str, version_id: str | None = None) -> bytes | None:
        if bucket != "local-packages":
            return fetch(bucket, key, version_id)
        # A missing package must fail the deployment: MiniStack would answer every call by a mock.
        return read_once(packages / Path(key).name)

    def written(code: bytes) -> str:
        if not isinstance(code, Package):
            return write(code)
        kept = Path(lambda_svc.CODE_BLOB_DIR, f"{code.digest}.zip")
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            link(code, kept)
            code.file = kept
        return code.digest

    def read(digest: str) -> bytes:
        # Without it every call would be answered by a mock as well.
        return read_once(Path(lambda_svc.CODE_BLOB_DIR, f"{digest}.zip"))

    lambda_svc._fetch_code_from_s3, lambda_svc._write_code_blob, lambda_svc._read_code_blob = fetched, written, read
    lambda_svc.hashlib = provisioners.hashlib = SimpleNamespace(**vars(hashlib) | {"sha256": hashed})


def hashed(content: bytes = b"") -> Any:
    """The hash of anything: that of a package is known already."""
    return content.hash if isinstance(content, Package) else hashlib.sha256(content)


def link(code: Package, place: Path) -> None:
    """Another name for the file of a package or, where that is gone or on another disk, a copy."""
    part = place.with_suffix(".part")
    part.unlink(missing_ok=True)
    try:
        os.link(code.file, part)
    except OSError:
        part.write_bytes(code)
    part.replace(place)
