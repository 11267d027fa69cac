-- ops.tombstone: what an erased person is known by when a source delivers the person again; keyed hashes, no values
-- grain: act_id, kind, digest
-- columns:
--   act_id: the erasure, as in ops.erasure
--   kind: record, identifier (with its issuer), carrier (without), purchase, interaction, feedback, event, or text (a value anywhere in a row of nobody)
--   digest: first 128 bits of the HMAC-SHA-256 of the id or value, hexadecimal; its key is rights.key in the data directory
--   erased_at: when (UTC)
create table if not exists ops.tombstone (
    act_id varchar not null,
    kind varchar not null,
    digest varchar not null,
    erased_at timestamp not null
);
