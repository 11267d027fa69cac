"""standard.feedback: answered surveys."""

from quality.expectations import Severity, Suite, holds, unique, within

SUITE = Suite(
    table="standard.feedback",
    purpose="Answered surveys",
    needs=("standard.record", "ops.batch"),
    rows="""
        select
            f.feedback_id,
            f.nps,
            f.csat,
            f.nps is not null or f.csat is not null or f.comment is not null as says_something,
            b.batch_id is not null as is_of_known_batch,
            f.answered_at < b.delivered_on + interval 2 day as is_not_in_the_future,
            case when f.record_id is not null then r.record_id is not null end as is_of_known_record
        from standard.feedback as f
        left join ops.batch as b on b.batch_id = f._batch_id
        left join standard.record as r on r.record_id = f.record_id
    """,
    expectations=(
        unique("feedback_id", Severity.FAIL, "An answer counted twice shifts every score"),
        within(
            "nps", 0, 10, Severity.FAIL, "Standardise keeps scores from 0 to 10 only: another one would shift the NPS"
        ),
        within(
            "csat", 1, 5, Severity.FAIL, "Standardise keeps scores from 1 to 5 only: another one would shift the mean"
        ),
        holds("says_something", Severity.WARN, "A response without score and comment is no feedback", at_least=0.9),
        holds("is_not_in_the_future", Severity.WARN, "An answer later than its delivery has a wrong clock or zone"),
        holds("is_of_known_record", Severity.WARN, "Feedback of a respondent nobody knows reaches no customer"),
        holds("is_of_known_batch", Severity.FAIL, "An answer must lead back to the file it came in"),
    ),
)
