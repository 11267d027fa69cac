"""Columns that hold secrets, by the names systems give them: they are not taken into raw tables.

Patterns as in file names (`*`, `?`), compared with a column's name without regard to the case of ASCII letters. They
hold for the columns of a delivery as they are read: what a column has inside its JSON stays. A connector adds what its
own system calls its secrets (`Stream.drop`); no pattern may meet a column that a mapping reads
(tests/connectors/test_secrets.py).
"""

from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache

from connectors.files.chunk import Bulk, Chunk

SECRETS = (
    *("*password*", "*passwd*", "*passphrase*", "passcode", "*secret_key*", "*private_key*", "*client_secret*"),
    *("*access_token*", "*refresh_token*", "id_token", "auth_token", "*api_key", "*apikey", "*_secret", "session_key"),
    *("card_number", "cardnumber", "card_no", "credit_card_number", "*card_cvv*", "*card_cvc*", "cvv", "cvc", "cvv2"),
)


def is_secret(name: str, patterns: Iterable[str]) -> bool:
    """True when one of the patterns is the column's name."""
    return _matches(name, tuple(patterns))


def without_columns(part: Chunk | Bulk, patterns: tuple[str, ...]) -> Chunk | Bulk:
    """The part of a delivery without the columns that the patterns name."""
    if isinstance(part, Bulk):
        return replace(part, names=[name for name in part.names if not is_secret(name, patterns)])
    gone = [name for name in part.rows.column_names if name != "_line" and is_secret(name, patterns)]
    return replace(part, rows=part.rows.drop_columns(gone)) if gone else part


@cache
def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    text = _folded(name)
    return any(fnmatchcase(text, _folded(pattern)) for pattern in patterns)


def _folded(text: str) -> str:
    return text.encode("utf-8", errors="surrogatepass").lower().decode("utf-8", errors="surrogatepass")
