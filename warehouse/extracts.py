"""A segment's file for the mail, message or ad tool.

In: a segment whose members are computed (membership.py). Out: one CSV of the people who may be contacted, and its
row in segment.extract_log.

The file is UTF-8 with a byte order mark, because Excel on a Chinese system reads a CSV without one as GBK; lines end
in CRLF (RFC 4180). Text whose first character would make a spreadsheet take it for a formula (OWASP, "CSV injection":
= + - @ tab and carriage return, also in their full-width forms and behind blanks) starts with an apostrophe. An E.164
phone begins with a plus and must reach the tool unharmed, so phones are written as digits with the country code and
without the plus, which ad and message tools take.
"""

import hashlib
from datetime import date, datetime
from pathlib import Path

import duckdb

from warehouse.membership import SegmentCount
from warehouse.segment_query import TABLE
from warehouse.segments import Segment

FORMULA_START = r"^[\s\x{00}\x{a0}\x{200b}\x{3000}\x{feff}]*[=+\-@＝＋－＠]|^[\t\r\n]"

_PHONE_COLUMNS = {"phone"}


def render_extract(con: duckdb.DuckDBPyConnection, segment: Segment) -> bytes:
    """The file's bytes: one row per person of the temporary table `member` who may be contacted, by customer_id."""
    text_columns = _text_columns(con)
    cells = ", ".join(_cell(column, column in text_columns) for column in segment.columns)
    table = con.execute(
        f"""
        select {cells}
        from {TABLE} as person
        inner join member on member.customer_id = person.customer_id
        where member.reason is null
        order by person.customer_id
        """,
        {"formula_start": FORMULA_START} if _needs_pattern(segment, text_columns) else {},
    ).to_arrow_table()
    text: str = table.to_pandas().to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def log_extract(
    con: duckdb.DuckDBPyConnection,
    segment: Segment,
    count: SegmentCount,
    *,
    file: Path,
    home: Path,
    content: bytes,
    extracted_at: datetime,
    actor: str,
) -> bool:
    """Write the row of segment.extract_log unless this very file is there and logged; returns whether it is new."""
    file_name, content_hash = file.relative_to(home).as_posix(), hashlib.sha256(content).hexdigest()
    if _is_logged(con, segment, file_name, content_hash) and file.exists() and file.read_bytes() == content:
        return False
    con.execute(
        """
        insert into segment.extract_log values (
            $extracted_at, $segment, $purpose, $channel, $actor, $members, $extracted, $withheld, $columns,
            $file_name, $content_hash
        )
        """,
        {
            "extracted_at": extracted_at,
            "segment": segment.name,
            "purpose": segment.purpose,
            "channel": segment.channel,
            "actor": actor,
            "members": count.members,
            "extracted": count.consented,
            "withheld": count.withheld,
            "columns": ",".join(segment.columns),
            "file_name": file_name,
            "content_hash": content_hash,
        },
    )
    return True


def extract_path(extracts: Path, segment: Segment, day: date) -> Path:
    """extracts/<segment>/<day>.csv"""
    return extracts / segment.name / f"{day.isoformat()}.csv"


def write_extract(file: Path, content: bytes) -> None:
    """Put the file in place in one step, readable by its owner alone: it holds personal data."""
    file.parent.mkdir(parents=True, exist_ok=True)
    building = file.with_name(file.name + ".building")
    building.unlink(missing_ok=True)
    building.touch(mode=0o600)
    building.write_bytes(content)
    building.replace(file)


def _is_logged(con: duckdb.DuckDBPyConnection, segment: Segment, file_name: str, content_hash: str) -> bool:
    row = con.execute(
        "select 1 from segment.extract_log where segment = ? and file_name = ? and content_hash = ?",
        [segment.name, file_name, content_hash],
    ).fetchone()
    return row is not None


def _text_columns(con: duckdb.DuckDBPyConnection) -> set[str]:
    rows = con.execute(f"describe {TABLE}").fetchall()
    return {row[0] for row in rows if row[1] == "VARCHAR"}


def _needs_pattern(segment: Segment, text_columns: set[str]) -> bool:
    # DuckDB refuses a parameter that the statement does not name.
    return any(column in text_columns - _PHONE_COLUMNS for column in segment.columns)


def _cell(column: str, is_text: bool) -> str:
    # Names are columns of our own table, checked against its header.
    if column in _PHONE_COLUMNS:
        return f"regexp_replace(person.{column}, '[^0-9]', '', 'g') as {column}"
    if is_text:
        return (
            f"if(regexp_matches(person.{column}, $formula_start), '''' || person.{column}, person.{column}) as {column}"
        )
    return f"person.{column}::varchar as {column}"
