"""The files of the local stack after a process died: the state file (state_file.py of local/ministack_imprint), objects (objects.py) and mails (mail.py), and what is
written of queues and requests (durability.py). `make crash` runs it."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import cast

ROOT = Path(__file__).resolve().parents[2]
# MiniStack reads them when it is imported.
os.environ |= {"STATE_DIR": tempfile.mkdtemp(prefix="imprint-crash-"), "PERSIST_STATE": "1", "GATEWAY_PORT": "1"}

from local.ministack_imprint import changing_requests, durability, objects  # noqa: E402
from local.ministack_imprint.mail import finish_mails  # noqa: E402
from local.ministack_imprint.state_file import (  # noqa: E402
    FEW_PAGES,
    LOG_LIMIT,
    Delete,
    Put,
    StateError,
    StateFile,
)

# Writes transactions 0, 1, 2 … of two entries and a document each, then says so and dies by its own hand.
WRITER = """
import os, signal, sys
from pathlib import Path
from local.ministack_imprint.state_file import Put, StateFile
file = StateFile(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    file.write({"number": str(number)}, [], [Put("item", "a", str(number), "x" * 900), Put("item", "b", "last", str(number))])
os.kill(os.getpid(), signal.SIGKILL)
"""


class Folder(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="imprint-crash-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def written(self, transactions: int) -> Path:
        """The file of a process that was killed after so many transactions."""
        file = self.folder / "state.sqlite3"
        ended = subprocess.run([sys.executable, "-c", WRITER, str(file), str(transactions)], cwd=ROOT, check=False)
        self.assertEqual(-signal.SIGKILL, ended.returncode)
        return file

    def opened(self, file: Path) -> StateFile:
        """An open file, closed at the end of the test."""
        state = StateFile(file)
        self.addCleanup(state.database.close)
        return state

    def transactions(self, state: StateFile) -> int:
        """How many transactions of the writer are there; each must be whole, and none missing before it."""
        count = int(state.documents().get("number", "-1")) + 1
        entries = list(state.entries("item"))
        self.assertEqual(count, len([value for scope, value in entries if scope == "a"]))
        self.assertEqual([str(count - 1)] if count else [], [value for scope, value in entries if scope == "b"])
        return count


class StateFiles(Folder):
    """The state file."""

    def test_all_that_was_written_is_there_after_the_process_was_killed(self) -> None:
        state = self.opened(self.written(200))
        self.assertEqual(200, self.transactions(state))
        self.assertFalse(state.was_closed)

    def test_a_log_that_was_cut_anywhere_leaves_whole_transactions(self) -> None:
        file = self.written(40)
        log = Path(f"{file}-wal")
        size, rest = log.stat().st_size, random.Random(1)
        seen = set()
        for length in sorted({0, size, *(rest.randrange(size) for _ in range(40))}):
            copy = self.folder / f"{length}" / file.name
            copy.parent.mkdir()
            shutil.copy(file, copy)
            Path(f"{copy}-wal").write_bytes(log.read_bytes()[:length])
            state = StateFile(copy)
            # Without the log even the tables may be missing: then it is a new file.
            seen.add(0 if state.is_new else self.transactions(state))
            state.database.close()
        self.assertIn(40, seen)
        self.assertGreater(len(seen), 10)

    def test_a_page_of_the_log_that_was_half_written_ends_it(self) -> None:
        file = self.written(40)
        log = Path(f"{file}-wal")
        content = bytearray(log.read_bytes())
        middle = len(content) // 2
        content[middle : middle + 700] = bytes(700)
        log.write_bytes(content)
        self.assertIn(self.transactions(self.opened(file)), range(5, 40))

    def test_a_file_that_is_damaged_is_refused(self) -> None:
        file = self.written(400)
        StateFile(file).close()
        whole = file.read_bytes()
        for what, content in {
            "cut": whole[: len(whole) // 2],
            "overwritten": whole[:8192] + b"\x5a" * 20000 + whole[28192:],
            "another kind of file": b"not a database, " * 400,
        }.items():
            with self.subTest(what):
                file.write_bytes(content)
                with self.assertRaisesRegex(StateError, "is damaged .* `make clean-state`"):
                    StateFile(file)

    def test_a_file_of_another_format_is_refused(self) -> None:
        file = self.folder / "state.sqlite3"
        state = StateFile(file)
        state.database.execute("UPDATE about SET value = '1' WHERE name = 'format'")
        state.close()
        with self.assertRaisesRegex(StateError, "has format 1, and this version reads format 2"):
            StateFile(file)

    def test_a_second_process_is_refused(self) -> None:
        state = self.opened(self.folder / "state.sqlite3")
        with self.assertRaisesRegex(StateError, "does another emulator use it"):
            StateFile(state.file)

    def test_a_write_that_fails_leaves_nothing(self) -> None:
        state = self.opened(self.folder / "state.sqlite3")
        state.write({"name": "before"}, [], [Put("item", "a", "1", "before")])
        with self.assertRaises(sqlite3.Error):
            state.write({"name": "after"}, [Delete("item", "a", "1")], [Put("item", "a", "2", "x"), Put("item", "a", "3", cast("str", None))], emptied=True)
        self.assertEqual(({"name": "before"}, [("a", "before")]), (state.documents(), list(state.entries("item"))))

    def test_a_replaced_entry_keeps_its_place(self) -> None:
        state = self.opened(self.folder / "state.sqlite3")
        state.write({}, [], [Put("message", "a", name, name) for name in "abc"])
        state.write({}, [Delete("message", "a", "b")], [Put("message", "a", "a", "A"), Put("message", "a", "d", "d")])
        self.assertEqual(["A", "c", "d"], [value for _, value in state.entries("message")])

    def test_disk_is_bounded(self) -> None:
        file = self.folder / "state.sqlite3"
        state = StateFile(file)
        keys = [str(key) for key in range(FEW_PAGES * 2)]
        for number in range(30):
            state.write({}, [], [Put("item", "a", key, f"{number:2}" * 1000) for key in keys])
        state.write({}, [], [Put("item", "b", "1", "kept")])
        size, log = file.stat().st_size, Path(f"{file}-wal").stat().st_size
        # Rewritten thirty times, it is as large as once, and so is its log.
        self.assertLess(size, 2 * len(keys) * 2000)
        self.assertLessEqual(log, LOG_LIMIT + 2**20)
        state.write({}, [Delete("item", "a", key) for key in keys], [])
        state.close()
        state = self.opened(file)
        self.assertEqual([("b", "kept")], list(state.entries("item")))
        state.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.assertLess(file.stat().st_size, size / 10)


class Objects(Folder):
    """Objects, and the process that dies while it writes one."""

    def test_a_write_is_finished_or_never_was(self) -> None:
        place = self.folder / "bucket" / "a" / "logo.png"
        place.parent.mkdir(parents=True)
        old, new = {"size": 3, "write": "0000000000000000"}, {"size": 5, "write": "00000000000000ff"}
        waiting = place.with_name("logo.png.00000000000000ff.tmp")
        for what, files, content, about in (
            ("nothing begun", {}, b"old", old),
            ("a part of the content", {waiting: b"ne"}, b"old", old),
            ("the whole content", {waiting: b"newer"}, b"old", old),
            ("a part of what is known of it", {waiting: b"newer", place.with_name("logo.png.meta.json.tmp"): b'{"si'}, b"old", old),
            ("what is known of it", {waiting: b"newer", place.with_name("logo.png.meta.json"): json.dumps(new).encode()}, b"newer", new),
        ):
            with self.subTest(what):
                place.write_bytes(b"old")
                place.with_name("logo.png.meta.json").write_text(json.dumps(old))
                for file, part in files.items():
                    file.write_bytes(part)
                objects.finish_writes(self.folder)
                self.assertEqual((content, about), (place.read_bytes(), json.loads(place.with_name("logo.png.meta.json").read_text())))
                self.assertEqual(["logo.png", "logo.png.meta.json"], sorted(file.name for file in place.parent.iterdir()))

    def test_what_is_left_beside_no_object_goes(self) -> None:
        for name in ("report.tmp", "logo.png.tmp", "new.bin.00000000000000aa.tmp"):
            (self.folder / name).write_bytes(b"x")
        objects.finish_writes(self.folder)
        self.assertEqual([], list(self.folder.iterdir()))


class Mails(Folder):
    """Mails, and the process that dies while it keeps one."""

    def test_what_is_left_of_half_a_mail_goes(self) -> None:
        for name in ("whole.json", "whole.eml", "half.json", "half.part"):
            (self.folder / name).write_text("{}")
        finish_mails(self.folder)
        self.assertEqual(["whole.eml", "whole.json"], sorted(file.name for file in self.folder.iterdir()))


class Lists(unittest.TestCase):
    """What is written of lists of messages."""

    def test_every_change_of_a_list_is_seen(self) -> None:
        chance = random.Random(2)
        for _ in range(300):
            known, records, seen, number = durability.Known(), list[dict[str, str]](), dict[str, dict[str, str]](), 0
            for _ in range(chance.randrange(30)):
                # Several at once: nobody looks after each.
                for _ in range(chance.randrange(4)):
                    action = chance.choice(("append", "append", "replace", "remove", "clear", "trim"))
                    if action == "append":
                        records.append({"id": str(number := number + 1)})
                    elif action == "replace":
                        records = [record for record in records if chance.random() < 0.7]
                    elif action == "clear":
                        records.clear()
                    elif action == "trim":
                        del records[: chance.randrange(3)]
                    elif records:
                        records.remove(chance.choice(records))
                new, gone = known.changes(records, "id")
                seen = {name: record for name, record in seen.items() if name not in gone} | {record["id"]: record for record in new}
                self.assertEqual([record["id"] for record in records], list(seen))


class Requests(unittest.TestCase):
    """Which requests have the state of a service written."""

    def test_when_in_doubt_it_is_written(self) -> None:
        form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        for service, method, path, headers, body, query, changes in (
            ("dynamodb", "POST", "/", {"x-amz-target": "DynamoDB_20120810.PutItem"}, b"", {}, False),
            ("dynamodb", "POST", "/", {"x-amz-target": "DynamoDB_20120810.DescribeTable"}, b"", {}, False),
            ("dynamodb", "POST", "/", {"x-amz-target": "DynamoDB_20120810.UpdateTimeToLive"}, b"", {}, True),
            ("sqs", "POST", "/", {"x-amz-target": "AmazonSQS.SendMessage"}, b"", {}, False),
            ("sqs", "POST", "/", {"x-amz-target": "AmazonSQS.SetQueueAttributes"}, b"", {}, True),
            ("sqs", "POST", "/", form, b"Version=1&Action=CreateQueue", {}, True),
            ("sqs", "GET", "/", {}, b"", {"Action": ["CreateQueue"]}, True),
            ("ses", "POST", "/", form, b"Action=SendRawEmail&X=Action%3D", {}, False),
            ("ses", "POST", "/", form, b"Action=VerifyEmailIdentity", {}, True),
            ("ses", "POST", "/v2/email/outbound-emails", {}, b"{}", {}, False),
            ("ses", "PUT", "/v2/email/configuration-sets/a/x", {}, b"{}", {}, True),
            ("s3", "PUT", "/bucket/key", {}, b"", {}, False),
            ("s3", "POST", "/bucket", {}, b"", {"delete": [""]}, False),
            ("s3", "PUT", "/bucket", {}, b"", {"policy": [""]}, True),
            ("s3", "GET", "/bucket", {}, b"", {}, False),
            ("lambda", "POST", "/2015-03-31/functions/a/invocations", {}, b"", {}, False),
            ("lambda", "PUT", "/2015-03-31/functions/a/code", {}, b"", {}, True),
            ("scheduler", "POST", "/schedules/a", {}, b"", {}, True),
            ("something new", "POST", "/", {"x-amz-target": "New.DoIt"}, b"", {}, True),
        ):
            with self.subTest(f"{service} {method} {path} {headers} {body!r} {query}"):
                self.assertEqual(changes, changing_requests.changes_documents(service, method, path, headers, body, query))
