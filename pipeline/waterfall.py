"""The waterfall of a pair: from the odds before anything was compared, comparison by comparison, to the odds after.

In: an explanation. Out: its steps, each with where its bar begins and ends in bits, and their drawing as lines of text.
waterfall_picture.py draws the same steps as SVG.
"""

import math
from dataclasses import dataclass

from rich.box import Box
from rich.table import Table
from rich.text import Text

from identity.explanation import Explanation

PRIOR, FOR, AGAINST, SUM = "prior", "for", "against", "sum"
_STYLES = {PRIOR: "cyan", FOR: "green", AGAINST: "red", SUM: "bold cyan"}

# Columns apart by two blanks, a line below the head, nothing else: a table for terminals of 80 columns.
PLAIN = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")
_GAP, _NUMBER, _SHORTEST_LEVEL, _GOOD_BAR, _SHORTEST_BAR = 2, 6, 10, 12, 6


@dataclass(frozen=True)
class Step:
    """One row: `bits` it adds, and the log2 odds from `start` to `end`. kind: prior, for, against or sum."""

    label: str
    level: str
    bits: float | None
    start: float
    end: float
    kind: str


def list_steps(found: Explanation) -> list[Step]:
    """The prior, every comparison, and the sum."""
    steps = [Step("prior", "any two records", found.prior, 0.0, found.prior, PRIOR)]
    for line in found.lines:
        end = found.prior + line.total
        kind = FOR if line.bits >= 0 else AGAINST
        steps.append(Step(line.comparison, line.level, line.bits, end - line.bits, end, kind))
    return [*steps, Step("sum", "log2 odds", None, 0.0, found.odds, SUM)]


def draw_waterfall(found: Explanation, width: int, *, ascii_only: bool = False) -> Table:
    """The steps as a table that fits into `width` columns; a long level is broken, bars go where there is no room."""
    steps = list_steps(found)
    names = max(len("comparison"), *(len(step.label) for step in steps))
    names = min(names, width - 2 * _NUMBER - 3 * _GAP - _SHORTEST_LEVEL)
    levels = max(len("level"), *(len(step.level) for step in steps))
    rest = width - names - 2 * _NUMBER - 4 * _GAP
    levels = max(min(levels, rest - _GOOD_BAR), _SHORTEST_LEVEL)
    scale = Scale.over(steps, rest - levels) if rest - levels >= _SHORTEST_BAR else None
    table = plain_table()
    table.add_column("comparison", width=names, overflow="fold")
    table.add_column("level", width=levels, overflow="fold")
    table.add_column("bits", justify="right", width=_NUMBER)
    table.add_column("total", justify="right", width=_NUMBER)
    if scale:
        table.add_column(Text(scale.head()), width=scale.cells, no_wrap=True)
    for step in steps:
        bits = "" if step.bits is None else f"{step.bits:+.1f}"
        cells = [Text(step.label), Text(step.level), Text(bits), Text(f"{step.end:+.1f}")]
        bar = [scale.draw(step, ascii_only=ascii_only)] if scale else []
        table.add_row(*cells, *bar, style="bold" if step.kind == SUM else "")
    return table


def plain_table(title: str | None = None) -> Table:
    """An empty table in the plain style."""
    return Table(title=title, title_justify="left", title_style="bold", box=PLAIN, show_edge=False, pad_edge=False,
                 padding=(0, 1, 0, 0), header_style="bold")  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """Bits on a line of character cells; the cell at `zero` is the axis."""

    cells: int
    zero: int
    bits_per_cell: float

    @classmethod
    def over(cls, steps: list[Step], cells: int) -> "Scale":
        """The scale on which every step fits."""
        low = -min(0.0, *(min(step.start, step.end) for step in steps))
        high = max(0.0, *(max(step.start, step.end) for step in steps))
        # Either side is rounded up to whole cells.
        bits_per_cell = max((low + high) / max(cells - 3, 1), 1e-6)
        return cls(cells, math.ceil(low / bits_per_cell), bits_per_cell)

    def edge(self, bits: float) -> int:
        """The cell before which so many bits end, or begin."""
        away = round(bits / self.bits_per_cell)
        return min(max(self.zero + away + (bits > 0), 0), self.cells)

    def head(self) -> str:
        """What the two sides of the axis mean, as far as there is room."""
        left, right = "two persons ", " one person"
        text = (left if self.zero >= len(left) else "").rjust(self.zero) + "0"
        return text + (right if len(text) + len(right) <= self.cells else "")

    def draw(self, step: Step, *, ascii_only: bool = False) -> Text:
        """The step's bar floating between its start and its end, and the axis."""
        solid, shaded, axis = ("#", "-", "|") if ascii_only else ("█", "▒", "│")
        low, high = sorted((step.start, step.end))
        first, last = (self.zero + 1 if low == 0 else self.edge(low)), self.edge(high)
        if low < high and first >= last:  # too little for a cell: one all the same, away from the axis
            first, last = (last - 1, last) if high <= 0 else (first, first + 1)
        last = max(first, last)
        text = " " * self.zero + axis + " " * (self.cells - self.zero - 1)
        bar = (solid if step.end >= step.start else shaded) * (last - first)
        return Text.assemble(text[:first], (bar, _STYLES[step.kind]), text[last:])
