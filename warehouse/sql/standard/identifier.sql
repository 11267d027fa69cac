-- standard.identifier: a value that points at a person, as one source record has carried it
-- grain: record_id, namespace, issuer, value
-- columns:
--   record_id: record that carried it, in any version
--   namespace: kind of identifier: email, phone, national_id, user_id, wechat_unionid, wechat_openid, wecom_external_userid, anonymous_id, device_id, ...
--   issuer: who gave the value out (open platform, corp, shop); empty for worldwide namespaces
--   value: standardised value
--   seen_first: first version or event that carried it (UTC)
--   seen_last: last version or event that carried it (UTC)
--   revoked_at: when the source took the link back (unbind), if it did after seen_last (UTC)
create table if not exists standard.identifier (
    record_id varchar not null,
    namespace varchar not null,
    issuer varchar not null,
    value varchar not null,
    seen_first timestamp,
    seen_last timestamp,
    revoked_at timestamp
);
