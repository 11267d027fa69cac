"""Files sealed with a sub-key: encrypted, and read back only if not one byte was changed, moved, added or cut off.

In: a file or bytes, and a 32-byte sub-key. Out: a sealed file:

    header   9 bytes "GUIYISEAL", version 1, key id (8 bytes), salt (16), chunk size (4), original size (8, big-endian)
    chunks   AES-256-GCM of `chunk size` bytes each, the last one shorter or empty, each with its 16-byte tag

This is the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance, CRYPTO 2015, section 7) in the form the age file format gives it:

1. every file has a key of its own, HKDF-SHA256 of the sub-key with the file's salt, so nonces may count from zero;
2. a chunk's nonce is its number (11 bytes) and a mark on the last one (1 byte): chunks cannot be swapped, repeated,
   dropped or appended, and a file cut at a chunk's end lacks its last mark;
3. the header is additional data of every chunk: neither it nor the original size can be changed.
"""

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from warehouse.vault.key import Key, KeyProblem, Purpose

SUFFIX = ".sealed"
CHUNK_BYTES = 1 << 20
_MAGIC = b"GUIYISEAL"
_VERSION = 1
_HEADER = struct.Struct(">9sB8s16sIQ")
_TAG_BYTES = 16
# A header may not ask for more memory than that.
_MAX_CHUNK_BYTES = 1 << 26


class SealBroken(ValueError):
    """A sealed file is not what was sealed: bytes were changed, moved, added or cut off."""


@dataclass(frozen=True)
class Seal:
    """A sealed file's header."""

    key_id: str
    salt: bytes
    chunk_bytes: int
    size_bytes: int

    def pack(self) -> bytes:
        """Its bytes."""
        return _HEADER.pack(
            _MAGIC, _VERSION, bytes.fromhex(self.key_id), self.salt, self.chunk_bytes, self.size_bytes
        )  # fmt: skip


class Sealer:
    """Writes one sealed file: what is written to it goes to `out` encrypted. `close` marks the end."""

    def __init__(self, out: BinaryIO, key: Key, purpose: Purpose, size_bytes: int) -> None:
        """`size_bytes` is what will be written in all."""
        self._seal = Seal(key.key_id, os.urandom(16), CHUNK_BYTES, size_bytes)
        self._out, self._number, self._waiting = out, 0, bytearray()
        self._header = self._seal.pack()
        self._cipher = _cipher(key, purpose, self._seal.salt)
        out.write(self._header)

    def write(self, block: bytes | bytearray | memoryview) -> None:
        """Take in more; a chunk goes out when it is known not to be the last."""
        self._waiting += block
        while len(self._waiting) > CHUNK_BYTES:
            self._put(self._waiting[:CHUNK_BYTES], is_last=False)
            del self._waiting[:CHUNK_BYTES]

    def close(self) -> None:
        """Write the last chunk."""
        self._put(self._waiting, is_last=True)

    def _put(self, chunk: bytearray, *, is_last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, is_last=is_last), bytes(chunk), self._header))
        self._number += 1


def read_seal(path: Path) -> Seal | None:
    """The header of a sealed file; None for any other file."""
    with path.open("rb") as file:
        return _parse(path, file.read(_HEADER.size))


def unseal(path: Path, key: Key | None, purpose: Purpose) -> Iterator[bytes]:
    """The bytes that were sealed, block by block; each is authentic, the whole once the last one has come."""
    with path.open("rb") as file:
        header = file.read(_HEADER.size)
        seal = _parse(path, header)
        if seal is None:
            raise SealBroken(f"{path} is not a sealed file, or its beginning was changed")
        cipher = _cipher(_fitting(path, seal, key), purpose, seal.salt)
        number, size = 0, 0
        block = file.read(seal.chunk_bytes + _TAG_BYTES)
        while True:
            following = file.read(seal.chunk_bytes + _TAG_BYTES)
            try:
                plain = cipher.decrypt(_nonce(number, is_last=not following), block, header)
            except (InvalidTag, ValueError):
                raise SealBroken(f"{path} was changed or cut off since it was sealed (block {number})") from None
            number, size = number + 1, size + len(plain)
            yield plain
            if not following:
                break
            block = following
    if size != seal.size_bytes:
        raise SealBroken(f"{path} does not hold as many bytes as were sealed")


def write_private(path: Path, content: bytes, key: Key | None, purpose: Purpose = "extract") -> Path:
    """Put bytes in place in one step, readable by the owner alone; with a key sealed, under the name with `.sealed`.

    Returns the path written; the same content under the other name is removed, it would be out of date.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    target, other = sealed_name(path), path
    if key is None:
        target, other = other, target
    building = target.with_name(target.name + ".building")
    with private_file(building) as out:
        if key is None:
            out.write(content)
        else:
            sealer = Sealer(out, key, purpose, len(content))
            sealer.write(content)
            sealer.close()
    building.replace(target)
    other.unlink(missing_ok=True)
    return target


def read_private(path: Path, key: Key | None, purpose: Purpose = "extract") -> bytes:
    """What write_private put there, named with or without `.sealed`; FileNotFoundError when neither is there."""
    sealed = path if path.name.endswith(SUFFIX) else sealed_name(path)
    if sealed.exists():
        return b"".join(unseal(sealed, key, purpose))
    return path.read_bytes()


def holds_private(path: Path, content: bytes, key: Key | None, purpose: Purpose = "extract") -> bool:
    """Whether write_private would change nothing: this content lies there, sealed with this key or, without one, as it
    is."""
    target = sealed_name(path) if key else path
    seal = read_seal(target) if key and target.exists() else None
    if not target.exists() or (key and (seal is None or seal.key_id != key.key_id)):
        return False
    return read_private(path, key, purpose) == content


def sealed_name(path: Path) -> Path:
    """The name of the sealed file of that name."""
    return path.with_name(path.name + SUFFIX)


def private_file(path: Path) -> BinaryIO:
    """A new file its owner alone may read; one that was left under this name is replaced."""
    with suppress(FileNotFoundError):
        path.unlink()
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _parse(path: Path, header: bytes) -> Seal | None:
    if len(header) < _HEADER.size or not header.startswith(_MAGIC):
        return None
    _, version, key_id, salt, chunk_bytes, size_bytes = _HEADER.unpack(header)
    if version != _VERSION:
        raise SealBroken(f"{path} was sealed by a newer version (format {version}) or its beginning was changed")
    if not 0 < chunk_bytes <= _MAX_CHUNK_BYTES:
        raise SealBroken(f"{path} was changed since it was sealed (its header)")
    return Seal(key_id.hex(), salt, chunk_bytes, size_bytes)


def _fitting(path: Path, seal: Seal, key: Key | None) -> Key:
    if key is None:
        raise KeyProblem(f"{path} is encrypted and no key is configured: set GUIYI_KEY or GUIYI_KEY_FILE")
    if key.key_id != seal.key_id:
        raise KeyProblem(
            f"{path} is encrypted with key {seal.key_id}, and the configured one is {key.key_id}: configure the key it "
            "was made with; after `guiyi key rotate` that is the new one"
        )
    return key


def _cipher(key: Key, purpose: Purpose, salt: bytes) -> AESGCM:
    """Step 1."""
    return AESGCM(HKDF(SHA256(), 32, salt=salt, info=b"guiyi/1/file").derive(key.derive(purpose)))


def _nonce(number: int, *, is_last: bool) -> bytes:
    """Step 2."""
    return number.to_bytes(11, "big") + (b"\1" if is_last else b"\0")
