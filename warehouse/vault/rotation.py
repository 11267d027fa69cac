"""One file from a key to another: from plain to encrypted, from one key to the next, or back to plain.

In: a file, the keys it may be encrypted with, and the key it shall be (None: plain). Out: whether it was changed. The
new file is written beside the old one, brought to the disk and takes its name in one step, so a kill leaves one of the
two whole; a file that is as it shall be is left alone, so that a repetition goes on where the first one stopped.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import duckdb

from warehouse.vault.cipher import attach_file, is_encrypted, load_cipher
from warehouse.vault.key import Key, KeyProblem, Purpose
from warehouse.vault.sealing import SUFFIX, Sealer, private_file, read_seal, sealed_name, unseal

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Keys:
    """The key files shall have, and all that they may have now; None stands for plain."""

    target: Key | None
    known: tuple[Key, ...]

    def opening(self, key_id: str, path: Path) -> Key:
        """The known key of that id; KeyProblem when there is none."""
        for key in self.known:
            if key.key_id == key_id:
                return key
        raise KeyProblem(
            f"{path} is encrypted with key {key_id}, which is neither the configured nor the new one: run this with "
            "GUIYI_KEY_FILE naming that key first"
        )


def rotate_file(path: Path, keys: Keys, purpose: Purpose) -> bool:
    """A file that is sealed or to be sealed; it gains or loses `.sealed` behind its name."""
    seal = read_seal(path) if path.name.endswith(SUFFIX) else None
    now = keys.opening(seal.key_id, path) if seal else None
    if now == keys.target:
        return False
    plain = path.with_name(path.name.removesuffix(SUFFIX)) if seal else path
    target = sealed_name(plain) if keys.target else plain
    size = seal.size_bytes if seal else path.stat().st_size
    blocks = unseal(path, now, purpose) if seal else _blocks(path)
    status = path.stat()
    building = target.with_name("rotating.part" + (SUFFIX if keys.target else ""))
    with private_file(building) as out:
        _write(blocks, out, keys.target, purpose, size)
        out.flush()
        os.fsync(out.fileno())
    # By its time a file in the inbox is known to be the one that was copied.
    os.utime(building, ns=(status.st_atime_ns, status.st_mtime_ns))
    building.replace(target)
    if target != path:
        path.unlink()
    return True


def rotate_database(path: Path, keys: Keys, purpose: Purpose) -> bool:
    """A DuckDB file, which nobody else has open for writing."""
    now = fitting_key(path, keys, purpose)
    if now == keys.target:
        return False
    building = path.with_name(path.name + ".rotating")
    for leftover in (building, building.with_name(building.name + ".wal")):
        leftover.unlink(missing_ok=True)
    mode = path.stat().st_mode & 0o777
    with duckdb.connect(config=_SETTINGS | {"temp_directory": f"{path}.tmp"}) as con:
        load_cipher(con)
        # Opened for writing, so that nobody else has it, and what a killed run left in its log is taken in.
        attach_file(con, path, "old", _text(now, purpose))
        attach_file(con, building, "new", _text(keys.target, purpose))
        con.execute("copy from database old to new")
        con.execute("checkpoint new")
        con.execute("detach new")
        building.chmod(mode)
        building.replace(path)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
    return True


def fitting_key(path: Path, keys: Keys, purpose: Purpose) -> Key | None:
    """Which of the keys a DuckDB file is encrypted with; None when it is plain."""
    if not is_encrypted(path):
        return None
    for key in keys.known:
        with duckdb.connect() as con:
            try:
                attach_file(con, path, "tried", _text(key, purpose), read_only=True)
            except KeyProblem:
                continue
            return key
    raise KeyProblem(
        f"{path} opens neither with the configured nor with the new key: run this with GUIYI_KEY_FILE naming its key"
    )


_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "temp_file_encryption": True,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def _text(key: Key | None, purpose: Purpose) -> str | None:
    return key.derive_text(purpose) if key else None


def _write(blocks: Iterable[bytes], out: BinaryIO, key: Key | None, purpose: Purpose, size: int) -> None:
    sealer = Sealer(out, key, purpose, size) if key else None
    for block in blocks:
        (sealer or out).write(block)
    if sealer:
        sealer.close()


def _blocks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block
