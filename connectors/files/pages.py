"""JSON pages, as the answers of an API are saved: one document, its records in an array somewhere inside.

In: an open binary file and where the array is. Out: one chunk; `_line` is the position of the element, from 1. A
document that is not JSON, lacks the array, or is an answer that reports an error is one reject.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import BinaryIO

import duckdb

from connectors.files.chunk import Chunk, printable, rejected_only, rejects
from connectors.files.objects import mend_surrogates, split_objects

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Pages:
    """`path`: JSON path of the array ("$" when the document is the array); `error_code`: JSON path of the code that
    must be 0 or absent, for systems whose every answer is HTTP 200."""

    path: str
    error_code: str | None = None
    encoding: str = "utf-8"


def read_pages(con: duckdb.DuckDBPyConnection, file: BinaryIO, shape: Pages, expected: Collection[str] = ()) -> Chunk:
    """The records of one document."""
    content = file.read().removeprefix(_BOM)
    if not content.strip():
        return rejected_only(rejects([], [], []))
    try:
        text = content.decode(shape.encoding)
    except UnicodeDecodeError:
        return _refuse(content, f"not valid {shape.encoding}")
    valid = con.execute("select json_valid($text)", {"text": text}).fetchone()
    if not valid or not valid[0]:
        text = mend_surrogates(text)
        valid = con.execute("select json_valid($text)", {"text": text}).fetchone()
    if not valid or not valid[0]:
        return _refuse(content, "not valid JSON")
    if reason := _error(con, text, shape):
        return _refuse(content, reason)
    elements = con.execute(
        """
        with listed as (select from_json(json_extract($text, $path), '["JSON"]') as elements)
        select unnest(range(1, len(elements) + 1)) as _line, unnest(elements)::varchar as text from listed
        """,
        {"text": text, "path": shape.path},
    ).to_arrow_table()
    chunk = split_objects(con, elements, expected)
    return Chunk(chunk.rows, chunk.rejects, len(elements))


def _error(con: duckdb.DuckDBPyConnection, text: str, shape: Pages) -> str | None:
    row = con.execute(
        "select json_extract_string($text, $code), json_type(json_extract($text, $path))",
        {"text": text, "code": shape.error_code or "$.errcode", "path": shape.path},
    ).fetchone()
    code, kind = row if row else (None, None)
    if shape.error_code and code not in (None, "0"):
        # A code is a short number or a word; anything else could be a value and is not quoted.
        shown = code if re.fullmatch(r"-?\d{1,7}|[A-Za-z_]{1,40}", code) else "(not shown)"
        return f"the system answered with error code {shown}"
    return None if kind == "ARRAY" else f"no array at {shape.path}"


def _refuse(content: bytes, reason: str) -> Chunk:
    return rejected_only(rejects([1], [reason], [printable(content)]))
