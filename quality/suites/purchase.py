"""standard.purchase: orders."""

from quality.expectations import Severity, Suite, holds, one_of, present, shaped, unique, within
from quality.shapes import CURRENCY, NOT_BLANK

SUITE = Suite(
    table="standard.purchase",
    purpose="Orders",
    needs=("standard.record", "ops.batch"),
    rows="""
        select
            p.purchase_id,
            p.order_number,
            p.status,
            p.ordered_at,
            p.currency,
            cast(p.amount as double) as amount,
            cast(p.refunded as double) as refunded,
            case when p.amount is not null then p.currency is not null end as amount_has_a_currency,
            p.refunded <= p.amount as refund_is_within_amount,
            b.batch_id is not null as is_of_known_batch,
            p.ordered_at < b.delivered_on + interval 2 day as is_not_in_the_future,
            case when p.record_id is not null then r.record_id is not null end as is_of_known_record
        from standard.purchase as p
        left join ops.batch as b on b.batch_id = p._batch_id
        left join standard.record as r on r.record_id = p.record_id
    """,
    expectations=(
        unique("purchase_id", Severity.FAIL, "An order counted twice doubles what a customer has spent"),
        shaped("order_number", NOT_BLANK, Severity.FAIL, "All orders without a number would become one order"),
        one_of("status", ("paid", "pending", "cancelled", "refunded", "other"), Severity.FAIL,
               "Spending counts by these words"),
        present("status", Severity.WARN, "An order without a status counts as not paid"),
        present("ordered_at", Severity.WARN, "An order without a time is left out of recency and lifecycle"),
        holds("is_not_in_the_future", Severity.WARN, "An order later than its delivery has a wrong clock or zone"),
        present("amount", Severity.WARN, "An order without an amount adds nothing to what a customer has spent"),
        within("amount", 0, None, Severity.WARN, "A total below zero is a refund in the wrong field"),
        within("refunded", 0, None, Severity.WARN, "A refund below zero would raise what a customer has spent"),
        holds("refund_is_within_amount", Severity.WARN, "More given back than paid: currencies or fields mixed up"),
        shaped("currency", CURRENCY, Severity.WARN, "Amounts are converted by ISO 4217 codes"),
        holds("amount_has_a_currency", Severity.WARN, "An amount without a currency cannot be added to others"),
        holds("is_of_known_record", Severity.WARN, "An order of a buyer nobody knows reaches no customer"),
        holds("is_of_known_batch", Severity.FAIL, "An order must lead back to the file it came in"),
    ),
)  # fmt: skip
