"""What lies in the inbox: the files of a stream, members of zip archives included, with their hash and day.

In: the inbox and a stream. Out: deliveries in a fixed order. A zip archive is unpacked member by member into a
temporary file, so that each member is a delivery of its own. Folders, pipes and devices are no deliveries, whatever
they are called; a link that leads out of the inbox is not followed.
"""

import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from connectors.files.archive import Member, is_archive, members, open_member
from connectors.files.chunk import UnreadableFile
from connectors.files.columnar import Columnar
from connectors.files.compressed import Expansion
from connectors.files.delimited import Delimited
from connectors.files.pages import Pages
from connectors.files.patterned import Patterned
from connectors.files.reading import Format, Json, Ndjson
from connectors.files.workbook import Workbook
from connectors.stream import Stream

_DAY = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)")
# What files of a format are called inside an archive that says nothing else.
_SUFFIXES: dict[type[Format], tuple[str, ...]] = {
    Ndjson: (".ndjson", ".jsonl", ".json"),
    Json: (".json", ".jsonl", ".ndjson"),
    Pages: (".json",),
    Delimited: (".csv", ".tsv", ".txt"),
    Patterned: (".log", ".txt"),
    Columnar: (".parquet",),
    Workbook: (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
}
_COMPRESSED = ("", ".gz", ".bz2", ".xz", ".zst")


@dataclass(frozen=True)
class Delivery:
    """A file in the inbox, or a member of an archive there. `name` is relative to the inbox; `damage` says why
    nothing can be read from it, and `instead` are the bytes kept of a file that is not to be opened. `position` is the
    member's place in the archive, in which a name may occur twice."""

    name: str
    path: Path
    member: str | None
    delivered_on: date | None
    damage: str | None = None
    position: int = 0
    instead: bytes | None = None

    def content_hash(self) -> str:
        """SHA-256 of the delivered bytes, hexadecimal."""
        if self.instead is not None:
            return hashlib.sha256(self.instead).hexdigest()
        if self.member is None:
            with _readable(self.path):
                return hash_of(self.path)
        digest = hashlib.sha256()
        with open_member(self.path, self.position) as member:
            while block := member.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()

    @contextmanager
    def opened(self) -> Iterator[Path]:
        """A path to read the bytes from; a temporary one for a member of an archive."""
        if self.member is None and self.instead is None:
            with _readable(self.path):
                yield self.path
            return
        with tempfile.TemporaryDirectory() as directory:
            target = Path(directory) / "member"
            if self.instead is not None:
                target.write_bytes(self.instead)
            else:
                with open_member(self.path, self.position) as source, target.open("wb") as out:
                    shutil.copyfileobj(source, out, 1 << 20)
            yield target


def deliveries(inbox: Path, stream: Stream, limits: Expansion | None = None) -> Iterator[Delivery]:
    """Deliveries of a stream, by day and name; files whose names are still marked as being written are left alone.

    `limits` say how far a member of an archive may unpack.
    """
    paths = sorted(path for path in inbox.glob(stream.files) if _is_file(path) and not is_in_flight(path.name))
    found = [each for path in paths for each in _of_file(inbox, path, stream, limits)]
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


def is_in_flight(name: str) -> bool:
    """True for the names that programs give to files they are still writing."""
    return name.startswith((".", "~")) or name.endswith((".tmp", ".part", ".partial", ".crdownload"))


def _is_file(path: Path) -> bool:
    """True for what can be read to an end: no folder, pipe, socket or device."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:  # taken away, or a link to nowhere
        return False


def _of_file(inbox: Path, path: Path, stream: Stream, limits: Expansion | None) -> Iterator[Delivery]:
    name, day = _text_of(path.relative_to(inbox).as_posix()), delivered_on(path.name)
    if not path.resolve().is_relative_to(inbox.resolve()):
        # A delivery of its own, so that it shows in ops.batch and ops.quarantine; what is outside stays unread.
        refused = "a link that leads out of the inbox is not followed"
        yield Delivery(name, path, None, day, refused, instead=os.fsencode(path.resolve()))
        return
    try:
        with _readable(path):
            if stream.member is None and not is_archive(path):
                yield Delivery(name, path, None, day)
                return
            found = _members(path, stream, limits)
    except FileNotFoundError:  # taken away since it was listed: not a delivery any more
        return
    except UnreadableFile as error:
        yield Delivery(name, path, None, day, str(error))
        return
    if stream.member is None and not found:
        yield Delivery(name, path, None, day, "the zip archive holds no file of this stream's kind")
    for each in found:
        yield Delivery(f"{name}!{_text_of(each.name)}", path, each.name, day, position=each.position)


def _members(path: Path, stream: Stream, limits: Expansion | None) -> list[Member]:
    """Members of the stream: as `member` says; else called like the stream's files; else with the format's suffix."""
    pattern = stream.member if stream.member is not None else PurePosixPath(stream.files).name
    found = members(path, lambda inner: fnmatch(inner, pattern), limits)
    if found or stream.member is not None:
        return found
    suffixes = tuple(suffix + packed for suffix in _SUFFIXES[type(stream.format)] for packed in _COMPRESSED)
    return members(path, lambda inner: inner.lower().endswith(suffixes), limits)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """A file that may not be opened (its writer may still hold it back) is as good as not there."""
    try:
        yield
    except PermissionError:
        raise FileNotFoundError(path) from None


def _text_of(name: str) -> str:
    """A file name as text that can be stored: bytes of it that are not UTF-8 become \\xNN."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")
