-- mart.churn_risk: how likely each buyer is not to come back, and why
--
-- Nothing is learned from labels; the score is put together from what can be checked by hand.
-- 1. quiet: the greater of 1 - probability_alive (mart.value) and of how overdue the next purchase is. Up to the typical
--    gap nobody is overdue; after that the chance that somebody still active would have bought by now halves with every
--    further gap: overdue = 1 - 0.5 ** (days_since_order / typical gap - 1). The typical gap is the median of the
--    person's own with three purchase days or more, else of all gaps of all buyers, else the active_days of
--    config/customer.toml. The model of probability_alive cannot doubt a single purchase; overdue can.
-- 2. Evidence adds to it as independent chances do, 1 - (1 - quiet) * (1 - weight) * …, with the weights of [churn] in
--    config/customer.toml: a complaint of the last active_days or a ticket nobody has settled, a newest NPS answer of 6
--    or less (all of mart.feedback), an order of the last lost_days given back in part or in full.
-- 3. The band is lost once the silence is longer than lost_days (the stage of mart.lifecycle), else by the score.
--
-- grain: customer_id
-- columns:
--   customer_id: the person; only people with a sale up to the day are here
--   as_of: day the marts look back from
--   purchase_days: days with a sale (UTC)
--   days_since_order: days from the last sale to the day
--   typical_gap_days: days between purchases that count as usual for the person
--   gap_source: where they come from: own, population or setting
--   gaps_passed: days_since_order as a multiple of typical_gap_days
--   probability_alive: of mart.value
--   risk_score: 0 to 100
--   risk_band: low, medium, high or lost
--   reason: the strongest one: likely_gone (the model), overdue, one_time_buyer (overdue after a single purchase), complaint, nps_detractor, refund; in_rhythm when there is none
--   reasons: every reason that adds 0.05 or more, strongest first, comma-separated
with bought as (
    select
        customer_id,
        ordered_on,
        date_diff('day', lag(ordered_on) over (partition by customer_id order by ordered_on), ordered_on) as gap
    from customer.purchase_day
    where ordered_on <= $as_of::date
),

population as (
    select median(gap)::double as gap from bought
),

buyer as (
    select
        customer_id,
        count(*) as purchase_days,
        date_diff('day', max(ordered_on), $as_of::date) as days_since_order,
        if(count(*) >= 3, median(gap)::double, null) as own_gap
    from bought
    group by customer_id
),

told as (
    select
        customer_id,
        open_tickets > 0
        or coalesce(date_diff('day', last_complaint_at::date, $as_of::date) <= $active_days, false) as complains,
        coalesce(nps_group = 'detractor', false) as detracts
    from mart.feedback
),

given_back as (
    select distinct customer_id
    from customer.purchase
    where customer_id is not null
        and (status = 'refunded' or refunded > 0)
        and ordered_at::date <= $as_of::date
        and date_diff('day', ordered_at::date, $as_of::date) <= $lost_days
),

rhythm as (
    select
        buyer.*,
        coalesce(own_gap, population.gap, $active_days)::double as typical_gap_days,
        case
            when own_gap is not null then 'own'
            when population.gap is not null then 'population'
            else 'setting'
        end as gap_source
    from buyer
    cross join population
),

measured as (
    select
        rhythm.*,
        rhythm.days_since_order / rhythm.typical_gap_days as gaps_passed,
        value.probability_alive,
        1 - coalesce(value.probability_alive, 1) as gone,
        1 - 0.5 ** greatest(rhythm.days_since_order / rhythm.typical_gap_days - 1, 0) as overdue,
        if(told.complains, $complaint_weight, 0) as complaint,
        if(told.detracts, $detractor_weight, 0) as detractor,
        if(given_back.customer_id is not null, $refund_weight, 0) as refund
    from rhythm
    left join mart.value as value on value.customer_id = rhythm.customer_id
    left join told on told.customer_id = rhythm.customer_id
    left join given_back on given_back.customer_id = rhythm.customer_id
),

scored as (
    select
        *,
        round(100 * (
            1 - (1 - greatest(gone, overdue)) * (1 - complaint) * (1 - detractor) * (1 - refund)
        ))::integer as risk_score,
        -- Strongest first, equals by name.
        list_sort(list_filter([
            {'weight': -gone, 'code': 'likely_gone'},
            {'weight': -overdue, 'code': if(purchase_days = 1, 'one_time_buyer', 'overdue')},
            {'weight': -complaint, 'code': 'complaint'},
            {'weight': -detractor, 'code': 'nps_detractor'},
            {'weight': -refund, 'code': 'refund'}
        ], lambda each: each.weight <= -0.05)) as causes
    from measured
)

select
    customer_id,
    $as_of::date as as_of,
    purchase_days,
    days_since_order,
    typical_gap_days,
    gap_source,
    round(gaps_passed, 2) as gaps_passed,
    probability_alive,
    risk_score,
    case
        when days_since_order > $lost_days then 'lost'
        when risk_score >= $high_risk then 'high'
        when risk_score >= $medium_risk then 'medium'
        else 'low'
    end as risk_band,
    coalesce(causes[1].code, 'in_rhythm') as reason,
    coalesce(array_to_string(list_transform(causes, lambda each: each.code), ','), '') as reasons
from scored
order by customer_id
