-- segment.membership: who is in a segment now
-- grain: segment, customer_id
-- columns:
--   segment: name in segments.toml
--   customer_id: the person
--   entered_on: day the person entered
create table if not exists segment.membership (
    segment varchar not null,
    customer_id varchar not null,
    entered_on date not null
);
