"""customer.customer_history, contact, relationship: what surrounds the golden record."""

from quality.expectations import Severity, Suite, holds, one_of, unique_together

_NOBODY = "Of a customer nobody is any more, and in nobody's erasure"

SUITES = (
    Suite(
        table="customer.customer_history",
        purpose="The golden record as of any day",
        needs=("customer.customer",),
        rows="""
            select
                coalesce(h.customer_id, c.customer_id) as customer_id,
                h.valid_from,
                coalesce(h.valid_to > h.valid_from, true) as ends_after_it_began,
                case when h.customer_id is not null and h.valid_to is null then c.customer_id is not null end
                    as is_of_live_customer,
                h.customer_id is not null as has_a_state
            from customer.customer_history as h
            full join customer.customer as c on c.customer_id = h.customer_id and h.valid_to is null
        """,
        expectations=(
            unique_together(("customer_id", "valid_from"), Severity.FAIL, "A day has one state, its last"),
            holds("ends_after_it_began", Severity.FAIL, "A state of no day is in no answer"),
            holds("is_of_live_customer", Severity.FAIL, "A state that goes on is that of a customer"),
            holds("has_a_state", Severity.FAIL, "Every customer has a state today"),
        ),
    ),
    Suite(
        table="customer.contact",
        purpose="Every e-mail address and phone number of a person",
        needs=("customer.customer",),
        rows="""
            select k.customer_id, k.kind, k.value, k.status, c.customer_id is not null as is_of_live_customer
            from customer.contact as k
            left join customer.customer as c on c.customer_id = k.customer_id
        """,
        expectations=(
            unique_together(("customer_id", "kind", "value"), Severity.FAIL, "An address written to twice"),
            one_of("kind", ("email", "phone"), Severity.FAIL, "Extracts ask for these words"),
            one_of(
                "status", ("primary", "secondary", "refused", "revoked"), Severity.FAIL, "Extracts ask for these words"
            ),
            holds("is_of_live_customer", Severity.FAIL, _NOBODY),
        ),
    ),
    Suite(
        table="customer.relationship",
        purpose="Persons who belong together",
        needs=("customer.customer",),
        rows="""
            select
                r.customer_id,
                r.other_customer_id,
                r.kind,
                r.customer_id < r.other_customer_id as is_told_once,
                one.customer_id is not null and other.customer_id is not null as is_of_live_customers
            from customer.relationship as r
            left join customer.customer as one on one.customer_id = r.customer_id
            left join customer.customer as other on other.customer_id = r.other_customer_id
        """,
        expectations=(
            unique_together(("customer_id", "other_customer_id", "kind"), Severity.FAIL, "A relation is one row"),
            holds("is_told_once", Severity.FAIL, "A pair told in both orders counts twice"),
            holds("is_of_live_customers", Severity.FAIL, _NOBODY),
        ),
    ),
)
