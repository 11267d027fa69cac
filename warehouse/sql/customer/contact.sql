-- customer.contact: every e-mail address and phone number of a person, and what may be made of each
-- grain: customer_id, kind, value
-- columns:
--   customer_id: the person
--   kind: email or phone
--   value: lower-cased address, or number in E.164
--   status: revoked (every record that had it let go of it), refused (the person refuses marketing by e-mail, or by both text message and call), primary (the golden record's) or secondary; the first that applies
--   is_primary: true for the golden record's, whatever its status
--   seen_first: first time any record carried it (UTC)
--   seen_last: last time any record carried it (UTC)
--   revoked_at: when the last record still carrying it let go of it (UTC)
--   records: how many records have carried it
--   sources: systems of those records, sorted, comma-separated
with said as (
    select record_id, namespace as kind, value, seen_first, seen_last, revoked_at
    from standard.identifier
    where namespace in ('email', 'phone')
    union all
    select record_id, 'email', email, created_at, updated_at, null from standard.record where email is not null
    union all
    select record_id, 'phone', phone, created_at, updated_at, null from standard.record where phone is not null
),

-- One row per record: the identifier knows when it was seen and taken back, the profile only that it is there.
carried as (
    select
        who.customer_id,
        who.record_id,
        who.source,
        said.kind,
        said.value,
        min(said.seen_first) as seen_first,
        max(said.seen_last) as seen_last,
        max(said.revoked_at) as revoked_at
    from said
    inner join identity.record_customer as who on who.record_id = said.record_id
    group by who.customer_id, who.record_id, who.source, said.kind, said.value
),

contact as (
    select
        customer_id,
        kind,
        value,
        min(seen_first) as seen_first,
        max(seen_last) as seen_last,
        if(bool_and(revoked_at is not null), max(revoked_at), null) as revoked_at,
        count(*) as records,
        string_agg(distinct source, ',' order by source) as sources
    from carried
    group by customer_id, kind, value
),

refusal as (
    select customer_id, 'email' as kind
    from customer.permission
    where purpose = 'marketing' and channel = 'email' and status = 'denied'
    union all
    select customer_id, 'phone'
    from customer.permission
    where purpose = 'marketing' and channel in ('sms', 'phone') and status = 'denied'
    group by customer_id
    having count(distinct channel) = 2
),

golden as (
    select customer_id, 'email' as kind, email as value from customer.customer where email is not null
    union all
    select customer_id, 'phone', phone from customer.customer where phone is not null
)

select
    contact.customer_id,
    contact.kind,
    contact.value,
    case
        when contact.revoked_at is not null then 'revoked'
        when refusal.customer_id is not null then 'refused'
        when golden.customer_id is not null then 'primary'
        else 'secondary'
    end as status,
    golden.customer_id is not null as is_primary,
    contact.seen_first,
    contact.seen_last,
    contact.revoked_at,
    contact.records,
    contact.sources
from contact
left join refusal on refusal.customer_id = contact.customer_id and refusal.kind = contact.kind
left join golden
    on golden.customer_id = contact.customer_id and golden.kind = contact.kind and golden.value = contact.value
order by contact.customer_id, contact.kind, contact.value
