"""standard.record: profiles, the input of resolution."""

from quality.expectations import Severity, Suite, holds, one_of, present, shaped, unique
from quality.shapes import COUNTRY, EMAIL, NOT_BLANK, PHONE, PINYIN, RECORD_ID

SUITE = Suite(
    table="standard.record",
    purpose="Profiles as the sources know them",
    needs=("standard.identifier", "ops.batch"),
    rows="""
        with identified as (
            select distinct record_id from standard.identifier
        )
        select
            r.record_id,
            r.source_record_id,
            r.name_script,
            r.name_pinyin,
            r.gender,
            r.email,
            r.phone,
            r.country,
            r.updated_at,
            r.birth_date <= b.delivered_on and r.birth_date > b.delivered_on - interval 120 year as birth_is_plausible,
            r.updated_at < b.delivered_on + interval 2 day as is_not_in_the_future,
            coalesce(r.full_name, r.given_name, r.family_name) is not null or i.record_id is not null
                as has_name_or_identifier,
            b.batch_id is not null as is_of_known_batch
        from standard.record as r
        left join ops.batch as b on b.batch_id = r._batch_id
        left join identified as i using (record_id)
    """,
    expectations=(
        unique("record_id", Severity.FAIL, "A record with two rows would be resolved twice"),
        shaped("record_id", RECORD_ID, Severity.FAIL, "Ids are hashes of the source's key: others are not stable"),
        shaped("source_record_id", NOT_BLANK, Severity.FAIL, "All records without a key would become one record"),
        holds("is_of_known_batch", Severity.FAIL, "A record must lead back to the file it came in"),
        shaped("email", EMAIL, Severity.FAIL, "A wrongly mapped column joins strangers", at_least=0.99),
        shaped("email", EMAIL, Severity.WARN, "A malformed address matches nothing and receives nothing"),
        shaped("phone", PHONE, Severity.FAIL, "A wrongly mapped column joins strangers", at_least=0.99),
        shaped("phone", PHONE, Severity.WARN, "A number without its country is a different number abroad"),
        shaped("country", COUNTRY, Severity.WARN, "Countries are compared by their ISO codes"),
        one_of("gender", ("female", "male", "other"), Severity.FAIL, "Another word would count as a difference"),
        one_of("name_script", ("han", "latin", "mixed", "other"), Severity.FAIL, "Names are compared by script"),
        shaped("name_pinyin", PINYIN, Severity.WARN, "Pinyin is compared lower-case without tones"),
        holds("birth_is_plausible", Severity.WARN, "Nobody is born after the delivery or over 120 years before it"),
        holds("has_name_or_identifier", Severity.WARN,
              "A record with neither name nor identifier can never be matched", at_least=0.95),
        present("updated_at", Severity.WARN, "Without a time the newest version cannot be told"),
        holds("is_not_in_the_future", Severity.WARN, "A change later than its delivery has a wrong clock or zone"),
    ),
)  # fmt: skip
