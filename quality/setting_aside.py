"""Rows that break an expectation of severity `quarantine` leave their table and wait in ops.quarantine.

The row as delivered stays in raw and in the archive: batch and line lead there, so its values are not copied.
"""

from datetime import datetime

import duckdb

from quality.expectations import Expectation, Severity, Suite
from quality.unexpected_rows import broken_condition


def set_aside(con: duckdb.DuckDBPyConnection, suite: Suite, checked_at: datetime) -> int:
    """Move the broken rows; returns how many left the table. All or nothing, and a second call finds none.

    A row that breaks two expectations gets a quarantine row for each reason.
    """
    quarantining = [each for each in suite.expectations if each.severity is Severity.QUARANTINE]
    con.execute("begin")
    try:
        con.execute("create or replace temp table set_aside (row_number bigint, batch_id varchar, source varchar, "
                    "stream varchar, line bigint, reason varchar)")  # fmt: skip
        for number, expectation in enumerate(quarantining):
            _find(con, suite, expectation, number)
        _record(con, checked_at)
        moved = con.execute(
            f"delete from {suite.table} where rowid in (select distinct row_number from set_aside)"
        ).fetchone()
        con.execute("drop table set_aside")
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")
    return int(moved[0]) if moved else 0


def _find(con: duckdb.DuckDBPyConnection, suite: Suite, expectation: Expectation, number: int) -> None:
    condition, parameters = broken_condition(expectation, number)
    con.execute(
        f"""
        insert into set_aside
        with judged as (
            select looked_at.*, {condition} as is_broken
            from ({suite.rows}) as looked_at
        )
        select rowid, _batch_id, source, stream, _line, $reason
        from judged
        where is_broken
        """,
        parameters | {"reason": f"{suite.table}: {expectation.reason}"},
    )


def _record(con: duckdb.DuckDBPyConnection, checked_at: datetime) -> None:
    # The same line may come back (full refresh, a task killed between two gates): its row is there already.
    con.execute(
        """
        insert into ops.quarantine
            (batch_id, source, stream, file_name, line, stage, reason, raw, quarantined_at)
        select distinct
            s.batch_id, s.source, s.stream, coalesce(b.file_name, ''), s.line, 'quality', s.reason, null, $checked_at
        from set_aside as s
        left join ops.batch as b on b.batch_id = s.batch_id
        where not exists (
            select 1
            from ops.quarantine as q
            where q.batch_id = s.batch_id
                and q.line is not distinct from s.line
                and q.stage = 'quality'
                and q.reason = s.reason
        )
        order by s.batch_id, s.line, s.reason
        """,
        {"checked_at": checked_at},
    )
