"""Large files of one JSON object a line, read by DuckDB itself while it stores them: no row passes through Python.

In: a plain UTF-8 file. Out: queries that read it section by section, and chunks of the lines they leave out. The rows,
rejects and line numbers are those that read_lines and split_objects give of the whole file.

1. The file is cut into sections whose line numbers are known (sections.py).
2. DuckDB parses every line once for its keys alone. From the kinds of lines each section holds follow the columns, and
   what is to be read with care: a line that is no JSON object, and one with a key that cannot be a column by its own
   name. A section is read with care as a whole when its rows cannot be numbered: if a line begins with white space
   (DuckDB skips blank lines) or is too long for its buffer, or if it finds another number of rows than of lines.
3. The lines for which care is needed are hidden from DuckDB: it parses in place and beyond a line's end, so that one
   that is cut off would spoil the next. The others are read in as many runs of sections at a time as there are threads,
   one thread each, which is how their rows can be numbered.
4. What is left goes the careful way: decoded, mended or refused in Python, line by line.
"""

import io
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from connectors.files.chunk import Bulk, Chunk, rejected_only
from connectors.files.lines import read_lines
from connectors.files.objects import name_keys, split_objects
from connectors.files.sections import (
    SECTION_BYTES,
    Section,
    SectionFile,
    cut_section,
    find_lines,
    find_sections,
    read_ranges,
)

if TYPE_CHECKING:
    from connectors.files.section_files import SectionFiles

# Below this, planning takes longer than reading.
BULK_BYTES = 8 << 20
_OBJECT_BYTES = 1 << 20
_BOM = b"\xef\xbb\xbf"
# What both passes must agree on.
_OPTIONS = f"format = 'newline_delimited', ignore_errors = true, maximum_object_size = {_OBJECT_BYTES}"
# A section that cannot be read as a whole is cut into so many, down to this size.
_PARTS = 32
_SMALLEST_BYTES = 128 << 10
# A section of which more than one in so many lines need care is read with care as a whole.
_MANY = 8
_NOTHING = pa.table({"keys": pa.array([], pa.list_(pa.string())), "lines": pa.array([], pa.int64())})
# The values are not looked at: of all types, NULL takes no time.
_KEYS = f"""columns = {{'object': 'MAP(VARCHAR, "NULL")'}}, records = false, {_OPTIONS}"""
_KINDS = f"select map_keys(object) as keys, count(*) as lines from read_json($name, {_KEYS}) group by all"


@dataclass(frozen=True)
class _Reading:
    """A file being read: its sections by name, the keys that are columns by their own name, the other keys it was
    found to have, and the column of each key."""

    con: duckdb.DuckDBPyConnection
    path: Path
    files: "SectionFiles"
    plain: list[str]
    odd: list[str]
    names: dict[str, str]
    expected: Collection[str]
    present: Collection[str] | None


def read_bulk(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    expected: Collection[str] = (),
    present: Collection[str] | None = None,
    section_bytes: int = SECTION_BYTES,
) -> Iterator[Chunk | Bulk]:
    """Yield queries and chunks; see name_keys for `expected` and `present`."""
    # fsspec takes a tenth of a second to import, which small files need not wait for.
    from connectors.files.section_files import SectionFiles

    files = SectionFiles(path)
    with _opened(con, files):
        sections: list[Section] = []
        kinds: list[pa.Table] = []
        for section in find_sections(path, len(_BOM) * _is_marked(path, 0), section_bytes):
            for part, found in _list_kinds(con, files, section):
                sections.append(part)
                kinds.append(found)
        con.register("_line_kind", _numbered(kinds))
        names = name_keys(_keys(con), expected, present)
        plain, odd = ([key for key, name in names.items() if (key == name) is same] for same in (True, False))
        reading = _Reading(con, path, files, plain, odd, names, expected, present)
        apart = _find_apart(reading, sections)
        con.unregister("_line_kind")
        threads = _setting(con, "threads")
        runs = _join(list(apart), threads)
        for at in range(0, len(runs), threads):
            yield from _read_wave(reading, runs[at : at + threads], apart)
    for section in sections:
        if section not in apart:
            with closing(SectionFile(path, section)) as file:
                yield from _split(reading, read_lines(file, first=section.first))


def _is_marked(path: Path, position: int) -> bool:
    """True when there is a byte order mark at this place."""
    with path.open("rb") as file:
        file.seek(position)
        return file.read(len(_BOM)) == _BOM


@contextmanager
def _opened(con: duckdb.DuckDBPyConnection, files: "SectionFiles") -> Iterator[None]:
    """Sections can be opened by name, are not kept in memory, and are stored in whatever order they are read."""
    settings = ("preserve_insertion_order", "enable_external_file_cache")
    before = {name: _setting(con, name) for name in settings}
    con.register_filesystem(files)
    for name in settings:
        con.execute(f"set {name} = false")
    try:
        yield
    finally:
        with suppress(duckdb.Error):  # nothing can be set in a transaction that failed
            for name, value in before.items():
                con.execute(f"set {name} = {value}")
        con.unregister_filesystem(files.protocol)


def _setting(con: duckdb.DuckDBPyConnection, name: str) -> int:
    row = con.execute(f"select current_setting('{name}')").fetchone()
    return int(row[0]) if row else 0


def _list_kinds(
    con: duckdb.DuckDBPyConnection, files: "SectionFiles", section: Section
) -> Iterator[tuple[Section, pa.Table]]:
    """The section, and how many lines of it have which keys; null keys are those of no object.

    A line that ends too early for JSON can be an error to DuckDB, even one told to ignore errors: of such a section
    smaller ones are tried, and for those with such a line nothing is listed.
    """
    # DuckDB would skip a mark that stands where a section happens to begin; in the midst of a file it is an error.
    if section.longest > _OBJECT_BYTES // 2 or section.is_indented or _is_marked(files.path, section.start):
        yield section, _NOTHING
        return
    try:
        # A connection of its own: an error would end the transaction.
        with con.cursor() as apart:
            yield section, apart.execute(_KINDS, {"name": files.name_of(section)}).to_arrow_table()
    except duckdb.InvalidInputException:
        smaller = (section.end - section.start) // _PARTS
        if smaller < _SMALLEST_BYTES:
            yield section, _NOTHING
            return
        for part in cut_section(files.path, section, smaller):
            yield from _list_kinds(con, files, part)


def _numbered(kinds: list[pa.Table]) -> pa.Table:
    """One table of all sections' kinds, with the section's place in the list."""
    tables = [table.append_column("section", pa.array([i] * len(table), pa.int64())) for i, table in enumerate(kinds)]
    return pa.concat_tables([_NOTHING.append_column("section", pa.array([], pa.int64())), *tables])


def _keys(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        row[0] for row in con.execute("select distinct unnest(keys) as key from _line_kind order by key").fetchall()
    ]


def _find_apart(reading: _Reading, sections: list[Section]) -> dict[Section, np.ndarray]:
    """The sections whose rows can be numbered, each with the numbers of its lines that are to be read with care."""
    rows = reading.con.execute(
        f"select section, sum(lines), coalesce(sum(lines) filter ({_IS_APART}), 0) from _line_kind group by section",
        {"odd": reading.odd},
    ).fetchall()
    counted = {sections[section]: (lines, apart) for section, lines, apart in rows}
    found = {}
    for section in sections:
        lines, apart = counted.get(section, (0, 0))
        # Where much is wrong, the careful way is the shorter one.
        if lines == section.lines and apart <= lines // _MANY:
            numbers = _numbers_apart(reading, section) if apart else np.empty(0, np.int64)
            if numbers is not None:
                found[section] = numbers
    return found


_IS_APART = "keys is null or list_has_any(keys, $odd)"


def _numbers_apart(reading: _Reading, section: Section) -> np.ndarray | None:
    """The numbers of the section's lines that need care; None when its rows cannot be numbered after all."""
    query = f"""
        with numbered as (
            select $before + row_number() over () as line, map_keys(object) as keys from read_json($name, {_KEYS})
        )
        select line from numbered where {_IS_APART} or line > $last order by line
    """
    parameters = {
        "before": section.first - 1,
        "last": section.first + section.lines - 1,
        "name": reading.files.name_of(section),
        "odd": reading.odd,
    }
    try:
        with reading.con.cursor() as apart:
            table = apart.execute(query, parameters).to_arrow_table()
    except duckdb.InvalidInputException:
        return None
    numbers = np.asarray(table["line"].to_numpy(), dtype=np.int64)
    return None if len(numbers) and numbers[-1] >= section.first + section.lines else numbers


def _join(sections: list[Section], threads: int) -> list[list[Section]]:
    """Neighbours among the sections, to be read in one go: about as many runs as there are threads, because each leaves
    a row group behind that is not full."""
    enough = sum(section.end - section.start for section in sections) / threads
    runs: list[list[Section]] = []
    size = 0
    for section in sections:
        if not runs or section.start != runs[-1][-1].end or size >= enough:
            runs.append([])
            size = 0
        runs[-1].append(section)
        size += section.end - section.start
    return runs


def _read_wave(
    reading: _Reading, runs: list[list[Section]], apart: dict[Section, np.ndarray]
) -> Iterator[Chunk | Bulk]:
    """Runs that are read at a time, one thread each, and then their lines that need care."""
    numbers = [np.concatenate([apart[section] for section in run]) for run in runs]
    ranges = [np.concatenate([find_lines(reading.path, section, apart[section]) for section in run]) for run in runs]
    left_out = np.concatenate(numbers)
    reading.con.register("_apart", pa.table({"line": left_out}))
    yield _query(reading, [_whole(run) for run in runs], ranges, len(left_out))
    reading.con.unregister("_apart")
    lines = io.BytesIO(read_ranges(reading.path, np.concatenate(ranges)))
    yield from _split(reading, _renumbered(read_lines(lines, first=1), left_out))


def _whole(run: list[Section]) -> Section:
    """One section of a run of them."""
    return replace(run[0], end=run[-1].end, lines=sum(section.lines for section in run), cut=run[-1].cut)


def _query(reading: _Reading, sections: list[Section], hidden: list[np.ndarray], left_out: int) -> Bulk:
    names = reading.plain
    listed = "".join(f', "{name.replace(chr(34), chr(34) * 2)}"' for name in names)
    parts = " union all ".join(
        f"select $before_{i} + row_number() over () as _line{listed} "
        f"from read_json($name_{i}, columns = $columns, records = true, {_OPTIONS})"
        for i in range(len(sections))
    )
    return Bulk(
        names,
        f"select * from ({parts}) {'anti join _apart on _apart.line = _line' if left_out else ''}",
        {
            # A file without any key still has rows.
            "columns": dict.fromkeys(names or ["_"], "VARCHAR"),
            **{f"before_{i}": section.first - 1 for i, section in enumerate(sections)},
            **{
                f"name_{i}": reading.files.name_of(section, ranges)
                for i, (section, ranges) in enumerate(zip(sections, hidden, strict=True))
            },
        },
        sum(section.lines for section in sections) - left_out,
    )


def _split(reading: _Reading, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Rows and rejects of lines."""
    for chunk in chunks:
        yield rejected_only(chunk.rejects)
        yield split_objects(reading.con, chunk.rows, reading.expected, reading.present, reading.names)


def _renumbered(chunks: Iterator[Chunk], numbers: np.ndarray) -> Iterator[Chunk]:
    """The chunks of lines taken out of a file, with the numbers they have there."""
    for chunk in chunks:
        tables = [
            table.set_column(table.schema.get_field_index(name), name, pa.array(numbers[table[name].to_numpy() - 1]))
            for table, name in ((chunk.rows, "_line"), (chunk.rejects, "line"))
        ]
        yield Chunk(tables[0], tables[1], chunk.delivered)
