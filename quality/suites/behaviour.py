"""mart.journey, channel, feedback, affinity, next_product: what people do, and what they do together."""

from quality.expectations import Severity, Suite, holds, one_of, unique, unique_together, within

_TOUCHPOINTS = ("visit", "contact", "ticket", "other", "feedback", "purchase")
_MODELS = ("first", "last", "linear", "decay", "markov")
_LIVE = holds("is_of_live_customer", Severity.FAIL, "A customer nobody is any more would still be counted")

SUITES = (
    Suite(
        table="mart.journey",
        purpose="Touchpoints of each person, in order",
        needs=("customer.customer",),
        rows="""
            select j.customer_id, j.position, j.touchpoint, j.hours_since_previous,
                case when j.on_path then j.purchase_id is not null and j.is_touch end as leads_somewhere,
                c.customer_id is not null as is_of_live_customer
            from mart.journey as j
            left join customer.customer as c on c.customer_id = j.customer_id
        """,
        expectations=(
            unique_together(("customer_id", "position"), Severity.FAIL, "One touchpoint stands at each place"),
            one_of("touchpoint", _TOUCHPOINTS, Severity.FAIL, "Queries ask for these words"),
            within("hours_since_previous", 0, None, Severity.FAIL, "A touchpoint comes after the one before"),
            holds("leads_somewhere", Severity.FAIL, "A touch on a path led to a purchase"),
            _LIVE,
        ),
    ),
    Suite(
        table="mart.channel",
        purpose="What purchases are put down to, by five models",
        needs=("customer.purchase",),
        rows="""
            with total as (
                select count(*) as conversions, coalesce(sum(net_base), 0) as revenue
                from customer.purchase
                where customer_id is not null and is_sale
                    and ordered_at::date <= (select max(as_of) from mart.channel)
            ),
            told as (
                select model, sum(conversions) as conversions, sum(revenue) as revenue from mart.channel group by model
            )
            select c.model, c.channel, c.share,
                told.conversions = total.conversions as adds_up_to_all_purchases,
                told.revenue = total.revenue as adds_up_to_all_revenue
            from mart.channel as c
            inner join told on told.model = c.model
            cross join total
        """,
        expectations=(
            unique_together(("model", "channel"), Severity.FAIL, "A channel has one share in a model"),
            one_of("model", _MODELS, Severity.FAIL, "Queries ask for these words"),
            within("share", 0, 1, Severity.FAIL, "A share lies between nothing and all"),
            holds("adds_up_to_all_purchases", Severity.FAIL, "Every purchase is put down to channels once, in full"),
            holds("adds_up_to_all_revenue", Severity.FAIL, "So is its amount, to the cent"),
        ),
    ),
    Suite(
        table="mart.feedback",
        purpose="How content each person is",
        needs=("customer.customer",),
        rows="""
            select f.customer_id, f.nps_group, f.csat_average, f.median_hours,
                c.customer_id is not null as is_of_live_customer
            from mart.feedback as f
            left join customer.customer as c on c.customer_id = f.customer_id
        """,
        expectations=(
            unique("customer_id", Severity.FAIL, "One row per customer: a second one counts the customer twice"),
            one_of("nps_group", ("promoter", "passive", "detractor"), Severity.FAIL, "Segments ask for these words"),
            within("csat_average", 1, 5, Severity.FAIL, "Asked on a scale from 1 to 5"),
            within("median_hours", 0, None, Severity.FAIL, "A ticket ends after it began"),
            _LIVE,
        ),
    ),
    Suite(
        table="mart.affinity",
        purpose="Products bought together",
        rows="""
            select product, other_product, support, confidence, confidence_back, product < other_product as is_told_once
            from mart.affinity
        """,
        expectations=(
            unique_together(("product", "other_product"), Severity.FAIL, "A pair is one row"),
            holds("is_told_once", Severity.FAIL, "A pair told in both orders counts twice"),
            *(
                within(share, 0, 1, Severity.FAIL, "A share lies between nothing and all")
                for share in ("support", "confidence", "confidence_back")
            ),
        ),
    ),
    Suite(
        table="mart.next_product",
        purpose="What each buyer may want next",
        needs=("customer.customer",),
        rows="""
            select n.customer_id, n.place, n.lift, n.product <> n.because as is_another,
                c.customer_id is not null as is_of_live_customer
            from mart.next_product as n
            left join customer.customer as c on c.customer_id = n.customer_id
        """,
        expectations=(
            unique_together(("customer_id", "place"), Severity.FAIL, "One product stands at each place"),
            holds("is_another", Severity.FAIL, "What somebody has is nothing to suggest"),
            within("lift", 1, None, Severity.FAIL, "Products that avoid each other are no suggestion"),
            _LIVE,
        ),
    ),
)
