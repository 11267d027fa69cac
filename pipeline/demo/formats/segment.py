"""Segment: NDJSON after its spec; identify carries traits, page and track what visitors did.

anonymousId is the cookie; userId is there once someone logged in. An identify call is made at every login and whenever
the profile changed; one per state of the profile is kept here.
"""

import duckdb

from pipeline.demo.agents import BROWSERS
from pipeline.demo.deliveries import Run
from pipeline.demo.files import Query, write_lines
from pipeline.demo.visits import PAGES

_LINES = """
with visited as (
    select key, min(device) as device from visit where site = 'web' and key is not null group by key
), identified as (
    -- The first state of a profile shows at some time in the window, before the second if there is one.
    select profile.*, coalesce(visited.device, cookie) as browser,
        if(max(version) over (partition by record) > 1, 80000, $end - $start - 90) as span,
        if(moment < $start, $start + (s_order * span)::bigint, moment) as shown
    from profile left join visited using (key) where source = 'segment'
), identify as (
    select shown as moment, 'i' || record || '-' || version as message,
        '{"type":"identify","messageId":"gy-' || left(md5(message), 20) || '","anonymousId":"' || browser
        || '","userId":"' || key || '","timestamp":"' || iso_time(shown)
        || '","traits":{"createdAt":"' || iso_time(created) || '"'
        || pair('email', mail) || pair('firstName', name_given) || pair('lastName', name_family) || pair('phone', phone)
        || pair('birthday', strftime(birth_date, '%Y-%m-%d'))
        || pair('gender', case sex when 'f' then 'female' when 'm' then 'male' end)
        || if(s_remark < 0.6, ',"marketing_opt_in":' || if(s_remark < 0.45, 'true', 'false'), '')
        || if(holds_city, ',"address":{"country":"' || home_country || '"' || pair('city', city) || '}', '')
        || '},"context":{"library":{"name":"analytics.js","version":"4.1.0"}'
        || pair('userAgent', pick($agents, person)) || '}}' as line
    from identified
), viewed as (
    select *, page in (10, 11) as acted, pick($pages, page) as path, 'v' || visit || '-' || nth as message
    from visit where site = 'web'
), behaviour as (
    select moment, message,
        '{"type":"' || if(acted, 'track', 'page') || '","messageId":"gy-' || left(md5(message), 20)
        || '","anonymousId":"' || device || '"' || pair('userId', key) || ',"timestamp":"'
        || strftime(make_timestamp(moment * 1000000 + millis * 1000), '%Y-%m-%dT%H:%M:%S.%gZ') || '"'
        || if(acted,
              ',"event":"' || if(page = 10, 'Product Added', 'Checkout Started')
              || '","properties":{"sku":"' || pick($skus, visit) || '","quantity":' || (1 + nth % 2) || '}',
              ',"name":"' || path || '","properties":{"path":"' || path || '","url":"https://shop.example.com' || path
              || '"' || if(nth = 0, ',"referrer":"https://www.example.org/"', '') || '}')
        || ',"context":{"ip":"' || address || '"' || pair('userAgent', pick($agents, agent))
        || if(campaign <> '' and nth = 0,
              ',"campaign":{"name":"' || campaign || '","source":"ads","medium":"cpc"}', '') || '}}' as line
    from viewed
)
select moment, line from (from identify union all from behaviour) order by moment, message
"""


def export_segment(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Write the events of every day."""
    skus = [sku for (sku,) in con.execute("select sku from product order by product").fetchall()]
    values = {"start": run.period.start, "end": run.period.end, "agents": BROWSERS, "pages": PAGES, "skus": skus}
    write_lines(con, run, "website/segment/events-{}.ndjson", Query(_LINES, values), "json")
