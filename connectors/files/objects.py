"""JSON objects to rows: one text column per top-level key, nested values as JSON text.

In: a table (`_line`, `text`) with one JSON object per row. Out: the rows and the rejects. DuckDB parses; big integers
keep all their digits because every value is read as text.
"""

import json

import duckdb
import pyarrow as pa

from connectors.files.chunk import Chunk, rejects


def split_objects(con: duckdb.DuckDBPyConnection, lines: pa.Table) -> Chunk:
    """Rows and rejects of a table of JSON texts."""
    con.register("_json_lines", lines)
    try:
        con.execute(
            """
            create or replace temp table _json_checked as
            select _line, text,
                case when json_valid(text) then json_type(text) = 'OBJECT' else false end as is_object
            from _json_lines
            """
        )
    finally:
        con.unregister("_json_lines")
    bad = con.execute(
        """
        select _line, case when json_valid(text) then 'not a JSON object' else 'not valid JSON' end, text
        from _json_checked where not is_object order by _line
        """
    ).to_arrow_table()
    query, parameters = _columns_query(_keys(con))
    rows = con.execute(query, parameters).to_arrow_table()
    con.execute("drop table _json_checked")
    rejected = rejects(*(bad.column(i).to_pylist() for i in range(3)))
    return Chunk(rows, rejected, len(lines))


def column_names(keys: list[str]) -> list[str]:
    """Names for DuckDB, which ignores case: a key that differs from an earlier one by case alone gets a number."""
    # Names that ingestion adds itself count as taken.
    seen = dict.fromkeys(("_batch_id", "_line", "_loaded_at"), 1)
    names = []
    for key in keys:
        base = key.strip() or "column"
        seen[base.lower()] = seen.get(base.lower(), 0) + 1
        names.append(base if seen[base.lower()] == 1 else f"{base}_{seen[base.lower()]}")
    return names


def _keys(con: duckdb.DuckDBPyConnection) -> list[str]:
    query = "select distinct unnest(json_keys(text)) as key from _json_checked where is_object order by key"
    return [row[0] for row in con.execute(query).fetchall()]


def _columns_query(keys: list[str]) -> tuple[str, dict[str, str]]:
    """The query that spreads the objects, and its parameters.

    from_json reads all keys in one parse, three times as fast as a path per key; the rare key that only differs by
    case from another cannot be a field of the same struct and is read by its JSON pointer.
    """
    names = column_names(keys)
    plain = [(key, name) for key, name in zip(keys, names, strict=True) if key == name]
    odd = [(key, name) for key, name in zip(keys, names, strict=True) if key != name]
    parameters = {f"pointer_{i}": "/" + key.replace("~", "~0").replace("/", "~1") for i, (key, _) in enumerate(odd)}
    columns = [f'value."{_quoted(key)}" as "{_quoted(name)}"' for key, name in plain]
    columns += [f'json_extract_string(text, $pointer_{i}) as "{_quoted(name)}"' for i, (_, name) in enumerate(odd)]
    structure = json.dumps(dict.fromkeys((key for key, _ in plain), "VARCHAR") or {"": "VARCHAR"}, ensure_ascii=False)
    literal = structure.replace("'", "''")
    query = f"""
        with parsed as (
            select _line, text, from_json(text, '{literal}') as value from _json_checked where is_object
        )
        select {", ".join(["_line", *columns])} from parsed order by _line
    """
    return query, parameters


def _quoted(name: str) -> str:
    return name.replace('"', '""')
