"""The key that protects data at rest, and the sub-keys made from it.

In: a text of at least 32 characters, from an environment variable or a file that its owner alone may read. Out: a Key,
which gives a sub-key per purpose (HKDF with SHA-256, RFC 5869), so that what opens an extract opens no archive; and an
id, which files carry so that it can be told which key opens them, and which tells nothing about the key.

HKDF does not slow down who guesses. A key is therefore drawn (`guiyi key new`), not thought up: a short or monotonous
text is refused.
"""

import base64
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Purpose = Literal["warehouse", "archive", "snapshot", "extract", "pseudonym", "audit"]

MIN_LENGTH = 32
# A text drawn at random repeats few of its characters.
_MIN_DISTINCT = 12
_SUBKEY_BYTES = 32
_ID_BYTES = 8


class KeyProblem(ValueError):
    """The key cannot be used, or does not open what it should; the text says what to do and never shows a key."""


@dataclass(frozen=True)
class Key:
    """A configured key. Printing it shows its id alone."""

    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        """16 hexadecimal digits that files carry."""
        return self._expand("id", _ID_BYTES).hex()

    def derive(self, purpose: Purpose) -> bytes:
        """The 32 bytes for one purpose."""
        return self._expand(purpose, _SUBKEY_BYTES)

    def derive_text(self, purpose: Purpose) -> str:
        """The same for DuckDB, which takes keys as base64."""
        return base64.b64encode(self.derive(purpose)).decode("ascii")

    def _expand(self, info: str, length: int) -> bytes:
        return HKDF(SHA256(), length, salt=None, info=f"guiyi/1/{info}".encode()).derive(self.secret)

    def __repr__(self) -> str:
        """The id."""
        return f"Key({self.key_id})"


def new_key() -> str:
    """A drawn key as text: 256 bits in 43 characters."""
    return secrets.token_urlsafe(32)


def parse_key(text: str, where: str) -> Key:
    """The key in a text; KeyProblem names the place it came from."""
    text = text.strip()
    if len(text) < MIN_LENGTH:
        raise KeyProblem(
            f"{where}: the key is too short, {len(text)} of at least {MIN_LENGTH} characters; `guiyi key new` draws one"
        )
    if len(set(text)) < _MIN_DISTINCT:
        raise KeyProblem(f"{where}: the key repeats too few characters to be a secret; `guiyi key new` draws one")
    return Key(text.encode())


def read_key_file(path: Path, where: str) -> Key:
    """The key in a file, which must be the user's own and closed to everybody else (0600)."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        raise KeyProblem(f"{where}: the key file {path} cannot be read ({error.strerror})") from None
    # Of the open file: what the name means can change between looking and reading.
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise KeyProblem(f"{where}: {path} is no file")
    with os.fdopen(descriptor, "rb") as file:
        if status.st_uid != os.geteuid():
            raise KeyProblem(f"{where}: the key file {path} belongs to another user; it must be your own")
        if status.st_mode & 0o077:
            raise KeyProblem(f"{where}: others may read the key file {path}; close it with `chmod 600 {path}`")
        content = file.read(4096)
    try:
        return parse_key(content.decode("utf-8"), where)
    except UnicodeDecodeError:
        raise KeyProblem(f"{where}: {path} holds no text; `guiyi key new --out FILE` writes a key file") from None


def write_key_file(path: Path, text: str) -> None:
    """A key file its owner alone may read; an existing file is never replaced: it may be the only copy of a key."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyProblem(f"{path} exists already and is not replaced: a key that is lost opens nothing again") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
