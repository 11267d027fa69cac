"""standard.interaction: contacts between persons and the company's staff."""

from quality.expectations import Severity, Suite, holds, one_of, present, unique

KINDS = (
    *("ticket", "follow", "subscribe", "call", "chat", "message", "email", "meeting", "note", "task"),
    *("group_chat", "group_message", "handover"),
)

SUITE = Suite(
    table="standard.interaction",
    purpose="Contacts between persons and the company's staff",
    needs=("standard.record", "ops.batch"),
    rows="""
        select
            i.interaction_id,
            i.kind,
            i.occurred_at,
            i.closed_at >= i.occurred_at as closes_after_it_began,
            b.batch_id is not null as is_of_known_batch,
            i.occurred_at < b.delivered_on + interval 2 day as is_not_in_the_future,
            case when i.record_id is not null then r.record_id is not null end as is_of_known_record
        from standard.interaction as i
        left join ops.batch as b on b.batch_id = i._batch_id
        left join standard.record as r on r.record_id = i.record_id
    """,
    expectations=(
        unique("interaction_id", Severity.FAIL, "A contact counted twice: versions were not told apart"),
        one_of("kind", KINDS, Severity.WARN, "Of a kind nobody counts, a contact is lost in the totals"),
        present("occurred_at", Severity.WARN, "A contact without a time has no place on any journey"),
        holds(
            "closes_after_it_began", Severity.WARN, "An end before the beginning is two zones or two fields mixed up"
        ),
        holds("is_not_in_the_future", Severity.WARN, "A contact later than its delivery has a wrong clock or zone"),
        holds("is_of_known_record", Severity.WARN, "A contact with somebody nobody knows reaches no customer"),
        holds("is_of_known_batch", Severity.FAIL, "A contact must lead back to the file it came in"),
    ),
)
