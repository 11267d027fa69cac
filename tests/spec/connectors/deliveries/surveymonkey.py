"""SurveyMonkey: two header rows of which the second names a part, times month first, an answer that has line breaks; and
a workbook of the other setting, with Date Created and Date Modified."""

import io

import xlsxwriter

_NAMES = (
    *("Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name"),
    *("Last Name", "Custom Data 1", "How likely are you to recommend us to a friend?"),
    *("How satisfied were you with your last order?", "Anything you would like to tell us?"),
)
_PARTS = (*("",) * 9, "Score 0-10", "Rating 1-5", "Open-Ended Response")


def _workbook(*rows: tuple[object, ...]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Sheet")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


SETTINGS = {"country": "US"}
FILES = {
    "feedback/surveymonkey/responses-2026-03-18.csv": (
        ",".join(_NAMES)
        + "\r\n"
        + ",".join(_PARTS)
        + "\r\n"
        + '118001,401,03/04/2026 09:00:00 AM,03/04/2026 09:05:00 AM,1.2.3.4,ann@x.com,Ann,Lee,VIP,9,5,"Good,\nthanks"\r\n'
    ).encode("utf-8-sig"),
    "feedback/surveymonkey/responses-2026-03-19.xlsx": _workbook(
        tuple(name.replace("Start Date", "Date Created").replace("End Date", "Date Modified") for name in _NAMES),
        _PARTS,
        (118000000002, 401, "03/05/2026 03:00:00 PM", "03/05/2026 03:05:00 PM", "", "bob@x.com", "Bob", "Ray", "", 10),
    ),
}
ROWS = {
    "record": """
        | stream    | key          | full_name | email     | created_at          | updated_at          |
        | responses | 118000000002 | Bob Ray   | bob@x.com | 2026-03-05 15:00:00 | 2026-03-05 15:05:00 |
        | responses | 118001       | Ann Lee   | ann@x.com | 2026-03-04 09:00:00 | 2026-03-04 09:05:00 |
    """,
    "identifier": """
        | key          | namespace | value     |
        | 118000000002 | email     | bob@x.com |
        | 118001       | email     | ann@x.com |
    """,
    "feedback": """
        | key          | answered_at         | nps | csat | comment      |
        | 118000000002 | 2026-03-05 15:05:00 | 10  |      |              |
        | 118001       | 2026-03-04 09:05:00 | 9   | 5    | Good, thanks |
    """,
}
