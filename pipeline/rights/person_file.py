"""A person's own data: everything the warehouse holds about one person, gathered table by table.

In: a request. Out: PersonFile, from which the page and the JSON are written (PIPL Article 45: access, copy and
transfer; GDPR Articles 15 and 20: access, portability in a machine-readable form). What the person gave and what
sources told is there with the place it came from; what was concluded (merges, segments, extracts, decisions) is there
too.

Left out is what would tell about others: their ids in merges and relationships, and who of the staff decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipeline.config import Config
from pipeline.rights.subject import Request, Subject, stage_subject
from warehouse.connection import open_readonly

_MINE = "in (select record_id from erased_record)"
_ME = "in (select customer_id from erased_customer)"


@dataclass(frozen=True)
class Section:
    """Rows of one kind: a name for programs, titles for people, columns with their titles, and rows."""

    name: str
    title: str
    chinese: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class PersonFile:
    """All sections, for whom and when."""

    subject: Subject
    made_at: datetime
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class _Query:
    """Where a section comes from."""

    name: str
    title: str
    chinese: str
    tables: tuple[str, ...]
    query: str


_QUERIES = (
    _Query(
        "who", "Who you are to us", "我们所知的您", ("customer.customer",),
        f"select * exclude (customer_id) from customer.customer where customer_id {_ME}",
    ),
    _Query(
        "identifiers", "Identifiers", "标识信息", ("standard.identifier",),
        """
        select identifier.namespace as kind, identifier.value, record.source, record.stream, identifier.seen_first,
            identifier.seen_last, identifier.revoked_at
        from standard.identifier as identifier join erased_record as record using (record_id) order by all
        """,
    ),
    _Query(
        "records", "Records by source", "各来源记录", ("standard.record",),
        f"""
        select record.* exclude (record_id, name_simplified, name_pinyin_toned, _batch_id, _line),
            batch.file_name as delivered_in, batch.delivered_on
        from standard.record as record left join ops.batch as batch on batch.batch_id = record._batch_id
        where record_id {_MINE} order by record.source, record.stream, record.source_record_id
        """,
    ),
    _Query(
        "origins", "Where each value came from", "各项信息的来源", ("customer.provenance",),
        f"""
        select field, source, stream, source_record_id as record, rule
        from customer.provenance join erased_record using (record_id, source) where customer_id {_ME} order by all
        """,
    ),
    _Query(
        "orders", "Orders", "订单", ("standard.purchase",),
        f"""
        select source, order_number, ordered_at, status, currency, amount, discount, shipping, refunded, item_count,
            payment_method
        from standard.purchase where record_id {_MINE} order by ordered_at, source, order_number
        """,
    ),
    _Query(
        "order_lines", "What was ordered", "订单明细", ("standard.purchase_line",),
        f"""
        select purchase.source, purchase.order_number, line.line_number, line.sku, line.product, line.category,
            line.quantity, line.unit_price, line.amount
        from standard.purchase_line as line join standard.purchase as purchase using (purchase_id)
        where purchase.record_id {_MINE} order by all
        """,
    ),
    _Query(
        "visits", "Visits of website and app", "网站与应用访问", ("customer.event",),
        f"""
        select occurred_at, source, event_type as kind, event_name as name, url, referrer, campaign, ip, browser, os,
            device, anonymous_id as device_or_cookie, stitched as told_by_device, properties
        from customer.event where customer_id {_ME} order by occurred_at, event_id
        """,
    ),
    _Query(
        "contacts", "Contacts and tickets", "联系与工单", ("standard.interaction",),
        f"""
        select source, kind, occurred_at, closed_at, channel, status, priority, subject
        from standard.interaction where record_id {_MINE} order by occurred_at, interaction_id
        """,
    ),
    _Query(
        "feedback", "Feedback", "反馈", ("standard.feedback",),
        f"""
        select source, answered_at, nps, csat, comment from standard.feedback where record_id {_MINE} order by all
        """,
    ),
    _Query(
        "consents", "What you allowed and refused", "您的同意与拒绝", ("standard.consent",),
        f"""
        select source, channel, purpose, status, stated_at from standard.consent where record_id {_MINE} order by all
        """,
    ),
    _Query(
        "permissions", "Whether you may be contacted", "是否可与您联系", ("customer.permission",),
        f"select * exclude (customer_id) from customer.permission where customer_id {_ME} order by all",
    ),
    _Query(
        "segments", "Groups you were counted in", "您所属的人群", ("segment.change",),
        f"select segment, change, changed_on from segment.change where customer_id {_ME} order by changed_on, segment",
    ),
    _Query(
        "extracts", "Lists you were handed out in", "向外提供的名单", ("segment.extract_log", "segment.extracted"),
        f"""
        with logged as (select file_name, min(extracted_at) as at from segment.extract_log group by file_name),
        -- From the file that brought the person on, every full list held the person, until one no longer did.
        held as (
            select mine.segment, mine.format, mine.extracted_in, mine.removed_in, first.at as since, gone.at as until
            from segment.extracted as mine
            join logged as first on first.file_name = mine.extracted_in
            left join logged as gone on gone.file_name = mine.removed_in
            where mine.customer_id {_ME}
        )
        select distinct log.segment, log.purpose, log.channel, log.extracted_at, log.columns
        from segment.extract_log as log join held on held.segment = log.segment and held.format = log.format
        where log.file_name = held.extracted_in
            or if(
                log.kind = 'delta', log.file_name = held.removed_in,
                log.extracted_at >= held.since and (held.until is null or log.extracted_at < held.until)
            )
        order by log.extracted_at, log.segment
        """,
    ),
    _Query(
        "assessments", "What was computed about you", "对您的分析结果", ("mart.customer_360",),
        f"select * exclude (customer_id) from mart.customer_360 where customer_id {_ME}",
    ),
    _Query(
        "merges", "How your records were brought together", "记录的合并", ("identity.link",),
        """
        select left_side.source as source, left_side.source_record_id as record, right_side.source as other_source,
            right_side.source_record_id as other_record, round(link.match_probability, 4) as probability
        from identity.link as link
        join erased_record as left_side on left_side.record_id = link.record_id_l
        join erased_record as right_side on right_side.record_id = link.record_id_r
        order by all
        """,
    ),
    _Query(
        "decisions", "What people decided about your records", "人工决定", ("identity.decision",),
        """
        select verdict, source_l as source, source_record_id_l as record, source_r as other_source,
            source_record_id_r as other_record, decided_at
        from identity.decision
        where (source_l, stream_l, source_record_id_l) in (select (source, stream, source_record_id) from erased_record)
            and (source_r, stream_r, source_record_id_r) in
                (select (source, stream, source_record_id) from erased_record)
        order by decided_at
        """,
    ),
    _Query(
        "not_understood", "Values we could not read", "未能识别的内容", ("standard.unparsed",),
        """
        select source, field, raw_value as value, reason from standard.unparsed
        where (source, stream, source_key) in (select (source, stream, source_record_id) from erased_record)
        order by all
        """,
    ),
)  # fmt: skip


def gather(config: Config, request: Request, now: datetime) -> PersonFile:
    """Everything about the person; SubjectNotFound when it is nobody or not one."""
    with open_readonly(config.warehouse) as con:
        subject = stage_subject(con, config, request)
        sections = tuple(_section(con, query) for query in _QUERIES if _exist(con, query.tables))
    return PersonFile(subject, now, sections)


def _section(con: duckdb.DuckDBPyConnection, query: _Query) -> Section:
    rows = con.execute(query.query).fetchall()
    columns = tuple(column[0] for column in con.description or ())
    return Section(query.name, query.title, query.chinese, *_without_empty(columns, rows))


def _without_empty(
    columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]
) -> tuple[tuple[str, ...], tuple[tuple[object, ...], ...]]:
    """Columns that hold anything."""
    kept = [number for number, _ in enumerate(columns) if any(row[number] is not None for row in rows)]
    return tuple(columns[number] for number in kept), tuple(tuple(row[number] for number in kept) for row in rows)


def _exist(con: duckdb.DuckDBPyConnection, tables: tuple[str, ...]) -> bool:
    found = {
        f"{row[0]}.{row[1]}"
        for row in con.execute("select schema_name, table_name from duckdb_tables() where not temporary").fetchall()
    }
    return set(tables) <= found
