-- mart.feedback: how content each person is, and how quickly their tickets were settled
-- grain: customer_id
-- columns:
--   customer_id: the person; only people who answered a survey or opened a ticket up to the day are here
--   as_of: day the marts look back from
--   answers: surveys answered
--   nps_last: newest likelihood to recommend, 0 to 10
--   nps_group: promoter (9, 10), passive (7, 8) or detractor, by nps_last
--   nps_average: mean likelihood to recommend
--   csat_last: newest satisfaction, 1 to 5
--   csat_average: mean satisfaction
--   last_answer_at: newest answer (UTC)
--   complaints: answers of low satisfaction and tickets about a complaint; both told in config/customer.toml
--   last_complaint_at: newest of them (UTC)
--   tickets: service tickets
--   open_tickets: of these, not closed or solved now
--   oldest_open_days: days since the oldest open ticket began
--   resolved_tickets: tickets whose end is known
--   median_hours: median of the hours from beginning to end of these
--   p90_hours: hours within which nine in ten of these were settled
with answer as (
    select *, coalesce(csat <= $low_csat, false) as is_complaint
    from customer.feedback
    where customer_id is not null and answered_at::date <= $as_of::date
),

answered as (
    select
        customer_id,
        count(*) as answers,
        arg_max(nps, (answered_at, feedback_id)) filter (nps is not null) as nps_last,
        avg(nps) as nps_average,
        arg_max(csat, (answered_at, feedback_id)) filter (csat is not null) as csat_last,
        avg(csat) as csat_average,
        max(answered_at) as last_answer_at,
        count(*) filter (is_complaint) as complaints,
        max(answered_at) filter (is_complaint) as last_complaint_at
    from answer
    group by customer_id
),

ticket as (
    select
        *,
        kind = 'complaint' or regexp_matches(lower(coalesce(subject, '')), $complaint_pattern) as is_complaint,
        -- A ticket that ended before it began says nothing about the time between.
        if(closed_at >= occurred_at, epoch(closed_at - occurred_at) / 3600, null) as hours
    from customer.interaction
    where customer_id is not null and kind in ('ticket', 'complaint') and occurred_at::date <= $as_of::date
),

asked as (
    select
        customer_id,
        count(*) as tickets,
        count(*) filter (is_open) as open_tickets,
        min(occurred_at) filter (is_open) as oldest_open_at,
        count(hours) as resolved_tickets,
        median(hours) as median_hours,
        quantile_cont(hours, 0.9) as p90_hours,
        count(*) filter (is_complaint) as complaints,
        max(occurred_at) filter (is_complaint) as last_complaint_at
    from ticket
    group by customer_id
)

select
    coalesce(answered.customer_id, asked.customer_id) as customer_id,
    $as_of::date as as_of,
    coalesce(answered.answers, 0) as answers,
    answered.nps_last,
    case
        when answered.nps_last >= 9 then 'promoter'
        when answered.nps_last >= 7 then 'passive'
        when answered.nps_last is not null then 'detractor'
    end as nps_group,
    round(answered.nps_average, 2) as nps_average,
    answered.csat_last,
    round(answered.csat_average, 2) as csat_average,
    answered.last_answer_at,
    coalesce(answered.complaints, 0) + coalesce(asked.complaints, 0) as complaints,
    greatest(answered.last_complaint_at, asked.last_complaint_at) as last_complaint_at,
    coalesce(asked.tickets, 0) as tickets,
    coalesce(asked.open_tickets, 0) as open_tickets,
    date_diff('day', asked.oldest_open_at::date, $as_of::date) as oldest_open_days,
    coalesce(asked.resolved_tickets, 0) as resolved_tickets,
    round(asked.median_hours, 2) as median_hours,
    round(asked.p90_hours, 2) as p90_hours
from answered
full join asked on asked.customer_id = answered.customer_id
order by 1
