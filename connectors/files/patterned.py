"""Lines that follow a regular expression, such as web server logs.

In: an open binary file and a pattern with named groups. Out: chunks with one text column per group; lines that do not
match are rejects.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import duckdb
import pyarrow as pa

from connectors.files.chunk import Chunk, rejects
from connectors.files.lines import read_lines


@dataclass(frozen=True)
class Patterned:
    """`pattern` is RE2 syntax with named groups; each group becomes a column."""

    pattern: str
    encoding: str = "utf-8"

    @property
    def groups(self) -> list[str]:
        """Names of the groups in order."""
        return list(re.compile(self.pattern).groupindex)


def read_patterned(con: duckdb.DuckDBPyConnection, file: BinaryIO, shape: Patterned) -> Iterator[Chunk]:
    """Yield one chunk per block of lines."""
    columns = ", ".join(f"nullif(nullif(found.\"{group}\", ''), '-') as \"{group}\"" for group in shape.groups)
    for chunk in read_lines(file, shape.encoding):
        con.register("_pattern_lines", chunk.rows)
        rows = con.execute(
            f"""
            with matched as (
                select _line, regexp_extract(text, $pattern, {shape.groups!r}) as found
                from _pattern_lines where regexp_matches(text, $pattern)
            )
            select _line, {columns} from matched order by _line
            """,
            {"pattern": shape.pattern},
        ).to_arrow_table()
        bad = con.execute(
            "select _line, text from _pattern_lines where not regexp_matches(text, $pattern) order by _line",
            {"pattern": shape.pattern},
        ).to_arrow_table()
        con.unregister("_pattern_lines")
        lines, texts = (bad.column(i).to_pylist() for i in range(2))
        refused = rejects(lines, ["does not follow the line format"] * len(lines), texts)
        yield Chunk(rows, _both(chunk.rejects, refused), chunk.delivered)


def _both(left: pa.Table, right: pa.Table) -> pa.Table:
    return pa.concat_tables([left, right])
