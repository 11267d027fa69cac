"""The first rows of a file as a table, and what is in its columns.

In: a connection, a path and how the file is laid out. Out: the temporary table `_sample`, and a Column for each raw
column that holds plain values and for each field inside those that hold JSON: the SQL expression that yields it, the
share of rows that have it, and up to MOST_VALUES of its distinct values, chosen by their hash, each with its number of
rows.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from connectors.declared import FORMATS
from connectors.files.reading import read_file
from pipeline.inference.file_shape import FileShape, UnclearFile
from warehouse.raw import quoted

MOST_ROWS = 100_000
MOST_VALUES = 1_000
# Fields of nested JSON beyond these are left in the raw column.
MOST_FIELDS = 150
_DEEPEST = 3
_NESTED_SHARE = 0.9
_LOOKED_INTO = 300


@dataclass(frozen=True)
class Column:
    """A column or a field inside one. `label` names it for people, `expression` for SQL. `repeated` is the share of
    filled rows that say what another row says."""

    label: str
    expression: str
    filled: float
    distinct: int
    repeated: float
    values: pa.Array
    times: pa.Array
    is_field: bool = False


@dataclass(frozen=True)
class Sample:
    """What was read: rows, rows that could not be, whether the file has more, and the columns."""

    rows: int
    rejected: int
    is_cut: bool
    columns: tuple[Column, ...]


def take_sample(con: duckdb.DuckDBPyConnection, path: Path, shape: FileShape) -> Sample:
    """Fill `_sample` and look at its columns; UnclearFile when the file has no row."""
    settings = {key: tuple(value) if isinstance(value, list) else value for key, value in shape.settings.items()}
    rows = rejected = 0
    is_cut = False
    tables: list[pa.Table] = []
    with closing(read_file(con, path, FORMATS[shape.format](**settings))) as chunks:  # type: ignore[type-var]
        for chunk in chunks:
            rejected += len(chunk.rejects)
            if len(chunk.rows):
                tables.append(chunk.rows.slice(0, MOST_ROWS - rows))
                rows += len(tables[-1])
            if is_cut := rows >= MOST_ROWS:
                break
    if not rows:
        raise UnclearFile(f"{path} has a header but no rows: nothing tells what its columns hold")
    _store(con, tables)
    names = [row[0] for row in con.execute("describe _sample").fetchall() if row[0] != "_line"]
    return Sample(rows, rejected, is_cut, tuple(_columns(con, names, rows)))


def _store(con: duckdb.DuckDBPyConnection, tables: list[pa.Table]) -> None:
    rows = pa.concat_tables(tables, promote_options="permissive")
    texts = ", ".join(
        f"nullif(trim({quoted(name)}::varchar), '') as {quoted(name)}" for name in rows.column_names if name != "_line"
    )
    con.register("_sample_rows", rows)
    con.execute(f"create or replace temp table _sample as select _line, {texts} from _sample_rows")
    con.unregister("_sample_rows")


def _columns(con: duckdb.DuckDBPyConnection, names: list[str], rows: int) -> Iterator[Column]:
    fields = 0
    for name in names:
        column = _column(con, name, quoted(name), rows)
        paths = list(_paths(column.values)) if _is_nested(column.values) else []
        if not paths:
            yield column
        for path in paths[: MOST_FIELDS - fields]:
            fields += 1
            yield _column(con, _label(name, path), _field(name, path), rows, is_field=True)


def _column(
    con: duckdb.DuckDBPyConnection, label: str, expression: str, rows: int, *, is_field: bool = False
) -> Column:
    counted = con.execute(f"select count(value), count(distinct value) from ({_values(expression)})").fetchone()
    filled, distinct = counted if counted else (0, 0)
    values = con.execute(
        f"select value, count(*) as times from ({_values(expression)}) where value is not null "
        "group by value order by md5(value) limit $most",
        {"most": MOST_VALUES},
    ).to_arrow_table()
    repeated = 1 - distinct / filled if filled else 0.0
    found = values.column("value").cast(pa.string()).combine_chunks()
    times = values.column("times").combine_chunks()
    return Column(label, expression, filled / rows, distinct, repeated, found, times, is_field)


def _values(expression: str) -> str:
    return f"select nullif(trim(({expression})::varchar), '') as value from _sample"


def _is_nested(values: pa.Array) -> bool:
    texts = values.to_pylist()
    nested = sum(text[:1] in "{[" and isinstance(_parsed(text), dict | list) for text in texts[:_LOOKED_INTO])
    return bool(texts) and nested >= _NESTED_SHARE * min(len(texts), _LOOKED_INTO)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


# A step into an object is its key, a step into the elements of an array is None.
Path_ = tuple[str | None, ...]


def _paths(values: pa.Array) -> Iterator[Path_]:
    """The plain values found inside, in order of first sight."""
    found: Counter[Path_] = Counter()
    for text in values.to_pylist()[:_LOOKED_INTO]:
        found.update(dict.fromkeys(_leaves(_parsed(text), ()), 1))
    yield from found


def _leaves(value: Any, path: Path_) -> Iterator[Path_]:
    if isinstance(value, dict) and len(path) < _DEEPEST:
        for key, each in value.items():
            yield from _leaves(each, (*path, key))
    elif isinstance(value, list) and None not in path:
        for each in value:
            yield from _leaves(each, (*path, None))
    elif value is not None and not isinstance(value, dict | list):
        yield path


def _label(name: str, path: Path_) -> str:
    return name + "".join("[]" if step is None else f".{step}" for step in path)


def _field(name: str, path: Path_) -> str:
    """SQL for the value at the path; of several in an array the first."""
    steps = "".join("[*]" if step is None else f".{_step(step)}" for step in path).replace("'", "''")
    column = quoted(name)
    found = f"json_extract_string(case when json_valid({column}) then {column} end, '${steps}')"
    return f"{found}[1]" if None in path else found


def _step(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_]\w*", key, flags=re.ASCII) else '"' + key.replace('"', '\\"') + '"'
