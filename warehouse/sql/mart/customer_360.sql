-- mart.customer_360: everything about a person in one row; what segments are written over
-- grain: customer_id
-- columns:
--   customer_id: the person
--   as_of: day the counts look back from; activity after it is not counted
--   full_name: name as the winning source orders it
--   given_name: given name
--   family_name: family name
--   name_script: han, latin, mixed or other
--   name_pinyin: toneless pinyin, family name first
--   gender: female, male or other
--   birth_date: date of birth
--   age: full years on the day
--   email: lower-cased address
--   phone: E.164
--   country: ISO 3166 alpha-2
--   region: province or state
--   city: city
--   district: district or county
--   postcode: postal code
--   address: one-line address
--   company: employer or organisation
--   language: language tag
--   wechat_unionid: WeChat id across the company's accounts
--   wechat_openid: WeChat id at the account the person follows
--   first_seen_at: first time any source knew the person or the person did something (UTC)
--   last_seen_at: last change, sighting or act at any source (UTC)
--   tenure_days: days from first_seen_at to the day
--   record_count: source records joined in this person
--   source_count: systems those records come from
--   sources: those systems, sorted, comma-separated
--   has_conflict: true when the records disagree on birth date or gender
--   channels: kinds of contact used (website, app, social, crm, store, service, feedback), sorted, comma-separated
--   orders: sales (paid and not refunded in full)
--   spend: sum of sales less refunds, in the base currency
--   average_order: spend per sale with a rate, in the base currency
--   orders_without_rate: sales in a currency without a rate, which are missing from spend
--   refunded_orders: orders refunded in part or in full
--   first_order_on: day of the first sale (UTC)
--   last_order_on: day of the last sale (UTC)
--   days_since_order: days from the last sale to the day
--   has_store_purchase: true with at least one sale at a source of the channel store
--   events: events told to be the person's, stitched ones included
--   stitched_events: of these, events of an anonymous visitor
--   sessions: distinct sessions of those events
--   last_event_at: last event (UTC)
--   tickets: service tickets
--   open_tickets: of these, not closed or solved now
--   last_ticket_at: last ticket (UTC)
--   nps_last: newest likelihood to recommend, 0 to 10
--   csat_average: mean satisfaction, 1 to 5
--   feedback_last_at: newest answer (UTC)
--   is_wechat_fan: true when the person follows the company's WeChat account
--   marketing_email: granted or denied; empty when never asked, which counts as no
--   marketing_sms: granted or denied
--   marketing_phone: granted or denied
--   marketing_wechat: granted or denied
--   r_score: recency score 1 to 5; empty without a sale
--   f_score: frequency score
--   m_score: money score
--   rfm_segment: name of the RFM group
--   lifecycle_stage: prospect, new, active, slipping, lost or won_back
--   probability_alive: that the person will buy again at all, 0 to 1; see mart.value
--   expected_value_12m: what the person will probably spend in the next 365 days, in the base currency; empty without a sale or a model
--   churn_risk: low, medium, high or lost; see mart.churn_risk
with channel_source as (
    select c.source, c.channel from (select unnest($channels::struct(source varchar, channel varchar)[]) as c)
),

purchase as (
    select purchase.*, coalesce(channel_source.channel, purchase.source) = 'store' as is_store
    from customer.purchase as purchase
    left join channel_source on channel_source.source = purchase.source
    where purchase.customer_id is not null and purchase.ordered_at::date <= $as_of::date
),

bought as (
    select
        customer_id,
        count(*) filter (is_sale) as orders,
        coalesce(sum(net_base) filter (is_sale), 0)::decimal(18, 2) as spend,
        count(*) filter (is_sale and net_base is null) as orders_without_rate,
        count(*) filter (status = 'refunded' or refunded > 0) as refunded_orders,
        min(ordered_at) filter (is_sale)::date as first_order_on,
        max(ordered_at) filter (is_sale)::date as last_order_on,
        bool_or(is_sale and is_store) as has_store_purchase
    from purchase
    group by customer_id
),

visited as (
    select
        customer_id,
        count(*) as events,
        count(*) filter (stitched) as stitched_events,
        count(distinct session_id) as sessions,
        max(occurred_at) as last_event_at
    from customer.event
    where customer_id is not null and occurred_at::date <= $as_of::date
    group by customer_id
),

asked as (
    select
        customer_id,
        count(*) as tickets,
        count(*) filter (is_open) as open_tickets,
        max(occurred_at) as last_ticket_at
    from customer.interaction
    where customer_id is not null and kind = 'ticket' and occurred_at::date <= $as_of::date
    group by customer_id
),

answered as (
    select
        customer_id,
        arg_max(nps, (answered_at, feedback_id)) filter (nps is not null) as nps_last,
        avg(csat) as csat_average,
        max(answered_at) as feedback_last_at
    from customer.feedback
    where customer_id is not null and answered_at::date <= $as_of::date
    group by customer_id
),

fan as (
    select who.customer_id
    from identity.record_customer as who
    inner join standard.record as record on record.record_id = who.record_id
    inner join standard.identifier as identifier on identifier.record_id = who.record_id
    -- The platform goes on listing who left: leaving is the refusal of the account's messages.
    left join standard.consent as consent
        on consent.record_id = who.record_id and consent.channel = 'wechat' and consent.status = 'denied'
    where identifier.namespace = 'wechat_openid'
        and identifier.revoked_at is null and record.deleted_at is null and consent.record_id is null
    group by who.customer_id
),

allowed as (
    select
        customer_id,
        max(status) filter (channel = 'email') as marketing_email,
        max(status) filter (channel = 'sms') as marketing_sms,
        max(status) filter (channel = 'phone') as marketing_phone,
        max(status) filter (channel = 'wechat') as marketing_wechat
    from customer.permission
    where purpose = 'marketing'
    group by customer_id
),

touched as (
    select customer_id, source from identity.record_customer
    union
    select customer_id, source from customer.event where customer_id is not null and occurred_at::date <= $as_of::date
    union
    select customer_id, source from purchase
    union
    select customer_id, source from customer.interaction
    where customer_id is not null and occurred_at::date <= $as_of::date
    union
    select customer_id, source from customer.feedback
    where customer_id is not null and answered_at::date <= $as_of::date
),

contact as (
    select touched.customer_id, string_agg(distinct coalesce(channel_source.channel, touched.source), ','
        order by coalesce(channel_source.channel, touched.source)) as channels
    from touched
    left join channel_source on channel_source.source = touched.source
    group by touched.customer_id
)

select
    person.customer_id,
    $as_of::date as as_of,
    person.full_name,
    person.given_name,
    person.family_name,
    person.name_script,
    person.name_pinyin,
    person.gender,
    person.birth_date,
    date_sub('year', person.birth_date, $as_of::date) as age,
    person.email,
    person.phone,
    person.country,
    person.region,
    person.city,
    person.district,
    person.postcode,
    person.address,
    person.company,
    person.language,
    person.wechat_unionid,
    person.wechat_openid,
    person.first_seen_at,
    person.last_seen_at,
    greatest(date_diff('day', person.first_seen_at::date, $as_of::date), 0) as tenure_days,
    person.record_count,
    person.source_count,
    person.sources,
    person.has_conflict,
    contact.channels,
    coalesce(bought.orders, 0) as orders,
    coalesce(bought.spend, 0)::decimal(18, 2) as spend,
    round(bought.spend / nullif(bought.orders - bought.orders_without_rate, 0), 2)::decimal(18, 2) as average_order,
    coalesce(bought.orders_without_rate, 0) as orders_without_rate,
    coalesce(bought.refunded_orders, 0) as refunded_orders,
    bought.first_order_on,
    bought.last_order_on,
    date_diff('day', bought.last_order_on, $as_of::date) as days_since_order,
    coalesce(bought.has_store_purchase, false) as has_store_purchase,
    coalesce(visited.events, 0) as events,
    coalesce(visited.stitched_events, 0) as stitched_events,
    coalesce(visited.sessions, 0) as sessions,
    visited.last_event_at,
    coalesce(asked.tickets, 0) as tickets,
    coalesce(asked.open_tickets, 0) as open_tickets,
    asked.last_ticket_at,
    answered.nps_last,
    round(answered.csat_average, 2) as csat_average,
    answered.feedback_last_at,
    fan.customer_id is not null as is_wechat_fan,
    allowed.marketing_email,
    allowed.marketing_sms,
    allowed.marketing_phone,
    allowed.marketing_wechat,
    rfm.r_score,
    rfm.f_score,
    rfm.m_score,
    rfm.rfm_segment,
    lifecycle.stage as lifecycle_stage,
    value.probability_alive,
    value.expected_value_12m,
    churn_risk.risk_band as churn_risk
from customer.customer as person
left join bought on bought.customer_id = person.customer_id
left join visited on visited.customer_id = person.customer_id
left join asked on asked.customer_id = person.customer_id
left join answered on answered.customer_id = person.customer_id
left join fan on fan.customer_id = person.customer_id
left join allowed on allowed.customer_id = person.customer_id
left join contact on contact.customer_id = person.customer_id
left join mart.rfm as rfm on rfm.customer_id = person.customer_id
left join mart.lifecycle as lifecycle on lifecycle.customer_id = person.customer_id
left join mart.value as value on value.customer_id = person.customer_id
left join mart.churn_risk as churn_risk on churn_risk.customer_id = person.customer_id
order by person.customer_id
