"""Access log: the remote user is the website's user, a dash is nothing, times have the server's offset, and a line
that is no request is set aside."""

_LINES = """\
1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET /tea?page=2 HTTP/1.1" 200 203 "https://search.x/" "-"
1.2.3.4 - U1 [17/May/2015:12:05:04 +0200] "POST /basket HTTP/2" 404 - "-" "-"
2001:db8::7 - - [17/May/2015:10:05:05 +0000] "HEAD / HTTP/1.0" 304 0
not a request
"""
SETTINGS = {"issuer": "shop"}
FILES = {"website/access_log/access-2026-03-18.log": _LINES.encode()}
ROWS = {
    "event": """
        | occurred_at         | event_type | event_name | anonymous_namespace | anonymous_id | url         | referrer          | ip          | properties                    |
        | 2015-05-17 10:05:03 | request    | GET        |                     |              | /tea?page=2 | https://search.x/ | 1.2.3.4     | {"status":"200","size":"203"} |
        | 2015-05-17 10:05:04 | request    | POST       | user_id             | U1           | /basket     |                   | 1.2.3.4     | {"status":"404","size":null}  |
        | 2015-05-17 10:05:05 | request    | HEAD       |                     |              | /           |                   | 2001:db8::7 | {"status":"304","size":"0"}   |
    """,
    "quarantine": """
        | file_name                                | line | reason                           |
        | website/access_log/access-2026-03-18.log | 4    | does not follow the line format  |
    """,
}
