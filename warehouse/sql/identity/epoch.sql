-- identity.epoch: what was learned when; one of them is in force
-- grain: epoch
-- columns:
--   epoch: name, made from a hash of the weights
--   learned_at: when (UTC)
--   records: records it was learned from
--   threshold: weight in bits at which a pair is as likely one person as not
--   fingerprint: hash of the settings and the engine it is good for
--   status: current, candidate (learned, not in force) or past
--   pinned: whether a person chose it; it then stays until a person chooses another
--   applied: whether who is who is up to date with it, so that the next run need only look at what changed
--   switched_at: when it came into force (UTC)
create table if not exists identity.epoch (
    epoch varchar not null,
    learned_at timestamp not null,
    records bigint not null,
    threshold double not null,
    fingerprint varchar not null,
    status varchar not null,
    pinned boolean not null,
    applied boolean not null,
    switched_at timestamp
);
