-- segment.change: a person entered or left a segment; a member on a day is whose last change up to it is entered
-- grain: segment, customer_id, changed_on
-- columns:
--   segment: name in segments.toml
--   customer_id: the person, by the id of that time
--   change: entered, left, or merged: the id became part of another customer, who is a member and entered under the own id
--   changed_on: day the marts looked back from; never before one already told
create table if not exists segment.change (
    segment varchar not null,
    customer_id varchar not null,
    change varchar not null,
    changed_on date not null
);
