"""What lies in the inbox: the files of a stream, members of zip archives included, with their hash and day.

In: the inbox and a stream. Out: deliveries in a fixed order. A zip archive is unpacked member by member into a
temporary file, so that each member is a delivery of its own.
"""

import hashlib
import lzma
import os
import re
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

from connectors.stream import Stream

_DAY = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)")


@dataclass(frozen=True)
class Delivery:
    """A file in the inbox, or a member of an archive there. `name` is relative to the inbox; `damage` says why
    nothing can be read from it. `position` is the member's place in the archive, in which a name may occur twice."""

    name: str
    path: Path
    member: str | None
    delivered_on: date | None
    damage: str | None = None
    position: int = 0

    def content_hash(self) -> str:
        """SHA-256 of the delivered bytes, hexadecimal."""
        with self.opened() as path:
            return hash_of(path)

    @contextmanager
    def opened(self) -> Iterator[Path]:
        """A path to read the bytes from; a temporary one for a member of an archive."""
        if self.member is None:
            yield self.path
            return
        with tempfile.TemporaryDirectory() as directory:
            target = Path(directory) / "member"
            with zipfile.ZipFile(self.path) as archive:
                member = archive.infolist()[self.position]
                with archive.open(member) as source, target.open("wb") as out:
                    shutil.copyfileobj(source, out, 1 << 20)
            yield target


def deliveries(inbox: Path, stream: Stream) -> Iterator[Delivery]:
    """Deliveries of a stream, by day and name; files whose names are still marked as being written are left alone."""
    paths = sorted(path for path in inbox.glob(stream.files) if path.is_file() and not _in_flight(path))
    found = [each for path in paths for each in _of_file(inbox, path, stream)]
    yield from sorted(found, key=lambda each: (each.delivered_on or date.min, each.name))


def hash_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def delivered_on(name: str) -> date | None:
    """The first yyyy-mm-dd or yyyymmdd in a file name, if it is a day."""
    for year, month, day in _DAY.findall(name):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def _in_flight(path: Path) -> bool:
    return path.name.startswith((".", "~")) or path.suffix in {".tmp", ".part", ".partial", ".crdownload"}


def _of_file(inbox: Path, path: Path, stream: Stream) -> Iterator[Delivery]:
    name, day = _text_of(path.relative_to(inbox).as_posix()), delivered_on(path.name)
    if stream.member is None:
        yield Delivery(name, path, None, day)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(
                (_text_of(each.filename), position)
                for position, each in enumerate(archive.infolist())
                if not each.is_dir() and fnmatch(Path(each.filename).name, stream.member)
            )
            damaged = archive.testzip()
    except FileNotFoundError:  # taken away since it was listed: not a delivery any more
        return
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, RuntimeError, EOFError, ValueError, OSError):
        damaged, members = name, []
    if damaged:
        # A delivery of its own, so that it shows in ops.batch and ops.quarantine.
        yield Delivery(name, path, None, day, "the zip archive is damaged or needs a password")
        return
    for member, position in members:
        yield Delivery(f"{name}!{member}", path, member, day, position=position)


def _text_of(name: str) -> str:
    """A file name as text that can be stored: bytes of it that are not UTF-8 become \\xNN."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")
