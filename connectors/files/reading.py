"""One door to all file formats, compressed or not, in whatever encoding.

In: a path and what the stream says of its format. Out: chunks. How a file is compressed, and that it has a byte order
mark, is told by its bytes and holds whatever the stream says.
"""

import codecs
from collections.abc import Collection, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import duckdb

from connectors.files.bulk import BULK_BYTES, read_bulk
from connectors.files.chunk import Bulk, Chunk, UnreadableFile, rejected_only
from connectors.files.columnar import Columnar, read_columnar
from connectors.files.compressed import ZIP, Expansion, open_plain, plain_file
from connectors.files.delimited import Delimited, read_delimited
from connectors.files.encoding import SAMPLE_BYTES, in_lines, settle_encoding
from connectors.files.lines import read_lines
from connectors.files.objects import split_objects
from connectors.files.pages import Pages, read_pages
from connectors.files.patterned import Patterned, read_patterned
from connectors.files.workbook import Workbook, read_workbook


@dataclass(frozen=True)
class Ndjson:
    """One JSON object a line."""

    encoding: str = "utf-8"


@dataclass(frozen=True)
class Json:
    """JSON however it is laid out: an array of objects, one object a line or, when `path` is set, pages."""

    path: str | None = None
    error_code: str | None = None
    encoding: str = "utf-8"


Format = Ndjson | Delimited | Pages | Json | Patterned | Columnar | Workbook
_Text = Ndjson | Delimited | Pages | Patterned
# JSON lines shrink to about so small a part when they are compressed.
_PACKED = 8


def read_file(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    shape: Format,
    expected: Collection[str] = (),
    limits: Expansion | None = None,
    present: Collection[str] | None = None,
) -> Iterator[Chunk]:
    """Yield the chunks of one delivered file; UnreadableFile when the file as a whole cannot be read.

    `expected` are the names the stream's mapping reads; `limits` say how far a compressed file may unpack; `present`
    are the raw table's columns, folded, beyond which JSON may add no more than there is room for.
    """
    if isinstance(shape, Columnar | Workbook):
        with plain_file(path, limits) as plain:
            yield from read_columnar(plain) if isinstance(shape, Columnar) else read_workbook(plain, shape)
        return
    text = _settled(path, shape, limits)
    with open_plain(path, limits) as file:
        lines, encoding = in_lines(file, text.encoding, safe=isinstance(text, Pages))
        settled = text if isinstance(text, Pages) else replace(text, encoding=encoding)
        yield from _chunks(con, lines, settled, expected, present)


def read_delivery(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    shape: Format,
    expected: Collection[str] = (),
    limits: Expansion | None = None,
    present: Collection[str] | None = None,
) -> Generator[Chunk | Bulk, None, None]:
    """As read_file; a large file of one JSON object a line comes as queries that DuckDB stores directly."""
    if isinstance(shape, Ndjson | Json) and path.stat().st_size >= BULK_BYTES // _PACKED:
        text = _settled(path, shape, limits)
        if isinstance(text, Ndjson) and codecs.lookup(text.encoding).name == "utf-8":
            with suppress(UnreadableFile), plain_file(path, limits) as plain:
                if plain.stat().st_size >= BULK_BYTES:
                    yield from read_bulk(con, plain, expected, present)
                    return
            # A damaged file's sound beginning is read by the careful way.
    yield from read_file(con, path, shape, expected, limits, present)


def _settled(path: Path, shape: _Text | Json, limits: Expansion | None) -> _Text:
    """How the text is laid out and in which encoding."""
    with open_plain(path, limits) as file:
        sample = file.read(SAMPLE_BYTES)
    if sample.startswith(ZIP):
        raise UnreadableFile("an archive or a workbook where text should be")
    return replace(_laid_out(shape, sample), encoding=settle_encoding(sample, shape.encoding))


def _laid_out(shape: _Text | Json, sample: bytes) -> _Text:
    """What a JSON file is, by its first character: an array, a page or one object a line."""
    if not isinstance(shape, Json):
        return shape
    characters = sample.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if characters.startswith(b"["):
        return Pages("$", encoding=shape.encoding)
    return Pages(shape.path, shape.error_code, shape.encoding) if shape.path else Ndjson(shape.encoding)


def _chunks(
    con: duckdb.DuckDBPyConnection,
    file: BinaryIO,
    shape: _Text,
    expected: Collection[str],
    present: Collection[str] | None,
) -> Iterator[Chunk]:
    match shape:
        case Ndjson():
            names: dict[str, str] = {}
            for chunk in read_lines(file, shape.encoding):
                yield rejected_only(chunk.rejects)
                yield split_objects(con, chunk.rows, expected, present, names)
        case Delimited():
            yield from read_delimited(file, shape)
        case Pages():
            yield from read_pages(con, file, shape, expected, present)
        case Patterned():
            yield from read_patterned(con, file, shape)
