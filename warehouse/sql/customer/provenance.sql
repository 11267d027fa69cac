-- customer.provenance: which record won each field of a customer, and by which rule
-- grain: customer_id, field
-- columns:
--   customer_id: the person
--   field: column of customer.customer that is filled
--   record_id: record the value was taken from
--   source: system of that record
--   rule: the rule that decided (most_trusted, most_recent, most_frequent, most_complete, prefer, tie_break), or only_value when all agreed
--   runner_up_count: how many other distinct values lost
with rule as (
    select r.* from (select unnest($rules) as r)
),

-- 1. The records that may speak: the live ones, or all of them when every one has been deleted at its source.
member as (
    select
        who.customer_id,
        record.*,
        -- Where the source tells no change, updated_at is the day of the delivery, which says nothing about the value.
        if(record.updated_at = batch.delivered_on::timestamp, record.created_at, coalesce(record.updated_at, record.created_at))
            as stated_at,
        list(record.birth_date) filter (record.birth_date_alt is null and record.birth_date is not null)
            over (partition by who.customer_id) as clear_birth_dates
    from identity.record_customer as who
    inner join standard.record as record on record.record_id = who.record_id
    left join ops.batch as batch on batch.batch_id = record._batch_id
    qualify record.deleted_at is null or count(*) filter (record.deleted_at is null) over (partition by who.customer_id) = 0
),

-- 2. One candidate per record and group of fields that move together. `value` is what two records agree on,
--    `filled` which columns of the group the record fills.
stated as (
    select
        customer_id,
        record_id,
        source,
        stated_at,
        unnest([
            {
                'field': 'name',
                'value': lower(coalesce(name_simplified, full_name, concat_ws(' ', given_name, family_name))),
                'length': length(coalesce(full_name, concat_ws(' ', given_name, family_name))),
                'filled': [
                    case when full_name is not null then 'full_name' end,
                    case when given_name is not null then 'given_name' end,
                    case when family_name is not null then 'family_name' end,
                    case when name_script is not null then 'name_script' end,
                    case when name_pinyin is not null then 'name_pinyin' end
                ]
            },
            {'field': 'gender', 'value': gender, 'length': 1, 'filled': [case when gender is not null then 'gender' end]},
            {
                'field': 'birth_date',
                -- 03/05 agrees with a record that clearly says 5 March, and with one that clearly says 3 May.
                'value': case
                    when list_contains(clear_birth_dates, birth_date) then birth_date
                    when list_contains(clear_birth_dates, birth_date_alt) then birth_date_alt
                    else birth_date
                end::varchar,
                'length': if(birth_date_alt is null, 1, 0),
                'filled': [case when birth_date is not null then 'birth_date' end]
            },
            {'field': 'email', 'value': email, 'length': length(email), 'filled': [case when email is not null then 'email' end]},
            {'field': 'phone', 'value': phone, 'length': length(phone), 'filled': [case when phone is not null then 'phone' end]},
            {
                'field': 'address',
                'value': lower(concat_ws('|', country, region, city, district, postcode, address)),
                'length': length(address),
                'filled': [
                    case when country is not null then 'country' end,
                    case when region is not null then 'region' end,
                    case when city is not null then 'city' end,
                    case when district is not null then 'district' end,
                    case when postcode is not null then 'postcode' end,
                    case when address is not null then 'address' end
                ]
            },
            {
                'field': 'company',
                'value': lower(company),
                'length': length(company),
                'filled': [case when company is not null then 'company' end]
            },
            {
                'field': 'language',
                'value': language,
                'length': length(language),
                'filled': [case when language is not null then 'language' end]
            }
        ], recursive := false) as candidate
    from member
),

candidate as (
    select
        customer_id,
        record_id,
        source,
        stated_at,
        candidate.field as field,
        candidate.value as value,
        coalesce(candidate.length, 0) as length,
        list_filter(candidate.filled, lambda name: name is not null) as filled
    from stated
    where nullif(candidate.value, '') is not null
    union all
    -- WeChat ids come from the identifiers: per record the one seen last, unless the source took it back.
    select
        member.customer_id,
        member.record_id,
        member.source,
        max(identifier.seen_last) as stated_at,
        identifier.namespace as field,
        arg_max(identifier.value, (coalesce(identifier.seen_last, timestamp '1970-01-01'), identifier.value)) as value,
        0 as length,
        [identifier.namespace] as filled
    from member
    inner join standard.identifier as identifier on identifier.record_id = member.record_id
    where identifier.namespace in ('wechat_unionid', 'wechat_openid') and identifier.revoked_at is null
    group by member.customer_id, member.record_id, member.source, identifier.namespace
),

-- 3. Every rule as a number, higher is better.
measured as (
    select
        candidate.*,
        rule.rules,
        rule.prefer,
        -coalesce(list_position(rule.trust, candidate.source), 1000000)::double as most_trusted,
        coalesce(epoch(candidate.stated_at), -1e18) as most_recent,
        count(*) over same_value::double as most_frequent,
        len(candidate.filled) * 100000.0 + candidate.length as most_complete,
        count(*) over same_field as candidates
    from candidate
    inner join rule on rule.field = candidate.field
    window
        same_value as (partition by candidate.customer_id, candidate.field, candidate.value),
        same_field as (partition by candidate.customer_id, candidate.field)
),

-- 4. The numbers in the order the configuration names the rules, then the ties.
keyed as (
    select
        *,
        case when candidates = 1 then [] else list_transform(prefer, lambda name: if(list_contains(filled, name), 1.0, 0.0)) end as prefer_key,
        case when candidates = 1 then [] else list_transform(rules, lambda name: case name
            when 'most_trusted' then most_trusted
            when 'most_recent' then most_recent
            when 'most_frequent' then most_frequent
            when 'most_complete' then most_complete
        end) end as rule_key
    from measured
),

ranked as (
    select
        *,
        row_number() over best as place,
        first_value(value) over best as winning_value
    from keyed
    window best as (
        partition by customer_id, field
        order by prefer_key desc, rule_key desc, most_trusted desc, most_recent desc, record_id
    )
),

-- 5. The rule that decided is the first number in which the winner differs from the best record with another value.
rival as (
    select customer_id, field, prefer_key, rule_key
    from ranked
    where value <> winning_value
    qualify row_number() over (partition by customer_id, field order by place) = 1
),

loser as (
    select customer_id, field, count(distinct value) as runner_up_count
    from ranked
    where value <> winning_value
    group by customer_id, field
),

winner as (
    select
        ranked.customer_id,
        unnest(ranked.filled) as field,
        ranked.record_id,
        ranked.source,
        case
            when rival.customer_id is null then 'only_value'
            when rival.prefer_key <> ranked.prefer_key then 'prefer'
            else coalesce(
                ranked.rules[list_position(
                    list_transform(list_zip(ranked.rule_key, rival.rule_key), lambda pair: pair[1] <> pair[2]), true
                )],
                'tie_break'
            )
        end as rule,
        coalesce(loser.runner_up_count, 0) as runner_up_count
    from ranked
    left join rival on rival.customer_id = ranked.customer_id and rival.field = ranked.field
    left join loser on loser.customer_id = ranked.customer_id and loser.field = ranked.field
    where ranked.place = 1
)

select customer_id, field, record_id, source, rule, runner_up_count
from winner
order by customer_id, field
