"""Quarantine: what was set aside, where it was, why, and what to do about it.

In: ops.quarantine. Out: groups and rows to look at (`list_quarantine`, `read_quarantine`), and
which of them a person chose. Reading again is pipeline/replay.py.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from re import compile as pattern

import duckdb

from warehouse.raw import raw_columns_of, raw_table

# What a reason calls for, the first that fits.
_ADVICE = tuple(
    (pattern(reason), advice)
    for reason, advice in (
        ("link that leads out", "put the file itself into the inbox"),
        ("zip archive|Parquet file|workbook is damaged|damaged or cut off", "have the source send it again"),
        ("not valid JSON|not a JSON object", "have the source mend it, or set the right `format`, then replay"),
        ("not valid [a-z0-9_-]+$", "set the stream's `encoding`, then replay"),
        (
            "fields where the header has",
            "set `delimiter` or `quoting`, or have the source quote its fields, then replay",
        ),
        ("quote", "set `quoting = false`, or have the source double its quotes, then replay"),
        ("line format", "mend the stream's `pattern`, then replay"),
        ("error code", "the system answered with an error: ask it again"),
        ("header rows|^no array|^no object|follow the array", "set `header_rows`, `skip_rows` or `path`, then replay"),
        ("longer than|more than|nested deeper", "more than is read: have the source split it"),
    )
)
_QUALITY = "mend the mapping or the rule in quality/suites, then replay"
_OTHERWISE = "mend the connector or the stream's settings, then replay"


class NothingQuarantined(ValueError):
    """No quarantined row is what was asked for; the text says how to find one."""


@dataclass(frozen=True)
class Choice:
    """Which quarantined rows: all, or those of a source, stream or batch, or with a text in their reason."""

    source: str | None = None
    stream: str | None = None
    batch: str | None = None
    reason: str | None = None

    @property
    def condition(self) -> str:
        """SQL over ops.quarantine, with `parameters`."""
        return """
            ($source is null or source = $source) and ($stream is null or stream = $stream)
            and ($batch is null or batch_id = $batch) and ($reason is null or contains(lower(reason), lower($reason)))
        """

    @property
    def parameters(self) -> dict[str, object]:
        """Values of `condition`."""
        return {"source": self.source, "stream": self.stream, "batch": self.batch, "reason": self.reason}


@dataclass(frozen=True)
class Group:
    """Quarantined rows of one stream with one reason."""

    source: str
    stream: str
    stage: str
    reason: str
    rows: int
    files: int
    first_at: datetime
    last_at: datetime

    @property
    def advice(self) -> str:
        """What to do about it."""
        if self.stage == "quality":
            return _QUALITY
        return next((advice for reason, advice in _ADVICE if reason.search(self.reason)), _OTHERWISE)


@dataclass(frozen=True)
class File:
    """Quarantined rows of one delivery."""

    batch_id: str
    source: str
    stream: str
    file_name: str
    delivered_on: date | None
    stage: str
    reason: str
    rows: int
    first_line: int | None


@dataclass(frozen=True)
class Quarantined:
    """One quarantined row; `raw` is filled when values were asked for."""

    batch_id: str
    source: str
    stream: str
    file_name: str
    line: int | None
    stage: str
    reason: str
    raw: str | None = None


def list_quarantine(con: duckdb.DuckDBPyConnection, choice: Choice) -> list[Group]:
    """What is in quarantine, the largest groups first."""
    rows = con.execute(
        f"""
        select source, stream, stage, reason, count(*), count(distinct batch_id), min(quarantined_at),
            max(quarantined_at)
        from ops.quarantine where {choice.condition} group by all order by 5 desc, 1, 2, 3, 4
        """,
        choice.parameters,
    ).fetchall()
    return [Group(*row) for row in rows]


def list_files(con: duckdb.DuckDBPyConnection, choice: Choice) -> list[File]:
    """The deliveries with quarantined rows, the newest first."""
    rows = con.execute(
        f"""
        select batch_id, source, stream, file_name,
            (select delivered_on from ops.batch where ops.batch.batch_id = ops.quarantine.batch_id), stage, reason,
            count(*), min(line)
        from ops.quarantine where {choice.condition} group by all
        order by 5 desc nulls last, source, stream, file_name, stage, reason
        """,
        choice.parameters,
    ).fetchall()
    return [File(*row) for row in rows]


def read_quarantine(
    con: duckdb.DuckDBPyConnection, subject: str, limit: int, *, values: bool = False
) -> list[Quarantined]:
    """Rows of a batch, or of the files of that name (or ending so), by place; NothingQuarantined when there is none.

    With `values` each row comes with what was delivered; of rows that quality set aside that is their raw row as JSON.
    """
    rows = con.execute(
        """
        select batch_id, source, stream, file_name, line, stage, reason, if($values, raw, null)
        from ops.quarantine
        where batch_id = $subject or file_name = $subject or ends_with(file_name, '/' || $subject)
            or ends_with(file_name, '!' || $subject)
        order by file_name, batch_id, line nulls first, stage, reason limit $limit
        """,
        {"subject": subject, "limit": limit, "values": values},
    ).fetchall()
    if not rows:
        raise NothingQuarantined(
            f"nothing of {subject} is in quarantine; name a batch or a file that `guiyi quarantine list --files` shows"
        )
    found = [Quarantined(*row) for row in rows]
    return [_with_row(con, row) if values and row.stage == "quality" else row for row in found]


def _with_row(con: duckdb.DuckDBPyConnection, row: Quarantined) -> Quarantined:
    """A row that quality set aside, with what lies in its raw table."""
    if not raw_columns_of(con, row.source, row.stream):
        return row
    found = con.execute(
        f"select to_json(raw)::varchar from {raw_table(row.source, row.stream)} as raw "
        "where _batch_id = ? and _line = ?",
        [row.batch_id, row.line],
    ).fetchone()
    return replace(row, raw=found[0] if found else None)
