"""mart.identity_quality: how well each system's records could be resolved."""

from quality.expectations import Severity, Suite, holds, unique, within

SUITE = Suite(
    table="mart.identity_quality",
    purpose="How well each system's records could be resolved",
    needs=("identity.record_customer",),
    rows="""
        with resolved as (
            select source, count(*) as records from identity.record_customer group by source
        )
        select coalesce(q.source, r.source) as source, q.joined_share,
            q.records_over_20 <= 0.05 * q.records as is_not_clumped,
            coalesce(q.records, 0) = coalesce(r.records, 0) as counts_its_records
        from mart.identity_quality as q
        full join resolved as r on r.source = q.source
    """,
    expectations=(
        unique("source", Severity.FAIL, "One row per system"),
        holds("counts_its_records", Severity.FAIL, "Every record of every system is counted"),
        within("joined_share", 0, 1, Severity.FAIL, "A share lies between nothing and all"),
        holds(
            "is_not_clumped", Severity.WARN, "Many records in persons of more than 20: a value is shared by strangers"
        ),
    ),
)
