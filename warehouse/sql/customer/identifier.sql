-- customer.identifier: every identifier a person's records have carried
-- grain: customer_id, namespace, issuer, value
-- columns:
--   customer_id: the person
--   namespace: kind of identifier: email, phone, user_id, wechat_unionid, device_id, ...
--   issuer: who gave the value out; empty for worldwide namespaces
--   value: standardised value
--   seen_first: first time any record carried it (UTC)
--   seen_last: last time any record carried it (UTC)
--   revoked_at: when the last record still carrying it let go of it (UTC); empty while one carries it
--   records: how many records have carried it
select
    who.customer_id,
    identifier.namespace,
    identifier.issuer,
    identifier.value,
    min(identifier.seen_first) as seen_first,
    max(identifier.seen_last) as seen_last,
    if(bool_and(identifier.revoked_at is not null), max(identifier.revoked_at), null) as revoked_at,
    count(*) as records
from standard.identifier as identifier
inner join identity.record_customer as who on who.record_id = identifier.record_id
group by who.customer_id, identifier.namespace, identifier.issuer, identifier.value
order by who.customer_id, identifier.namespace, identifier.issuer, identifier.value
