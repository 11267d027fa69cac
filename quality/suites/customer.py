"""customer.customer: one golden record per person."""

from quality.expectations import Severity, Suite, holds, one_of, shaped, unique, within
from quality.shapes import COUNTRY, EMAIL, PHONE

SUITE = Suite(
    table="customer.customer",
    purpose="One golden record per person",
    needs=("identity.record_customer",),
    rows="""
        with live as (
            select r.customer_id, count(*) as records
            from identity.record_customer as r
            group by all
        )
        select
            coalesce(c.customer_id, l.customer_id) as customer_id,
            c.gender,
            c.email,
            c.phone,
            c.country,
            c.source_count,
            c.customer_id is not null as is_there,
            case when c.customer_id is not null then l.customer_id is not null end as is_live,
            c.record_count = l.records as counts_its_records,
            c.first_seen_at <= c.last_seen_at as is_seen_first_before_last
        from customer.customer as c
        full join live as l on l.customer_id = c.customer_id
    """,
    expectations=(
        unique("customer_id", Severity.FAIL, "One row per person: a second one counts the person twice"),
        holds("is_there", Severity.FAIL, "Every live customer has a golden record"),
        holds("is_live", Severity.FAIL, "A customer nobody is any more would still be counted and written to"),
        holds("counts_its_records", Severity.FAIL, "The golden record is made of exactly the records resolved to it"),
        one_of("gender", ("female", "male", "other"), Severity.FAIL, "Segments ask for these words"),
        shaped("email", EMAIL, Severity.WARN, "A malformed address receives nothing"),
        shaped("phone", PHONE, Severity.WARN, "A number without its country reaches somebody else abroad"),
        shaped("country", COUNTRY, Severity.WARN, "Segments ask for ISO codes"),
        within("source_count", 1, None, Severity.FAIL, "A customer comes from at least one source"),
        holds("is_seen_first_before_last", Severity.WARN, "Tenure counts from the first sighting to the last"),
    ),
)
