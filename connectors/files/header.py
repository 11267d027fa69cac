"""Header rows to column names, for every format that has rows and columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.files.chunk import UnreadableFile
from connectors.files.objects import column_names

# A real export has hundreds; a file of nothing but delimiters has millions, and a table takes each column dearly.
MOST_COLUMNS = 4000


@dataclass
class Header:
    """Header rows met so far. `given` are names that the connector knows better than the file does, or instead of it.

    With several header rows, a name left empty above is taken from below.
    """

    given: tuple[str, ...] = ()
    rows: list[Sequence[str]] = field(default_factory=list)
    width: int = 0

    def __post_init__(self) -> None:
        """Given names say how many columns there are."""
        self.width = len(self.given)

    def add(self, row: Sequence[str]) -> None:
        """Take in a header row; the first one says how many columns there are."""
        if len(row) > MOST_COLUMNS:
            raise UnreadableFile(f"the header has {len(row):,} columns; more than {MOST_COLUMNS:,} are no table")
        self.rows.append(row)
        self.width = self.width or len(row)

    def names(self) -> list[str]:
        """One name per column; a column without one is column_1, column_2, …"""
        return column_names([self._name(i) or f"column_{i + 1}" for i in range(self.width)])

    def is_named(self, i: int) -> bool:
        """True when column `i` (from 0) has a name of its own."""
        return bool(self._name(i))

    def needed(self) -> int:
        """How many columns a row must have: those behind the last one with a name may be absent."""
        named = [i for i in range(self.width) if self.is_named(i)]
        return named[-1] + 1 if named else self.width

    def _name(self, i: int) -> str:
        if i < len(self.given):
            return self.given[i]
        return next((row[i].strip() for row in self.rows if i < len(row) and row[i].strip()), "")
