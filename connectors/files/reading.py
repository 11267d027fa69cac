"""One door to all file formats, gzip included."""

import gzip
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import duckdb

from connectors.files.chunk import Chunk, UnreadableFile, rejected_only
from connectors.files.columnar import Columnar, read_columnar
from connectors.files.delimited import Delimited, read_delimited
from connectors.files.lines import read_lines
from connectors.files.objects import split_objects
from connectors.files.pages import Pages, read_pages
from connectors.files.patterned import Patterned, read_patterned


@dataclass(frozen=True)
class Ndjson:
    """One JSON object a line."""

    encoding: str = "utf-8"


Format = Ndjson | Delimited | Pages | Patterned | Columnar


def read_file(
    con: duckdb.DuckDBPyConnection, path: Path, shape: Format, expected: Collection[str] = ()
) -> Iterator[Chunk]:
    """Yield the chunks of one delivered file; UnreadableFile when the file as a whole cannot be read.

    `expected` are the names the stream's mapping reads.
    """
    if isinstance(shape, Columnar):
        yield read_columnar(con, path)
        return
    with _open(path) as file:
        try:
            yield from _chunks(con, file, shape, expected)
        except (gzip.BadGzipFile, zlib.error, EOFError):
            raise UnreadableFile("the compressed file is damaged or cut off") from None


def _chunks(
    con: duckdb.DuckDBPyConnection, file: BinaryIO, shape: Format, expected: Collection[str]
) -> Iterator[Chunk]:
    match shape:
        case Ndjson():
            for chunk in read_lines(file, shape.encoding):
                yield rejected_only(chunk.rejects)
                yield split_objects(con, chunk.rows, expected)
        case Delimited():
            yield from read_delimited(file, shape)
        case Pages():
            yield read_pages(con, file, shape, expected)
        case Patterned():
            yield from read_patterned(con, file, shape)


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path, "rb") if is_gzip else path.open("rb"))
