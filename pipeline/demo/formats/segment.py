"""Segment: NDJSON after its spec; identify carries traits, page and track what visitors did.

anonymousId is the cookie; userId is there once someone logged in. An identify call is made at every login and whenever
the profile changed; one per state of the profile is kept here.
"""

import duckdb

from pipeline.demo.agents import BROWSERS
from pipeline.demo.deliveries import Run
from pipeline.demo.files import write_lines
from pipeline.demo.visits import PAGES

_LINES = """
with identified as (
    select *, if(moment < $start, $start + (s_order * if(max(version) over (partition by record) > 1, 80000, $end - $start - 90))::bigint,
                         moment) as shown
    from (select profile.*, coalesce(visited.device, cookie) as device_used from profile left join
          (select key, min(device) as device from visit where site = 'web' and key is not null group by key) as visited using (key))
    where source = 'segment'
), identify as (
    select shown as moment, 'i' || record || '-' || version as message,
        '{"type":"identify","messageId":"gy-' || left(md5('i' || record || '-' || version), 20) || '","anonymousId":"' || device_used
        || '","userId":"' || key || '","timestamp":"' || iso_time(shown) || '","traits":{"createdAt":"' || iso_time(created) || '"'
        || pair('email', mail) || pair('firstName', name_given) || pair('lastName', name_family) || pair('phone', phone)
        || pair('birthday', strftime(birth_date, '%Y-%m-%d'))
        || pair('gender', case sex when 'f' then 'female' when 'm' then 'male' end)
        || if(s_remark < 0.6, ',"marketing_opt_in":' || if(s_remark < 0.45, 'true', 'false'), '')
        || if(holds_city, ',"address":{"country":"' || home_country || '"' || pair('city', city) || '}', '')
        || '},"context":{"library":{"name":"analytics.js","version":"4.1.0"}'
        || pair('userAgent', $agents[1 + person % len($agents)]) || '}}' as line
    from identified
), behaviour as (
    select moment, 'v' || visit || '-' || nth as message,
        '{"type":"' || if(page >= 10 and page <= 11, 'track', 'page') || '","messageId":"gy-' || left(md5('v' || visit || '-' || nth), 20)
        || '","anonymousId":"' || device || '"' || pair('userId', key)
        || ',"timestamp":"' || strftime(make_timestamp(moment * 1000000 + millis * 1000), '%Y-%m-%dT%H:%M:%S.%gZ') || '"'
        || if(page >= 10 and page <= 11, ',"event":"' || if(page = 10, 'Product Added', 'Checkout Started')
              || '","properties":{"sku":"' || (select list(sku order by product) from product)[1 + visit % 37] || '","quantity":' || (1 + nth % 2) || '}',
              ',"name":"' || $pages[page + 1] || '","properties":{"path":"' || $pages[page + 1] || '","url":"https://shop.example.com'
              || $pages[page + 1] || '"' || if(nth = 0, ',"referrer":"https://www.example.org/"', '') || '}')
        || ',"context":{"ip":"' || address || '"' || pair('userAgent', $agents[1 + agent % len($agents)])
        || if(campaign <> '' and nth = 0, ',"campaign":{"name":"' || campaign || '","source":"ads","medium":"cpc"}', '') || '}}' as line
    from visit where site = 'web'
)
select moment, line from (from identify union all from behaviour) order by moment, message
"""


def export_segment(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Write the events of every day."""
    query = _LINES.replace("$start", str(run.period.start)).replace("$end", str(run.period.end))
    query = query.replace("$agents", _list(BROWSERS)).replace("$pages", _list(PAGES))
    write_lines(con, run, "website/segment/events-{}.ndjson", query, "json")


def _list(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"'{value}'" for value in values) + "]"
