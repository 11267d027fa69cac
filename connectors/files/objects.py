"""JSON objects to rows: one text column per top-level key, nested values as JSON text.

In: a table (`_line`, `text`) with one JSON object per row. Out: the rows and the rejects. DuckDB parses; big integers
keep all their digits because every value is read as text. A system that makes keys of its data brings ever new ones:
those for which the raw table has no room any more go together, as one JSON object, into the column `_other`.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from connectors.files.chunk import Chunk, rejects

# An escape: both halves of a character, one half alone, or any other.
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)

OTHER = "_other"
# Columns a raw table grows to by itself. Each costs a few milliseconds to add, and every row a little for ever.
COLUMN_LIMIT = 500


def split_objects(
    con: duckdb.DuckDBPyConnection,
    lines: pa.Table,
    expected: Collection[str] = (),
    present: Collection[str] | None = None,
    given: dict[str, str] | None = None,
) -> Chunk:
    """Rows and rejects of a table of JSON texts; see name_keys for the other arguments.

    What keys of these texts are called is added to `given`, so that all parts of a file agree.
    """
    con.register("_json_lines", lines)
    try:
        row = con.execute(f"select coalesce(bool_and({_IS_OBJECT}), true) from _json_lines").fetchone()
        if row and row[0]:
            rows = _spread(con, "_json_lines", _named(_keys(con, "_json_lines"), expected, present, given))
            return Chunk(rows, rejects([], [], []), len(lines))
    finally:
        con.unregister("_json_lines")
    return _split_some(con, lines, expected, present, given)


_IS_OBJECT = "case when json_valid(text) then json_type(text) = 'OBJECT' else false end"


def _split_some(
    con: duckdb.DuckDBPyConnection,
    lines: pa.Table,
    expected: Collection[str],
    present: Collection[str] | None,
    given: dict[str, str] | None,
) -> Chunk:
    """Rows and rejects of texts that are not all JSON objects."""
    con.register("_json_lines", _mended(con, lines))
    try:
        con.execute(
            f"create or replace temp table _json_checked as select _line, text, {_IS_OBJECT} as is_object "
            "from _json_lines"
        )
    finally:
        con.unregister("_json_lines")
    bad = con.execute(
        """
        select _line, case when json_valid(text) then 'not a JSON object' else 'not valid JSON' end, text
        from _json_checked where not is_object order by _line
        """
    ).to_arrow_table()
    objects = "_json_checked where is_object"
    rows = _spread(con, objects, _named(_keys(con, objects), expected, present, given))
    con.execute("drop table _json_checked")
    rejected = rejects(*(bad.column(i).to_pylist() for i in range(3)))
    return Chunk(rows, rejected, len(lines))


def _named(
    keys: list[str], expected: Collection[str], present: Collection[str] | None, given: dict[str, str] | None
) -> dict[str, str]:
    names = name_keys(keys, expected, present, given)
    if given is not None:
        given |= names
    return names


def _spread(con: duckdb.DuckDBPyConnection, objects: str, names: dict[str, str]) -> pa.Table:
    query, parameters = _columns_query(objects, names)
    return con.execute(query, parameters).to_arrow_table()


def name_keys(
    keys: Iterable[str],
    expected: Collection[str] = (),
    present: Collection[str] | None = None,
    given: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Which column each key's values go to.

    Of keys that differ by case alone, one that is `expected` keeps its name: a stray "USERID" must not take the
    place of "userId". `present` are the raw table's columns, folded; without them there is room for every key.
    `given` are names that other parts of the file were read with, and hold.
    """
    keys = list(keys)
    # An expected key that comes late takes its name back from a stray spelling.
    arrived = {folded(key) for key in keys if key in expected}
    given = {key: name for key, name in (given or {}).items() if key in expected or folded(name) not in arrived}
    held = {folded(name) for name in given.values()}
    new = sorted((key for key in keys if key not in given), key=lambda key: (key not in expected, key))
    named = dict(zip(new, column_names(new, held), strict=True))
    if present is not None:
        room = COLUMN_LIMIT - len(held.union(present, (folded(name) for name in expected)))
        unknown = [key for key in new if key not in expected and folded(named[key]) not in present]
        named |= dict.fromkeys(unknown[max(0, room) :], OTHER)
    return {**{key: given[key] for key in keys if key in given}, **named}


def column_names(keys: list[str], held: Collection[str] = ()) -> list[str]:
    """Names for DuckDB, which ignores case: a key that differs from an earlier one by case alone gets a number.

    `held` are names that are taken, folded.
    """
    # A name can hold no NUL. Names that ingestion adds itself count as taken.
    bases = [key.replace("\0", "").strip() or "column" for key in keys]
    own = {"_batch_id", "_line", "_loaded_at", OTHER, *held}
    # A spelling that some key has as its own is kept for that key: a second "A" is never called "a_2" if there is one.
    claimed, taken, names = set(own), own | {folded(base) for base in bases}, []
    for base in bases:
        name, number = base, 1
        while folded(base) in claimed and folded(name) in taken:
            number += 1
            name = f"{base}_{number}"
        claimed.add(folded(base))
        taken.add(folded(name))
        names.append(name)
    return names


def folded(name: str) -> str:
    """The name as DuckDB compares names: ASCII letters without case, all others as they are."""
    return name.encode("utf-8").lower().decode("utf-8")


def mend_surrogates(text: str) -> str:
    """JSON text with every escape of half a character (an emoji cut in two, which no parser takes) made U+FFFD."""
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _ESCAPE.sub(lambda found: "\\ufffd" if found["half"] else found[0], text)


def _mended(con: duckdb.DuckDBPyConnection, lines: pa.Table) -> pa.Table:
    """The lines; those that are no JSON for the sake of half a character, and only those, mended in Python."""
    con.register("_json_lines", lines)
    broken = con.execute(
        r"""
        select _line, text from _json_lines
        where regexp_matches(text, '\\u[dD][89a-fA-F]') and not json_valid(text) order by _line
        """
    ).to_arrow_table()
    con.unregister("_json_lines")
    if not len(broken):
        return lines
    texts = pa.array([mend_surrogates(text) for text in broken["text"].to_pylist()], lines.schema.field("text").type)
    mask = pc.is_in(lines["_line"], broken["_line"].combine_chunks())
    mended = pc.replace_with_mask(lines["text"].combine_chunks(), mask.combine_chunks(), texts)
    return lines.set_column(lines.schema.get_field_index("text"), "text", mended)


def _keys(con: duckdb.DuckDBPyConnection, objects: str) -> list[str]:
    query = f"select distinct unnest(json_keys(text)) as key from {objects} order by key"
    return [row[0] for row in con.execute(query).fetchall()]


def _columns_query(objects: str, names: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The query that spreads the objects, and its parameters.

    from_json reads all keys in one parse, three times as fast as a path per key; the rare key that only differs by
    case from another cannot be a field of the same struct and is read by its JSON pointer.
    """
    plain = [key for key, name in names.items() if key == name]
    odd = [(key, name) for key, name in names.items() if name not in (key, OTHER)]
    parameters = {f"pointer_{i}": "/" + key.replace("~", "~0").replace("/", "~1") for i, (key, _) in enumerate(odd)}
    columns = [f'value."{_quoted(key)}"' for key in plain]
    columns += [f'json_extract_string(text, $pointer_{i}) as "{_quoted(name)}"' for i, (_, name) in enumerate(odd)]
    if OTHER in names.values():
        # Merging nulls into an object removes their keys (RFC 7386): what remains are the others.
        columns.append(f"nullif(json_merge_patch(text, $columns)::varchar, '{{}}') as {OTHER}")
        parameters["columns"] = json.dumps(dict.fromkeys(key for key, name in names.items() if name != OTHER))
    structure = json.dumps(dict.fromkeys(plain, "VARCHAR") or {"": "VARCHAR"}, ensure_ascii=False)
    literal = structure.replace("'", "''")
    query = f"""
        with parsed as (
            select _line, text, from_json(text, '{literal}') as value from {objects}
        )
        select {", ".join(["_line", *columns])} from parsed order by _line
    """
    return query, parameters


def _quoted(name: str) -> str:
    return name.replace('"', '""')
