"""identity.ledger: every change of who is who."""

from quality.expectations import Severity, Suite, holds, one_of, unique

SUITE = Suite(
    table="identity.ledger",
    purpose="Every change of who is who",
    rows="""
        select
            g.ledger_number,
            g.event,
            g.records >= 0 as counts_records,
            case when g.event in ('merged', 'split', 'moved') then g.other_customer_id is not null end
                as names_both_customers,
            g.customer_id <> g.other_customer_id as customers_differ
        from identity.ledger as g
    """,
    expectations=(
        unique("ledger_number", Severity.FAIL, "The ledger is read in the order of its numbers"),
        one_of("event", ("created", "merged", "split", "moved", "removed", "overridden"), Severity.FAIL,
               "The ledger's words"),
        holds("names_both_customers", Severity.FAIL, "A merge, split or move names both customers"),
        holds("customers_differ", Severity.FAIL, "A customer is not merged with, split from or moved to itself"),
        holds("counts_records", Severity.FAIL, "A change concerns a number of records"),
    ),
)  # fmt: skip
