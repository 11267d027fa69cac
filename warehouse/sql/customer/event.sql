-- customer.event: what visitors did on the website and in the app, with the person where it can be told
-- grain: event_id
-- columns:
--   customer_id: the person; empty for a visitor nobody knows
--   event_id: source, stream and the source's message id, or a hash of the row where the source gives none
--   occurred_at: when it happened (UTC)
--   source: system
--   stream: stream of that system
--   event_type: page, track, identify, request, bind, unbind, signup
--   event_name: name the source gives
--   stitched: true when the visitor was anonymous and the person was told by the cookie or device
--   record_id: record of the logged-in user, if the event names one
--   anonymous_namespace: anonymous_id or device_id
--   anonymous_id: cookie or device the event came from
--   session_id: session as the source counts it
--   url: page address
--   referrer: address the visitor came from
--   campaign: campaign name
--   ip: address of the client
--   browser: browser family
--   os: operating system family
--   device: device family or model
--   properties: remaining properties
with login_event as (
    select who.customer_id, event.anonymous_namespace, event.anonymous_id, event.occurred_at
    from standard.event as event
    inner join identity.record_customer as who on who.record_id = event.record_id
    where event.anonymous_id is not null and event.occurred_at is not null
),

-- 1. Who claims a device: the customers whose records carry it. A claim ends when its last record is unbound.
claim as (
    select
        who.customer_id,
        identifier.namespace,
        identifier.value,
        if(bool_and(identifier.revoked_at is not null), max(identifier.revoked_at), null) as revoked_at
    from standard.identifier as identifier
    inner join identity.record_customer as who on who.record_id = identifier.record_id
    where identifier.namespace in ('anonymous_id', 'device_id')
    group by who.customer_id, identifier.namespace, identifier.value
),

device as (
    select namespace, value, count(*) as customers, min(customer_id) as only_customer, min(revoked_at) as only_revoked_at
    from claim
    group by namespace, value
),

-- 2. On a device several customers claim, the logins tell whose turn it was: those of events, and the first and last
--    time a record was seen with it. Two customers at the same instant make that instant nobody's.
login as (
    select namespace, value, moment, if(count(distinct customer_id) = 1, min(customer_id), '') as customer_id
    from (
        select anonymous_namespace as namespace, anonymous_id as value, occurred_at as moment, customer_id from login_event
        union all
        select identifier.namespace, identifier.value, unnest([identifier.seen_first, identifier.seen_last]), who.customer_id
        from standard.identifier as identifier
        inner join identity.record_customer as who on who.record_id = identifier.record_id
        where identifier.namespace in ('anonymous_id', 'device_id')
    )
    inner join device using (namespace, value)
    where moment is not null and device.customers between 2 and $max_customers
    group by namespace, value, moment
),

anonymous as (
    select event.event_id, event.occurred_at, device.namespace, device.value, device.customers,
        device.only_customer, device.only_revoked_at
    from standard.event as event
    inner join device on device.namespace = event.anonymous_namespace and device.value = event.anonymous_id
    where event.record_id is null and device.customers <= $max_customers
),

-- 3. The login before and the login after. One person on both sides, or on the only side within the window: theirs.
neighbour as (
    select
        shared.event_id,
        shared.namespace,
        shared.value,
        shared.occurred_at,
        previous.customer_id as previous_customer,
        following.customer_id as next_customer,
        previous.moment >= shared.occurred_at - to_days($window_days) as previous_near,
        following.moment <= shared.occurred_at + to_days($window_days) as next_near
    from (select * from anonymous where customers > 1 and occurred_at is not null) as shared
    asof left join login as previous
        on previous.namespace = shared.namespace and previous.value = shared.value and previous.moment <= shared.occurred_at
    asof left join login as following
        on following.namespace = shared.namespace and following.value = shared.value and following.moment >= shared.occurred_at
),

turn as (
    select
        event_id,
        namespace,
        value,
        occurred_at,
        case
            when previous_customer = next_customer then previous_customer
            when coalesce(previous_near, false) and coalesce(next_near, false) then null
            when previous_near then previous_customer
            when next_near then next_customer
        end as customer_id
    from neighbour
),

stitch as (
    select event_id, only_customer as customer_id
    from anonymous
    where customers = 1 and (only_revoked_at is null or occurred_at < only_revoked_at)
    union all
    select turn.event_id, turn.customer_id
    from turn
    inner join claim
        on claim.namespace = turn.namespace and claim.value = turn.value and claim.customer_id = turn.customer_id
    where claim.revoked_at is null or turn.occurred_at < claim.revoked_at
)

select
    coalesce(who.customer_id, stitch.customer_id) as customer_id,
    event.event_id,
    event.occurred_at,
    event.source,
    event.stream,
    event.event_type,
    event.event_name,
    stitch.customer_id is not null as stitched,
    event.record_id,
    event.anonymous_namespace,
    event.anonymous_id,
    event.session_id,
    event.url,
    event.referrer,
    event.campaign,
    event.ip,
    event.browser,
    event.os,
    event.device,
    event.properties
from standard.event as event
left join identity.record_customer as who on who.record_id = event.record_id
left join stitch on stitch.event_id = event.event_id
order by 1 nulls last, event.occurred_at nulls last, event.event_id
