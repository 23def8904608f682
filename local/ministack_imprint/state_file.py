"""The file that the emulator's state is kept in: one SQLite database, written in transactions. It knows nothing of AWS; durability.py decides what goes in.

A transaction that was not finished when the process died is not there after it: SQLite finds the end of its write-ahead log by checksums. The file is
written through the operating system's cache, so that it survives the death of every process at any moment. A power failure may cost the
last transactions, but leaves whole ones.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

# A file of another format is refused: a change of the tables below is a new number, and so is one of what the functions keep in their items
# (docs/data-model.md), which would otherwise miss what they look for.
FORMAT = 2
SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE entries (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (kind, scope, key));
"""
# Pages that deletions left are used again. From this many on, and when they are more than half of the file, a start gives them back to the disk.
FEW_PAGES = 2000
LOG_LIMIT = 16 * 2**20
CACHE_KILOBYTES = 32 * 1024


class StateError(Exception):
    """Why the state cannot be used; the text is the whole message."""


class Put(NamedTuple):
    """An entry that is new or has another value. One that is replaced keeps its place in the order."""

    kind: str
    scope: str
    key: str
    value: str


class Delete(NamedTuple):
    """An entry that is gone."""

    kind: str
    scope: str
    key: str


class StateFile:
    """An open file. Only one process can have it open."""

    def __init__(self, file: Path) -> None:
        """Opens the file, or makes it, and checks that it is whole."""
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self.database = sqlite3.connect(file, timeout=1, isolation_level=None, check_same_thread=False)
        try:
            self.prepare()
        except BaseException as error:
            self.database.close()
            if isinstance(error, sqlite3.OperationalError):
                raise StateError(f"{file} cannot be opened ({error}); does another emulator use it?") from None
            if isinstance(error, sqlite3.DatabaseError):
                raise StateError(self.damaged(str(error))) from None
            raise

    def prepare(self) -> None:
        """Sets how the file is written, and looks at what is in it."""
        execute = self.database.execute
        # One process only: then SQLite needs no shared memory, and a second emulator on the same state is refused.
        execute("PRAGMA locking_mode = EXCLUSIVE")
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = NORMAL")
        execute(f"PRAGMA journal_size_limit = {LOG_LIMIT}")
        # Pages that are written often are copied from the log to the file less often.
        execute("PRAGMA wal_autocheckpoint = 3000")
        execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")
        self.is_new = not execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if self.is_new:
            self.database.executescript(f"BEGIN IMMEDIATE; {SCHEMA} INSERT INTO about VALUES ('format', '{FORMAT}'), ('closed', 'yes'); COMMIT;")
        self.require_whole()
        self.was_closed = self.about("closed") == "yes"
        self.reclaim_space()
        execute("UPDATE about SET value = 'no' WHERE name = 'closed'")

    def require_whole(self) -> None:
        """Refuses a file that is damaged or of another format, instead of starting with less than was there."""
        found = self.database.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found.splitlines()[-1])
        if self.about("format") != str(FORMAT):
            raise StateError(
                f"{self.file} has format {self.about('format')}, and this version reads format {FORMAT}. Start the version that wrote it, or wipe "
                "the data by `make clean-state`."
            )

    def damaged(self, reason: str) -> str:
        """What to do about a file that is not whole."""
        return f"{self.file} is damaged ({reason}). Put a copy of it back, or wipe the data by `make clean-state`."

    def about(self, name: str) -> str:
        """What the file says about itself."""
        found = self.database.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return found[0] if found else ""

    def reclaim_space(self) -> None:
        """Makes the file small again after much was deleted."""
        free, pages = (self.database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_count"))
        if free > FEW_PAGES and free > pages / 2:
            self.database.execute("VACUUM")

    def documents(self) -> dict[str, str]:
        """Every document by its name."""
        return dict(self.database.execute("SELECT name, value FROM documents"))

    def entries(self, kind: str) -> Iterator[tuple[str, str]]:
        """Scope and value of the entries of a kind, in the order in which they came."""
        return self.database.execute("SELECT scope, value FROM entries WHERE kind = ? ORDER BY id", (kind,))

    def write(self, documents: dict[str, str], deletes: Iterable[Delete], puts: Iterable[Put], emptied: bool = False) -> None:
        """Writes all of it or, when it fails, nothing. `emptied` removes the entries that were there before."""
        execute, many = self.database.execute, self.database.executemany
        execute("BEGIN IMMEDIATE")
        try:
            if emptied:
                execute("DELETE FROM entries")
            many("DELETE FROM entries WHERE kind = ? AND scope = ? AND key = ?", deletes)
            many("INSERT INTO entries (kind, scope, key, value) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", puts)
            many("INSERT INTO documents VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", documents.items())
            execute("COMMIT")
        except BaseException:
            if self.database.in_transaction:
                execute("ROLLBACK")
            raise

    def remove_scopes(self, kind: str, kept: set[str]) -> int:
        """Removes the entries of a kind whose scope is none of these; how many they were."""
        scopes = {scope for (scope,) in self.database.execute("SELECT DISTINCT scope FROM entries WHERE kind = ?", (kind,))} - kept
        removed = self.database.executemany("DELETE FROM entries WHERE kind = ? AND scope = ?", [(kind, scope) for scope in scopes])
        return max(removed.rowcount, 0)

    def close(self) -> None:
        """Notes that all is written, and closes."""
        self.database.execute("UPDATE about SET value = 'yes' WHERE name = 'closed'")
        self.database.close()
