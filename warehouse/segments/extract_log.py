"""Which extracts left the warehouse, and when the next one is due.

In: segment.extract_log. Out: a row more in it, and answers from it.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from warehouse.segments.definition import Segment
from warehouse.segments.membership import SegmentCount

FULL, DELTA = "full", "delta"


@dataclass(frozen=True)
class Extract:
    """A file about to leave: where, what is in it, and for a delta how many rows enter and leave."""

    file_name: str
    kind: str
    content: bytes
    columns: tuple[str, ...]
    day: date
    entered: int | None = None
    removed: int | None = None

    @property
    def content_hash(self) -> str:
        """SHA-256 of the content, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def log_extract(
    con: duckdb.DuckDBPyConnection,
    segment: Segment,
    count: SegmentCount,
    extract: Extract,
    *,
    extracted_at: datetime,
    actor: str,
    reason: str,
) -> None:
    """Write the row of segment.extract_log."""
    row = {
        "extracted_at": extracted_at,
        "segment": segment.name,
        "purpose": segment.purpose,
        "channel": segment.channel,
        "actor": actor,
        "members": count.members,
        "extracted": count.consented,
        "withheld": count.withheld,
        "columns": ",".join(extract.columns),
        "file_name": extract.file_name,
        "content_hash": extract.content_hash,
        "format": segment.format,
        "kind": extract.kind,
        "as_of": extract.day,
        "holdout": count.holdout,
        "entered": extract.entered,
        "removed": extract.removed,
        "reason": reason or None,
    }
    con.execute(
        f"insert into segment.extract_log ({', '.join(row)}) values ({', '.join(f'${name}' for name in row)})", row
    )


def is_logged(con: duckdb.DuckDBPyConnection, segment: Segment, extract: Extract) -> bool:
    """Whether this very file has been logged."""
    row = con.execute(
        "select 1 from segment.extract_log where segment = ? and file_name = ? and content_hash = ?",
        [segment.name, extract.file_name, extract.content_hash],
    ).fetchone()
    return row is not None


def is_last_logged(con: duckdb.DuckDBPyConnection, segment: Segment, file_name: str, content: bytes) -> bool:
    """Whether the newest line about a file is of this content."""
    row = con.execute(
        """
        select content_hash from segment.extract_log where segment = ? and file_name = ?
        order by extracted_at desc, rowid desc limit 1
        """,
        [segment.name, file_name],
    ).fetchone()
    return row is not None and row[0] == hashlib.sha256(content).hexdigest()


def find_deltas(con: duckdb.DuckDBPyConnection, segment: Segment, day: date) -> list[str]:
    """Names of a day's deltas, in the order they were made."""
    rows = con.execute(
        """
        select file_name from segment.extract_log
        where segment = ? and format = ? and kind = 'delta' and as_of = ?
        group by file_name order by min(extracted_at), len(file_name), file_name
        """,
        [segment.name, segment.format, day],
    ).fetchall()
    return [row[0] for row in rows]


def newest_file(con: duckdb.DuckDBPyConnection, segment: str) -> Path | None:
    """The file of the segment that was logged last, relative to the data directory."""
    row = con.execute(
        "select file_name from segment.extract_log where segment = ? order by extracted_at desc, rowid desc limit 1",
        [segment],
    ).fetchone()
    return Path(row[0]) if row else None


def is_due(con: duckdb.DuckDBPyConnection, segment: Segment, day: date) -> bool:
    """Whether the segment's cadence asks for a file of `day`; on that day itself, so that a lost file comes again."""
    if segment.cadence in ("daily", "on request"):
        return segment.cadence == "daily"
    row = con.execute(
        "select max(coalesce(as_of, extracted_at::date)) from segment.extract_log where segment = ?", [segment.name]
    ).fetchone()
    last: date | None = row[0] if row else None
    return last is None or day == last or day >= _next(last, segment.cadence)


def _next(last: date, cadence: str) -> date:
    if cadence == "weekly":
        return last + timedelta(days=7)
    # The same day of the next month, or its last.
    first = (last.replace(day=1) + timedelta(days=32)).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return min(first + timedelta(days=last.day - 1), following - timedelta(days=1))
