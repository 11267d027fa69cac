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
with visit as (
    select
        *,
        coalesce(anonymous_namespace || ':' || anonymous_id, 'record:' || record_id) as visitor
    from customer.event
    where occurred_at is not null and (anonymous_id is not null or record_id is not null)
        -- Links between accounts and devices are not something a visitor does.
        and coalesce(event_type, '') not in ('bind', 'unbind')
),

begun as (
    select
        *,
        lag(occurred_at) over in_order is null
        or occurred_at - lag(occurred_at) over in_order > to_minutes($session_minutes)
        or session_id <> last_value(session_id ignore nulls) over (
            partition by source, visitor order by occurred_at, event_id
            rows between unbounded preceding and 1 preceding
        ) as begins
    from visit
    window in_order as (partition by source, visitor order by occurred_at, event_id)
),

numbered as (
    select
        *,
        sum((begins is true)::integer) over (
            partition by source, visitor order by occurred_at, event_id rows unbounded preceding
        ) as number
    from begun
)

select
    left(sha256(concat_ws(chr(31), source, visitor, epoch_us(min(occurred_at)), min_by(event_id, (occurred_at, event_id)))), 16)
        as session_id,
    if(count(distinct customer_id) = 1, min(customer_id), null) as customer_id,
    source,
    min(anonymous_namespace) as anonymous_namespace,
    min(anonymous_id) as anonymous_id,
    if(min(anonymous_id) is null, min(record_id), null) as record_id,
    min_by(session_id, (occurred_at, event_id)) filter (session_id is not null) as source_session_id,
    min(occurred_at) as started_at,
    max(occurred_at) as ended_at,
    epoch(max(occurred_at) - min(occurred_at))::bigint as seconds,
    count(*) as events,
    count(*) filter (event_type = 'page') as pages,
    min_by(url, (occurred_at, event_id)) filter (url is not null) as landing_url,
    max_by(url, (occurred_at, event_id)) filter (url is not null) as exit_url,
    min_by(referrer, (occurred_at, event_id)) filter (referrer is not null) as referrer,
    min_by(campaign, (occurred_at, event_id)) filter (campaign is not null) as campaign,
    min_by(device, (occurred_at, event_id)) filter (device is not null) as device,
    min_by(os, (occurred_at, event_id)) filter (os is not null) as os,
    min_by(browser, (occurred_at, event_id)) filter (browser is not null) as browser
from numbered
group by source, visitor, number
order by customer_id nulls last, started_at, session_id
