"""Zendesk: pages of users and of tickets, as the incremental exports give them."""

from functools import partial

import duckdb

from pipeline.demo.deliveries import Run
from pipeline.demo.files import Query, write_pages
from pipeline.demo.vocabulary import load_vocabulary

_USERS = """
select moment, '{"id":' || key || pair('name', coalesce(name_full, split_part(mail, '@', 1), 'Caller ' || phone))
    || ',"email":' || coalesce(to_json(mail)::varchar, 'null') || ',"phone":' || coalesce(to_json(phone)::varchar,
        'null')
    || ',"shared_phone_number":' || if(phone is null, 'null', 'false')
    || ',"external_id":' || if(s_code < 0.35 and uses_shop, to_json(shop_user)::varchar, 'null')
    || ',"role":"end-user","locale":"' || if(writes_han, 'zh-cn', 'en-US') || '","time_zone":"UTC","active":true'
    || ',"verified":' || if(s_remark < 0.6, 'true', 'false') || ',"created_at":"' || left(iso_time(created), 19)
    || 'Z","updated_at":"' || left(iso_time(moment), 19) || 'Z"}' as line
from (select *, exists (from record as r where r.key = shop_user and r.source = 'segment') as uses_shop
      from latest where source = 'zendesk')
order by moment, key
"""

_TICKETS = """
select changed as moment, '{"id":' || (700000 + ticket) || ',"requester_id":' || key || ',"submitter_id":' || key
    || ',"subject":' || to_json(subject)::varchar || ',"status":"' || status || '","priority":"' || priority
    || '","type":"question","via":{"channel":"' || via || '"},"assignee_id":' || (390100 + ticket % 6)
    || ',"tags":[],"created_at":"' || left(iso_time(opened), 19) || 'Z","updated_at":"' || left(iso_time(changed), 19)
    || 'Z"}' as line
from ticket order by changed, ticket
"""


def export_zendesk(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Write the pages of every day."""
    _create_tickets(con, run)
    write_pages(con, run, "service/zendesk/users-{}.json", Query(_USERS), partial(_wrap, "users"))
    write_pages(con, run, "service/zendesk/tickets-{}.json", Query(_TICKETS), partial(_wrap, "tickets"))


def _create_tickets(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """One to three tickets per user, opened when the user was created or later; two thirds are closed."""
    words = load_vocabulary().words
    con.execute(
        """
        create table ticket as
        with opened as (
            select row_number() over (order by created, key, nth) as ticket, key, person, writes_han, s_code, s_mail,
                least(created + (nth * s_phone * 40 * 86400)::bigint, $end - 7200) as opened, nth, s_order, s_case
            from latest cross join (select unnest([0, 1, 2]) as nth)
            where source = 'zendesk' and nth <= floor(s_remark * 1.3 + s_mail * s_mail * 1.6)
        )
        select *, least(opened + (3600 + s_order * 4 * 86400)::bigint, $end - 60) as changed,
            if(s_case < 0.66, 'closed', if(s_case < 0.8, 'solved', 'open')) as status,
            if(s_code < 0.1, 'urgent', if(s_code < 0.3, 'high', 'normal')) as priority,
            if(s_mail < 0.5, 'email', if(s_mail < 0.8, 'web', 'chat')) as via,
            if(writes_han, pick($chinese, ticket), pick($english, ticket)) as subject
        from opened""",
        {
            "end": run.period.end,
            "chinese": words["ticket_subjects_chinese"].tolist(),
            "english": words["ticket_subjects_english"].tolist(),
        },
    )


def _wrap(name: str, elements: str, number: int, following: int) -> str:
    count, last = elements.count('{"id":'), "false" if following else "true"
    return f'{{"{name}":[{elements}],"next_page":null,"previous_page":null,"count":{count},"end_of_stream":{last}}}'
