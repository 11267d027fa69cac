"""What lies in the inbox: the files of a stream, members of zip archives included, with their hash and day.

In: the inbox and a stream. Out: deliveries in a fixed order. A zip archive is unpacked member by member into a
temporary file, so that each member is a delivery of its own.
"""

import hashlib
import re
import shutil
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
    nothing can be read from it."""

    name: str
    path: Path
    member: str | None
    delivered_on: date | None
    damage: str | None = None

    def content_hash(self) -> str:
        """SHA-256 of the delivered bytes, hexadecimal."""
        digest = hashlib.sha256()
        with self.opened() as path, path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()

    @contextmanager
    def opened(self) -> Iterator[Path]:
        """A path to read the bytes from; a temporary one for a member of an archive."""
        if self.member is None:
            yield self.path
            return
        with tempfile.TemporaryDirectory() as directory:
            target = Path(directory) / "member"
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as source, target.open("wb") as out:
                shutil.copyfileobj(source, out, 1 << 20)
            yield target


def deliveries(inbox: Path, stream: Stream) -> Iterator[Delivery]:
    """Deliveries of a stream, by day and name; files whose names are still marked as being written are left alone."""
    paths = sorted(path for path in inbox.glob(stream.files) if path.is_file() and not _in_flight(path))
    found = [each for path in paths for each in _of_file(inbox, path, stream)]
    yield from sorted(found, key=lambda each: (each.delivered_on or date.min, each.name))


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
    name, day = path.relative_to(inbox).as_posix(), delivered_on(path.name)
    if stream.member is None:
        yield Delivery(name, path, None, day)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(member for member in archive.namelist() if fnmatch(Path(member).name, stream.member))
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError):
        damaged, members = name, []
    if damaged:
        # A delivery of its own, so that it shows in ops.batch and ops.quarantine.
        yield Delivery(name, path, None, day, "the zip archive is damaged or needs a password")
        return
    for member in members:
        yield Delivery(f"{name}!{member}", path, member, day)
