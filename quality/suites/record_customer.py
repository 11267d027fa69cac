"""identity.record_customer: every record is one person's, and no person has swallowed the others."""

from quality.expectations import Severity, Suite, holds, shaped, unique, within
from quality.shapes import CUSTOMER_ID

SUITE = Suite(
    table="identity.record_customer",
    purpose="Who is who",
    needs=("standard.record", "identity.ledger"),
    rows="""
        with sized as (
            select
                c.record_id,
                c.customer_id,
                count(*) over (partition by c.customer_id) as records,
                count(*) over () as all_records
            from identity.record_customer as c
        ),
        handed_out as (
            select distinct g.customer_id from identity.ledger as g where g.event in ('created', 'split')
        )
        select
            coalesce(c.record_id, r.record_id) as record_id,
            c.customer_id,
            c.records as records_of_customer,
            c.records <= greatest(200, 0.01 * c.all_records) as customer_is_of_plausible_size,
            case when r.record_id is not null and r.deleted_at is null then c.record_id is not null end
                as live_record_has_customer,
            case when c.record_id is not null then r.record_id is not null end as record_exists,
            case when c.record_id is not null then h.customer_id is not null end as customer_is_in_the_ledger
        from sized as c
        full join standard.record as r on r.record_id = c.record_id
        left join handed_out as h on h.customer_id = c.customer_id
    """,
    expectations=(
        unique("record_id", Severity.FAIL, "A record belongs to one person"),
        shaped("customer_id", CUSTOMER_ID, Severity.FAIL, "Ids are for life: only the ledger hands them out"),
        holds("customer_is_in_the_ledger", Severity.FAIL, "Every customer was created or split off in the ledger"),
        holds("live_record_has_customer", Severity.FAIL, "Every record that its source has not deleted is somebody's"),
        holds("record_exists", Severity.FAIL, "A customer made of records that are gone was not erased entirely"),
        holds("customer_is_of_plausible_size", Severity.FAIL,
              "One customer with over 200 records and over 1 % of all has swallowed strangers: look at its links "
              "with `guiyi explain`"),
        within("records_of_customer", None, 20, Severity.WARN,
               "Clusters over 20 records are seldom one person: watch their share", at_least=0.98),
    ),
)  # fmt: skip
