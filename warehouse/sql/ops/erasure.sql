-- ops.erasure: every erasure of a person, without anything of the person
-- grain: act_id
-- columns:
--   act_id: the act
--   erased_at: when it was asked for (UTC)
--   actor: who carried it out
--   reason: why, in the actor's words
--   request_digest: keyed hash of the identifier that was named, by which a repetition finds the act
--   customers: customer ids that were erased
--   records: records of sources
--   shared: identifiers that stay because others carry them too
--   counts: rows taken out of each table, files rewritten or removed, as JSON
--   status: begun (rows are gone, files or the stages after are not done: repeat the command) or done
--   finished_at: when (UTC)
create table if not exists ops.erasure (
    act_id varchar not null,
    erased_at timestamp not null,
    actor varchar not null,
    reason varchar not null,
    request_digest varchar not null,
    customers bigint not null,
    records bigint not null,
    shared bigint not null,
    counts varchar not null,
    status varchar not null,
    finished_at timestamp
);
