"""customer.permission: nobody who refused is written to.

The refusals are looked up anew in the sources' statements, past customer.consent, so that a mistake on the way shows.
"""

from quality.expectations import Severity, Suite, holds, one_of, unique_together

SUITE = Suite(
    table="customer.permission",
    purpose="Who may be contacted where and what for",
    needs=(
        "customer.customer",
        "standard.consent",
        "identity.record_customer",
        "identity.departed",
        "identity.alias",
        "ops.restriction",
    ),
    rows="""
        with who as (
            select w.record_id, w.customer_id from identity.record_customer as w
            union all
            select d.record_id, coalesce(a.customer_id, d.customer_id)
            from identity.departed as d
            left join identity.alias as a on a.old_customer_id = d.customer_id
        ),
        refused as (
            select distinct r.customer_id, s.channel, s.purpose
            from standard.consent as s
            join who as r on r.record_id = s.record_id
            where s.status = 'denied'
        )
        select
            p.status = 'denied' or not exists (
                select 1 from ops.restriction as n
                where n.customer_id = p.customer_id and n.channel in (p.channel, 'any')
            ) as respects_every_restriction,
            p.customer_id,
            p.channel,
            p.purpose,
            p.status,
            c.customer_id is not null as is_of_live_customer,
            p.status = 'denied' or not exists (
                select 1
                from refused as f
                where f.customer_id = p.customer_id and f.purpose = p.purpose and f.channel in (p.channel, 'any')
            ) as respects_every_refusal
        from customer.permission as p
        left join customer.customer as c on c.customer_id = p.customer_id
    """,
    expectations=(
        unique_together(("customer_id", "channel", "purpose"), Severity.FAIL, "Two answers leave it open which holds"),
        one_of("channel", ("email", "sms", "phone", "wechat"), Severity.FAIL, "The channels an extract can use"),
        one_of("status", ("granted", "denied"), Severity.FAIL, "Anything else would count as neither yes nor no"),
        holds("is_of_live_customer", Severity.FAIL, "A permission of a customer nobody is any more permits nothing"),
        holds("respects_every_restriction", Severity.FAIL, "Neither suppressed people nor minors are written to"),
        holds("respects_every_refusal", Severity.FAIL, "One refusal at any source outweighs every yes"),
    ),
)
