-- customer.customer: the golden record, what is known of each person once all of their records are put together
-- grain: customer_id
-- columns:
--   customer_id: the person; an id for life, earlier ids resolve through identity.alias
--   full_name: name as the winning source orders it
--   given_name: given name
--   family_name: family name
--   name_script: han, latin, mixed or other
--   name_pinyin: toneless pinyin, family name first
--   gender: female, male or other
--   birth_date: date of birth
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
--   wechat_openid: WeChat id at the account the person follows, what a message is sent to
--   first_seen_at: first time any source knew the person or the person did something (UTC)
--   last_seen_at: last change, sighting or act at any source (UTC)
--   record_count: source records joined in this person, deleted ones included
--   source_count: systems those records come from
--   sources: those systems, sorted, comma-separated
--   has_conflict: true when the records disagree on birth date or gender, of which a person has one
with who as (
    select who.customer_id, record.*
    from identity.record_customer as who
    left join standard.record as record on record.record_id = who.record_id
),

summary as (
    select
        customer_id,
        min(least(created_at, updated_at)) as first_seen_at,
        max(greatest(created_at, updated_at)) as last_seen_at,
        count(*) as record_count,
        count(distinct source) as source_count,
        string_agg(distinct source, ',' order by source) as sources
    from who
    group by customer_id
),

-- Some sources date no profile; an old order shows all the same that the person is not new.
happening as (
    select record_id, seen_first as first_at, seen_last as last_at from standard.identifier
    union all
    select record_id, ordered_at, ordered_at from standard.purchase
    union all
    select record_id, occurred_at, occurred_at from standard.interaction
    union all
    select record_id, answered_at, answered_at from standard.feedback
),

sighting as (
    select who.customer_id, min(happening.first_at) as first_seen_at, max(happening.last_at) as last_seen_at
    from happening
    inner join identity.record_customer as who on who.record_id = happening.record_id
    group by who.customer_id
),

-- The winning record of each group of fields; customer.provenance says how it won.
chosen as (
    select
        customer_id,
        max(record_id) filter (field in ('full_name', 'given_name', 'family_name', 'name_script', 'name_pinyin')) as name,
        max(record_id) filter (field = 'gender') as gender,
        max(record_id) filter (field = 'birth_date') as birth_date,
        max(record_id) filter (field = 'email') as email,
        max(record_id) filter (field = 'phone') as phone,
        max(record_id) filter (field in ('country', 'region', 'city', 'district', 'postcode', 'address')) as address,
        max(record_id) filter (field = 'company') as company,
        max(record_id) filter (field = 'language') as language,
        max(record_id) filter (field = 'wechat_unionid') as wechat_unionid,
        max(record_id) filter (field = 'wechat_openid') as wechat_openid,
        coalesce(bool_or(runner_up_count > 0) filter (field in ('birth_date', 'gender')), false) as has_conflict
    from customer.provenance
    group by customer_id
),

wechat as (
    select
        record_id,
        namespace,
        arg_max(value, (coalesce(seen_last, timestamp '1970-01-01'), value)) as value
    from standard.identifier
    where namespace in ('wechat_unionid', 'wechat_openid') and revoked_at is null
    group by record_id, namespace
)

select
    summary.customer_id,
    name.full_name,
    name.given_name,
    name.family_name,
    name.name_script,
    name.name_pinyin,
    gender.gender,
    birth.birth_date,
    email.email,
    phone.phone,
    place.country,
    place.region,
    place.city,
    place.district,
    place.postcode,
    place.address,
    company.company,
    language.language,
    unionid.value as wechat_unionid,
    openid.value as wechat_openid,
    least(summary.first_seen_at, sighting.first_seen_at) as first_seen_at,
    greatest(summary.last_seen_at, sighting.last_seen_at) as last_seen_at,
    summary.record_count,
    summary.source_count,
    summary.sources,
    coalesce(chosen.has_conflict, false) as has_conflict
from summary
left join sighting on sighting.customer_id = summary.customer_id
left join chosen on chosen.customer_id = summary.customer_id
left join standard.record as name on name.record_id = chosen.name
left join standard.record as gender on gender.record_id = chosen.gender
left join standard.record as birth on birth.record_id = chosen.birth_date
left join standard.record as email on email.record_id = chosen.email
left join standard.record as phone on phone.record_id = chosen.phone
left join standard.record as place on place.record_id = chosen.address
left join standard.record as company on company.record_id = chosen.company
left join standard.record as language on language.record_id = chosen.language
left join wechat as unionid on unionid.record_id = chosen.wechat_unionid and unionid.namespace = 'wechat_unionid'
left join wechat as openid on openid.record_id = chosen.wechat_openid and openid.namespace = 'wechat_openid'
order by summary.customer_id
