-- standard.interaction: a contact between a person and the company's staff, newest version
-- grain: interaction_id
-- columns:
--   interaction_id: first 16 hex digits of the SHA-256 of source, stream and the source's key
--   source: system
--   stream: stream of that system
--   kind: ticket, follow (a WeCom colleague added the person), subscribe, call, chat, message, email, meeting, note, task, group_chat, group_message, handover (to another colleague)
--   record_id: record of the person
--   occurred_at: when it began (UTC)
--   closed_at: when it ended (UTC)
--   channel: e-mail, web, chat, phone, wechat
--   status: as the source says
--   priority: as the source says
--   subject: subject line
--   staff: colleague concerned, the source's own id
--   updated_at: last change at the source (UTC)
--   _batch_id: batch of the version shown
--   _line: line in that batch
create table if not exists standard.interaction (
    interaction_id varchar not null,
    source varchar not null,
    stream varchar not null,
    kind varchar,
    record_id varchar,
    occurred_at timestamp,
    closed_at timestamp,
    channel varchar,
    status varchar,
    priority varchar,
    subject varchar,
    staff varchar,
    updated_at timestamp,
    _batch_id varchar not null,
    _line bigint not null
);
