"""customer.provenance: every filled field says which record it came from."""

from quality.expectations import Severity, Suite, holds, unique_together

SUITE = Suite(
    table="customer.provenance",
    purpose="Which record won each field",
    needs=("customer.customer", "identity.record_customer"),
    rows="""
        select
            p.customer_id,
            p.field,
            c.customer_id is not null as is_of_live_customer,
            r.record_id is not null as is_of_the_customers_record
        from customer.provenance as p
        left join customer.customer as c on c.customer_id = p.customer_id
        left join identity.record_customer as r
            on r.record_id = p.record_id and r.customer_id = p.customer_id
    """,
    expectations=(
        unique_together(("customer_id", "field"), Severity.FAIL, "One record wins each field"),
        holds("is_of_live_customer", Severity.FAIL, "Provenance of a customer nobody is any more explains nothing"),
        holds("is_of_the_customers_record", Severity.FAIL, "A field taken from another person's record is a leak"),
    ),
)
