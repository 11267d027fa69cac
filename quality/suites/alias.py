"""identity.alias: an old id leads to a live customer."""

from quality.expectations import Severity, Suite, holds, unique

SUITE = Suite(
    table="identity.alias",
    purpose="Old customer ids and where they lead",
    needs=("identity.record_customer",),
    rows="""
        with live as (
            select distinct customer_id from identity.record_customer
        )
        select
            a.old_customer_id,
            target.customer_id is not null as leads_to_a_live_customer,
            old.customer_id is null as is_out_of_use
        from identity.alias as a
        left join live as target on target.customer_id = a.customer_id
        left join live as old on old.customer_id = a.old_customer_id
    """,
    expectations=(
        unique("old_customer_id", Severity.FAIL, "An old id resolves to one customer"),
        holds("leads_to_a_live_customer", Severity.FAIL, "A customer id is for life: an old one still resolves"),
        holds("is_out_of_use", Severity.FAIL, "An id in use that leads elsewhere is two customers at once"),
    ),
)
