"""Survey answers as SurveyMonkey exports them: a CSV or a workbook with two header rows, one row per respondent.

What it offers: e-mail and name where the person gave them or the invitation knew them, and the answers. The first
header row is the question, the second the part of it; a name left empty above is taken from below. The columns of the
two score questions are found by their question text, which is the survey's own: change them here. Key: `Respondent ID`.
Times are month first and have no offset: UTC unless the source's zone is configured. Exports call them `Start Date` and
`End Date` or, by another setting, `Date Created` and `Date Modified`. `Custom Data` is what the collector's author put
there, a customer number or a campaign alike, so nothing is made of it.
Follows: header rows of real exports. Unconfirmed: `Date Created` and `Date Modified`.
"""

from dataclasses import replace

from connectors.files.delimited import Delimited
from connectors.files.workbook import Workbook
from connectors.stream import Connector, Feedback, Record, Stream
from connectors.values import first_of

_KEY = '"Respondent ID"'
_ENDED = first_of('"End Date"', '"Date Modified"')

RESPONSES = Stream(
    name="responses",
    files="feedback/surveymonkey/responses-*.csv*",
    format=Delimited(header_rows=2),
    date_order="mdy",
    record=Record(
        key=_KEY,
        stream="responses",
        updated_at=_ENDED,
        created_at=first_of('"Start Date"', '"Date Created"'),
        given_name='"First Name"',
        family_name='"Last Name"',
        emails=('"Email Address"',),
    ),
    feedback=Feedback(
        key=_KEY,
        record=_KEY,
        stream="responses",
        answered_at=_ENDED,
        nps='"How likely are you to recommend us to a friend?"',
        csat='"How satisfied were you with your last order?"',
        comment='"Anything you would like to tell us?"',
    ),
)

WORKBOOK = replace(
    RESPONSES,
    name="workbook_responses",
    files="feedback/surveymonkey/responses-*.xlsx",
    format=Workbook(header_rows=2),
)

CONNECTOR = Connector("surveymonkey", "feedback", (RESPONSES, WORKBOOK), about=__doc__)
