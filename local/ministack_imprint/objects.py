"""The objects of S3 on the disk: a file with the content and, beside it, one with what is known of it. A write that was cut short is recognised.

MiniStack replaces the two one after the other, and says nothing when that fails. Here the content waits beside its place under the number of the
write, until the file about it, with that number, is in place. Whatever moment the process dies at, a start finds the old object or the new one.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

ABOUT = ".meta.json"
WAITING = ".tmp"


def finish_writes(folder: Path) -> None:
    """Finishes the writes whose file about the object is in place, and removes the rest. To be called before MiniStack reads the folder."""
    for waiting in folder.rglob(f"*{WAITING}"):
        target, _, write = waiting.name.removesuffix(WAITING).rpartition(".")
        if target and write_of(waiting.with_name(target + ABOUT)) == write:
            waiting.replace(waiting.with_name(target))
        else:
            waiting.unlink()


def write_of(about: Path) -> str | None:
    """The number of the write that a file about an object belongs to."""
    try:
        result: str | None = json.loads(about.read_text()).get("write")
        return result
    except (FileNotFoundError, ValueError):
        return None


def repair_object_writes() -> None:
    """Replaces MiniStack's way of writing an object. A write that fails fails the request."""
    from ministack.services import s3

    def persisted(bucket: str, key: str, record: dict[str, Any]) -> None:
        path = s3._object_disk_path(bucket, key)
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = {**s3._object_meta_from_record(record), **s3._key_history_meta(bucket, key), "key": key}
        content = record.get("body")
        if content is None:
            # Only what is known of it changes.
            s3._atomic_write(path + ABOUT, json.dumps(about), text=True)
        else:
            replace(path, content, about)
            record["body"] = None
        s3._remove_key_files(s3._other_key_disk_path(str(Path(s3.DATA_DIR, s3.get_account_id(), bucket)), key, path))

    def replace(path: str, content: bytes, about: dict[str, Any]) -> None:
        write = secrets.token_hex(8)
        waiting = f"{path}.{write}{WAITING}"
        with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        s3._atomic_write(path + ABOUT, json.dumps({**about, "write": write}), text=True)
        Path(waiting).replace(path)

    s3._persist_object = persisted
