-- ops.freshness: whether every stream delivers when and as much as it usually does, as of the last ingest
-- grain: source, stream
-- columns:
--   source: system
--   stream: stream of that system
--   status: missing, late, unusually small, unusually large, fresh, or too little history to tell
--   as_of: moment this was judged for (UTC)
--   last_day: day of the newest delivery, or of the newest finished pull from an API that had nothing new
--   expected_by: last day on which the next delivery was or is due; missing when max_age_hours is configured or unknown
--   cadence_days: days between deliveries: configured, or the median gap of the last ones
--   missed: deliveries that are due and not there; with max_age_hours how many times over that age
--   rows_last: rows of the newest day's deliveries
--   rows_usual: median of earlier days, those of the same weekday where there are enough
--   deviations: how many times further from the median than usual the newest day is, negative for fewer rows
--   missing_days: days of a daily stream on which nothing came though it usually does, within the days looked back
--   repeated: deliveries of that time that came a second time under another name
--   days: days with a delivery that were looked back on
with setting as (
    select $as_of::timestamp as as_of, $history::integer as history, $least::integer as least_days,
        $deviations::double as most_deviations
),

-- What is said of a source as a whole holds for its streams that deliver, and for all of them while none does.
expected as (
    select e.source, e.stream, e.cadence_days, e.max_age_hours
    from (select unnest($expected::struct(source varchar, stream varchar, cadence_days double,
        max_age_hours double, by_name boolean)[]) as e)
    where e.by_name or e.source not in (select source from ops.batch)
        or (e.source, e.stream) in (select (source, stream) from ops.batch)
),

-- 1. Rows per day. A delivery of which nothing could be read has not arrived; a finished pull that brought nothing has,
--    and so has a file with the bytes of another: daily exports without a row are all alike.
again as (
    select seen.source, seen.stream, seen.seen_at, batch.rows_delivered > 0 as has_rows,
        coalesce(
            try_strptime(
                -- As pipeline/deliveries.py reads it: the day in the name of the file, or of the archive it was in.
                replace(regexp_extract(
                    regexp_extract(string_split(seen.file_name, '!')[1], '[^/]*$'),
                    '(?:^|\D)(20\d\d-?[01]\d-?[0-3]\d)(?:\D|$)', 1
                ), '-', ''),
                '%Y%m%d'
            )::date,
            seen.seen_at::date
        ) as day
    from ops.delivery as seen
    join ops.batch as batch on batch.batch_id = seen.batch_id and batch.status <> 'rejected'
    where seen.outcome = 'duplicate'
),

arrival as (
    select source, stream, coalesce(delivered_on, loaded_at::date) as day, rows_delivered as rows, 1 as files,
        least(loaded_at, coalesce(delivered_on, loaded_at::date) + interval 86399 second) as arrived_at
    from ops.batch where status <> 'rejected'
    union all
    select source, stream, day, 0, 1, least(seen_at, day + interval 86399 second) from again
    union all
    select source, stream, updated_at::date, 0, 0, updated_at from ops.pull where status = 'done'
),

daily as (
    select source, stream, day, sum(rows) as rows, sum(files) as files, max(arrived_at) as arrived_at
    from arrival, setting
    -- East of Greenwich the day of a delivery can be a day ahead; one further ahead is a typing error.
    where day <= as_of::date + 1 and arrived_at <= as_of
    group by source, stream, day
),

recent as (
    select *, row_number() over newest as age, day - lag(day) over (partition by source, stream order by day) as gap
    from daily
    window newest as (partition by source, stream order by day desc)
    qualify age <= (select history from setting)
),

-- 2. The cadence: the median gap, unless it is configured.
learned as (
    select source, stream, count(*) as days, min(day) as first_day, max(day) as last_day,
        max(arrived_at) as arrived_at, median(gap) as gap, mad(gap) as gap_spread, median(files) as files
    from recent group by source, stream
),

cadence as (
    select
        coalesce(learned.source, expected.source) as source, coalesce(learned.stream, expected.stream) as stream,
        learned.days, learned.first_day, learned.last_day, learned.arrived_at, learned.files, expected.max_age_hours,
        coalesce(expected.cadence_days, if(learned.days >= setting.least_days, learned.gap, null)) as cadence_days,
        if(learned.days >= setting.least_days, learned.gap_spread, 0) as gap_spread
    from learned
    full join expected on expected.source = learned.source and expected.stream = learned.stream
    cross join setting
),

-- 3. A daily stream need not deliver on every weekday: those count on which it came in at least half of the weeks.
calendar as (
    select cadence.source, cadence.stream, unnest(range(first_day, as_of::date, interval 1 day))::date as day
    from cadence, setting
    where cadence_days < 2
),

judged_day as (
    select calendar.*, daily.day is not null as came,
        avg((daily.day is not null)::integer) filter (calendar.day <= cadence.last_day) over weekday >= 0.5
            or count(*) filter (calendar.day <= cadence.last_day) over weekday < 2 as is_working_day,
        calendar.day > cadence.last_day as is_open
    from calendar
    join cadence using (source, stream)
    left join daily using (source, stream, day)
    window weekday as (partition by calendar.source, calendar.stream, isodow(calendar.day))
),

gap_days as (
    select source, stream,
        count(*) filter (is_open and is_working_day and not came) as missed,
        min(day) filter (is_open and is_working_day) as expected_by,
        count(*) filter (not is_open and is_working_day and not came) as missing_days
    from judged_day group by source, stream
),

-- 4. What is due and not there. A day must be over before its delivery can be missed; slower streams get one more day
--    and what their gaps usually vary by.
due as (
    select cadence.*,
        case
            when max_age_hours is not null
                then floor(epoch(as_of - arrived_at) / 3600.0 / max_age_hours)
            when cadence_days < 2 then coalesce(gap_days.missed, 0)
            else greatest(0, floor((as_of::date - last_day - 2 - gap_spread) / cadence_days))
        end::bigint as missed,
        case
            when max_age_hours is not null then null
            when cadence_days < 2 then coalesce(gap_days.expected_by, as_of::date)
            else last_day + ceil(cadence_days + gap_spread)::integer + 1
        end as expected_by,
        coalesce(gap_days.missing_days, 0) as missing_days
    from cadence
    cross join setting
    left join gap_days using (source, stream)
),

-- 5. Volume: the newest day against earlier ones, those of its weekday where there are four. Deviations are counted in
--    median absolute deviations (times 1.4826, a normal distribution's standard deviation; where most days are equal,
--    1.2533 mean ones), never in less than a tenth of the median, its root or two rows: days differ that much by chance.
earlier as (
    select newest.source, newest.stream, newest.rows as rows_last, newest.files as files_last, other.rows,
        isodow(other.day) = isodow(newest.day) as same_weekday,
        count(*) filter (isodow(other.day) = isodow(newest.day)) over (partition by newest.source, newest.stream)
            >= 4 as has_weekdays
    from recent as newest
    join daily as other
        on other.source = newest.source and other.stream = newest.stream and other.day < newest.day
        and other.day >= newest.day - 7 * 12
    where newest.age = 1
),

usual as (
    select *, median(rows) over (partition by source, stream) as rows_usual
    from earlier where same_weekday or not has_weekdays
),

volume as (
    select source, stream, any_value(rows_last) as rows_last, any_value(files_last) as files_last,
        any_value(rows_usual) as rows_usual, count(*) as compared,
        greatest(
            if(mad(rows) > 0, 1.4826 * mad(rows), 1.2533 * avg(abs(rows - rows_usual))),
            0.1 * any_value(rows_usual), sqrt(any_value(rows_usual)), 2
        ) as spread
    from usual
    group by source, stream
),

repeated as (
    select again.source, again.stream, count(*) as repeated
    from again
    join learned on learned.source = again.source and learned.stream = again.stream
    cross join setting
    where again.has_rows and again.seen_at <= as_of and again.seen_at::date >= learned.first_day
    group by again.source, again.stream
),

measured as (
    select due.*, setting.*, coalesce(repeated.repeated, 0) as repeated, volume.rows_last, volume.rows_usual,
        -- Where most days bring nothing, a day that brings something is no news.
        if(
            volume.compared >= setting.least_days - 1 and volume.rows_usual > 0,
            (volume.rows_last - volume.rows_usual) / volume.spread,
            null
        ) as deviations,
        -- More of today may be on its way.
        due.last_day >= setting.as_of::date and volume.files_last < due.files as is_incomplete
    from due
    cross join setting
    left join volume using (source, stream)
    left join repeated using (source, stream)
)

select
    source,
    stream,
    case
        when last_day is null then 'missing'
        when missed >= 2 then 'missing'
        when missed >= 1 then 'late'
        when deviations < -most_deviations and not is_incomplete then 'unusually small'
        when deviations > most_deviations then 'unusually large'
        when cadence_days is null and max_age_hours is null then 'too little history'
        else 'fresh'
    end as status,
    as_of,
    last_day,
    expected_by,
    round(cadence_days, 1) as cadence_days,
    coalesce(missed, 0) as missed,
    rows_last::bigint as rows_last,
    rows_usual::bigint as rows_usual,
    round(deviations, 1) as deviations,
    missing_days,
    repeated,
    coalesce(days, 0) as days
from measured
order by source, stream
