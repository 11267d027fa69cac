-- segment.membership: who is in a segment now
-- grain: segment, customer_id
-- columns:
--   segment: name in segments.toml
--   customer_id: the person
--   entered_on: day the person entered
--   is_holdout: true for the stable share that is never extracted, so that a campaign can be measured against it
--   drawn_by: customer id the holdout was drawn by: the one the person entered under, kept when customers merge
create table if not exists segment.membership (
    segment varchar not null,
    customer_id varchar not null,
    entered_on date not null,
    is_holdout boolean not null default false,
    drawn_by varchar
);
