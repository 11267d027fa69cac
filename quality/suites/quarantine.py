"""ops.quarantine: what was set aside can be found again and says why."""

from quality.expectations import Severity, Suite, holds, one_of, shaped
from quality.shapes import NOT_BLANK

SUITE = Suite(
    table="ops.quarantine",
    purpose="What was set aside can be found again and says why",
    needs=("ops.batch",),
    rows="""
        select
            q.file_name,
            q.stage,
            q.reason,
            b.batch_id is not null as is_of_known_batch,
            q.line is null or q.line >= 1 as has_a_place
        from ops.quarantine as q
        left join ops.batch as b using (batch_id)
    """,
    expectations=(
        shaped("reason", NOT_BLANK, Severity.FAIL, "No row is set aside without a reason"),
        shaped("file_name", NOT_BLANK, Severity.FAIL, "Without its file a row cannot be found again"),
        one_of("stage", ("ingest", "quality"), Severity.FAIL, "The two stages that set rows aside"),
        holds("is_of_known_batch", Severity.FAIL, "The batch leads to the archived bytes"),
        holds("has_a_place", Severity.WARN, "Lines and positions count from 1"),
    ),
)
