"""raw.*: every row of every stream table is in the batch that brought it, once.

Stream tables come and go with the sources, and hold everything ever delivered: DuckDB counts them batch by batch, and
one row per table and batch is what gets judged.
"""

from collections.abc import Sequence

from quality.expectations import Severity, Suite, holds, present

NAME = "raw"
PURPOSE = "Every raw row belongs to the batch that brought it, once"


def raw_suite(tables: Sequence[str]) -> Suite:
    """The suite over the stream tables that exist (names within the schema raw)."""
    counted = "\nunion all\n".join(_counted(table) for table in sorted(tables)) or _nothing_counted()
    return Suite(
        table=NAME,
        purpose=PURPOSE,
        needs=("ops.batch",),
        rows=f"""
            with counted as (
                {counted}
            )
            select
                c.table_name,
                coalesce(c.batch_id, b.batch_id) as batch_id,
                case when c.table_name is not null then b.batch_id is not null end as is_of_known_batch,
                c.raw_rows = c.lines as lines_are_distinct,
                coalesce(c.raw_rows, 0) = b.rows_loaded as loaded_rows_are_there
            from counted as c
            full join ops.batch as b on b.batch_id = c.batch_id
        """,
        expectations=(
            present("batch_id", Severity.FAIL, "A row without a batch cannot be led back to a file"),
            holds("is_of_known_batch", Severity.FAIL, "A batch the ledger of deliveries does not know was half loaded"),
            holds("lines_are_distinct", Severity.FAIL, "A line is loaded once: twice means rows counted twice"),
            holds("loaded_rows_are_there", Severity.FAIL, "Nothing is lost: rows in raw = rows loaded, batch by batch"),
        ),
    )


def _counted(table: str) -> str:
    quoted = '"' + table.replace('"', '""') + '"'
    return f"""
        select
            '{table.replace("'", "''")}' as table_name,
            t._batch_id as batch_id,
            count(*) as raw_rows,
            count(distinct t._line) as lines
        from raw.{quoted} as t
        group by all
    """


def _nothing_counted() -> str:
    return """
        select null::varchar as table_name, null::varchar as batch_id, null::bigint as raw_rows, null::bigint as lines
        where false
    """
