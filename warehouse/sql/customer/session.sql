-- customer.session: visits: a visitor's events in a row, with the person where it can be told
-- grain: session_id
-- columns:
--   session_id: hash of the source, the visitor, and the id and time of the session's first event
--   customer_id: the person of the session's events; empty when none is known or they are of several
--   source: system that counted the events
--   anonymous_namespace: anonymous_id or device_id; empty when the visitor is told by the login alone
--   anonymous_id: cookie or device of the visitor
--   record_id: record of the visitor whose events name no cookie or device
--   source_session_id: session as the source counts it, where it does
--   started_at: first event (UTC)
--   ended_at: last event (UTC)
--   seconds: from the first to the last event
--   events: how many
--   pages: how many of them are page views
--   landing_url: address of the first event that has one
--   exit_url: address of the last event that has one
--   referrer: first address the visitor came from
--   campaign: first campaign named
--   device: device of the first event
--   os: operating system of the first event
--   browser: browser of the first event
-- A new session begins after a pause of more than $session_minutes, or when the source says so by another session id.
-- Numbers stand in for visitors and events while events are put in order: what is sorted is narrow.
with visit as (
    select
        rowid as row,
        source,
        coalesce(anonymous_namespace || ':' || anonymous_id, 'record:' || record_id) as visitor,
        occurred_at,
        event_id,
        session_id
    from customer.event
    where occurred_at is not null and (anonymous_id is not null or record_id is not null)
        -- Links between accounts and devices are not something a visitor does.
        and coalesce(event_type, '') not in ('bind', 'unbind')
),

visitor as (
    select row_number() over () as number, source, visitor as name
    from (select distinct source, visitor from visit)
),

placed as (
    select
        visit.row,
        visitor.number as visitor,
        visit.occurred_at - lag(visit.occurred_at) over in_order as pause,
        visit.session_id <> lag(visit.session_id ignore nulls) over in_order as is_another,
        row_number() over in_order as place
    from visit
    inner join visitor on visitor.source = visit.source and visitor.name is not distinct from visit.visitor
    window in_order as (partition by visitor.number order by visit.occurred_at, visit.event_id)
),

numbered as (
    select
        row,
        visitor,
        place,
        count(*) filter (place = 1 or pause > to_minutes($session_minutes) or is_another) over (
            partition by visitor order by place rows unbounded preceding
        ) as session
    from placed
),

session as (
    select
        numbered.visitor,
        min(event.customer_id) as customer_id,
        max(event.customer_id) as last_customer,
        min(event.anonymous_namespace) as anonymous_namespace,
        min(event.anonymous_id) as anonymous_id,
        min(event.record_id) as record_id,
        arg_min(event.session_id, place) as source_session_id,
        arg_min(event.event_id, place) as first_event,
        min(event.occurred_at) as started_at,
        max(event.occurred_at) as ended_at,
        count(*) as events,
        count(*) filter (event.event_type = 'page') as pages,
        arg_min(event.url, place) as landing_url,
        arg_max(event.url, place) as exit_url,
        arg_min(event.referrer, place) as referrer,
        arg_min(event.campaign, place) as campaign,
        arg_min(event.device, place) as device,
        arg_min(event.os, place) as os,
        arg_min(event.browser, place) as browser
    from customer.event as event
    inner join numbered on numbered.row = event.rowid
    group by numbered.visitor, numbered.session
)

select
    left(sha256(concat_ws(chr(31), visitor.source, visitor.name, epoch_us(started_at), first_event)), 16) as session_id,
    if(customer_id = last_customer, customer_id, null) as customer_id,
    visitor.source,
    anonymous_namespace,
    anonymous_id,
    if(anonymous_id is null, record_id, null) as record_id,
    source_session_id,
    started_at,
    ended_at,
    epoch(ended_at - started_at)::bigint as seconds,
    events,
    pages,
    landing_url,
    exit_url,
    referrer,
    campaign,
    device,
    os,
    browser
from session
inner join visitor on visitor.number = session.visitor
order by customer_id nulls last, started_at, session_id
