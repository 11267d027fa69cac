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
        *("customer.customer_history", "customer.contact", "customer.relationship"),
        *("mart.journey", "mart.channel", "mart.feedback", "mart.affinity", "mart.next_product"),
        "mart.identity_quality",
        *("mart.customer_360", "mart.rfm", "mart.lifecycle", "mart.value", "mart.churn_risk"),
        *("mart.value_model", "mart.cohort", "mart.lifecycle_month"),
    ),
}


def gate(work: Work, suites: Sequence[str]) -> dict[str, Count]:
    """Judge the suites and say how it went, in counts."""
    work.progress(f"checking {len(suites)} tables")
    result = check(work.con, suites, work.run_id, work.now, work.config.data_docs)
    return {
        "quality_expectations": len(result.outcomes),
        "quality_warnings": result.broken(Severity.WARN),
        "quality_quarantined": result.quarantined_rows,
    }
