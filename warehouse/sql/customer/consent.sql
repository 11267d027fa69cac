-- customer.consent: what a person allowed or refused, over all sources; the most restrictive statement wins
-- grain: customer_id, channel, purpose
-- columns:
--   customer_id: the person
--   channel: email, sms, phone, wechat or any, as stated; customer.permission applies `any`
--   purpose: marketing or sharing
--   status: denied when any source says so, else granted
--   stated_at: newest statement (UTC)
--   statements: statements counted
--   denials: statements that say denied
--   sources: systems that made a statement, sorted, comma-separated
with who as (
    select record_id, customer_id from identity.record_customer
    union all
    -- Whoever a deleted record belonged to; nobody where that customer is gone.
    select departed.record_id, coalesce(alias.customer_id, departed.customer_id)
    from identity.departed as departed
    left join identity.alias as alias on alias.old_customer_id = departed.customer_id
    where coalesce(alias.customer_id, departed.customer_id) in (select customer_id from identity.record_customer)
),

statement as (
    select who.customer_id, consent.*
    from standard.consent as consent
    inner join who on who.record_id = consent.record_id
    left join standard.record as record on record.record_id = consent.record_id
    -- A profile deleted at its source no longer allows anything, but what it refused stays refused.
    where consent.status = 'denied' or record.deleted_at is null
)

select
    customer_id,
    channel,
    purpose,
    if(bool_or(status = 'denied'), 'denied', 'granted') as status,
    max(stated_at) as stated_at,
    count(*) as statements,
    count(*) filter (status = 'denied') as denials,
    string_agg(distinct source, ',' order by source) as sources
from statement
where status in ('granted', 'denied')
group by customer_id, channel, purpose
order by customer_id, channel, purpose
