-- ops.pull: one pull of one stream from a system's API: how far it came, and where the next one starts
-- grain: source, stream, started_at
-- columns:
--   source: system that was asked
--   stream: stream that was pulled
--   started_at: when the pull began (UTC); a pull that is resumed keeps its start
--   status: running (also after a kill), done or failed; the next pull goes on from one that is not done
--   since: watermark it started from, in the system's own notation; empty for a full pull
--   state: the reading's place after the last page that was kept, as JSON; empty before the first and once done
--   watermark: what the next pull starts from, in the same notation; empty until done, and when it must be full
--   pages: pages kept
--   records: records in them
--   requests: calls made, those that were repeated and those for tokens included
--   waited_seconds: time spent waiting as the limits and the system asked
--   error: kind of the error that ended a failed pull, never its text
--   updated_at: when the row was last written (UTC)
--   run_id: run that wrote it last
create table if not exists ops.pull (
    source varchar not null,
    stream varchar not null,
    started_at timestamp not null,
    status varchar not null,
    since varchar,
    state varchar,
    watermark varchar,
    pages bigint not null,
    records bigint not null,
    requests bigint not null,
    waited_seconds double not null,
    error varchar,
    updated_at timestamp not null,
    run_id varchar
);
