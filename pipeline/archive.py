"""The archive: a copy of every delivery's original bytes under the data directory, sealed where a key is configured.

In: a delivery. Out: the copy, and the hash of exactly the bytes that were copied, from one reading of them. The copy
keeps the file's time of change, by which a file in the inbox that was taken in before is known again without being
read.

A copy is called by the name that ops.batch has, `archive/<source>/<stream>/<batch><suffix>`, whether it lies there as
it is or sealed, with `.sealed` behind that name. `opened_copy` gives its bytes, `replace_copy` puts others in their
place, `remove_copy` takes it away.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.deliveries import Delivery
from warehouse.vault.key import Key
from warehouse.vault.sealing import SUFFIX, Sealer, private_file, read_seal, sealed_name, unseal

_BLOCK_BYTES = 64 << 10
# A file changed so shortly before it was copied could have been changed once more without its time telling.
_SETTLED_NS = 2_000_000_000


class StillWritten(ValueError):
    """A delivery's bytes changed while it was being copied."""


@dataclass(frozen=True)
class Copy:
    """A copy that has no name yet, and the SHA-256 and number of the delivered bytes."""

    path: Path
    content_hash: str
    size_bytes: int


def copy_delivery(
    delivery: Delivery, directory: Path, content_hash: str | None = None, *, key: Key | None = None
) -> Copy:
    """Copy a delivery into the directory, sealed with a key; StillWritten when it changes meanwhile, or is not what was
    hashed before."""
    directory.mkdir(parents=True, exist_ok=True)
    plain, sealed = directory / "incoming.part", directory / f"incoming.part{SUFFIX}"
    # A killed run may have left either.
    (plain if key else sealed).unlink(missing_ok=True)
    partial = sealed if key else plain
    with delivery.opened() as path:
        before = path.stat()
        found = _copy(path, partial, before.st_size, key)
        after = path.stat()
    changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
    if changed or found.size_bytes != before.st_size or content_hash not in (None, found.content_hash):
        partial.unlink()
        raise StillWritten(f"{delivery.name} changed while it was read")
    os.utime(partial, ns=(before.st_atime_ns, before.st_mtime_ns))
    return found


def name_copy(copy: Copy, delivery: Delivery, batch_id: str) -> Path:
    """Give the copy its place in the archive, in one step; returns the name it is called by."""
    inner = delivery.member or delivery.name
    # A name from outside may hold anything; only what a file's kind is told by is kept.
    suffix = re.sub(r"[^A-Za-z0-9.]", "", "".join(inner.rsplit("/", 1)[-1].partition(".")[1:]))[-20:]
    named = copy.path.with_name(f"{batch_id}{suffix.replace(SUFFIX, '')}")
    is_sealed = copy.path.name.endswith(SUFFIX)
    copy.path.replace(sealed_name(named) if is_sealed else named)
    return named


def find_copy(path: Path) -> Path | None:
    """The file that holds a copy, sealed or not; None when it is no longer in the archive."""
    return next((each for each in (sealed_name(path), path) if each.is_file()), None)


@contextmanager
def opened_copy(path: Path, key: Key | None, directory: Path) -> Iterator[Path]:
    """A path to read a copy's bytes from. Those of a sealed one lie in `directory` until the block is left; SealBroken
    or KeyProblem when they cannot be had, FileNotFoundError when there is no copy."""
    held = find_copy(path)
    if held is None:
        raise FileNotFoundError(path)
    if held == path:
        yield path
        return
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=directory) as folder:
        # Under its own name: a few readers look at the suffix.
        target = Path(folder) / path.name
        with private_file(target) as out:
            for block in unseal(held, key, "archive"):
                out.write(block)
        yield target


def clear_opened(directory: Path) -> None:
    """Remove what a killed run had opened; for whoever holds the warehouse."""
    if directory.exists():
        shutil.rmtree(directory)


def replace_copy(path: Path, content: Path, key: Key | None) -> Copy:
    """Put the bytes of the file `content` in a copy's place, in one step, keeping its time of change; returns their
    hash and size, which ops.batch has to tell from now on."""
    held = find_copy(path)
    if held is None:
        raise FileNotFoundError(path)
    before = held.stat()
    target = sealed_name(path) if key else path
    partial = target.with_name("replacing.part" + (SUFFIX if key else ""))
    found = _copy(content, partial, content.stat().st_size, key)
    os.utime(partial, ns=(before.st_atime_ns, before.st_mtime_ns))
    partial.replace(target)
    if held != target:
        held.unlink()
    return Copy(target, found.content_hash, found.size_bytes)


def remove_copy(path: Path) -> None:
    """Take a copy out of the archive, sealed or not."""
    for each in (path, sealed_name(path)):
        each.unlink(missing_ok=True)


def is_unchanged(path: Path, copy: Path) -> bool:
    """True when the file has the size and time of the copy that was once made of it."""
    try:
        file, held = path.stat(), _held(copy)
    except OSError:
        return False
    alike = (file.st_size, file.st_mtime_ns) == (held.size_bytes, held.mtime_ns)
    return alike and held.ctime_ns - held.mtime_ns > _SETTLED_NS


@dataclass(frozen=True)
class _Held:
    """What is_unchanged asks of a copy: the size of the delivered bytes, and its times."""

    size_bytes: int
    mtime_ns: int
    ctime_ns: int


def _held(copy: Path) -> _Held:
    held = find_copy(copy)
    if held is None:
        raise FileNotFoundError(copy)
    status = held.stat()
    seal = read_seal(held) if held != copy else None
    return _Held(seal.size_bytes if seal else status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _copy(path: Path, partial: Path, size_bytes: int, key: Key | None) -> Copy:
    digest, size, block = hashlib.sha256(), 0, bytearray(_BLOCK_BYTES)
    view = memoryview(block)
    with path.open("rb", buffering=0) as file, private_file(partial) as out:
        sealer = Sealer(out, key, "archive", size_bytes) if key else None
        while read := file.readinto(block):
            digest.update(view[:read])
            (sealer or out).write(view[:read])
            size += read
        if sealer:
            sealer.close()
    return Copy(partial, digest.hexdigest(), size)
