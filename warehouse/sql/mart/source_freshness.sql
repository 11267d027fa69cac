-- mart.source_freshness: whether each system delivers when and as much as it usually does, as judged after the last ingest
-- grain: source, stream
-- columns:
--   source: system
--   stream: stream of that system
--   status: missing, late, unusually small, unusually large, fresh, or too little history to tell
--   judged_at: moment this was judged for (UTC); on a later day, look at last_delivery
--   last_delivery: day of the newest delivery
--   expected_by: last day on which the next one was or is due
--   days_late: days from there to the day it was judged, when it had not come
--   cadence_days: days between deliveries
--   missed: deliveries that were due and not there
--   rows_last: rows of the newest day's deliveries
--   rows_usual: rows usual for such a day
select
    f.source,
    f.stream,
    f.status,
    f.as_of as judged_at,
    f.last_day as last_delivery,
    f.expected_by,
    if(f.missed > 0, greatest(date_diff('day', f.expected_by, f.as_of::date), 0), 0) as days_late,
    f.cadence_days,
    f.missed,
    f.rows_last,
    f.rows_usual
from (
    select unnest($freshness::struct(
        source varchar, stream varchar, status varchar, as_of timestamp, last_day date, expected_by date,
        cadence_days double, missed bigint, rows_last bigint, rows_usual bigint
    )[]) as f
)
order by f.source, f.stream
