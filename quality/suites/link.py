"""identity.link: scored evidence between two records."""

from quality.expectations import Severity, Suite, holds, unique_together

SUITE = Suite(
    table="identity.link",
    purpose="Scored evidence between two records",
    rows="""
        select
            l.record_id_l,
            l.record_id_r,
            -- As conditions: a pandas frame takes NaN for missing, and a missing value breaks no bound.
            l.match_weight is not null and isfinite(l.match_weight) as weight_is_finite,
            l.match_probability is not null and l.match_probability between 0 and 1 as probability_is_one,
            l.record_id_l <> l.record_id_r as joins_two_records
        from identity.link as l
    """,
    expectations=(
        holds("weight_is_finite", Severity.FAIL, "A weight that is missing or infinite cannot be explained"),
        holds("probability_is_one", Severity.FAIL, "A probability lies between 0 and 1"),
        holds("joins_two_records", Severity.FAIL, "A record is no evidence about itself"),
        unique_together(("record_id_l", "record_id_r"), Severity.FAIL, "A pair counted twice weighs twice"),
    ),
)
