"""A file of lines cut into sections that can be read side by side, each knowing the numbers of its lines.

In: a path. Out: sections, byte ranges that end at a line end, and files of their own to read them from. Only line ends
are looked at, block by block, so memory does not grow with the file.
"""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SECTION_BYTES = 32 << 20
# What stays in the processor's cache is counted several times faster than what does not.
_BLOCK_BYTES = 64 << 10
_NEWLINE = 0x0A
_BLANK = 0x20


@dataclass(frozen=True)
class Section:
    """Bytes `start` to `end` of a file, which hold `lines` lines, the first of them number `first`.

    `longest` is an upper bound of the longest line's bytes; `is_indented` says that a line may begin with white space,
    as blank ones do. `cut` is 1 when the file ends without a line end, else 0: whoever reads the section is given the
    one that is missing.
    """

    start: int
    end: int
    first: int
    lines: int
    longest: int = 0
    is_indented: bool = False
    cut: int = 0


def find_sections(path: Path, start: int = 0, section_bytes: int = SECTION_BYTES) -> Iterator[Section]:
    """Cut the file from byte `start` on into sections of about so many bytes."""
    yield from _cut(path, Section(start, path.stat().st_size, 1, 0), section_bytes)


def cut_section(path: Path, section: Section, section_bytes: int) -> Iterator[Section]:
    """Cut a section into smaller ones."""
    yield from _cut(path, section, section_bytes)


def _cut(path: Path, whole: Section, section_bytes: int) -> Iterator[Section]:
    first, begin, position, lines, run, longest, indented = whole.first, whole.start, whole.start, 0, 0, 0, False
    at_start = True
    block = bytearray(min(_BLOCK_BYTES, max(section_bytes, 64)))
    buffer = np.frombuffer(block, dtype=np.uint8)
    with path.open("rb", buffering=0) as file:
        file.seek(begin)
        while size := min(file.readinto(block), whole.end - position):
            data = buffer[:size]
            is_end = data == _NEWLINE
            found = int(np.count_nonzero(is_end))
            indented |= bool((at_start and data[0] <= _BLANK) or np.any(is_end[:-1] & (data[1:] <= _BLANK)))
            at_start = bool(is_end[-1])
            longest = max(longest, run + size)
            # What follows the last line end is shorter than the block.
            run = size if found else run + size
            lines += found
            position += size
            if found and position - begin >= section_bytes:
                rest = size - 1 - int(np.flatnonzero(is_end)[-1])
                yield Section(begin, position - rest, first, lines, longest, indented)
                # The next one's first byte was looked at with this one's.
                indented = bool(rest and data[-rest] <= _BLANK)
                first, begin, lines, run, longest = first + lines, position - rest, 0, rest, rest
    if begin < position:
        cut = int(not _ends_a_line(path, position))
        yield Section(begin, position, first, lines + cut, longest, indented, cut)


def find_lines(path: Path, section: Section, numbers: np.ndarray) -> np.ndarray:
    """Where the section's lines with these numbers (ascending) begin and end, line ends not counted."""
    found, at, position = [np.empty((0, 2), np.int64)], section.first, section.start
    carry = b""
    with closing(SectionFile(path, section)) as file:
        while len(numbers) and (data := file.read(1 << 20)):
            block = carry + data
            ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == _NEWLINE)
            wanted = numbers[: int(np.searchsorted(numbers, at + len(ends)))] - at
            starts = np.concatenate(([0], ends + 1))
            found.append(np.stack((starts[wanted], ends[wanted]), axis=1) + position)
            numbers, at = numbers[len(wanted) :], at + len(ends)
            carry, position = block[int(starts[-1]) :], position + int(starts[-1])
    return np.concatenate(found)


def read_ranges(path: Path, ranges: np.ndarray) -> bytes:
    """The bytes of these lines, each with a line end."""
    with path.open("rb") as file:
        pieces = (os.pread(file.fileno(), end - start, start) + b"\n" for start, end in ranges.tolist())
        return b"".join(pieces)


def _ends_a_line(path: Path, position: int) -> bool:
    with path.open("rb") as file:
        file.seek(position - 1)
        return file.read(1) == b"\n"


class SectionFile:
    """A section, read as a file of its own. In place of the lines at `hidden` (ascending ranges) it has a zero."""

    def __init__(self, path: Path, section: Section, hidden: np.ndarray | None = None) -> None:
        """Open it at its start."""
        self._file, self._start, self._position = os.open(path, os.O_RDONLY), section.start, 0
        self.size = section.end - section.start + section.cut
        self._hidden = hidden if hidden is not None else np.empty((0, 2), np.int64)

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes from where the last read ended."""
        left = self.size - self._position
        wanted = left if size < 0 else min(size, left)
        start = self._start + self._position
        data = os.pread(self._file, wanted, start)
        data += b"\n" * (wanted - len(data))
        self._position += len(data)
        first = int(np.searchsorted(self._hidden[:, 1], start, side="right"))
        last = int(np.searchsorted(self._hidden[:, 0], start + len(data)))
        return _hide(data, self._hidden[first:last] - start) if first < last else data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a place in the section."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        """The place in the section."""
        return self._position

    def seekable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __del__(self) -> None:
        """DuckDB closes only what it has read to the end."""
        self.close()


def _hide(data: bytes, ranges: np.ndarray) -> bytes:
    """The bytes with a zero and blanks in these ranges, of which the first and the last may reach beyond them."""
    changed = bytearray(data)
    for start, end in ranges.tolist():
        begin, end = max(start, 0), min(end, len(data))
        changed[begin:end] = b" " * (end - begin)
        if start >= 0:
            changed[start] = ord("0")
    return bytes(changed)
