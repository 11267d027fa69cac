-- standard.consent: what a person allowed or refused at one source, newest statement
-- grain: record_id, channel, purpose
-- columns:
--   record_id: record it was said for
--   channel: email, sms, phone, wechat or any
--   purpose: marketing or sharing
--   status: granted or denied
--   stated_at: when (UTC)
--   source: system
--   stream: stream of that system
--   _batch_id: batch of the statement shown
--   _line: line in that batch
create table if not exists standard.consent (
    record_id varchar not null,
    channel varchar not null,
    purpose varchar not null,
    status varchar not null,
    stated_at timestamp,
    source varchar not null,
    stream varchar not null,
    _batch_id varchar not null,
    _line bigint not null
);
