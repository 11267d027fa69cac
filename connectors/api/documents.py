"""JSON texts cut out of an answer as they stand, so that no number loses a digit on its way to a file.

In: the text of a document and the path of an array in it. Out: each element's own text on one line, with its value
for the few fields a reading looks at (identifiers, times). Values never go back into a file; texts do.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connectors.api.errors import Unreachable

# Control characters inside strings, which some systems let through, are no reason to lose a page.
_DECODER = json.JSONDecoder(strict=False)
_SPACE = re.compile(r"[ \t\r\n]*")
_BREAKS = str.maketrans("\r\n", "  ")


@dataclass(frozen=True)
class Element:
    """One element of an array: its text, and what json makes of it."""

    text: str
    value: Any


def elements(text: str, *path: str) -> list[Element]:
    """The elements of the array at `path`, none when it is null.

    Unreachable when there is no array or the text is no JSON: an answer without the array must not pass for the end.
    """
    try:
        at = _skip(text, 0)
        for key in path:
            at = next(start for name, start, _, _ in _members(text, at) if name == key)
        return [] if text.startswith("null", at) else list(_elements(text, at))
    except StopIteration:
        raise Unreachable(f"the answer has no {'.'.join(path)}") from None
    except (json.JSONDecodeError, IndexError, RecursionError):
        raise Unreachable("the answer is not JSON") from None


def joined(first: str, *others: str) -> str:
    """One object of the members of several, each member's text as it stands; the first to have a key gives it."""
    members: dict[str, str] = {}
    for text in (first, *others):
        for name, start, end, _ in _members(text, _skip(text, 0)):
            members.setdefault(name, text[start:end])
    return "{" + ", ".join(f"{json.dumps(name, ensure_ascii=False)}: {raw}" for name, raw in members.items()) + "}"


def _elements(text: str, at: int) -> Iterator[Element]:
    at = _opened(text, at, "[")
    while text[at] != "]":
        value, end = _DECODER.raw_decode(text, at)
        yield Element(text[at:end].translate(_BREAKS), value)
        at = _next(text, end, "]")


def _members(text: str, at: int) -> Iterator[tuple[str, int, int, Any]]:
    """Key, start and end of the value's text, and the value, of every member of the object at `at`."""
    at = _opened(text, at, "{")
    while text[at] != "}":
        name, end = _DECODER.raw_decode(text, at)
        start = _opened(text, _skip(text, end), ":")
        value, end = _DECODER.raw_decode(text, start)
        yield name, start, end, value
        at = _next(text, end, "}")


def _opened(text: str, at: int, mark: str) -> int:
    """The place after `mark`, which must be here."""
    if text[at] != mark:
        raise json.JSONDecodeError(f"{mark} is missing", "", at)
    return _skip(text, at + 1)


def _next(text: str, at: int, closing: str) -> int:
    """The place of the next element or member, or of the closing bracket."""
    at = _skip(text, at)
    if text[at] == ",":
        return _skip(text, at + 1)
    if text[at] == closing:
        return at
    raise json.JSONDecodeError("a comma is missing", "", at)


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
