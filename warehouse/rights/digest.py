"""Keyed hashes: what is kept of a value so that it is known again, and nobody can read it or guess it from a list.

In: a value and the installation's own key. Out: the first 128 bits of HMAC-SHA-256 (RFC 2104; truncation as NIST SP
800-107 allows), the same in Python and in SQL. The key is drawn once and lies beside the warehouse, readable by its
owner alone. It is not the key that data at rest are encrypted with: that one is rotated, and a digest must be the same
for ever. Without the file an erased person would come back with the next delivery, so that its absence is an error.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

FILE = "rights.key"
_BYTES, _BLOCK, _DIGITS = 32, 64, 32


class KeyMissing(ValueError):
    """Digests exist and the key they were made with is gone; the text says what to do."""


@dataclass(frozen=True)
class DigestKey:
    """The key; printing it shows nothing."""

    secret: bytes = field(repr=False)

    def digest(self, value: str) -> str:
        """The value's digest, hexadecimal."""
        return hmac.new(self.secret, value.encode(), hashlib.sha256).hexdigest()[:_DIGITS]

    @property
    def parameters(self) -> dict[str, object]:
        """Values of the parameters that `digest_sql` names."""
        padded = self.secret.ljust(_BLOCK, b"\0")
        return {
            "inner_key": bytes(byte ^ 0x36 for byte in padded),
            "outer_key": bytes(byte ^ 0x5C for byte in padded),
        }


def digest_sql(expression: str) -> str:
    """SQL for the digest of a text; needs the key's `parameters`."""
    inner = f"unhex(sha256($inner_key || encode({expression})))"
    return f"left(sha256($outer_key || {inner}), {_DIGITS})"


def open_key(home: Path, *, create: bool = False) -> DigestKey:
    """The installation's key; with `create` it is drawn when there is none, otherwise KeyMissing."""
    path = home / FILE
    if create and not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise KeyMissing(
            f"{path} is gone, by which erased people are known again: put it back from a backup before anything is "
            "taken in"
        ) from None
    except ValueError:
        raise KeyMissing(f"{path} is not what was written there: put it back from a backup") from None
    return DigestKey(secret)
