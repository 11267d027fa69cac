-- customer.candidate: every record that could have given a person a field, in order, and the rule that put it where it is
-- grain: customer_id, field, record_id
-- columns:
--   customer_id: the person
--   field: name, gender, birth_date, email, phone, address, company, language, wechat_unionid or wechat_openid; the parts of a name and of an address come from one record
--   record_id: the record; its values are in standard.record (WeChat ids in standard.identifier)
--   source: system of that record
--   rank: 1 for the winner
--   won: true for the winner
--   agrees: true when it says the same as the winner
--   is_first: true for the best of the records that say the same; the values a person has in a field are its count
--   reason: for one that says something else, the rule in which it fell behind the winner (prefer, verified_first, most_trusted, most_recent, most_frequent, most_complete or tie_break); won or same_value for the others
--   columns: columns of customer.customer it fills, comma-separated
-- Numbers stand in for persons, records, fields and values until the last step: what is sorted is narrow.
with part as (
    select * from (values
        (1::utinyint, 'name', ['full_name', 'given_name', 'family_name', 'name_script', 'name_pinyin']),
        (2::utinyint, 'gender', ['gender']),
        (3::utinyint, 'birth_date', ['birth_date']),
        (4::utinyint, 'email', ['email']),
        (5::utinyint, 'phone', ['phone']),
        (6::utinyint, 'address', ['country', 'region', 'city', 'district', 'postcode', 'address']),
        (7::utinyint, 'company', ['company']),
        (8::utinyint, 'language', ['language']),
        (9::utinyint, 'wechat_unionid', ['wechat_unionid']),
        (10::utinyint, 'wechat_openid', ['wechat_openid'])
    ) as part (field, name, columns)
),

rule as (
    select part.field, part.name, part.columns, r.rules, r.trust, r.verified_by,
        coalesce(1 << (list_position(part.columns, r.prefer[1]) - 1), 0) as prefer_1,
        coalesce(1 << (list_position(part.columns, r.prefer[2]) - 1), 0) as prefer_2
    from part
    inner join (select unnest($rules) as r) on r.field = part.name
),

trust as (
    select field, unnest(trust) as source, generate_subscripts(trust, 1) as place from rule
),

verifier as (
    select field, unnest(verified_by::varchar[]) as source from rule
),

-- What a record's source has taken back from it (an unbound phone) is not believed any more.
revoked as (
    select record_id, namespace, value from standard.identifier
    where revoked_at is not null and namespace in ('email', 'phone')
),

-- 1. The records that may speak: the live ones, or all of them when every one has been deleted at its source.
person as (
    select who.customer_id, row_number() over (order by who.customer_id) as person,
        bool_or(record.deleted_at is null) as has_live
    from identity.record_customer as who
    inner join standard.record as record on record.record_id = who.record_id
    group by who.customer_id
),

member as (
    select
        person.person,
        row_number() over (order by record.record_id) as record,
        record.*,
        -- Where the source tells no change, updated_at is the day of the delivery, which says nothing about the value.
        if(
            record.updated_at = batch.delivered_on::timestamp,
            record.created_at,
            coalesce(record.updated_at, record.created_at)
        ) as stated_at
    from standard.record as record
    inner join identity.record_customer as who on who.record_id = record.record_id
    inner join person on person.customer_id = who.customer_id
    left join ops.batch as batch on batch.batch_id = record._batch_id
    where record.deleted_at is null or not person.has_live
),

-- 03/05 agrees with a record that clearly says 5 March, and with one that clearly says 3 May.
other_reading as (
    select unclear.record
    from member as unclear
    inner join member as clear on clear.person = unclear.person
    where unclear.birth_date_alt is not null and clear.birth_date_alt is null
    group by unclear.record
    having bool_or(clear.birth_date = unclear.birth_date_alt) and not bool_or(clear.birth_date = unclear.birth_date)
),

-- 2. One candidate per record and group of fields that move together. `value` is what two records agree on, `filled`
--    has a bit for every column of the group that the record fills, in the order above.
candidate as (
    select person, record, source, stated_at, false as is_revoked, 1::utinyint as field,
        hash(lower(coalesce(name_simplified, full_name, concat_ws(' ', given_name, family_name)))) as value,
        coalesce(length(full_name), 0) as length,
        if(full_name is null, 0, 1) + if(given_name is null, 0, 2) + if(family_name is null, 0, 4)
            + if(name_script is null, 0, 8) + if(name_pinyin is null, 0, 16) as filled
    from member
    where coalesce(full_name, given_name, family_name) is not null
    union all
    select person, record, source, stated_at, false, 2, hash(gender), 0, 1 from member where gender is not null
    union all
    -- A date that reads one way only is the more complete one.
    select person, member.record, source, stated_at, false, 3,
        hash(if(other_reading.record is null, birth_date, birth_date_alt)), if(birth_date_alt is null, 1, 0), 1
    from member
    left join other_reading on other_reading.record = member.record
    where birth_date is not null
    union all
    select person, record, source, stated_at, revoked.record_id is not null, 4, hash(email), length(email), 1
    from member
    left join revoked
        on revoked.record_id = member.record_id and revoked.namespace = 'email' and revoked.value = member.email
    where email is not null
    union all
    select person, record, source, stated_at, revoked.record_id is not null, 5, hash(phone), length(phone), 1
    from member
    left join revoked
        on revoked.record_id = member.record_id and revoked.namespace = 'phone' and revoked.value = member.phone
    where phone is not null
    union all
    select person, record, source, stated_at, false, 6,
        hash(lower(concat_ws('|', country, region, city, district, postcode, address))),
        coalesce(length(address), 0),
        if(country is null, 0, 1) + if(region is null, 0, 2) + if(city is null, 0, 4) + if(district is null, 0, 8)
            + if(postcode is null, 0, 16) + if(address is null, 0, 32)
    from member
    where coalesce(country, region, city, district, postcode, address) is not null
    union all
    select person, record, source, stated_at, false, 7, hash(lower(company)), length(company), 1 from member
    where company is not null
    union all
    select person, record, source, stated_at, false, 8, hash(language), length(language), 1 from member
    where language is not null
    union all
    -- WeChat ids come from the identifiers: per record the one seen last, unless the source took it back.
    select member.person, member.record, member.source, max(identifier.seen_last), false,
        if(identifier.namespace = 'wechat_unionid', 9, 10),
        hash(arg_max(identifier.value, (coalesce(identifier.seen_last, timestamp '1970-01-01'), identifier.value))), 0, 1
    from standard.identifier as identifier
    inner join member on member.record_id = identifier.record_id
    where identifier.namespace in ('wechat_unionid', 'wechat_openid') and identifier.revoked_at is null
    group by member.person, member.record, member.source, identifier.namespace
),

-- 3. Every rule as a number, higher is better.
measured as (
    select
        candidate.person,
        candidate.field,
        candidate.record,
        candidate.value,
        candidate.filled,
        if(candidate.is_revoked, -1, max((verifier.source is not null)::integer) over same)::double as verified_first,
        coalesce(-trust.place, -1000000)::double as most_trusted,
        coalesce(epoch(candidate.stated_at), -1e18) as most_recent,
        (count(*) over same)::double as most_frequent,
        (bit_count(candidate.filled) * 100000 + candidate.length)::double as most_complete
    from candidate
    left join trust on trust.field = candidate.field and trust.source = candidate.source
    left join verifier on verifier.field = candidate.field and verifier.source = candidate.source
    window same as (partition by candidate.person, candidate.field, candidate.value)
),

-- 4. The numbers in the order the configuration names the rules, then the ties.
scored as (
    select
        measured.*,
        if(measured.filled & rule.prefer_1 > 0, 2, 0) + if(measured.filled & rule.prefer_2 > 0, 1, 0) as prefer,
        case rule.rules[1] when 'verified_first' then verified_first when 'most_trusted' then most_trusted
            when 'most_recent' then most_recent when 'most_frequent' then most_frequent
            when 'most_complete' then most_complete else 0 end as score_1,
        case rule.rules[2] when 'verified_first' then verified_first when 'most_trusted' then most_trusted
            when 'most_recent' then most_recent when 'most_frequent' then most_frequent
            when 'most_complete' then most_complete else 0 end as score_2,
        case rule.rules[3] when 'verified_first' then verified_first when 'most_trusted' then most_trusted
            when 'most_recent' then most_recent when 'most_frequent' then most_frequent
            when 'most_complete' then most_complete else 0 end as score_3,
        case rule.rules[4] when 'verified_first' then verified_first when 'most_trusted' then most_trusted
            when 'most_recent' then most_recent when 'most_frequent' then most_frequent
            when 'most_complete' then most_complete else 0 end as score_4,
        case rule.rules[5] when 'verified_first' then verified_first when 'most_trusted' then most_trusted
            when 'most_recent' then most_recent when 'most_frequent' then most_frequent
            when 'most_complete' then most_complete else 0 end as score_5
    from measured
    inner join rule on rule.field = measured.field
),

ranked as (
    select *, row_number() over best as place, first_value(value) over best as winning_value
    from scored
    window best as (
        partition by person, field
        order by prefer desc, score_1 desc, score_2 desc, score_3 desc, score_4 desc, score_5 desc,
            most_trusted desc, most_recent desc, record
    )
),

-- 5. A loser against the winner: the first number in which they differ is the rule that decided.
lost as (
    select
        loser.person,
        loser.field,
        loser.record,
        case
            when winner.prefer <> loser.prefer then 'prefer'
            when winner.score_1 <> loser.score_1 then rule.rules[1]
            when winner.score_2 <> loser.score_2 then rule.rules[2]
            when winner.score_3 <> loser.score_3 then rule.rules[3]
            when winner.score_4 <> loser.score_4 then rule.rules[4]
            when winner.score_5 <> loser.score_5 then rule.rules[5]
            else 'tie_break'
        end as reason
    from (select * from ranked where value <> winning_value) as loser
    inner join (select * from ranked where place = 1) as winner
        on winner.person = loser.person and winner.field = loser.field
    inner join rule on rule.field = loser.field
),

best_of_value as (
    select person, field, min(place) as place from ranked group by person, field, value
)

select
    person.customer_id,
    rule.name as field,
    member.record_id,
    member.source,
    ranked.place as rank,
    ranked.place = 1 as won,
    ranked.value = ranked.winning_value as agrees,
    best_of_value.place is not null as is_first,
    coalesce(lost.reason, if(ranked.place = 1, 'won', 'same_value')) as reason,
    array_to_string(
        list_filter(rule.columns, lambda name, position: (ranked.filled >> (position - 1)) & 1 = 1), ','
    ) as columns
from ranked
inner join rule on rule.field = ranked.field
inner join person on person.person = ranked.person
inner join member on member.record = ranked.record
left join lost on lost.person = ranked.person and lost.field = ranked.field and lost.record = ranked.record
left join best_of_value
    on best_of_value.person = ranked.person and best_of_value.field = ranked.field
    and best_of_value.place = ranked.place
order by ranked.person, ranked.field, ranked.place
