-- mart.drop_off: how far visitors get on the way from visit to purchase, month by month
-- grain: month, step_number
-- columns:
--   month: first day of the month (UTC)
--   step_number: 1 for the visit, then the steps of config/customer.toml in order
--   step: visit, product_view, cart, checkout, purchase
--   visitors: persons, or cookies and devices nobody knows, who got to this step or a later one in the month
--   seen: of these, seen at this very step; a source that does not tell a step leaves it below visitors
--   dropped: visitors who got no further
--   continued: share that got further; empty at the last step
--   share_of_visits: visitors as a share of the month's visitors
--   median_hours: median of the hours from the first event of the month to the first at this step, of those seen
-- A sale (customer.purchase) after the visitor's first event of the month is the last step too, event or not.
with step as (
    select s.number, s.name, s.events, s.pages
    from (select unnest($step::struct(number integer, name varchar, events varchar[], pages varchar[])[]) as s)
),

step_event as (
    select number, unnest(events) as word from step
),

step_page as (
    select number, unnest(pages) as page from step
),

happened as (
    select
        coalesce(customer_id, anonymous_namespace || ':' || anonymous_id) as visitor,
        customer_id,
        occurred_at,
        event_name,
        url
    from customer.event
    where occurred_at::date <= $as_of::date and coalesce(event_type, '') not in ('bind', 'unbind')
        and (customer_id is not null or anonymous_id is not null)
),

-- 1. Names and pages are looked up once each, not once an event.
named as (
    select name.event_name, max(step_event.number) as number
    from (select distinct event_name from happened where event_name is not null) as name
    inner join step_event
        on step_event.word = lower(regexp_replace(name.event_name, '[^\p{L}\p{N}]', '', 'g'))
    group by name.event_name
),

paged as (
    select address.url, max(step_page.number) as number
    from (
        select url, regexp_extract(url, '^(?:[A-Za-z][A-Za-z+.-]*://[^/?#]*)?([^?#]*)', 1) as page
        from (select distinct url from happened where url is not null)
    ) as address
    inner join step_page on starts_with(address.page, step_page.page)
    group by address.url
),

stepped as (
    select
        happened.visitor,
        happened.customer_id,
        date_trunc('month', happened.occurred_at)::date as month,
        greatest(coalesce(named.number, 1), coalesce(paged.number, 1)) as number,
        happened.occurred_at
    from happened
    left join named on named.event_name = happened.event_name
    left join paged on paged.url = happened.url
),

-- 2. Per visitor and month, when each step was first seen.
first_seen as (
    select visitor, month, number, any_value(customer_id) as customer_id, min(occurred_at) as first_at
    from stepped
    group by visitor, month, number
),

visitor as (
    select visitor, month, max(number) as furthest, min(first_at) as began_at, any_value(customer_id) as customer_id
    from first_seen
    group by visitor, month
),

sold as (
    select visitor.visitor, visitor.month, min(purchase.ordered_at) as first_at
    from visitor
    inner join customer.purchase as purchase
        on purchase.customer_id = visitor.customer_id
        and date_trunc('month', purchase.ordered_at)::date = visitor.month
        and purchase.ordered_at >= visitor.began_at
    where purchase.is_sale and purchase.ordered_at::date <= $as_of::date
    group by visitor.visitor, visitor.month
),

last_step as (
    select coalesce(max(number), 1) as number from step
),

reached as (
    select visitor.visitor, visitor.month, sold.first_at is not null as has_bought, visitor.began_at,
        if(sold.first_at is null, visitor.furthest, last_step.number) as furthest
    from visitor
    cross join last_step
    left join sold on sold.visitor = visitor.visitor and sold.month = visitor.month
),

-- 3. Counts by the furthest step, then cumulated from the end.
furthest as (
    select month, furthest as number, count(*) as visitors from reached group by month, furthest
),

sighting as (
    select visitor, month, number, first_at from first_seen
    union all
    select sold.visitor, sold.month, last_step.number, sold.first_at
    from sold
    cross join last_step
    where last_step.number > 1
),

seen as (
    select month, number, count(*) as seen, median(hours) as median_hours
    from (
        select sighting.visitor, sighting.month, sighting.number,
            epoch(min(sighting.first_at) - min(reached.began_at)) / 3600 as hours
        from sighting
        inner join reached on reached.visitor = sighting.visitor and reached.month = sighting.month
        group by sighting.visitor, sighting.month, sighting.number
    )
    group by month, number
),

every_step as (
    select month.month, step.number, step.name
    from (select distinct month from furthest) as month
    cross join (select 1 as number, 'visit' as name union all select number, name from step) as step
),

counted as (
    select
        every_step.month,
        every_step.number,
        every_step.name,
        sum(coalesce(furthest.visitors, 0)) over from_here as visitors,
        coalesce(furthest.visitors, 0) as stayed
    from every_step
    left join furthest on furthest.month = every_step.month and furthest.number = every_step.number
    window from_here as (partition by every_step.month order by every_step.number desc)
)

select
    counted.month,
    counted.number as step_number,
    counted.name as step,
    counted.visitors::bigint as visitors,
    if(counted.number = 1, counted.visitors, coalesce(seen.seen, 0))::bigint as seen,
    if(counted.number = last_step.number, 0, counted.stayed) as dropped,
    if(counted.number = last_step.number, null, round(1 - counted.stayed / nullif(counted.visitors, 0), 4)) as continued,
    round(counted.visitors / first_value(counted.visitors) over (partition by counted.month order by counted.number), 4)
        as share_of_visits,
    round(seen.median_hours, 2) as median_hours
from counted
cross join last_step
left join seen on seen.month = counted.month and seen.number = counted.number
order by counted.month, counted.number
