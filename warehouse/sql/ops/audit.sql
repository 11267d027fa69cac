-- ops.audit: who did what to personal data
-- grain: one row per act
-- columns:
--   acted_at: when (UTC)
--   actor: who
--   action: extract, decide, publish, replay; switch, rollback or automatic of an epoch
--   subject: segment, decision, epoch or snapshot concerned, never a person's value
--   detail: counts and reasons as JSON
create table if not exists ops.audit (
    acted_at timestamp not null,
    actor varchar not null,
    action varchar not null,
    subject varchar not null,
    detail varchar
);
