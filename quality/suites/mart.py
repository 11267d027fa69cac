"""mart.customer_360, mart.rfm, mart.lifecycle: what analysts count with, one row per customer."""

from quality.expectations import Expectation, Severity, Suite, holds, one_of, present, unique, within

_SCORES = ("r_score", "f_score", "m_score")
_STAGES = ("prospect", "new", "active", "slipping", "lost", "won_back")
_GROUPS = ("champions", "loyal", "promising", "wavering", "cannot_lose", "at_risk", "hibernating")


def _suite(name: str, purpose: str, columns: tuple[str, ...], expectations: tuple[Expectation, ...]) -> Suite:
    """A mart whose key is the customer; `columns` are the further ones that `expectations` look at."""
    return Suite(
        table=f"mart.{name}",
        purpose=purpose,
        needs=("customer.customer",),
        rows=f"""
            select
                coalesce(m.customer_id, c.customer_id) as customer_id,
                {"".join(f"m.{column}, " for column in columns)}
                case when m.customer_id is not null then c.customer_id is not null end as is_of_live_customer,
                m.customer_id is not null as is_there
            from mart.{name} as m
            full join customer.customer as c on c.customer_id = m.customer_id
        """,
        expectations=(
            unique("customer_id", Severity.FAIL, "One row per customer: a second one counts the customer twice"),
            holds("is_of_live_customer", Severity.FAIL, "A customer nobody is any more would still be counted"),
            *expectations,
        ),
    )


_NOBODY_IS_LEFT_OUT = holds("is_there", Severity.FAIL, "As many rows as customers: nobody is left out")

SUITES = (
    _suite(
        "customer_360",
        "Everything about a customer in one row",
        ("orders", "spend", "nps_last", "csat_average", "lifecycle_stage"),
        (
            _NOBODY_IS_LEFT_OUT,
            present("lifecycle_stage", Severity.FAIL, "Everybody is at least a prospect"),
            within("orders", 0, None, Severity.FAIL, "A number of orders"),
            within("spend", 0, None, Severity.WARN, "More was given back than spent: refunds counted twice?"),
            within("nps_last", 0, 10, Severity.FAIL, "Asked on a scale from 0 to 10"),
            within("csat_average", 1, 5, Severity.FAIL, "Asked on a scale from 1 to 5"),
        ),
    ),
    _suite(
        "rfm",
        "How recently, how often and for how much each buyer bought",
        ("recency_days", "frequency", "rfm_segment", *_SCORES),
        (
            within("recency_days", 0, None, Severity.WARN, "A sale after the day the marts look back from"),
            within("frequency", 1, None, Severity.FAIL, "A buyer has bought at least once"),
            *(within(score, 1, 5, Severity.FAIL, "Fifths are numbered from 1 to 5") for score in _SCORES),
            one_of("rfm_segment", _GROUPS, Severity.FAIL, "Segments ask for these words"),
        ),
    ),
    _suite(
        "lifecycle",
        "Where each customer stands, from prospect to lost",
        ("stage", "orders"),
        (
            _NOBODY_IS_LEFT_OUT,
            one_of("stage", _STAGES, Severity.FAIL, "Segments ask for these words"),
            within("orders", 0, None, Severity.FAIL, "A number of orders"),
        ),
    ),
)
