"""ops.batch: every row of every delivery is accounted for."""

from quality.expectations import Severity, Suite, holds, one_of, unique, within

SUITE = Suite(
    table="ops.batch",
    purpose="Every row of every delivery is accounted for",
    needs=("ops.quarantine",),
    rows="""
        with quarantined as (
            -- Rows that a gate set aside later were loaded before.
            select set_aside.batch_id, count(*) as quarantine_rows
            from ops.quarantine as set_aside
            where set_aside.stage = 'ingest'
            group by all
        )
        select
            b.batch_id,
            b.status,
            b.rows_delivered = b.rows_loaded + b.rows_quarantined + b.rows_suppressed + b.rows_expired
                as counts_reconcile,
            b.rows_quarantined = coalesce(q.quarantine_rows, 0) as quarantine_is_complete,
            b.status <> 'rejected' as is_readable,
            -- JSON leaves out what is empty: there, an absent key is no news.
            case when lower(b.file_name) like '%.csv' then coalesce(b.missing_columns, '') = '' end as has_all_columns,
            b.rows_quarantined / nullif(b.rows_delivered, 0) as quarantined_share
        from ops.batch as b
        left join quarantined as q using (batch_id)
    """,
    expectations=(
        unique("batch_id", Severity.FAIL, "The same bytes are loaded once: a second row means rows counted twice"),
        one_of("status", ("loaded", "rejected"), Severity.FAIL, "Other words are not understood by the stages after"),
        holds("counts_reconcile", Severity.FAIL,
              "Nothing is lost: rows delivered = rows loaded + rows quarantined + rows of erased people"),
        holds("quarantine_is_complete", Severity.FAIL, "Every line that was not loaded waits in ops.quarantine"),
        holds("is_readable", Severity.WARN, "A delivery of which nothing could be read has to be asked for again"),
        holds("has_all_columns", Severity.WARN, "A column the connector reads is gone: the source changed its export"),
        within("quarantined_share", None, 0.05, Severity.WARN,
               "More than 5 % broken lines is a changed export or a wrong encoding rather than bad luck"),
    ),
)  # fmt: skip
