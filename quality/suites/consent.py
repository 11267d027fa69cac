"""standard.consent: what may be sent to whom."""

from quality.expectations import Severity, Suite, holds, one_of, present, unique_together

SUITE = Suite(
    table="standard.consent",
    purpose="What a person allowed or refused",
    needs=("standard.record", "ops.batch"),
    rows="""
        select
            c.record_id,
            c.channel,
            c.purpose,
            c.status,
            c.stated_at,
            r.record_id is not null as is_of_known_record,
            b.batch_id is not null as is_of_known_batch,
            c.stated_at < b.delivered_on + interval 2 day as is_not_in_the_future
        from standard.consent as c
        left join standard.record as r using (record_id)
        left join ops.batch as b on b.batch_id = c._batch_id
    """,
    expectations=(
        unique_together(("record_id", "channel", "purpose"), Severity.FAIL,
                        "Two statements in force at once leave it open which one holds"),
        one_of("channel", ("email", "sms", "phone", "wechat", "any"), Severity.FAIL,
               "An extract looks for these words: a refusal under another one would be overlooked"),
        one_of("purpose", ("marketing", "sharing"), Severity.FAIL,
               "An extract looks for these words: a refusal under another one would be overlooked"),
        one_of("status", ("granted", "denied"), Severity.FAIL, "Anything else would count as neither yes nor no"),
        holds("is_of_known_record", Severity.WARN, "A statement nobody made reaches no customer"),
        holds("is_of_known_batch", Severity.FAIL, "A statement must lead back to the file it came in"),
        present("stated_at", Severity.WARN, "Without a time the newest statement cannot be told", at_least=0.95),
        holds("is_not_in_the_future", Severity.WARN, "A statement later than its delivery has a wrong clock or zone"),
    ),
)  # fmt: skip
