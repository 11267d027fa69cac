"""What a person would be found by in a file, and whether a file holds it.

In: the temporary tables of the subject. Out: needles, kept in memory alone; and the files under a folder that hold one,
looked for in what was compressed, packed or sealed too, and in the tables of DuckDB files. Needles never reach a
message.
"""

import bz2
import gzip
import hashlib
import io
import lzma
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.publish import FULL
from warehouse.raw import quoted
from warehouse.vault.cipher import connect_file, is_encrypted
from warehouse.vault.key import Key, Purpose
from warehouse.vault.sealing import SUFFIX, unseal

_BLOCK = 4 << 20
_OPENERS: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_LONG = 10
# Types of columns in which a text can stand.
_TELLING = "VARCHAR|BLOB|JSON|STRUCT|MAP|UNION|VARIANT"
_ZIP, _PARQUET, _ZSTD = b"PK\x03\x04", b"PAR1", b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True)
class Needles:
    """What is looked for: words (ASCII, lower case), names, and the hashes by which extracts name people.

    Customer ids are looked for in extracts alone: the ledger keeps them.
    """

    words: frozenset[str] = field(repr=False)
    names: frozenset[str] = field(repr=False)
    hashed: frozenset[str] = field(repr=False, default=frozenset())
    customers: frozenset[str] = frozenset()

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them, in lower case."""
        return tuple(sorted(each.lower() for each in (*self.words, *self.names, *self.hashed)))

    @property
    def forms(self) -> tuple[bytes, ...]:
        """As they stand in files: UTF-8, names in GB 18030 as well."""
        wide = [name.lower().encode("gb18030") for name in self.names if not name.isascii()]
        return tuple(dict.fromkeys([*(text.encode() for text in self.texts), *wide]))

    def are_in(self, text: str) -> bool:
        """True when a sentence names the person: a word of it, not a part of one."""
        folded = text.lower()
        return any(
            re.search(rf"(?<![0-9a-z]){re.escape(each)}(?![0-9a-z])", folded) if each.isascii() else each in folded
            for each in self.texts
        )

    @property
    def of_extracts(self) -> "Needles":
        """The same with the customer ids, by which a row without anything else of one's own is known."""
        return replace(self, words=self.words | {each.lower() for each in self.customers})


def read_needles(con: duckdb.DuckDBPyConnection) -> Needles:
    """The subject's needles."""
    rows = con.execute("select word, name from erased_text").fetchall()
    words = {row[0] for row in rows if row[0]}
    names = frozenset(row[1] for row in rows if row[1])
    customers = frozenset(row[0] for row in con.execute("select customer_id from erased_customer").fetchall())
    return Needles(frozenset(words), names, frozenset(_hashed(con)), customers)


def find_files(folder: Path, needles: Needles, key: Key | None) -> list[Path]:
    """Files below the folder that hold a needle."""
    forms = needles.forms
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and holds(path, forms, key)]


def find_tables(path: Path, needles: Needles, key: Key | None) -> list[str]:
    """Tables of a DuckDB file that hold a needle: its bytes are compressed, and encrypted where there is a key."""
    if not needles.texts:
        return []
    purpose: Purpose = "snapshot" if path.name == FULL else "warehouse"
    pattern = "|".join(_pattern(text) for text in needles.texts)
    with connect_file(path, key.derive_text(purpose) if key and is_encrypted(path) else None, read_only=True) as con:
        columns = con.execute(
            """
            select schema_name, table_name, list({name: column_name, kind: data_type} order by column_index)
            from duckdb_columns()
            where database_name = current_database() and regexp_matches(data_type, $telling)
                and (schema_name, table_name) in (select (schema_name, table_name) from duckdb_tables())
            group by all order by all
            """,
            {"telling": _TELLING},
        ).fetchall()
        found = []
        for schema, table, listed in columns:
            texts = ", ".join(_text_sql(each["name"], each["kind"]) for each in listed)
            told = f"lower(concat_ws(chr(31), {texts}))"
            query = f"select 1 from {quoted(schema)}.{quoted(table)} where regexp_matches({told}, $pattern) limit 1"
            if con.execute(query, {"pattern": pattern}).fetchone():
                found.append(f"{schema}.{table}")
    return found


def _text_sql(name: str, kind: str) -> str:
    """A column as text; the plain cast of a nested one puts a backslash before an apostrophe."""
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))
    return f"to_json({quoted(name)})::varchar" if nested else f"{quoted(name)}::varchar"


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
    return any(form in folded and (not _is_short(form) or _stands_alone(form, folded)) for form in forms)


def _is_short(form: bytes | str) -> bool:
    """Whether it is found by chance inside of longer numbers and keys, as the six digits of a record's key are."""
    return len(form) < _LONG and form.isascii() and form.isalnum()


def _stands_alone(form: bytes, folded: bytes) -> bool:
    return bool(re.search(rb"(?<![0-9a-z])" + re.escape(form) + rb"(?![0-9a-z])", folded))


def _pattern(text: str) -> str:
    """The regular expression, of RE2, by which DuckDB finds a text."""
    return rf"\b{text}\b" if _is_short(text) else re.escape(text)


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
