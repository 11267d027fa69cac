-- ops.audit: who did what to personal data; rows are only ever added, and each is chained to the one before
-- grain: one row per act
-- columns:
--   acted_at: when (UTC)
--   actor: who
--   action: extract, decide, publish, replay, show, erase, export, rotate; switch, rollback or automatic of an epoch
--   subject: segment, decision, epoch, snapshot or request concerned, never a person's value
--   detail: counts and reasons as JSON
--   sequence: the row's number, from 1 without gaps
--   previous_hash: hash of the row before; 64 zeros in the first row
--   hash: SHA-256 of the row, previous_hash included (warehouse/audit.py says how)
create table if not exists ops.audit (
    acted_at timestamp not null,
    actor varchar not null,
    action varchar not null,
    subject varchar not null,
    detail varchar,
    sequence bigint,
    previous_hash varchar,
    hash varchar
);
