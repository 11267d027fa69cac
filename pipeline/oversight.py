"""What the marts on data quality are told: the state of the review queue and of the deliveries.

In: identity.review and ops.freshness, which the resolve and ingest stages make and which need not exist yet. Out: the
$parameters of mart.identity_quality and mart.source_freshness, a few rows each.
"""

import duckdb

_REVIEW = """
    with side as (
        select record_id_l as record_id, kind from identity.review
        union all
        select record_id_r, kind from identity.review
    )
    select
        who.source,
        count(*) filter (side.kind <> 'conflict') as doubtful,
        count(*) filter (side.kind = 'conflict') as conflicts
    from side
    inner join identity.record_customer as who on who.record_id = side.record_id
    group by who.source
    order by who.source
"""
_FRESHNESS = """
    select source, stream, status, as_of, last_day, expected_by, cadence_days, missed, rows_last, rows_usual
    from ops.freshness
    order by source, stream
"""


def read_review(con: duckdb.DuckDBPyConnection) -> dict[str, object]:
    """`review`: records of doubtful pairs by source."""
    return {"review": _rows(con, "identity.review", _REVIEW)}


def read_freshness(con: duckdb.DuckDBPyConnection) -> dict[str, object]:
    """`freshness`: the rows of ops.freshness."""
    return {"freshness": _rows(con, "ops.freshness", _FRESHNESS)}


def _rows(con: duckdb.DuckDBPyConnection, table: str, query: str) -> list[dict[str, object]]:
    """The rows as structs; none when the table has not been made yet."""
    schema, name = table.split(".")
    if not con.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?", [schema, name]
    ).fetchone():
        return []
    result = con.execute(query)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
