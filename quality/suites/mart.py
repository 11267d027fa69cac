"""The marts of customers and of what they buy: what analysts count with."""

from quality.expectations import Expectation, Severity, Suite, holds, one_of, present, unique, unique_together, within

_SCORES = ("r_score", "f_score", "m_score")
_STAGES = ("prospect", "new", "active", "slipping", "lost", "won_back")
_BANDS = ("top", "high", "medium", "low")
_RISKS = ("low", "medium", "high", "lost")
_CAUSES = ("in_rhythm", "likely_gone", "overdue", "one_time_buyer", "complaint", "nps_detractor", "refund")
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
    _suite(
        "value",
        "What each buyer has been and will probably be worth",
        ("purchase_days", "probability_alive", "expected_orders_12m", "expected_value_12m", "value_band"),
        (
            within("purchase_days", 1, None, Severity.FAIL, "A buyer has bought on one day at least"),
            within("probability_alive", 0, 1, Severity.FAIL, "A probability"),
            within("expected_orders_12m", 0, 366, Severity.FAIL, "Days of a year"),
            within("expected_value_12m", 0, None, Severity.FAIL, "Nobody is expected to be paid for buying"),
            one_of("value_band", _BANDS, Severity.FAIL, "Segments ask for these words"),
        ),
    ),
    _suite(
        "churn_risk",
        "How likely each buyer is not to come back, and why",
        ("days_since_order", "risk_score", "risk_band", "reason"),
        (
            within("days_since_order", 0, None, Severity.WARN, "A sale after the day the marts look back from"),
            within("risk_score", 0, 100, Severity.FAIL, "A score from 0 to 100"),
            one_of("risk_band", _RISKS, Severity.FAIL, "Segments ask for these words"),
            one_of("reason", _CAUSES, Severity.FAIL, "Segments ask for these words"),
        ),
    ),
    Suite(
        table="mart.value_model",
        purpose="The models behind mart.value, and how well they would have forecast",
        rows="from mart.value_model",
        expectations=(
            unique("as_of", Severity.FAIL, "One row for the day"),
            within("correlation", -0.5, 0.5, Severity.WARN, "The models take spending to be independent of frequency"),
            within("holdout_error", -0.5, 0.5, Severity.WARN, "The last quarter was forecast less than half or twice"),
        ),
    ),
    Suite(
        table="mart.cohort",
        purpose="How many of those who first bought in a month still buy",
        rows="""
            select
                *,
                buyers <= cohort_buyers as buyers_are_of_the_cohort,
                months_since > 0 or retention = 1 as begins_whole
            from mart.cohort
        """,
        expectations=(
            unique_together(("cohort_month", "months_since"), Severity.FAIL, "One row per cohort and month"),
            holds("buyers_are_of_the_cohort", Severity.FAIL, "More came back than there were"),
            holds("begins_whole", Severity.FAIL, "In the month of their first order everybody buys"),
        ),
    ),
    Suite(
        table="mart.lifecycle_month",
        purpose="How people moved between the stages, month by month",
        needs=("customer.customer",),
        rows="""
            select
                *,
                (
                    month < max(month) over ()
                    or sum(customers) over (partition by month) = (select count(*) from customer.customer)
                ) as counts_everybody
            from mart.lifecycle_month
        """,
        expectations=(
            unique_together(("month", "from_stage", "to_stage"), Severity.FAIL, "One row per month and move"),
            one_of("from_stage", ("unseen", *_STAGES), Severity.FAIL, "Charts ask for these words"),
            one_of("to_stage", _STAGES, Severity.FAIL, "Charts ask for these words"),
            within("customers", 1, None, Severity.FAIL, "A move that nobody made"),
            holds("counts_everybody", Severity.FAIL, "In the last month, as many people as there are customers"),
        ),
    ),
)
