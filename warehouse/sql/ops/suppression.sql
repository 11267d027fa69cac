-- ops.suppression: addresses and ids that are not to be written to, whoever carries them; keyed hashes, no values
-- grain: namespace, digest, channel
-- columns:
--   namespace: kind of identifier: email, phone, wechat_openid, ...
--   digest: first 128 bits of the HMAC-SHA-256 of namespace and value, hexadecimal; its key is rights.key in the data directory
--   channel: email, sms, phone, wechat or any
--   reason: why, in the words of whoever added it
--   added_by: who
--   added_at: when (UTC)
create table if not exists ops.suppression (
    namespace varchar not null,
    digest varchar not null,
    channel varchar not null,
    reason varchar not null,
    added_by varchar not null,
    added_at timestamp not null
);
