"""Survey answers as SurveyMonkey exports them: a CSV with two header rows.

What it offers: one row per respondent with e-mail and name where the person gave them, and the answers. The first
header row is the question, the second the part of it; the columns of the two score questions are found by their
question text, which is the survey's own: change them here. Key: `Respondent ID`. Times are month first and have no
offset: UTC unless the source's zone is configured.
Follows: header rows of real exports.
"""

from connectors.files.delimited import Delimited
from connectors.stream import Connector, Feedback, Record, Stream

_KEY = '"Respondent ID"'

RESPONSES = Stream(
    name="responses",
    files="feedback/survey/responses-*.csv*",
    format=Delimited(header_rows=2),
    date_order="mdy",
    record=Record(
        key=_KEY,
        updated_at='"End Date"',
        created_at='"Start Date"',
        given_name='"First Name"',
        family_name='"Last Name"',
        emails=('"Email Address"',),
    ),
    feedback=Feedback(
        key=_KEY,
        record=_KEY,
        answered_at='"End Date"',
        nps='"How likely are you to recommend us to a friend?"',
        csat='"How satisfied were you with your last order?"',
        comment='"Anything you would like to tell us?"',
    ),
)

CONNECTOR = Connector("survey", "feedback", (RESPONSES,), about=__doc__)
