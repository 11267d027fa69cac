"""Tables of cases drawn with pipes: what is given left of the double pipe, what is expected right of it.

An empty cell is a null; a value that begins or ends with blanks stands in double quotes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pytest
from _pytest.mark import ParameterSet


@dataclass(frozen=True)
class Case:
    given: dict[str, str | None]
    expected: dict[str, str | None]

    def standardise(self, function: Callable[..., pa.Table]) -> dict[str, str | None]:
        """Run the function on the case alone; gives the expected columns as text."""
        columns = {name: pa.array([value], pa.string()) for name, value in self.given.items()}
        result = function(columns["value"] if list(columns) == ["value"] else pa.table(columns))
        assert result.num_rows == 1
        row = result.to_pylist()[0]
        return {name: None if row[name] is None else str(row[name]) for name in self.expected}


def draw(table: str) -> list[ParameterSet]:
    """Turn a drawn table into one parameter a row, named by what is given."""
    header, *rows = [line for line in table.splitlines() if line.strip()]
    given, expected = (_cells(side) for side in header.split("||"))
    cases = []
    for row in rows:
        left, right = row.split("||")
        case = Case(_pair(given, _cells(left)), _pair(expected, _cells(right)))
        cases.append(pytest.param(case, id=", ".join(str(cell) for cell in case.given.values() if cell) or "nothing"))
    return cases


def _cells(side: str) -> list[str | None]:
    return [_read(cell.strip()) for cell in side.split("|")]


def _read(cell: str) -> str | None:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1]
    return cell or None


def _pair(names: list[str | None], values: list[str | None]) -> dict[str, str | None]:
    assert len(names) == len(values), f"a row has {len(values)} cells for {len(names)} columns"
    return {str(name): value for name, value in zip(names, values, strict=True)}
