"""Web server access logs in the combined format (Apache and nginx).

What it offers: requests with client address, referrer and user agent; the remote user, when the server authenticates,
is the website's user id. A request has no id of its own: its content and place in the file are its key.
Follows: Apache mod_log_config, format "combined". Static files are requests like any other; analysts filter by url.
"""

from connectors.files.patterned import Patterned
from connectors.stream import Connector, Event, Stream

COMBINED = (
    r"^(?P<client>\S+) (?P<identity>\S+) (?P<remote_user>\S+) \[(?P<time>[^\]]+)\] "
    r'"(?P<method>[A-Z]+) (?P<path>\S+)(?: (?P<protocol>[^"]*))?" (?P<status>\d{3}) (?P<size>\S+)'
    r'(?: "(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<user_agent>(?:[^"\\]|\\.)*)")?\s*$'
)

REQUESTS = Stream(
    name="requests",
    files="website/access_log/*.log*",
    format=Patterned(COMBINED),
    event=Event(
        # The batch is the file's content, so the same line of the same file always has the same id.
        id="_batch_id || ':' || _line",
        type="'request'",
        name='"method"',
        occurred_at='"time"',
        anonymous_namespace="'user_id'",
        anonymous_id='"remote_user"',
        url='"path"',
        referrer='"referrer"',
        ip='"client"',
        user_agent='"user_agent"',
        properties="json_object('status', \"status\", 'size', \"size\")",
    ),
)

CONNECTOR = Connector("access_log", "website", (REQUESTS,), about=__doc__)
