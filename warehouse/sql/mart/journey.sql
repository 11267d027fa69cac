-- mart.journey: what people and company had to do with each other, in order, and which of it led to a purchase
-- grain: customer_id, position
-- columns:
--   customer_id: the person
--   position: 1 for the person's first touchpoint
--   touchpoint: visit, contact (kinds in config/customer.toml), ticket, other (any other interaction), feedback or purchase
--   kind: kind of the interaction; for the others as touchpoint
--   touchpoint_id: session_id, interaction_id, feedback_id or purchase_id
--   occurred_at: when it began (UTC)
--   source: system
--   channel: for a visit where it came from (direct, search, social, email, paid, …, campaign, referral); for the others the kind of contact the source stands for
--   campaign: campaign of the visit
--   hours_since_previous: hours since the touchpoint before
--   path_number: 1 up to the first purchase, 2 from there to the second, and so on
--   is_touch: true for visits and contacts, which may lead to a purchase
--   on_path: true for a touch that led to a purchase, within the days and touches of config/customer.toml
--   purchase_id: the purchase it led to
--   touches_to_go: touches of the same path that followed; 0 for the last one before the purchase, or the last so far
with channel_source as (
    select c.source, c.channel from (select unnest($channels::struct(source varchar, channel varchar)[]) as c)
),

word as (
    select w.channel, w.kind, w.word, w.place
    from (select unnest($channel_words::struct(channel varchar, kind varchar, word varchar, place integer)[]) as w)
),

-- 1. Where a visit came from. Few distinct combinations, so the words are compared with those.
visit as (
    select
        customer_id,
        session_id,
        started_at,
        source,
        campaign,
        coalesce(lower(campaign), '') as campaign_word,
        lower(regexp_extract(landing_url, '[?&]utm_medium=([^&#]*)', 1)) as medium,
        lower(regexp_extract(landing_url, '[?&]utm_source=([^&#]*)', 1)) as origin,
        lower(regexp_extract(referrer, '^(?:[A-Za-z][A-Za-z+.-]*://)?([^/:?#]+)', 1)) as host,
        lower(regexp_extract(landing_url, '^[A-Za-z][A-Za-z+.-]*://([^/:?#]+)', 1)) as own_host
    from customer.session
    where customer_id is not null and started_at::date <= $as_of::date
),

arrival as (
    select
        campaign_word,
        coalesce(medium, '') as medium,
        coalesce(origin, '') as origin,
        -- A page of the own site, and the - of a web server's log, are no referrer.
        if(host = own_host or host = '-', '', coalesce(host, '')) as host,
        session_id
    from visit
),

combination as (
    select distinct campaign_word, medium, origin, host from arrival
),

fit as (
    select combination.*, word.channel, word.place + case word.kind when 'mediums' then 0 when 'campaigns' then 1e6 else 2e6 end
        as place
    from combination
    inner join word
        on (word.kind = 'mediums' and word.word in (combination.medium, combination.origin))
        or (word.kind = 'campaigns' and contains(combination.campaign_word, word.word))
        or (
            word.kind = 'referrers' and combination.campaign_word = '' and combination.medium = '' and (
                contains('.' || combination.host || '.', '.' || word.word || '.') and not contains(word.word, '.')
                or ends_with('.' || combination.host, '.' || word.word)
            )
        )
),

channel as (
    select
        combination.campaign_word,
        combination.medium,
        combination.origin,
        combination.host,
        coalesce(
            arg_min(fit.channel, fit.place),
            case
                when combination.campaign_word <> '' or combination.medium <> '' then 'campaign'
                when combination.host <> '' then 'referral'
                else 'direct'
            end
        ) as channel
    from combination
    left join fit using (campaign_word, medium, origin, host)
    group by combination.campaign_word, combination.medium, combination.origin, combination.host
),

visit_channel as (
    select arrival.session_id, channel.channel
    from arrival
    inner join channel using (campaign_word, medium, origin, host)
),

-- 2. Everything that touched a person.
interaction as (
    select
        *,
        if(list_contains($contacts::varchar[], kind), 'contact', if(kind = 'ticket', 'ticket', 'other')) as touchpoint
    from customer.interaction
    where customer_id is not null and occurred_at::date <= $as_of::date
),

sale as (
    select customer_id, purchase_id, ordered_at, source
    from customer.purchase
    where customer_id is not null and is_sale and ordered_at::date <= $as_of::date
),

touched as (
    select visit.customer_id, 1 as rank, 'visit' as touchpoint, 'visit' as kind, visit.session_id as touchpoint_id,
        visit.started_at as occurred_at, visit.source, visit_channel.channel, visit.campaign
    from visit
    inner join visit_channel using (session_id)
    union all
    select interaction.customer_id, if(touchpoint = 'contact', 1, 3), interaction.touchpoint, interaction.kind,
        interaction.interaction_id, interaction.occurred_at, interaction.source,
        coalesce(channel_source.channel, interaction.source), null
    from interaction
    left join channel_source on channel_source.source = interaction.source
    union all
    select feedback.customer_id, 3, 'feedback', 'feedback', feedback.feedback_id, feedback.answered_at, feedback.source,
        coalesce(channel_source.channel, feedback.source), null
    from customer.feedback as feedback
    left join channel_source on channel_source.source = feedback.source
    where feedback.customer_id is not null and feedback.answered_at::date <= $as_of::date
    union all
    select sale.customer_id, 2, 'purchase', 'purchase', sale.purchase_id, sale.ordered_at, sale.source,
        coalesce(channel_source.channel, sale.source), null
    from sale
    left join channel_source on channel_source.source = sale.source
),

-- 3. The purchase that comes next. No asof join: tables made in the same transaction have no statistics yet, and DuckDB
--    would take them for small and compare everything with everything.
aimed as (
    select
        *,
        touchpoint in ('visit', 'contact') as is_touch,
        row_number() over in_order as position,
        lag(occurred_at) over in_order as previous_at,
        1 + count(*) filter (touchpoint = 'purchase') over (
            partition by customer_id order by occurred_at, rank, touchpoint_id
            rows between unbounded preceding and 1 preceding
        ) as path_number,
        first_value(if(touchpoint = 'purchase', touchpoint_id, null) ignore nulls) over from_here as following_id,
        first_value(if(touchpoint = 'purchase', occurred_at, null) ignore nulls) over from_here as following_at
    from touched
    window
        in_order as (partition by customer_id order by occurred_at, rank, touchpoint_id),
        from_here as (
            partition by customer_id order by occurred_at, rank, touchpoint_id
            rows between current row and unbounded following
        )
),

goal as (
    select
        * exclude (following_id, following_at),
        if(is_touch and following_at <= occurred_at + to_days($path_days), following_id, null) as next_purchase_id
    from aimed
),

placed as (
    select
        *,
        row_number() over (
            partition by customer_id, path_number, is_touch, next_purchase_id
            order by occurred_at desc, rank desc, touchpoint_id desc
        ) - 1 as followers
    from goal
)

select
    customer_id,
    position,
    touchpoint,
    kind,
    touchpoint_id,
    occurred_at,
    source,
    channel,
    campaign,
    round(epoch(occurred_at - previous_at) / 3600, 2) as hours_since_previous,
    path_number,
    is_touch,
    coalesce(next_purchase_id is not null and followers < $max_touches, false) as on_path,
    if(followers < $max_touches, next_purchase_id, null) as purchase_id,
    if(is_touch, followers, null) as touches_to_go
from placed
order by customer_id, position
