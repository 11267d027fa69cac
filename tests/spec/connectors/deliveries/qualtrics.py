"""Qualtrics: three header rows of which the labels may have line breaks and the last is JSON, anonymous responses, a
preview that is no answer, times in the zone the survey's owner lives in."""

_HEADERS = (
    "StartDate,EndDate,Status,IPAddress,Progress,Duration (in seconds),Finished,RecordedDate,ResponseId,"
    "RecipientLastName,RecipientFirstName,RecipientEmail,ExternalReference,UserLanguage,Q1,Q2,Q3\r\n"
    "Start Date,End Date,Response Type,IP Address,Progress,Duration (in seconds),Finished,Recorded Date,Response ID,"
    "Recipient Last Name,Recipient First Name,Recipient Email,External Data Reference,User Language,"
    '"How likely are you\nto recommend us, ""really""?",Satisfied?,Anything else?\r\n'
    + ",".join(
        f'"{{""ImportId"":""{name}"",""timeZone"":""America/Denver""}}"'
        for name in (
            *("startDate", "endDate", "status", "ipAddress", "progress", "duration", "finished", "recordedDate"),
            *("_recordId", "recipientLastName", "recipientFirstName", "recipientEmail", "externalDataReference"),
            *("userLanguage", "QID1", "QID2", "QID3_TEXT"),
        )
    )
    + "\r\n"
)
SETTINGS = {"country": "US", "zone": "America/Denver", "issuer": "shop"}
FILES = {
    "feedback/qualtrics/satisfaction_2026-03-18.csv": (
        _HEADERS
        + "2026-03-04 09:00:00,2026-03-04 09:05:00,IP Address,1.2.3.4,100,300,True,2026-03-04 09:05:01,R_1a,"
        + 'Lee,Ann,ann@x.com,U1,EN,9,5,"Good,\nthanks"\r\n'
        + "2026-03-05 09:00:00,2026-03-05 09:05:00,IP Address,1.2.3.5,100,300,True,2026-03-05 09:05:01,R_2b,"
        + ",,,,ZH-S,10,,\r\n"
        + "2026-03-05 10:00:00,2026-03-05 10:01:00,Survey Preview,,100,60,True,2026-03-05 10:01:00,R_3c,"
        + "Ray,Bob,bob@x.com,U2,EN,0,1,test\r\n"
    ).encode("utf-8-sig")
}
ROWS = {
    "record": """
        | key  | full_name | email     | language | created_at          | updated_at          |
        | R_1a | Ann Lee   | ann@x.com | EN       | 2026-03-04 16:00:00 | 2026-03-04 16:05:01 |
        | R_2b |           |           | ZH-S     | 2026-03-05 16:00:00 | 2026-03-05 16:05:01 |
    """,
    "identifier": """
        | key  | namespace | issuer | value     |
        | R_1a | email     |        | ann@x.com |
        | R_1a | user_id   | shop   | U1        |
    """,
    "feedback": """
        | key  | answered_at         | nps | csat | comment      |
        | R_1a | 2026-03-04 16:05:01 | 9   | 5    | Good, thanks |
        | R_2b | 2026-03-05 16:05:01 | 10  |      |              |
    """,
}
