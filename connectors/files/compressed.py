"""Compressed files, read as if they were plain: gzip, bzip2, xz and Zstandard, told apart by their first bytes.

In: a path. Out: an open binary file. A file that unpacks further than `Expansion` allows is unreadable: a few
kilobytes can hold terabytes of nothing, and neither disk nor memory should find that out.
"""

import bz2
import gzip
import io
import lzma
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from connectors.files.chunk import UnreadableFile

ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class Expansion:
    """How far a delivery may unpack: `most_bytes` in all, and past `free_bytes` no more than `most_times` its size.

    Text of real exports shrinks to a tenth or a fiftieth; gzip cannot do better than 1,032 times.
    """

    most_bytes: int = 50 << 30
    most_times: int = 1000
    free_bytes: int = 100 << 20

    def allows(self, packed: int, unpacked: int) -> bool:
        """True when `packed` bytes may become `unpacked` ones."""
        return unpacked <= self.most_bytes and (unpacked <= self.free_bytes or unpacked <= self.most_times * packed)

    def refusal(self) -> UnreadableFile:
        """The error that says what was exceeded."""
        return UnreadableFile(
            f"unpacks to more than {self.most_times:,} times its size or to more than {self.most_bytes >> 30:,} GiB: "
            "this is no export"
        )


def _open_zstandard(path: Path) -> BinaryIO:
    return cast(BinaryIO, pa.input_stream(str(path), compression="zstd"))


# First bytes → how to open.
_OPENERS: dict[bytes, Callable[[Path], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"\x28\xb5\x2f\xfd": _open_zstandard,
}


def open_plain(path: Path, limits: Expansion | None = None) -> BinaryIO:
    """The file's bytes, unpacked if it is compressed."""
    with path.open("rb") as file:
        start = file.read(6)
    opener = next((each for magic, each in _OPENERS.items() if start.startswith(magic)), None)
    if opener is None:
        return path.open("rb")
    return cast(BinaryIO, _Unpacked(opener(path), path.stat().st_size, limits or Expansion()))


@contextmanager
def plain_file(path: Path, limits: Expansion | None = None) -> Iterator[Path]:
    """A path to the unpacked bytes, for formats that are not read from start to end; temporary when unpacked."""
    with open_plain(path, limits) as file:
        if not isinstance(file, _Unpacked):
            yield path
            return
        with tempfile.TemporaryDirectory() as directory:
            target = Path(directory) / "plain"
            with target.open("wb") as out:
                shutil.copyfileobj(cast(BinaryIO, file), out, 1 << 20)
            yield target


class _Unpacked(io.BufferedIOBase):
    """A stream that counts what it unpacks, and says of any damage that the file is damaged."""

    def __init__(self, stream: BinaryIO, packed: int, limits: Expansion) -> None:
        self._stream, self._packed, self._limits, self._unpacked = stream, packed, limits, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        try:
            data = self._stream.read(size)
        except (zlib.error, EOFError, lzma.LZMAError):
            raise UnreadableFile("the compressed file is damaged or cut off") from None
        except OSError as error:
            if error.errno is not None:  # the disk's fault, not the file's
                raise
            raise UnreadableFile("the compressed file is damaged or cut off") from None
        self._unpacked += len(data)
        if not self._limits.allows(self._packed, self._unpacked):
            raise self._limits.refusal()
        return data

    def read1(self, size: int = -1, /) -> bytes:
        return self.read(size if size >= 0 else 1 << 20)

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()
