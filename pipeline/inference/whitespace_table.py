"""Tables whose columns are parted by blanks: a pattern with a named group per column.

In: lines. Out: a pattern for `format = "lines"`, or None. The first line names the columns if it has words where the
others have numbers.
"""

import re
from collections import Counter
from dataclasses import dataclass

_SHAPES = ((r"\d+", r"\d+"), (r"-?\d+(?:\.\d+)?", r"-?\d+(?:\.\d+)?"))
_MOSTLY = 0.95


@dataclass(frozen=True)
class WhitespaceTable:
    """The pattern, and what is to be said of the columns' names."""

    pattern: str
    remark: str = ""


def whitespace_pattern(lines: list[str], given: tuple[str, ...] = ()) -> WhitespaceTable | None:
    """A pattern if nearly all lines have the same number of fields, more than one; `given` are names for them."""
    rows = [line.split() for line in lines]
    width, count = Counter(len(row) for row in rows).most_common(1)[0]
    if width < 2 or count < _MOSTLY * len(rows):
        return None
    below = [row for row in rows[1:] if len(row) == width] or [rows[0]]
    shapes = [_shape([row[i] for row in below]) for i in range(width)]
    if not any(shape != r"\S+" for shape in shapes):
        return None  # words only: prose, or a table nobody could tell from it
    first = rows[0]
    named = len(first) == width and not any(
        re.fullmatch(shape, cell) for shape, cell in zip(shapes, first, strict=True) if shape != r"\S+"
    )
    stated = first if named else list(given)
    names = [_group(stated[i], i) if i < len(stated) else f"column_{i + 1}" for i in range(width)]
    names = [f"{name}_{i + 1}" if names.count(name) > 1 else name for i, name in enumerate(names)]
    groups = r"\s+".join(f"(?P<{name}>{shape})" for name, shape in zip(names, shapes, strict=True))
    if named:
        remark = "the first line names them, and will be quarantined as the only one"
    else:
        remark = "no header names them" if given else "say what they are with --names, such as --names id,day,amount"
    return WhitespaceTable(rf"^\s*{groups}\s*$", remark)


def _shape(cells: list[str]) -> str:
    return next((pattern for test, pattern in _SHAPES if all(re.fullmatch(test, cell) for cell in cells)), r"\S+")


def _group(name: str, i: int) -> str:
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    return plain if re.match(r"[A-Za-z_]", plain) and plain.strip("_") else f"column_{i + 1}"
