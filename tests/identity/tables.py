"""Tables drawn as text, and the engine run on them: what the identity tests share."""

from __future__ import annotations

import duckdb
import numpy as np

from identity.comparisons import Source, list_comparisons
from identity.comparisons.base import Pairs
from identity.preparation import count_persons, list_namespaces, prepare_records, prepare_values
from identity.settings import Settings
from identity.spelling import list_spellings, mark_spelled

TYPES = {"birth_date": "date", "birth_date_alt": "date", "updated_at": "timestamp", "created_at": "timestamp"}

Row = dict[str, str | None]


def draw(text: str) -> list[Row]:
    """Rows of a table drawn with bars; an empty cell is missing."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [dict(zip(lines[0], (cell or None for cell in line), strict=True)) for line in lines[1:]]


def create(con: duckdb.DuckDBPyConnection, name: str, rows: list[Row], columns: list[str] | None = None) -> None:
    """A table with these rows, all text but dates and times."""
    columns = columns or sorted({column for row in rows for column in row})
    spec = ", ".join(f"{column} {TYPES.get(column, 'varchar')}" for column in columns)
    con.execute(f"create or replace temp table {name} ({spec})")
    marks = ", ".join("?" for _ in columns)
    con.executemany(f"insert into {name} values ({marks})", [[row.get(column) for column in columns] for row in rows])


def compare(
    pairs: list[tuple[Row, Row]], identifiers: list[Row] | None = None, settings: Settings | None = None
) -> list[dict[str, str]]:
    """The level of every comparison for each pair of records; records are named 0a, 0b, 1a, 1b, ..."""
    con = duckdb.connect()
    settings = settings or Settings()
    rows = [
        {"record_id": f"{n:04}{side}", **row}
        for n, pair in enumerate(pairs)
        for side, row in zip("ab", pair, strict=True)
    ]
    create(con, "records", rows)
    if identifiers:
        create(con, "identifiers", identifiers, ["record_id", "namespace", "issuer", "value", "revoked_at"])
    count = prepare_records(con, "records", settings)
    prepare_values(con, "identifiers" if identifiers else None, settings)
    count_persons(con)
    list_spellings(con)
    mark_spelled(con)
    left = np.arange(0, count, 2, dtype=np.int32)
    pairs = Pairs(left, left + 1)
    comparisons = list_comparisons(Source(con), list_namespaces(con, "identity_value", shared=False), settings)
    levels = {item.name: item.evaluate(pairs) for item in comparisons}
    return [
        {item.name: item.levels[levels[item.name][number]].name for item in comparisons} for number in range(len(left))
    ]
