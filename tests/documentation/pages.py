"""The blocks of code of a page in Markdown, with what is said about each in comments that nobody sees.

Right before a block may stand:

    <!-- not run: needs an AWS account -->      why it is not run; its syntax is checked all the same
    <!-- part of: tests/consumer/server.py -->  not run, but it has to stand in that file as it is
    <!-- refused -->                            calls of `curl` in it may be refused; its output has to be shown

A block whose first line says ` ```text output` (or `json`, `xml`), and which follows right behind one that is run, is what that one prints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# What stands behind the ticks, and what it is here.
LANGUAGES = {
    **dict.fromkeys(["sh", "bash", "shell"], "bash"),
    **dict.fromkeys(["python", "py"], "python"),
    **dict.fromkeys(["js", "javascript", "mjs"], "js"),
    **dict.fromkeys(["json", "toml", "xml", "mermaid"]),
    **dict.fromkeys(["yaml", "yml"], "yaml"),
    **dict.fromkeys(["", "text", "console"], "text"),
}
MARK = re.compile(r"<!--\s*(not run|part of|refused)\s*(?::\s*(.*?))?\s*-->", re.DOTALL)


class PageError(Exception):
    """Something in a page that cannot be; its text is the whole message."""


@dataclass
class Block:
    """A block of code."""

    page: str
    line: int
    language: str
    text: str
    marks: dict[str, str] = field(default_factory=dict)
    output: Block | None = None
    fault: str = ""

    @property
    def place(self) -> str:
        """Where it stands, as editors understand it."""
        return f"{self.page}:{self.line}"

    @property
    def is_run(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.fault and not {"not run", "part of"} & self.marks.keys()

    @property
    def end(self) -> int:
        """The line of the ticks that end it."""
        return self.line + self.text.count("\n") + 1

    @property
    def in_place(self) -> str:
        """Its text on the lines that it has in the page, so that messages name these; the line of its ticks is empty."""
        return "\n" * self.line + self.text


def blocks_of(page: str, markdown: str) -> list[Block]:
    """The blocks of a page in order; those that are the output of another one are found there."""
    from markdown_it import MarkdownIt  # only the venv has it

    found: list[Block] = []
    before = None
    for token in MarkdownIt("commonmark").parse(markdown):
        if token.type == "fence" and token.map:
            add(found, Block(page, token.map[0] + 1, "", token.content), token.info.split(), before)
        before = token
    return found


def add(found: list[Block], block: Block, info: list[str], before: object) -> None:
    """Puts a block to those that were found before it, or to the one whose output it is."""
    word = info[0].lower() if info else ""
    block.language = LANGUAGES.get(word, word) or word
    block.marks = marks_of(before)
    if word not in LANGUAGES:
        block.fault = f"nobody here knows the language {word}"
    for mark, said in block.marks.items():
        if mark != "refused" and not said:
            block.fault = f"the mark “{mark}” says nothing: write `<!-- {mark}: … -->`"
    if "output" not in info[1:]:
        found.append(block)
    elif getattr(before, "type", "") == "fence" and found and not found[-1].output and found[-1].language in {"bash", "python", "js"}:
        found[-1].output = block
    else:
        block.fault = "this is the output of nothing: it has to follow right behind a block that prints"
        found.append(block)


def marks_of(token: object) -> dict[str, str]:
    """What a comment says about the block behind it."""
    comment = getattr(token, "content", "") if getattr(token, "type", "") == "html_block" else ""
    return dict(MARK.findall(comment))
