"""Standard tables to measure with: what a warehouse of many customers holds before the profile stage.

In: an empty warehouse, how many customers, a seed. Out: standard.* and identity.record_customer filled by SQL alone;
the same rows for the same seed. For each customer about 2.2 records, 5 identifiers, 10 events in visits of four (of ten
visits four are logged in, three of a known device, the rest of nobody), 1.4 orders of two lines, 0.1 tickets and 0.05
answers. Buyers are few and unequal: the number of orders follows a power law, and three in five never buy.
"""

import duckdb

from warehouse.tables import create_tables

EVENTS_EACH = 10
VISIT_EVENTS = 4
_SOURCES = "['zoho', 'shopify', 'segment', 'wechat', 'taobao', 'fxiaoke']"
_START = "timestamp '2024-01-01'"
_DAYS = 800

_STATEMENTS = {
    "identity.record_customer": f"""
        insert into identity.record_customer
        select md5(customer || '-' || nth)[:16], 'C' || lpad(customer::varchar, 9, '0'),
            {_SOURCES}[(hash(customer, nth, $seed) % 6)::bigint + 1], 'contacts', customer || '-' || nth
        from (
            select customer, unnest(range(1 + (hash(customer, $seed, 'records') % 10 // 3)::bigint)) as nth
            from range($customers) as drawn(customer)
        )
    """,
    "standard.record": f"""
        insert into standard.record by name
        select record_id, source, stream, source_record_id,
            given || ' ' || family as full_name, given as given_name, family as family_name, 'latin' as name_script,
            ['female', 'male', null][h % 3 + 1] as gender,
            if(h % 4 = 0, null, date '1950-01-01' + (h % 20000)::integer) as birth_date,
            if(h % 3 = 0, null, 'user' || person || '@example.com') as email,
            if(h % 5 < 2, null, '+861' || lpad((3000000000 + person)::varchar, 10, '0')) as phone,
            (person % 500) || ' Example Road' as address, ['CN', 'US', 'GB', 'DE'][person % 4 + 1] as country,
            'City ' || (person % 300) as city, if(h % 6 = 0, 'Company ' || (person % 20000), null) as company,
            ['zh', 'en'][person % 2 + 1] as language, {_START} + to_hours((h % ({_DAYS} * 24))::integer) as created_at,
            {_START} + to_hours((h % ({_DAYS} * 24))::integer) as updated_at, 'b1' as _batch_id,
            row_number() over () as _line
        from (
            select *, customer_id[2:]::bigint as person, (hash(record_id, $seed) >> 1)::bigint as h,
                ['Ann', 'Bob', 'Wei', 'Carla', 'Dmitri', 'Elif', 'Fang', 'Greta'][(hash(customer_id) % 8)::bigint + 1]
                    as given,
                ['Miller', 'Wang', 'Silva', 'Ivanov', 'Kaya', 'Chen'][(hash(customer_id, 2) % 6)::bigint + 1] || '-'
                    || (hash(customer_id, 3) % 5000) as family
            from identity.record_customer
        )
    """,
    "standard.identifier": """
        insert into standard.identifier
        select record_id, 'email', '', email, created_at, updated_at, null from standard.record where email is not null
        union all
        select record_id, 'phone', '', phone, created_at, updated_at, null from standard.record where phone is not null
        union all
        select record_id, 'anonymous_id', '', md5('device' || record_id), created_at, updated_at, null
        from standard.record where source in ('segment', 'shopify', 'wechat')
        union all
        select record_id, 'wechat_openid', 'shop', 'o' || md5('open' || record_id), created_at, updated_at, null
        from standard.record where source = 'wechat'
    """,
    "standard.event": f"""
        insert into standard.event by name
        select md5(n || '-' || $seed)[:20] as event_id, 'segment' as source, 'events' as stream,
            if(h % 10 < 6, 'page', 'track') as event_type,
            ['Home', 'Product Viewed', 'Product Added', 'Checkout Started', 'Order Completed', 'Search'][h % 6 + 1]
                as event_name,
            {_START} + to_seconds((v % ({_DAYS} * 86400) + n % {VISIT_EVENTS} * 60 + h % 60)::integer) as occurred_at,
            if(who < 4, record_id, null) as record_id, 'anonymous_id' as anonymous_namespace,
            if(who < 7, md5('device' || record_id), md5('nobody' || (v % ($customers * 2)))) as anonymous_id,
            's' || v as session_id, 'https://shop.example.com/p/' || (h % 5000) as url,
            if(v % 4 = 0, 'https://www.example.org/search', null) as referrer,
            if(v % 7 = 0, 'spring-' || (v % 12), null) as campaign,
            '10.' || (v % 256) || '.' || (v // 256 % 256) || '.7' as ip, 'Chrome' as browser,
            ['Windows', 'Mac OS X', 'Android', 'iOS'][v // 7 % 4 + 1] as os, 'Other' as device,
            '{{"sku":"SKU-' || (h % 5000) || '","quantity":' || (1 + h % 3) || '}}' as properties,
            'b1' as _batch_id, n as _line
        from (
            select n, (hash(n, $seed, 'event') >> 2)::bigint as h, (hash(visit, $seed, 'visit') >> 2)::bigint as v,
                hash(visit, $seed, 'who') % 10 as who,
                md5((hash(visit, $seed, 'whose') % $customers) || '-0')[:16] as record_id
            from (select n, n // {VISIT_EVENTS} as visit from range($customers * $each) as drawn(n))
        )
    """,
    "standard.purchase": f"""
        insert into standard.purchase by name
        select md5('order' || customer || '-' || nth)[:16] as purchase_id, ['shopify', 'taobao'][h % 2 + 1] as source,
            'orders' as stream, customer || '-' || nth as order_number, md5(customer || '-0')[:16] as record_id,
            {_START} + to_seconds((h % ({_DAYS} * 86400))::integer) as ordered_at,
            ['paid', 'paid', 'paid', 'paid', 'paid', 'paid', 'cancelled', 'refunded'][h // 3 % 8 + 1] as status,
            ['CNY', 'USD', 'EUR'][h // 5 % 3 + 1] as currency, (10 + h % 50000 / 100)::decimal(18, 2) as amount,
            2 as item_count, {_START} as updated_at, 'b1' as _batch_id, row_number() over () as _line
        from (
            select customer, nth, (hash(customer, nth, $seed, 'order') >> 2)::bigint as h
            from (
                -- Inverse of a power law: of those who buy, half buy once, few buy dozens of times.
                select customer, unnest(range(least(60, floor(0.4 / (0.0001 + u))::bigint))) as nth
                from (select customer, (hash(customer, $seed, 'buys') >> 12)::double / (1::bigint << 52) as u
                    from range($customers) as drawn(customer))
                where u < 0.4
            )
        )
    """,
    "standard.purchase_line": """
        insert into standard.purchase_line by name
        select purchase_id, nth as line_number, 'SKU-' || sku as sku, 'Product ' || sku as product,
            'Category ' || (sku % 40) as category, 1 as quantity, amount / 2 as unit_price, amount / 2 as amount,
            _batch_id, _line
        from (
            select *, (floor(5000 * pow((hash(purchase_id, nth, $seed) >> 12)::double / (1::bigint << 52), 3)))::bigint
                as sku
            from (select *, unnest([1, 2]) as nth from standard.purchase)
        )
    """,
    "standard.interaction": f"""
        insert into standard.interaction by name
        select md5('ticket' || n)[:16] as interaction_id, 'zendesk' as source, 'tickets' as stream, 'ticket' as kind,
            md5((h % $customers) || '-0')[:16] as record_id,
            {_START} + to_seconds((h % ({_DAYS} * 86400))::integer) as occurred_at,
            if(h % 5 = 0, null, {_START} + to_seconds((h % ({_DAYS} * 86400) + h % 400000)::integer)) as closed_at,
            'email' as channel, if(h % 5 = 0, 'open', 'closed') as status, 'b1' as _batch_id, n as _line
        from (select n, (hash(n, $seed, 'ticket') >> 2)::bigint as h from range($customers // 10) as drawn(n))
    """,
    "standard.feedback": f"""
        insert into standard.feedback by name
        select md5('answer' || n)[:16] as feedback_id, 'survey' as source, 'answers' as stream,
            md5((h % $customers) || '-0')[:16] as record_id,
            {_START} + to_seconds((h % ({_DAYS} * 86400))::integer) as answered_at, (h % 11)::integer as nps,
            (1 + h // 11 % 5)::integer as csat, 'b1' as _batch_id, n as _line
        from (select n, (hash(n, $seed, 'answer') >> 2)::bigint as h from range($customers // 20) as drawn(n))
    """,
    "standard.consent": """
        insert into standard.consent
        select record_id, channel, 'marketing', if(hash(record_id, channel, $seed) % 4 = 0, 'denied', 'granted'),
            updated_at, source, stream, 'b1', _line
        from standard.record, unnest(['email', 'sms']) as named(channel)
        where hash(record_id, $seed, 'asked') % 2 = 0
    """,
}


def write_standard_tables(con: duckdb.DuckDBPyConnection, customers: int, seed: int) -> dict[str, int]:
    """Fill the tables; returns rows by table."""
    create_tables(con)
    values = {"customers": customers, "seed": seed, "each": EVENTS_EACH}
    rows = {}
    for table, statement in _STATEMENTS.items():
        used = {name: value for name, value in values.items() if f"${name}" in statement}
        row = con.execute(statement, used).fetchone()
        rows[table] = int(row[0]) if row else 0
    con.execute(
        """
        insert into ops.batch by name
        select 'b1' as batch_id, 'segment' as source, 'events' as stream, 'events.ndjson' as file_name,
            date '2026-03-31' as delivered_on, '' as content_hash, 0 as size_bytes, 0 as rows_delivered,
            0 as rows_loaded, 0 as rows_quarantined, 'loaded' as status, timestamp '2026-03-31' as loaded_at
        """
    )
    con.execute("checkpoint")
    return rows
