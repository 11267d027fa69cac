"""Columns of an input table and of a result: the part every normaliser shares.

`read_column` gives one contiguous string column, all null where the table has none of that name; `build_table` turns
one tuple per row into typed columns.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from transforms.text import as_strings

REASON = pa.field("reason", pa.string())


def read_column(table: pa.Table, name: str) -> pa.Array:
    """Give the named column as strings; nulls when the table has no such column."""
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    return as_strings(table.column(name))


def build_table(rows: Iterable[tuple[object, ...]], fields: list[pa.Field]) -> pa.Table:
    """Turn rows of values into a table with these fields and a last one, `reason`."""
    schema = pa.schema([*fields, REASON])
    columns: list[list[object]] = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in schema]
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema)
