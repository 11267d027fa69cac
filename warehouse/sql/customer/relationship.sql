-- customer.relationship: pairs of persons who belong together, by what they share; likeness is not identity
-- grain: customer_id, other_customer_id, kind
-- columns:
--   customer_id: the one with the smaller id
--   other_customer_id: the other one
--   kind: shared_phone, shared_email, shared_address, shared_device, household (an address and a family name or phone in common, or a phone and a family name) or employer (a company and the domain of an e-mail address in common)
--   evidence: how many values they share that say so
--   sharers: customers who have the rarest of these values; 2 when nobody but the two
-- Values of more than $max_sharers customers (companies: $max_colleagues) are hubs and no relation; the limit also
-- bounds the pairs by a multiple of the customers.
with address as (
    select
        who.customer_id,
        -- Letters and digits alone: exports differ in commas, blanks and signs.
        lower(regexp_replace(coalesce(record.street, record.address), '[^\p{L}\p{N}]', '', 'g')) as line,
        lower(coalesce(record.city, record.postcode)) as place
    from standard.record as record
    inner join identity.record_customer as who on who.record_id = record.record_id
    where record.deleted_at is null and record.address is not null
),

domain as (
    select customer_id, split_part(value, '@', 2) as domain
    from customer.contact
    where kind = 'email' and revoked_at is null
),

shared as (
    select customer_id, 'shared_' || kind as kind, value from customer.contact where revoked_at is null
    union all
    select customer_id, 'shared_device', namespace || '|' || issuer || '|' || value
    from customer.identifier
    where namespace in ('anonymous_id', 'device_id') and revoked_at is null
    union all
    select distinct customer_id, 'shared_address', line || '|' || place
    from address
    -- A line without a number is a street, not a home.
    where place is not null and regexp_matches(line, '[0-9]')
    union all
    select distinct person.customer_id, 'employer', lower(person.company) || '|' || domain.domain
    from customer.customer as person
    inner join domain on domain.customer_id = person.customer_id
    where person.company is not null and not list_contains($public_domains::varchar[], domain.domain)
),

held as (
    select kind, value, row_number() over () as number, count(*) as sharers
    from shared
    group by kind, value
    having count(*) between 2 and if(kind = 'employer', $max_colleagues, $max_sharers)
),

holder as (
    select shared.customer_id, shared.kind, held.number, held.sharers
    from shared
    inner join held on held.kind = shared.kind and held.value = shared.value
),

pair as (
    select
        one.customer_id,
        other.customer_id as other_customer_id,
        one.kind,
        count(*) as evidence,
        min(one.sharers) as sharers
    from holder as one
    inner join holder as other on other.number = one.number and other.customer_id > one.customer_id
    group by one.customer_id, other.customer_id, one.kind
),

family as (
    -- 王 and Wang are one family name; the tone is lost, but an address or a phone has to agree as well.
    select customer_id, coalesce(lower(split_part(name_pinyin, ' ', 1)), lower(family_name)) as family_name
    from customer.customer
),

home as (
    select
        customer_id,
        other_customer_id,
        sum(evidence) as evidence,
        min(sharers) as sharers,
        count(*) filter (kind = 'shared_address') > 0 as has_address,
        count(*) filter (kind = 'shared_phone') > 0 as has_phone
    from pair
    where kind in ('shared_address', 'shared_phone')
    group by customer_id, other_customer_id
),

household as (
    select home.customer_id, home.other_customer_id, 'household' as kind, home.evidence, home.sharers
    from home
    inner join family as one on one.customer_id = home.customer_id
    inner join family as other on other.customer_id = home.other_customer_id
    where (home.has_address and home.has_phone) or one.family_name = other.family_name
)

select customer_id, other_customer_id, kind, evidence::bigint as evidence, sharers
from (from pair union all from household)
order by customer_id, other_customer_id, kind
