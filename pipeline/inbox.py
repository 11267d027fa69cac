"""The inbox, emptied: files whose bytes are in the archive are removed where the configuration says so.

In: every file that ingest met, with what became of its deliveries. Out: the files that are gone. A file is removed only
when all of this holds:

1. every stream that its name belongs to has taken it, and every member of it if it is an archive;
2. the copies of all its deliveries are in the archive;
3. it is a file that lies in the inbox itself, not what a link leads to;
4. it has not changed since before it was taken.

What is not removed is met again by the next run. A delivery is known by its bytes and its name in the warehouse, so a
file that is gone is no news to anybody.
"""

from dataclasses import dataclass, field
from pathlib import Path

from connectors.files.archive import is_archive, members
from connectors.files.chunk import UnreadableFile
from pipeline.archive import find_copy
from pipeline.deliveries import Delivery


@dataclass
class _Met:
    """A file, how it looked when it was first met, and which of its members were taken."""

    looks: tuple[int, int, int]
    positions: set[int] = field(default_factory=set)
    whole: bool = False


@dataclass
class Emptying:
    """What ingest met in one run."""

    inbox: Path
    _met: dict[Path, _Met] = field(default_factory=dict)
    _kept: set[Path] = field(default_factory=set)

    def meet(self, delivery: Delivery) -> None:
        """Note how the file looks before it is taken."""
        if delivery.path not in self._met:
            looks = _looks(delivery.path)
            if looks:
                self._met[delivery.path] = _Met(looks)

    def take(self, delivery: Delivery, copy: Path | None) -> None:
        """A delivery is loaded, and this is its copy."""
        met = self._met.get(delivery.path)
        if met is None or copy is None or find_copy(copy) is None:
            self._kept.add(delivery.path)
        elif delivery.member is None:
            met.whole = True
        else:
            met.positions.add(delivery.position)

    def keep(self, path: Path) -> None:
        """Somebody still waits for this file."""
        self._kept.add(path)

    def remove(self) -> int:
        """Remove what may go; returns how many files that were."""
        gone = [path for path, met in self._met.items() if path not in self._kept and self._may_go(path, met)]
        for path in gone:
            path.unlink()
        return len(gone)

    def _may_go(self, path: Path, met: _Met) -> bool:
        inside = not path.is_symlink() and path.resolve().is_relative_to(self.inbox.resolve())
        return inside and _is_taken(path, met) and _looks(path) == met.looks


def _is_taken(path: Path, met: _Met) -> bool:
    if met.whole:
        return True
    try:
        return is_archive(path) and {each.position for each in members(path, lambda name: True)} <= met.positions
    except (OSError, UnreadableFile):
        return False


def _looks(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino
