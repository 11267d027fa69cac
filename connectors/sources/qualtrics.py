"""Survey answers as Qualtrics exports them: a CSV with three header rows, one row per response.

What it offers: respondents of a contact list with name, e-mail and `ExternalReference` (the External Data Reference of
the list, which is the shop's own user id where the list came from the shop: `issuer`), and the answers. The header rows
are the columns' names, their labels (questions, which may have line breaks) and `{"ImportId": …}` as JSON, which also
names the time zone the times are written in; they carry no offset, so configure it as the source's zone. Key:
`ResponseId`. Watermark: `RecordedDate`. Anonymous responses have no recipient. Previews, tests and spam are no answers:
`Status` says so in words, or in numbers when values are exported instead of labels.
The columns of the two scores and the comment are the survey's own: change them here.
Follows: header rows of real exports. Unconfirmed: the numbers of `Status` (1 preview, 2 test, 8 spam).
"""

from connectors.files.delimited import Delimited
from connectors.stream import Connector, Feedback, Identifier, Record, Stream
from connectors.values import first_of

_KEY = '"ResponseId"'
_ENDED = first_of('"RecordedDate"', '"EndDate"')
_IS_ANSWER = "coalesce(lower(\"Status\"), '') not in ('survey preview', 'survey test', 'spam', '1', '2', '8')"

RESPONSES = Stream(
    name="responses",
    files="feedback/qualtrics/*.csv*",
    format=Delimited(header_rows=3),
    record=Record(
        key=_KEY,
        when=_IS_ANSWER,
        updated_at=_ENDED,
        created_at='"StartDate"',
        given_name='"RecipientFirstName"',
        family_name='"RecipientLastName"',
        emails=('"RecipientEmail"',),
        language='"UserLanguage"',
    ),
    identifiers=(
        Identifier(
            "user_id", '"ExternalReference"', record=_KEY, issuer="{issuer}", seen_at=_ENDED, when=_IS_ANSWER
        ),
    ),
    feedback=Feedback(
        key=_KEY,
        when=_IS_ANSWER,
        record=_KEY,
        answered_at=_ENDED,
        nps='"Q1"',
        csat='"Q2"',
        comment='"Q3"',
    ),
)  # fmt: skip

CONNECTOR = Connector("qualtrics", "feedback", (RESPONSES,), about=__doc__)
