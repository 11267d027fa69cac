"""What every reader yields: rows that could be read, rows that could not, and how many there were."""

from dataclasses import dataclass, field

import pyarrow as pa

REJECT_SCHEMA = pa.schema([("line", pa.int64()), ("reason", pa.string()), ("raw", pa.string())])
RAW_LIMIT = 10_000


class UnreadableFile(ValueError):
    """A whole delivery cannot be read; the text says why without quoting it."""


@dataclass(frozen=True)
class Chunk:
    """A part of a delivery.

    `rows` has `_line` (int64) and text columns named as in the delivery; `rejects` follows REJECT_SCHEMA; `delivered`
    is counted before parsing, so that `len(rows) + len(rejects) == delivered` is a check and not a definition.
    """

    rows: pa.Table
    rejects: pa.Table
    delivered: int


@dataclass(frozen=True)
class Bulk:
    """A part of a delivery that DuckDB reads itself, while it stores it: a query that yields `_line` and the text
    columns `names`, for exactly `delivered` lines. It holds until the next part is asked for."""

    names: list[str]
    query: str
    parameters: dict[str, object] = field(default_factory=dict)
    delivered: int = 0


def rejects(lines: list[int], reasons: list[str], raws: list[str | None]) -> pa.Table:
    """Rejected rows as a table; overlong rows are cut, their whole text is in the archive."""
    cut = [raw[:RAW_LIMIT] if raw is not None else None for raw in raws]
    return pa.table([lines, reasons, cut], schema=REJECT_SCHEMA)


def rejected_only(rejected: pa.Table) -> Chunk:
    """A chunk that holds nothing but rejects."""
    return Chunk(pa.table({"_line": pa.array([], pa.int64())}), rejected, len(rejected))


def printable(raw: bytes) -> str:
    """Bytes as text, those that are not UTF-8 as \\xNN."""
    return raw[:RAW_LIMIT].decode("utf-8", errors="backslashreplace")
