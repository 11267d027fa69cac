-- standard.feedback: an answered survey, newest version
-- grain: feedback_id
-- columns:
--   feedback_id: first 16 hex digits of the SHA-256 of source, stream and the response's key
--   source: system
--   stream: stream of that system
--   record_id: record of the respondent
--   answered_at: when (UTC)
--   nps: likelihood to recommend, 0 to 10
--   csat: satisfaction, 1 to 5
--   comment: free text
--   updated_at: last change at the source (UTC)
--   _batch_id: batch of the version shown
--   _line: line in that batch
create table if not exists standard.feedback (
    feedback_id varchar not null,
    source varchar not null,
    stream varchar not null,
    record_id varchar,
    answered_at timestamp,
    nps integer,
    csat integer,
    comment varchar,
    updated_at timestamp,
    _batch_id varchar not null,
    _line bigint not null
);
