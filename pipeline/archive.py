"""The archive: a copy of every delivery's original bytes under the data directory.

In: a delivery. Out: the copy, and the hash of exactly the bytes that were copied, from one reading of them. The copy
keeps the file's time of change, by which a file in the inbox that was taken in before is known again without being
read.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.deliveries import Delivery

_BLOCK_BYTES = 64 << 10
# A file changed so shortly before it was copied could have been changed once more without its time telling.
_SETTLED_NS = 2_000_000_000


class StillWritten(ValueError):
    """A delivery's bytes changed while it was being copied."""


@dataclass(frozen=True)
class Copy:
    """A copy that has no name yet, and the SHA-256 and number of its bytes."""

    path: Path
    content_hash: str
    size_bytes: int


def copy_delivery(delivery: Delivery, directory: Path, content_hash: str | None = None) -> Copy:
    """Copy a delivery into the directory; StillWritten when it changes meanwhile, or is not what was hashed before."""
    directory.mkdir(parents=True, exist_ok=True)
    partial = directory / "incoming.part"
    with delivery.opened() as path:
        before = path.stat()
        found = _copy(path, partial)
        after = path.stat()
    changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
    if changed or found.size_bytes != before.st_size or content_hash not in (None, found.content_hash):
        partial.unlink()
        raise StillWritten(f"{delivery.name} changed while it was read")
    os.utime(partial, ns=(before.st_atime_ns, before.st_mtime_ns))
    return found


def name_copy(copy: Copy, delivery: Delivery, batch_id: str) -> Path:
    """Give the copy its place in the archive, in one step; returns the path."""
    inner = delivery.member or delivery.name
    # A name from outside may hold anything; only what a file's kind is told by is kept.
    suffix = re.sub(r"[^A-Za-z0-9.]", "", "".join(inner.rsplit("/", 1)[-1].partition(".")[1:]))[-20:]
    return copy.path.replace(copy.path.with_name(f"{batch_id}{suffix}"))


def is_unchanged(path: Path, copy: Path) -> bool:
    """True when the file has the size and time of the copy that was once made of it."""
    try:
        file, held = path.stat(), copy.stat()
    except OSError:
        return False
    alike = (file.st_size, file.st_mtime_ns) == (held.st_size, held.st_mtime_ns)
    return alike and held.st_ctime_ns - held.st_mtime_ns > _SETTLED_NS


def _copy(path: Path, partial: Path) -> Copy:
    digest, size, block = hashlib.sha256(), 0, bytearray(_BLOCK_BYTES)
    view = memoryview(block)
    with path.open("rb", buffering=0) as file, partial.open("wb", buffering=0) as out:
        while read := file.readinto(block):
            digest.update(view[:read])
            out.write(view[:read])
            size += read
    return Copy(partial, digest.hexdigest(), size)
