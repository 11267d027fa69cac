"""Workbooks of Excel and LibreOffice: XLSX, XLSM, XLSB, XLS, ODS; one sheet as a table.

In: a path. Out: chunks of text rows; `_line` is the sheet's row number. Cells become the text the system meant:
dates and times ISO 8601, whole numbers without .0, true and false; a formula is its last result, an error (#N/A) is
missing. A cell merged over several rows holds for each of them (not in ODS and XLSB, which do not tell here); rows
without any value are none.

What a workbook cannot give back: an id of more than 15 digits that was typed as a number. Excel itself has replaced
the digits from the 16th on before the file was saved; let the system write such columns as text.
"""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa

from connectors.files.chunk import Chunk, UnreadableFile, rejects
from connectors.files.compressed import ZIP, Expansion
from connectors.files.header import Header

# What one sheet may take while it is read, and how far a workbook may unpack.
MEMORY_BYTES = 3 << 30
UNPACKED = Expansion(most_bytes=8 << 30, most_times=200)
_PORTION_BYTES = 256 << 20
_CELLS = Path(__file__).with_name("cells.py")
_TOO_LARGE = f"the workbook is damaged, or its sheet needs more than {MEMORY_BYTES >> 30} GiB of memory"


@dataclass(frozen=True)
class Workbook:
    """`sheet`: name or number (from 1), default the first visible one with data; `skip_rows` rows stand above the
    header. With several header rows, a name left empty above is taken from below."""

    sheet: str | int | None = None
    header_rows: int = 1
    skip_rows: int = 0
    names: tuple[str, ...] = ()


def read_workbook(path: Path, shape: Workbook) -> Iterator[Chunk]:
    """Yield chunks of text rows; UnreadableFile for a damaged or protected workbook or one without the sheet."""
    _check_unpacked(path)
    header = Header(shape.names)
    with _cells(path, shape.sheet) as messages:
        for rows in _tables(messages):
            rows = rows.filter(pa.array(rows["_line"].to_numpy() > shape.skip_rows))
            while len(header.rows) < shape.header_rows and len(rows):
                header.add([rows[i][0].as_py() or "" for i in range(1, rows.num_columns)])
                rows = rows.slice(1)
            if len(rows):
                header.width = max(header.width, rows.num_columns - 1)
                yield Chunk(_named(rows, header), rejects([], [], []), len(rows))
    if 0 < len(header.rows) < shape.header_rows:
        raise UnreadableFile(f"the sheet ends inside its {shape.header_rows} header rows")


def _named(rows: pa.Table, header: Header) -> pa.Table:
    """The columns under their names, without those that have neither name nor value."""
    names = header.names()
    kept = [i for i in range(rows.num_columns - 1) if header.is_named(i) or rows[i + 1].null_count < len(rows)]
    return pa.table([rows["_line"], *(rows[i + 1] for i in kept)], names=["_line", *(names[i] for i in kept)])


def _tables(messages: Iterator[dict[str, Any]]) -> Iterator[pa.Table]:
    """Rows with at least one value; UnreadableFile when the rows end before the sheet does."""
    received, said = 0, -1  # a process that was ended says nothing
    for message in messages:
        if "error" in message:
            raise UnreadableFile(message["error"])
        said = message.get("rows", said)
        if "columns" not in message:
            continue
        columns = [pa.array(column, pa.string()) for column in message["columns"]]
        numbers = np.arange(message["first"], message["first"] + len(columns[0]))
        received += len(numbers)
        filled = np.logical_or.reduce([column.is_valid().to_numpy(zero_copy_only=False) for column in columns])
        names = ["_line", *map(str, range(len(columns)))]
        yield pa.table([pa.array(numbers), *columns], names=names).filter(pa.array(filled))
    if received != said:
        raise UnreadableFile(_TOO_LARGE)


@contextmanager
def _cells(path: Path, sheet: str | int | None) -> Iterator[Iterator[dict[str, Any]]]:
    """What cells.py says about the file."""
    command = [sys.executable, "-P", str(_CELLS), str(path), json.dumps(sheet), str(MEMORY_BYTES)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        try:
            yield _messages(process.stdout)
        finally:
            process.kill()


def _messages(output: IO[bytes]) -> Iterator[dict[str, Any]]:
    while line := output.readline(_PORTION_BYTES):
        if not line.endswith(b"\n"):  # it died in the middle, or its cells are longer than cells can be
            raise UnreadableFile(_TOO_LARGE)
        yield json.loads(line)


def _check_unpacked(path: Path) -> None:
    """UnreadableFile for a workbook that is a bomb, by what its own directory says; it cannot unpack further."""
    with path.open("rb") as file:
        if file.read(4) != ZIP:
            return
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise UnreadableFile("the workbook is damaged, or is none") from None
    if not UNPACKED.allows(path.stat().st_size, sum(each.file_size for each in members)):
        raise UNPACKED.refusal()
