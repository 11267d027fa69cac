"""JSON pages, as the answers of an API are saved: one document, its records in an array somewhere inside.

In: an open binary file of UTF-8 and where the array is. Out: chunks; `_line` is the position of the element, from 1. A
document that is not JSON, lacks the array, or is an answer that reports an error is one reject. An answer about one
person has an object where others have the array: it is one record. A file may hold several documents, one a line. Of
a document past DOCUMENT_BYTES the elements are cut out block by block, and never is all of it in memory.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from connectors.files.chunk import Chunk, UnreadableFile, printable, rejected_only, rejects
from connectors.files.elements import array_start, split_elements
from connectors.files.nesting import REASON, too_deep
from connectors.files.objects import mend_surrogates, split_objects

_BOM = b"\xef\xbb\xbf"
# A document up to here is parsed as a whole; what the system says beside a large array may follow it, up to here too.
DOCUMENT_BYTES = 16 << 20


@dataclass(frozen=True)
class Pages:
    """`path`: JSON path of the array ("$" when the document is the array); `error_code`: JSON path of the code that
    must be 0 or absent, for systems whose every answer is HTTP 200.

    `single`: at `path` is one object, the document's only record. `value`: the elements are plain values; the column
    that takes them. `beside`: paths without `$.` of what the document says once for all its records; each becomes a
    column called like the path.
    """

    path: str
    error_code: str | None = None
    encoding: str = "utf-8"
    single: bool = False
    value: str | None = None
    beside: tuple[str, ...] = ()


def read_pages(
    con: duckdb.DuckDBPyConnection,
    file: BinaryIO,
    shape: Pages,
    expected: Collection[str] = (),
    present: Collection[str] | None = None,
) -> Iterator[Chunk]:
    """The records of the file's documents; `expected` and `present` as in split_objects."""
    names: dict[str, str] = {}
    reader = _Reader(con, shape, partial(split_objects, con, expected=expected, present=present, given=names))
    content = file.read(DOCUMENT_BYTES + 1).removeprefix(_BOM)
    if len(content) > DOCUMENT_BYTES:
        yield from _read_large(reader, content, file)
    elif content.strip():
        yield from _read_documents(reader, content)


@dataclass(frozen=True)
class _Reader:
    """What reading a document takes; `split` makes rows of its elements."""

    con: duckdb.DuckDBPyConnection
    shape: Pages
    split: Callable[[pa.Table], Chunk]


def _read_documents(reader: _Reader, content: bytes) -> Iterator[Chunk]:
    """One document; or one a line, if the whole is none but its first line is."""
    whole = _read_document(reader, content)
    documents = [line for line in content.split(b"\n") if line.strip()]
    if not _is_no_json(whole) or len(documents) < 2 or _is_no_json(_read_document(reader, documents[0])):
        yield whole
        return
    before = 0
    for document in documents:
        chunk = _read_document(reader, document)
        yield _moved(chunk, before)
        before += max(chunk.delivered, 1)


def _is_no_json(chunk: Chunk) -> bool:
    return chunk.delivered == 1 and chunk.rejects["reason"].to_pylist() == [_NO_JSON] and len(chunk.rows) == 0


def _moved(chunk: Chunk, by: int) -> Chunk:
    """The chunk with its lines counted from `by` on."""
    rows = chunk.rows.set_column(chunk.rows.schema.get_field_index("_line"), "_line", pc.add(chunk.rows["_line"], by))
    refused = chunk.rejects.set_column(0, "line", pc.add(chunk.rejects["line"], by))
    return Chunk(rows, refused, chunk.delivered)


def _read_document(reader: _Reader, content: bytes) -> Chunk:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return _refuse(content, f"not valid {reader.shape.encoding}")
    text = _valid(reader.con, text) or _valid(reader.con, mend_surrogates(text))
    if not text:
        return _refuse(content, _NO_JSON)
    if reason := _error(reader.con, text, reader.shape):
        return _refuse(content, reason)
    return _split(reader, _elements(reader.con, text, reader.shape))


_NO_JSON = "not valid JSON"


def _valid(con: duckdb.DuckDBPyConnection, text: str) -> str:
    """The text if it is JSON, else none."""
    row = con.execute("select json_valid($text)", {"text": text}).fetchone()
    return text if row and row[0] else ""


def _split(reader: _Reader, elements: pa.Table) -> Chunk:
    """Rows of the elements; those nested too deep are rejects."""
    deep = too_deep(elements["text"])
    chunk = reader.split(elements.filter(pa.array(~deep)))
    refused = elements.filter(pa.array(deep))
    lines, texts = refused["_line"].to_pylist(), refused["text"].to_pylist()
    rejected = pa.concat_tables([chunk.rejects, rejects(lines, [REASON] * len(lines), texts)])
    return Chunk(chunk.rows, rejected, len(elements))


def _read_large(reader: _Reader, head: bytes, file: BinaryIO) -> Iterator[Chunk]:
    """The elements of a document too large to be parsed as a whole; what is wrong with it shows when they are read."""
    shape, limit = reader.shape, f"{DOCUMENT_BYTES >> 20} MiB"
    start = array_start(head, shape.path)
    if start is None or shape.single or shape.value or shape.beside:
        raise UnreadableFile(f"longer than {limit}, with no array at {shape.path} to cut into records before that")
    splitting = split_elements(head[start:], file)
    while True:
        try:
            elements = next(splitting)
        except StopIteration as end:
            rest = end.value
            break
        chunk = _split(reader, elements.rows)
        yield Chunk(chunk.rows, pa.concat_tables([chunk.rejects, elements.rejects]), elements.delivered)
    rest += file.read(DOCUMENT_BYTES)
    if file.read(1):
        raise UnreadableFile(f"more than {limit} follow the array at {shape.path}")
    frame = _read_document(reader, head[:start] + b"]" + rest)
    if frame.delivered:
        raise UnreadableFile(frame.rejects["reason"][0].as_py())


def _elements(con: duckdb.DuckDBPyConnection, text: str, shape: Pages) -> pa.Table:
    """The records with their positions, as JSON texts."""
    found = "[json_extract($text, $path)]" if shape.single else "from_json(json_extract($text, $path), '[\"JSON\"]')"
    wrapped = "case when json_type(element) in ('OBJECT', 'ARRAY') then element else json_object($value, element) end"
    pairs = ", ".join(f"$name_{i}, json_extract($text, $beside_{i})" for i in range(len(shape.beside)))
    merged = f"json_merge_patch(record, json_object({pairs}))" if pairs else "record"
    parameters = {"text": text, "path": shape.path}
    if shape.value:
        parameters["value"] = shape.value
    for i, path in enumerate(shape.beside):
        parameters |= {f"name_{i}": path, f"beside_{i}": f"$.{path}"}
    return con.execute(
        f"""
        with listed as (select {found} as elements),
        numbered as (
            select unnest(range(1, len(elements) + 1)) as _line, unnest(elements) as element from listed
        ),
        record as (select _line, {wrapped if shape.value else "element"} as record from numbered)
        -- A merge with what is no object would replace it, and hide that it is none.
        select _line, (case when json_type(record) = 'OBJECT' then {merged} else record end)::varchar as text
        from record order by _line
        """,
        parameters,
    ).to_arrow_table()


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
    wanted = "OBJECT" if shape.single else "ARRAY"
    return None if kind == wanted else f"no {wanted.lower()} at {shape.path}"


def _refuse(content: bytes, reason: str) -> Chunk:
    return rejected_only(rejects([1], [reason], [printable(content)]))
