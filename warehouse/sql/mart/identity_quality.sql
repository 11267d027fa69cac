-- mart.identity_quality: how well each system's records could be resolved to persons
-- grain: source
-- columns:
--   source: system
--   records: records that belong to a person
--   customers: persons who have a record of this system
--   records_per_customer: records by customers; much above 1, the system has duplicates (or two persons are one)
--   joined_records: records whose person has another record, of whatever system
--   joined_share: these as a share of records
--   shared_customers: persons who have a record of another system too
--   shared_share: these as a share of customers
--   largest_customer: most records (of all systems) of a person who has one of this system
--   records_over_20: records whose person has more than 20
--   departed_records: records the system has deleted
--   without_identifier: records that carry no identifier at all, which can be told by name and address alone
--   without_identifier_share: these as a share of records
--   with_email_share: share of records with an e-mail address
--   with_phone_share: share of records with a phone number
--   contradicting_records: records that say another birth date or gender than their person's golden record
--   doubtful_pairs: sides of waiting pairs in the review queue that are records of this system, conflicts apart
--   conflicting_pairs: sides of pairs in the review queue that the evidence joins and something forbids
--   unparsed_values: values of the system that could not be standardised
with size as (
    select customer_id, count(*) as records, count(distinct source) as sources
    from identity.record_customer
    group by customer_id
),

carried as (
    select
        record_id,
        count(*) filter (namespace = 'email') > 0 as has_email,
        count(*) filter (namespace = 'phone') > 0 as has_phone
    from standard.identifier
    group by record_id
),

contradicting as (
    select distinct record_id from customer.candidate where field in ('birth_date', 'gender') and not agrees
),

resolved as (
    select
        who.source,
        count(*) as records,
        count(distinct who.customer_id) as customers,
        count(*) filter (size.records > 1) as joined_records,
        count(distinct if(size.sources > 1, who.customer_id, null)) as shared_customers,
        max(size.records) as largest_customer,
        count(*) filter (size.records > 20) as records_over_20,
        count(*) filter (carried.record_id is null) as without_identifier,
        count(*) filter (coalesce(carried.has_email, false) or record.email is not null) as with_email,
        count(*) filter (coalesce(carried.has_phone, false) or record.phone is not null) as with_phone,
        count(contradicting.record_id) as contradicting_records
    from identity.record_customer as who
    inner join size on size.customer_id = who.customer_id
    left join carried on carried.record_id = who.record_id
    left join standard.record as record on record.record_id = who.record_id
    left join contradicting on contradicting.record_id = who.record_id
    group by who.source
),

departed as (
    select source, count(*) as records from identity.departed group by source
),

review as (
    select r.source, r.doubtful, r.conflicts
    from (select unnest($review::struct(source varchar, doubtful bigint, conflicts bigint)[]) as r)
),

unparsed as (
    select source, count(*) as values from standard.unparsed group by source
),

source as (
    select source from resolved union select source from departed
)

select
    source.source,
    coalesce(resolved.records, 0) as records,
    coalesce(resolved.customers, 0) as customers,
    round(resolved.records / resolved.customers, 3) as records_per_customer,
    coalesce(resolved.joined_records, 0) as joined_records,
    round(resolved.joined_records / resolved.records, 4) as joined_share,
    coalesce(resolved.shared_customers, 0) as shared_customers,
    round(resolved.shared_customers / resolved.customers, 4) as shared_share,
    coalesce(resolved.largest_customer, 0) as largest_customer,
    coalesce(resolved.records_over_20, 0) as records_over_20,
    coalesce(departed.records, 0) as departed_records,
    coalesce(resolved.without_identifier, 0) as without_identifier,
    round(resolved.without_identifier / resolved.records, 4) as without_identifier_share,
    round(resolved.with_email / resolved.records, 4) as with_email_share,
    round(resolved.with_phone / resolved.records, 4) as with_phone_share,
    coalesce(resolved.contradicting_records, 0) as contradicting_records,
    coalesce(review.doubtful, 0) as doubtful_pairs,
    coalesce(review.conflicts, 0) as conflicting_pairs,
    coalesce(unparsed.values, 0) as unparsed_values
from source
left join resolved on resolved.source = source.source
left join departed on departed.source = source.source
left join review on review.source = source.source
left join unparsed on unparsed.source = source.source
order by source.source
