"""SurveyMonkey: two header rows, times written month first, answers that are no score."""

_HEADERS = (
    "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Last Name,Custom Data 1,"
    "How likely are you to recommend us to a friend?,How satisfied were you with your last order?,"
    "Anything you would like to tell us?\r\n"
    ",,,,,,,,,Score 0-10,Rating 1-5,Open-Ended Response\r\n"
)
SETTINGS = {"country": "US"}
FILES = {
    "feedback/survey/responses-2026-03-18.csv": (
        _HEADERS
        + '118001,401,03/04/2026 09:00:00 AM,03/04/2026 09:05:00 AM,1.2.3.4,ann@x.com,Ann,Lee,,9,5,"Good, thanks"\r\n'
        + "118002,401,03/05/2026 03:00:00 PM,03/05/2026 03:05:00 PM,1.2.3.5,,,,,n/a,7,\r\n"
    ).encode()
}
ROWS = {
    "record": """
        | key    | full_name | email     | created_at          | updated_at          |
        | 118001 | Ann Lee   | ann@x.com | 2026-03-04 09:00:00 | 2026-03-04 09:05:00 |
        | 118002 |           |           | 2026-03-05 15:00:00 | 2026-03-05 15:05:00 |
    """,
    "identifier": """
        | key    | namespace | value     |
        | 118001 | email     | ann@x.com |
    """,
    "feedback": """
        | key    | answered_at         | nps | csat | comment      |
        | 118001 | 2026-03-04 09:05:00 | 9   | 5    | Good, thanks |
        | 118002 | 2026-03-05 15:05:00 |     |      |              |
    """,
    "unparsed": """
        | source_key | field | raw_value | reason                     |
        | 118002     | csat  | 7         | not a score from 1 to 5    |
        | 118002     | nps   | n/a       | not a score from 0 to 10   |
    """,
}
