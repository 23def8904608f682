"""Whether `run.py` sees what is wrong: small pages with a fault each, and what has to be said about them. Needs no stack."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.documentation.output import difference
from tests.documentation.run import FORBIDDEN, Report, refusing, run_page


def fence(info: str, *lines: str, mark: str = "") -> str:
    """A block of a page."""
    return "\n".join([*([f"<!-- {mark} -->"] if mark else []), f"```{info}", *lines, "```", ""])


class Pages(unittest.TestCase):
    """Pages of which something is wrong, and some that are right."""

    def run_page(self, *blocks: str) -> tuple[Report, str]:
        """Runs a page of these blocks."""
        with tempfile.TemporaryDirectory() as temporary, contextlib.redirect_stdout(io.StringIO()) as told:
            path = f"{refusing(Path(temporary) / 'forbidden')}{os.pathsep}{os.environ['PATH']}"
            folder, report = Path(temporary) / "page", Report()
            folder.mkdir()
            environment = dict(os.environ) | {"PATH": path, "HOME": temporary, "NO_PROXY": "*"}
            run_page("page.md", "\n".join(["# A page", "", *blocks]), folder, environment, report)
        return report, told.getvalue()

    def holds(self, *blocks: str) -> None:
        """The page is right."""
        report, told = self.run_page(*blocks)
        self.assertFalse(report.failed, told)
        self.assertTrue(report.counts, "nothing was run")

    def fails(self, said: str, *blocks: str, times: int = 1) -> None:
        """The page is wrong, and this is said about it."""
        report, told = self.run_page(*blocks)
        self.assertEqual(len(report.failed), times, told)
        self.assertIn(said, told)

    def test_variables_last_from_block_to_block_of_a_language(self) -> None:
        self.holds(fence("sh", "A=1"), fence("bash", "echo $A"), fence("text output", "1"))
        self.holds(fence("python", "a = 1"), fence("python", "print(a)"), fence("text output", "1"))
        self.holds(fence("js", "const a = await 1;"), fence("js", "console.log(a);"), fence("text output", "1"))

    def test_languages_take_turns_in_the_order_of_the_page(self) -> None:
        js = ['import { readFileSync } from "node:fs";', 'console.log(readFileSync("a", "utf8"));']
        python = ["import os", "print(os.path.exists('a'))"]
        shown = fence("text output", "1")
        self.holds(fence("sh", "echo 1 > a"), fence("js", *js), shown, fence("sh", "rm a"), fence("python", *python), fence("text output", "False"))

    def test_a_command_that_fails_in_the_middle_of_a_pipe(self) -> None:
        self.fails("line 4: ", fence("sh", "false | cat", "echo 1"))

    def test_a_command_that_fails_before_others(self) -> None:
        self.fails("line 5: false", fence("sh", "echo 1", "false", "echo 2"))

    def test_a_substitution_that_fails(self) -> None:
        self.fails("ended with", fence("sh", "A=$(false | cat)", "echo $A"))

    def test_a_variable_that_nobody_set(self) -> None:
        self.fails("NOBODY: unbound variable", fence("sh", "echo $NOBODY"))

    def test_a_call_that_cannot_be_made(self) -> None:
        self.fails("curl", fence("sh", "curl -sS http://127.0.0.1:1/ | cat"))

    def test_python_that_raises(self) -> None:
        self.fails("line 5", fence("python", "a = 1", "raise ValueError('no')"))

    def test_javascript_that_throws(self) -> None:
        self.fails("page.mjs:5", fence("js", "const a = 1;", "throw new Error('no');"))

    def test_javascript_that_rejects(self) -> None:
        self.fails("fetch failed", fence("js", "await fetch('http://127.0.0.1:1/');"))

    def test_javascript_that_cannot_be_read(self) -> None:
        self.fails("SyntaxError", fence("js", "const a = ;"))

    def test_blocks_behind_a_failure_are_not_run(self) -> None:
        self.fails("not reached", fence("sh", "false"), fence("sh", "echo 1"), times=2)

    def test_a_failure_of_one_language_leaves_the_others(self) -> None:
        self.fails("ended with 1", fence("sh", "false"), fence("python", "print(1)"), fence("text output", "1"))

    def test_another_output(self) -> None:
        for language, code in [("sh", "echo 1"), ("python", "print(1)"), ("js", "console.log(1);")]:
            self.fails("this is what was printed", fence(language, code), fence("text output", "2"))

    def test_no_output(self) -> None:
        self.fails("this is what was printed", fence("sh", "true"), fence("text output", "2"))

    def test_an_output_of_nothing(self) -> None:
        self.fails("the output of nothing", fence("sh", "true"), "Some words.\n", fence("text output", "1"))

    def test_data_that_is_none(self) -> None:
        self.fails("this is no json", fence("json", '{"a": 1,}'))
        self.fails("this is no yaml", fence("yaml", "a: [1"))
        self.fails("this is no toml", fence("toml", "a = "))
        self.fails("this is no xml", fence("xml", "<a>"))

    def test_an_output_in_json_that_is_none(self) -> None:
        self.fails("this is no json", fence("sh", "echo 1"), fence("json output", "{"))

    def test_a_language_that_nobody_knows(self) -> None:
        self.fails("nobody here knows", fence("cobol", "STOP RUN."))

    def test_what_cannot_be_run_here_has_to_be_marked(self) -> None:
        for command in FORBIDDEN:
            self.fails(f"{command} is not run here", fence("sh", f"{command} up"))
        report, told = self.run_page(fence("sh", "make up", mark="not run: starts a stack"))
        self.assertEqual((report.failed, len(report.skipped)), ([], 1), told)
        self.assertIn("page.md:4  starts a stack", report.summary(0))

    def test_a_mark_without_a_reason(self) -> None:
        self.fails("says nothing", fence("sh", "make up", mark="not run"))
        self.fails("says nothing", fence("sh", "make up", mark="not run: "))

    def test_what_is_not_run_can_still_be_read(self) -> None:
        for language, code in [("sh", "if true"), ("python", "if"), ("js", "const a = ;")]:
            self.fails("page", fence(language, code, mark="not run: takes too long"))

    def test_a_part_of_a_file_stands_in_it(self) -> None:
        self.holds(fence("python", "def fence(info: str, *lines: str, mark: str = \"\") -> str:", mark="part of: tests/documentation/test_pages.py"))
        self.fails("does not have these lines", fence("python", "def " + "gone():", mark="part of: tests/documentation/test_pages.py"))
        self.fails("there is no file", fence("python", "a", mark="part of: tests/gone.py"))

    def test_refusals_have_to_be_shown(self) -> None:
        self.fails("its output has to stand behind it", fence("sh", "true", mark="refused"))

    def test_calls_that_are_refused_fail_unless_the_page_says_so(self) -> None:
        with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
            threading.Thread(target=server.serve_forever).start()
            call = f"curl -sS http://127.0.0.1:{server.server_port}/"
            self.fails("There is nothing here.", fence("sh", call))
            self.fails("There is nothing here.", fence("sh", f"{call} | cat"))
            self.fails("There is nothing here.", fence("sh", call, mark="refused"), fence("text output", "All is well."), fence("sh", call), times=2)
            self.holds(fence("sh", call, mark="refused"), fence("text output", "There is nothing here."))
            server.shutdown()


class Refusing(BaseHTTPRequestHandler):
    """A service that has nothing."""

    def do_GET(self) -> None:
        """Refuses."""
        self.send_response(404)
        self.end_headers()
        self.wfile.write(b"There is nothing here.\n")

    def log_message(self, *_: object) -> None:
        """Says nothing of it."""


class Outputs(unittest.TestCase):
    """What fits, and what does not."""

    def test_outputs(self) -> None:
        table = [
            ("the same", "text", "a\nb\n", "a\nb\n", True),
            ("white space at the ends", "text", "a\nb\n", "\na  \nb\n\n", True),
            ("other white space", "text", "a b\n", "a  b\n", False),
            ("less", "text", "a\nb\n", "a\n", False),
            ("more", "text", "a\n", "a\nb\n", False),
            ("anything in a line", "text", "a … c\n", "a b c\n", True),
            ("but not the line behind it", "text", "a … c\n", "a b\nc\n", False),
            ("any lines", "text", "a\n…\nd\n", "a\nb\nc\nd\n", True),
            ("also none", "text", "a\n…\nd\n", "a\nd\n", True),
            ("but not another one in front", "text", "a\n…\n", "b\na\n", False),
            ("characters that mean something elsewhere", "text", "a.b*\n", "axb*\n", False),
            ("JSON in another form", "json", '{"a": 1, "b": [1, 2]}', '{"b":[1,2],"a":1}\n', True),
            ("a member that is missing", "json", '{"a": 1, "b": 2}', '{"a":1}', False),
            ("a member too many", "json", '{"a": 1}', '{"a":1,"b":2}', False),
            ("more members may follow", "json", '{"a": 1, "…": "…"}', '{"a":1,"b":2}', True),
            ("more entries may follow", "json", '[1, "…"]', "[1,2,3]", True),
            ("an entry too many", "json", "[1]", "[1,2]", False),
            ("any value", "json", '{"a": "…"}', '{"a":{"b":null}}', True),
            ("a part of a text", "json", '{"a": "b…d"}', '{"a":"bcd"}', True),
            ("another part of it", "json", '{"a": "b…d"}', '{"a":"xcd"}', False),
            ("a number that is a truth", "json", '{"a": 1}', '{"a":true}', False),
            ("something inside", "json", '{"a": [{"b": 1}]}', '{"a":[{"b":2}]}', False),
            ("no JSON", "json", '{"a": 1}', "Not Found", False),
            ("XML in another form", "xml", '<a>\n  <b c="…"/>\n</a>', '<a><b c="1"/></a>', True),
            ("XML with another word", "xml", "<a>\n  <b>1</b>\n</a>", "<a><b>2</b></a>", False),
        ]
        for what, language, expected, printed, fits in table:
            with self.subTest(what):
                self.assertEqual(difference(language, expected, printed) == "", fits, difference(language, expected, printed))
