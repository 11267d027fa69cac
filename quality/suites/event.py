"""standard.event: what visitors did on the website and in the app."""

from quality.expectations import Severity, Suite, holds, one_of, present, unique

SUITE = Suite(
    table="standard.event",
    purpose="What visitors did on the website and in the app",
    needs=("standard.record", "ops.batch"),
    rows="""
        select
            e.rowid,
            e.source,
            e.stream,
            e._batch_id,
            e._line,
            e.event_id,
            e.event_type,
            e.occurred_at,
            e.anonymous_namespace,
            b.batch_id is not null as is_of_known_batch,
            e.occurred_at < b.delivered_on + interval 2 day as is_not_in_the_future,
            e.occurred_at >= timestamp '1995-01-01' as is_after_the_web_began,
            case when e.record_id is not null then r.record_id is not null end as is_of_known_record,
            e.record_id is not null or e.anonymous_id is not null or e.ip is not null as is_of_somebody
        from standard.event as e
        left join ops.batch as b on b.batch_id = e._batch_id
        left join standard.record as r on r.record_id = e.record_id
    """,
    expectations=(
        unique("event_id", Severity.FAIL, "An event counted twice: a late or repeated delivery was not recognised"),
        present("occurred_at", Severity.QUARANTINE, "An event without a time has no place on any journey"),
        holds("is_not_in_the_future", Severity.WARN,
              "An event over a day later than its delivery comes from a wrong clock or zone"),
        holds("is_after_the_web_began", Severity.WARN, "A time near 1970 is a zero or seconds read as milliseconds"),
        one_of("event_type", ("page", "track", "identify", "request", "bind", "unbind", "signup"), Severity.WARN,
               "Journeys and channels know these types only"),
        one_of("anonymous_namespace", ("anonymous_id", "device_id", "user_id"), Severity.WARN,
               "Stitching knows cookies, devices and account names only"),
        holds("is_of_known_record", Severity.WARN, "An event of a user nobody knows reaches no customer"),
        holds("is_of_somebody", Severity.WARN, "An event without user, cookie or address says nothing about anybody"),
        holds("is_of_known_batch", Severity.FAIL, "An event must lead back to the file it came in"),
    ),
)  # fmt: skip
