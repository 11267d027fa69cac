"""The quality gate as the stages call it: after their work, with the suites of what they have just written.

In: what a stage was given. Out: counts for its report. `QualityFailed` stops the stage, so that nothing after it runs.
"""

from collections.abc import Sequence

from pipeline.stage import Count, Work
from quality.expectations import Severity
from quality.gate import check

SUITES_AFTER: dict[str, tuple[str, ...]] = {
    "ingest": ("ops.batch", "ops.quarantine", "raw"),
    "standardise": (
        *("standard.record", "standard.identifier", "standard.event", "standard.purchase", "standard.purchase_line"),
        *("standard.interaction", "standard.feedback", "standard.consent", "standard.unparsed"),
    ),
    "resolve": ("identity.record_customer", "identity.link", "identity.alias", "identity.ledger"),
    "profile": (
        *("customer.customer", "customer.provenance", "customer.permission", "customer.event", "customer.purchase"),
        *("customer.purchase_line", "customer.interaction", "customer.feedback"),
        *("mart.customer_360", "mart.rfm", "mart.lifecycle"),
    ),
}


def gate(work: Work, suites: Sequence[str], *, changed: bool = True) -> dict[str, Count]:
    """Judge the suites and say how it went, in counts.

    With `changed=False` (the stage wrote nothing) the judging is spared, unless one of the suites has never been
    judged or was last stopped at: a failure does not go away by running again.
    """
    if not changed and _held_last_time(work, suites):
        return {"quality": "unchanged"}
    work.progress(f"checking {len(suites)} tables")
    result = check(work.con, suites, work.run_id, work.now, work.config.data_docs)
    return {
        "quality_expectations": len(result.outcomes),
        "quality_warnings": result.broken(Severity.WARN),
        "quality_quarantined": result.quarantined_rows,
    }


def _held_last_time(work: Work, suites: Sequence[str]) -> bool:
    row = work.con.execute(
        """
        with judged as (
            select
                r.suite,
                r.run_id,
                bool_and(r.success or r.severity <> 'fail') as held,
                max(r.checked_at) as checked_at
            from ops.quality_result as r
            where list_contains($suites, r.suite)
            group by all
        ),
        latest as (
            select j.suite, max_by(j.held, (j.checked_at, j.run_id)) as held
            from judged as j
            group by all
        )
        select count(*) filter (where held) = $asked from latest
        """,
        {"suites": list(suites), "asked": len(set(suites))},
    ).fetchone()
    return bool(row and row[0])
