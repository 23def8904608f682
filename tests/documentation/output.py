"""Whether a block printed what the page shows. `…` stands for anything within a line, and for any number of lines if it is alone in one.

JSON is compared as JSON: a text may hold `…` too, a list that ends with `"…"` goes on, and an object that has `"…": "…"` may have more
members than those that are shown. XML is compared without what is between its tags.
"""

from __future__ import annotations

import json
import re
from typing import Any

ANY = "…"


def difference(language: str, expected: str, printed: str) -> str:
    """What is unlike, for people; nothing when it fits."""
    if language == "json":
        return json_difference(expected, printed)
    if language == "xml":
        expected, printed = (re.sub(r">\s+<", "><", text) for text in (expected, printed))
    if re.fullmatch(pattern(expected), tidy(printed), re.DOTALL):
        return ""
    return f"the page shows\n{indented(expected)}\nand this is what was printed:\n{indented(printed)}"


def pattern(expected: str) -> str:
    """The expected text as a regular expression."""
    lines = [r"(?:[^\n]*\n)*?" if line.strip() == ANY else words(line) + r"\n" for line in tidy(expected).splitlines()]
    return "".join(lines)


def words(line: str) -> str:
    """A line of it."""
    return r"[^\n]*".join(re.escape(part) for part in line.split(ANY))


def tidy(text: str) -> str:
    """Without white space at the ends of lines and of the whole; with a line end."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return "".join(f"{line}\n" for line in lines)


def indented(text: str) -> str:
    """A text inside of another one."""
    return "\n".join(f"    {line}" for line in tidy(text).splitlines())


def json_difference(expected: str, printed: str) -> str:
    """What is unlike in two documents of JSON."""
    try:
        value = json.loads(printed)
    except ValueError as error:
        return f"what was printed is no JSON ({error}):\n{indented(printed)}"
    found = unlike(json.loads(expected), value, "the document")
    return f"{found}:\n{indented(printed)}" if found else ""


def unlike(expected: Any, value: Any, place: str) -> str:
    """The first place at which a value is not as it is expected."""
    if isinstance(expected, str) and ANY in expected:
        fits = expected == ANY or (isinstance(value, str) and re.fullmatch(words(expected), value))
        return "" if fits else f"{place} is not {expected}"
    if isinstance(expected, dict) and isinstance(value, dict):
        return unlike_objects(expected, value, place)
    if isinstance(expected, list) and isinstance(value, list):
        return unlike_lists(expected, value, place)
    same = type(expected) is type(value) and expected == value
    return "" if same else f"{place} is not {json.dumps(expected, ensure_ascii=False)}"


def unlike_objects(expected: dict[str, Any], value: dict[str, Any], place: str) -> str:
    """The same of objects."""
    shown = {name: each for name, each in expected.items() if name != ANY}
    for name in shown.keys() - value.keys():
        return f"{place} has no {name}"
    for name in value.keys() - shown.keys() if ANY not in expected else ():
        return f"{place} has {name}, which the page does not show"
    return next(filter(None, (unlike(each, value[name], f"{place}.{name}") for name, each in shown.items())), "")


def unlike_lists(expected: list[Any], value: list[Any], place: str) -> str:
    """The same of lists."""
    goes_on = expected[-1:] == [ANY]
    shown = expected[:-1] if goes_on else expected
    if len(value) < len(shown) or (len(value) > len(shown) and not goes_on):
        return f"{place} has {len(value)} entries"
    return next(filter(None, (unlike(each, value[at], f"{place}[{at}]") for at, each in enumerate(shown))), "")
