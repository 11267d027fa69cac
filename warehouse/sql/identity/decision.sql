-- identity.decision: a steward's word on two records, stored by their source keys so that it outlives every re-run
-- grain: one row per decision
-- columns:
--   decision_id: first 16 hex digits of the SHA-256 of both keys, verdict and time
--   verdict: same or different
--   source_l: system of the first record
--   stream_l: stream of the first record
--   source_record_id_l: key of the first record
--   source_r: system of the second record
--   stream_r: stream of the second record
--   source_record_id_r: key of the second record
--   decided_by: who
--   decided_at: when (UTC)
--   note: why
create table if not exists identity.decision (
    decision_id varchar not null,
    verdict varchar not null,
    source_l varchar not null,
    stream_l varchar not null,
    source_record_id_l varchar not null,
    source_r varchar not null,
    stream_r varchar not null,
    source_record_id_r varchar not null,
    decided_by varchar not null,
    decided_at timestamp not null,
    note varchar
);
