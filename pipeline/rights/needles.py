"""What a person would be found by in a file, and whether a file holds it.

In: the temporary tables of the subject. Out: needles, kept in memory alone; and the files under a folder that hold one,
looked for in what was compressed, packed or sealed too. Needles never reach a message.
"""

import bz2
import gzip
import hashlib
import io
import lzma
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.vault.key import Key, Purpose
from warehouse.vault.sealing import SUFFIX, unseal

_BLOCK = 4 << 20
_OPENERS: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_ZIP, _PARQUET, _ZSTD = b"PK\x03\x04", b"PAR1", b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True)
class Needles:
    """What is looked for: words (ASCII, lower case), names, and the hashes by which extracts name people."""

    words: frozenset[str] = field(repr=False)
    names: frozenset[str] = field(repr=False)
    hashed: frozenset[str] = field(repr=False, default=frozenset())

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them, in lower case."""
        return tuple(sorted(each.lower() for each in (*self.words, *self.names, *self.hashed)))

    @property
    def forms(self) -> tuple[bytes, ...]:
        """As they stand in files: UTF-8, names in GB 18030 as well."""
        wide = [name.lower().encode("gb18030") for name in self.names if not name.isascii()]
        return tuple(dict.fromkeys([*(text.encode() for text in self.texts), *wide]))


def read_needles(con: duckdb.DuckDBPyConnection) -> Needles:
    """The subject's needles."""
    rows = con.execute("select word, name from erased_text").fetchall()
    words = {row[0] for row in rows if row[0]}
    return Needles(frozenset(words), frozenset(row[1] for row in rows if row[1]), frozenset(_hashed(con)))


def find_files(folder: Path, needles: Needles, key: Key | None) -> list[Path]:
    """Files below the folder that hold a needle."""
    forms = needles.forms
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and holds(path, forms, key)]


def holds(path: Path, forms: tuple[bytes, ...], key: Key | None) -> bool:
    """True when the file holds one of the forms, itself or in what is packed in it."""
    try:
        if path.name.endswith(SUFFIX):
            purpose: Purpose = "extract" if "extracts" in path.parts else "archive"
            return _is_in(io.BytesIO(b"".join(unseal(path, key, purpose))), forms)
        with path.open("rb") as file:
            return _is_in(file, forms)
    except FileNotFoundError:
        return False


def _is_in(file: IO[bytes], forms: tuple[bytes, ...]) -> bool:
    return any(_holds_block(block, forms) for block in _unpacked(file))


def _holds_block(block: bytes, forms: tuple[bytes, ...]) -> bool:
    folded = block.lower()
    return any(form in folded for form in forms)


def _unpacked(file: IO[bytes]) -> Iterator[bytes]:
    """Blocks of the file and of what it packs; what cannot be unpacked is looked at as it is."""
    start = file.read(8)
    file.seek(0)
    try:
        if start.startswith(_ZIP):
            yield from _members(file)
        elif start.startswith(_PARQUET):
            yield from _columns(file)
        elif start.startswith(_ZSTD):
            with pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd") as plain:
                yield plain.read()
        else:
            opener = next((each for magic, each in _OPENERS.items() if start.startswith(magic)), None)
            yield from _blocks(opener(file) if opener else file)
    except (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile, pa.ArrowException):
        file.seek(0)
        yield from _blocks(file)


def _members(file: IO[bytes]) -> Iterator[bytes]:
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            yield from _unpacked(io.BytesIO(archive.read(member)))


def _columns(file: IO[bytes]) -> Iterator[bytes]:
    parquet = pq.ParquetFile(file)
    for group in range(parquet.num_row_groups):
        table = parquet.read_row_group(group)
        for column in table.columns:
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                yield "\n".join(value for value in column.to_pylist() if value).encode()


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Blocks that overlap, so that a needle across the edge is found."""
    overlap = b""
    while block := file.read(_BLOCK):
        yield overlap + block
        overlap = block[-512:]


def _hashed(con: duckdb.DuckDBPyConnection) -> Iterable[str]:
    """SHA-256 of addresses and phones, as the advertising tools' customer lists have them."""
    rows = con.execute(
        "select distinct namespace, value from erased_identifier where is_carrier and namespace in ('email', 'phone')"
    ).fetchall()
    for namespace, value in rows:
        forms = {value, value.lstrip("+"), value.removeprefix("+86")} if namespace == "phone" else {value}
        for form in forms:
            yield hashlib.sha256(form.encode()).hexdigest()
            yield hashlib.md5(form.encode(), usedforsecurity=False).hexdigest()
