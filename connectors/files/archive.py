"""Zip archives: which members hold deliveries, and the bytes of one. Nothing is written under a member's own name.

In: an archive's path. Out: members by name and position. An archive whose members unpack further than `Expansion`
allows, or do not unpack at all, is unreadable as a whole.
"""

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from connectors.files.chunk import UnreadableFile
from connectors.files.compressed import ZIP, Expansion
from connectors.files.encoding import AUTO, settle_encoding

_EMPTY = b"PK\x05\x06"
_ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
_UTF8_NAME = 0x800
# Whatever bytes there are, the library answers with one of these.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    RuntimeError,
    EOFError,
    ValueError,
    IndexError,
    OverflowError,
    OSError,
)


@dataclass(frozen=True)
class Member:
    """A file in an archive, in which a name may occur twice: `position` is its own."""

    name: str
    position: int


def is_archive(path: Path) -> bool:
    """True for a zip archive by name or first bytes; a workbook is one too, but no archive of deliveries."""
    with path.open("rb") as file:
        start = file.read(4)
    if path.suffix.lower() == ".zip":
        return True
    if start not in (ZIP, _EMPTY):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except _DAMAGE:
        return False
    return not ("[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names)


def members(path: Path, wanted: Callable[[str], bool], limits: Expansion | None = None) -> list[Member]:
    """Members whose file name is wanted, by name, each read once to be sure of it; UnreadableFile when one is damaged.

    Folders, links, hidden files and archives inside the archive are none.
    """
    limits = limits or Expansion()
    with _opened(path) as archive:
        found = [
            (Member(name, position), info)
            for position, info in enumerate(archive.infolist())
            if _is_plain(name := _name_of(info), info) and wanted(_path(name).name)
        ]
        allowed = all(limits.allows(info.compress_size, info.file_size) for _, info in found)
        # Members may share their compressed bytes.
        if not allowed or not limits.allows(path.stat().st_size, sum(info.file_size for _, info in found)):
            raise limits.refusal()
        for _, info in found:
            with archive.open(info) as member:
                while member.read(1 << 20):
                    pass
    return sorted((member for member, _ in found), key=lambda member: (member.name, member.position))


@contextmanager
def open_member(path: Path, position: int) -> Iterator[IO[bytes]]:
    """A member's bytes; no more of them than the archive's directory says."""
    with _opened(path) as archive, archive.open(archive.infolist()[position]) as member:
        yield member


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (FileNotFoundError, UnreadableFile):
        raise
    except _DAMAGE:
        raise UnreadableFile("the zip archive is damaged or needs a password") from None


def _name_of(info: zipfile.ZipInfo) -> str:
    """A member's name. Windows writes names in the code page of its country without saying so, here GB18030."""
    if info.flag_bits & _UTF8_NAME or info.filename.isascii():
        return info.filename
    written = info.filename.encode("cp437", errors="replace")
    return written.decode(settle_encoding(written, AUTO), errors="backslashreplace")


def _is_plain(name: str, info: zipfile.ZipInfo) -> bool:
    parts = _path(name).parts
    hidden = any(part.startswith((".", "~")) and part != ".." for part in parts) or "__MACOSX" in parts
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    return bool(parts) and not info.is_dir() and not is_link and not hidden and not name.lower().endswith(_ARCHIVES)


def _path(name: str) -> PurePosixPath:
    return PurePosixPath(name.replace("\\", "/"))
