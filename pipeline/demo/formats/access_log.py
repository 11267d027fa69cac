"""The web server's access log, combined format: the website's page views as requests, and bots.

The remote user is the website's account where a session is logged in (the server writes it for the account pages only).
"""

import duckdb

from pipeline.demo.agents import BOTS, BROWSERS
from pipeline.demo.deliveries import Run
from pipeline.demo.files import Query, write_lines
from pipeline.demo.visits import PAGES

_LINES = """
with requests as (
    select moment, visit, nth, address, if(key is not null and page >= 10, key, '-') as account,
        'GET ' || pick($pages, page) || if(campaign <> '' and nth = 0, '?utm_campaign=' || campaign, '') as request,
        if(visit % 97 = 0, 404, if(visit % 41 = 0, 304, 200)) as status,
        if(nth = 0, '-', 'https://shop.example.com' || pick($pages, visit)) as referrer,
        pick($agents, agent) as agent
    from visit where site = 'web'
    union all
    select moment + 7, visit, 1000 + nth, '66.249.' || (64 + visit % 30) || '.' || (1 + visit % 250), '-',
        'GET ' || pick($pages, page), 200, '-', pick($bots, visit)
    from visit where site = 'web' and visit % 9 = 0
)
select moment,
    address || ' - ' || account || ' [' || strftime(make_timestamp(moment * 1000000), '%d/%b/%Y:%H:%M:%S')
        || ' +0000] "'
    || request || ' HTTP/1.1" ' || status || ' ' || if(status = 304, '-', (900 + visit * 37 % 60000)::varchar)
    || ' "' || referrer || '" "' || agent || '"' as line
from requests order by moment, visit, nth
"""


def export_access_log(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Write the log of every day."""
    values = {"pages": PAGES, "agents": BROWSERS, "bots": BOTS}
    write_lines(con, run, "website/access_log/access-{}.log", Query(_LINES, values), "log")
