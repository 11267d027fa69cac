"""Sensors Analytics 神策: NDJSON of the app.

track_signup ties the device (original_id) to the account; profile_set carries the profile; track_id_bind adds a mobile
or a WeChat unionid to the account's identities, track_id_unbind takes one back. `time` is in milliseconds.
"""

import duckdb

from pipeline.demo.agents import PHONES
from pipeline.demo.deliveries import Run
from pipeline.demo.files import Query, write_lines

_LINES = """
with device as (
    select key, min(device) as device from visit where site = 'app' and key is not null group by key
), state as (
    -- The first state of a profile shows at some time in the window, before the second if there is one.
    select profile.* exclude (device), coalesce(device.device, left(md5(key), 16)) as device,
        if(max(version) over (partition by record) > 1, 80000, $end - $start - 90) as span,
        if(moment < $start, $start + (s_order * span)::bigint, moment) as shown,
        '"distinct_id":"' || key || '","login_id":"' || key || '"' as account,
        ',"identities":{"$identity_login_id":"' || key || '"' as identities
    from profile left join device using (key) where source = 'sensors'
), signup as (
    select shown as moment, 1 as rank, key,
        '{"type":"track_signup","event":"$SignUp","time":' || shown * 1000 || ',' || account
        || ',"original_id":"' || device || '","anonymous_id":"' || device || '"' || identities
        || ',"$identity_anonymous_id":"' || device || '"},"properties":{"$lib":"Android"}'
        || ',"_track_id":' || record * 8 || '}' as line
    from state where version = 1
), profiles as (
    select shown + 1, 2, key,
        '{"type":"profile_set","time":' || (shown + 1) * 1000 || ',' || account || identities
        || '},"properties":{"$signup_time":"' || local_time(created, 8) || '"'
        || pair('$name', name_full) || pair('phone_number', phone) || pair('email', mail)
        || pair('gender', case sex when 'f' then '女' when 'm' then '男' end)
        || pair('birthday', strftime(birth_date, '%Y-%m-%d'))
        || if(holds_city, pair('$city', city) || pair('$province', region), '')
        || if(s_remark < 0.6, ',"push_allowed":' || if(s_remark < 0.12, 'false', 'true'), '')
        || '},"_track_id":' || record * 8 + version || '}'
    from state
), bound as (
    select shown + 2 as moment, 3 as rank, 'bind' as verb, '$identity_mp_unionid' as identity, unionid as value, state.*
    from state where version = 1 and uses_wechat and s_code < 0.72
    union all
    select shown + 3, 4, 'bind', '$identity_mobile', phone_digits, state.*
    from state where version = 1 and phone_digits is not null and s_mail < 0.4 and calling_code = '86'
    union all
    select shown + 4000, 5, 'unbind', '$identity_mobile', phone_digits, state.*
    from state where version = 1 and phone_digits is not null and s_mail < 0.02 and calling_code = '86'
), binds as (
    select moment, rank, key,
        '{"type":"track_id_' || verb || '","event":"' || if(verb = 'bind', '$BindID', '$UnbindID')
        || '","time":' || moment * 1000 || ',' || account || identities || ',"' || identity || '":"' || value
        || '"},"properties":{"$lib":"python"},"_track_id":' || record * 8 + 2 + rank || '}'
    from bound
), tracks as (
    select moment, 10 + nth, device,
        '{"type":"track","event":"'
        || case when nth = 0 then '$AppStart' when page = 10 then 'add_to_cart' when page = 11 then 'submit_order'
                else '$AppViewScreen' end
        || '","time":' || (moment * 1000 + millis) || ',"distinct_id":"' || coalesce(key, device)
        || '","anonymous_id":"' || device || '"' || pair('login_id', key)
        || ',"identities":{"$identity_anonymous_id":"' || device || '"' || pair('$identity_login_id', key)
        || '},"properties":{"$lib":"' || phone[3] || '","$os":"' || phone[3] || '","$os_version":"' || phone[4]
        || '","$manufacturer":"' || phone[1] || '","$model":"' || phone[2] || '","$ip":"' || address
        || '","$app_version":"5.2.' || agent % 9 || '","$network_type":"' || if(visit % 3 = 0, 'WIFI', '5G') || '"'
        || pair('$utm_campaign', if(nth = 0, campaign, null))
        || '},"_track_id":' || (900000000 + visit * 64 + nth) || '}'
    from (select *, pick($phones, agent) as phone from visit where site = 'app')
)
select moment, line from (from signup union all from profiles union all from binds union all from tracks)
order by moment, rank, key, line
"""


def export_sensors(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Write the events of every day."""
    values = {"start": run.period.start, "end": run.period.end, "phones": [list(phone) for phone in PHONES]}
    write_lines(con, run, "app/sensors/events-{}.ndjson", Query(_LINES, values), "json")
