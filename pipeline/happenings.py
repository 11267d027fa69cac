"""From raw rows to what happened: standard.purchase, purchase_line, interaction and feedback; events have a file of
their own.

In: the new batches of a stream. Out: rows of those tables. Orders, tickets and answers have versions, of which the
newest stays, whichever stream it came in; a version that names nobody leaves the person that another one named. What
was bought with an order is order_lines.py's affair.
"""

from connectors.stream import Feedback, Interaction, Purchase, PurchaseLine
from pipeline.normalisers import text_step, time_step
from pipeline.order_lines import amount_step, stage_lines, write_lines
from pipeline.staging import Portion, keep_unparsed, stage_mapping
from pipeline.upsert import upsert_newest
from pipeline.values import apply_steps

_MONEY = ("amount", "discount", "shipping", "refunded")


def write_purchases(portion: Portion, purchase: Purchase, line: PurchaseLine | None) -> int:
    """Write the orders and their lines; returns orders written."""
    con, stream = portion.work.con, purchase.own_stream or portion.each.stream.name
    fields = (
        *("key", "number", "ordered_at", "updated_at", "status", "currency", "item_count", "payment_method"),
        *_MONEY,
    )
    extra = {
        "purchase_id": portion.record_id(purchase.key, purchase.own_stream),
        "record_id": portion.record_id(purchase.record, purchase.stream) if purchase.record else "null::varchar",
    }
    stage_mapping(portion, "_order", purchase, fields=fields, extra=extra)
    times = [time_step("ordered_at", portion.each), time_step("updated_at", portion.each)]
    apply_steps(con, "_order", [*times, *(amount_step(field) for field in _MONEY)])
    if line:
        stage_lines(portion, line, purchase.own_stream)
    con.execute(
        _purchase_query(summed=bool(line) and purchase.amount is None, counted=bool(line)),
        {"source": portion.each.source.name, "stream": stream, "currency": portion.each.source.currency},
    )
    written = _write_newest(portion, "purchase")
    if line:
        write_lines(portion)
    read = {"ordered_at": "raw_ordered_at", "updated_at": "raw_updated_at", **{f: f"raw_{f}" for f in _MONEY}}
    keep_unparsed(portion, "_order", "raw_key", read, stream)
    return written


def write_interactions(portion: Portion, interaction: Interaction) -> int:
    """Write contacts with staff; returns how many."""
    con, stream = portion.work.con, interaction.own_stream or portion.each.stream.name
    fields = (
        *("key", "kind", "occurred_at", "updated_at", "closed_at", "channel", "status", "priority", "subject"),
        "staff",
    )
    extra = {
        "interaction_id": portion.record_id(interaction.key, interaction.own_stream),
        "record_id": portion.record_id(interaction.record, interaction.stream)
        if interaction.record
        else "null::varchar",
    }
    stage_mapping(portion, "_contact", interaction, fields=fields, extra=extra)
    times = [time_step(field, portion.each) for field in ("occurred_at", "updated_at", "closed_at")]
    apply_steps(con, "_contact", [*times, text_step("subject")])
    con.execute(
        """
        create or replace temp table _interaction as
        select interaction_id, $source as source, $stream as stream, raw_kind as kind, record_id, occurred_at,
            closed_at, raw_channel as channel, raw_status as status, raw_priority as priority, subject,
            raw_staff as staff, coalesce(updated_at, _delivered_on::timestamp) as updated_at,
            _batch_id, _line, _delivered_on
        from _contact where interaction_id is not null
        """,
        {"source": portion.each.source.name, "stream": stream},
    )
    written = _write_newest(portion, "interaction")
    fields_read = {"occurred_at": "raw_occurred_at", "closed_at": "raw_closed_at"}
    keep_unparsed(portion, "_contact", "raw_key", fields_read, stream)
    return written


def write_feedback(portion: Portion, feedback: Feedback) -> int:
    """Write survey answers; a score outside its scale is kept as unparsed. Returns answers written."""
    con, stream = portion.work.con, feedback.own_stream or portion.each.stream.name
    extra = {
        "feedback_id": portion.record_id(feedback.key, feedback.own_stream),
        "record_id": portion.record_id(feedback.record, feedback.stream) if feedback.record else "null::varchar",
    }
    stage_mapping(portion, "_answer", feedback, fields=("key", "answered_at", "nps", "csat", "comment"), extra=extra)
    apply_steps(con, "_answer", [time_step("answered_at", portion.each), text_step("comment")])
    con.execute(
        f"""
        create or replace temp table _answer as
        select *, {_score("raw_nps", 0, 10)} as nps, {_score("raw_csat", 1, 5)} as csat,
            case when raw_nps is not null and {_score("raw_nps", 0, 10)} is null
                then 'not a score from 0 to 10' end as reason_nps,
            case when raw_csat is not null and {_score("raw_csat", 1, 5)} is null
                then 'not a score from 1 to 5' end as reason_csat
        from _answer
        """
    )
    con.execute(
        """
        create or replace temp table _feedback as
        select feedback_id, $source as source, $stream as stream, record_id, answered_at, nps, csat, comment,
            coalesce(answered_at, _delivered_on::timestamp) as updated_at, _batch_id, _line, _delivered_on
        from _answer where feedback_id is not null
        """,
        {"source": portion.each.source.name, "stream": stream},
    )
    written = _write_newest(portion, "feedback")
    fields = {"answered_at": "raw_answered_at", "nps": "raw_nps", "csat": "raw_csat"}
    keep_unparsed(portion, "_answer", "raw_key", fields, stream)
    return written


def _write_newest(portion: Portion, what: str) -> int:
    """Put the newest versions in temp table `_<what>` into standard.<what>; returns how many.

    Not every delivery of a system names the person (a replicated table of tickets has their requesters in another):
    what one version knows of that, no other takes away.
    """
    con, key = portion.work.con, f"{what}_id"
    con.execute(
        f"""
        update _{what} as told set record_id = held.record_id from standard.{what} as held
        where held.{key} = told.{key} and told.record_id is null and held.record_id is not null
        """
    )
    written = upsert_newest(con, f"standard.{what}", f"_{what}", (key,), "updated_at")
    con.execute(
        f"""
        update standard.{what} as held set record_id = told.record_id
        from (
            select {key}, arg_max(record_id, (updated_at, _delivered_on, _batch_id, _line)) as record_id
            from _{what} where record_id is not null group by all
        ) as told
        where held.{key} = told.{key} and held.record_id is null
        """
    )
    return written


def _purchase_query(*, summed: bool, counted: bool) -> str:
    """`_purchase`: one row per order and delivery. An order told line by line is told anew by each of its rows."""
    lines = """
        select purchase_id, _batch_id, try_cast(sum(amount) as decimal(18, 2)) as amount,
            sum(quantity)::bigint as pieces
        from _line_item group by all
    """
    if not counted:
        lines = "select null::varchar as purchase_id, null::varchar as _batch_id, null as amount, null as pieces"
    return f"""
        create or replace temp table _purchase as
        with lines as ({lines})
        select staged.purchase_id, $source as source, $stream as stream,
            coalesce(raw_number, raw_key) as order_number, record_id,
            ordered_at, raw_status as status,
            coalesce(upper(raw_currency), currency_amount, $currency) as currency,
            {"lines.amount" if summed else "staged.amount"} as amount,
            discount, shipping, refunded, coalesce(try_cast(raw_item_count as bigint), lines.pieces) as item_count,
            raw_payment_method as payment_method, coalesce(updated_at, _delivered_on::timestamp) as updated_at,
            staged._batch_id, _line, _delivered_on
        from _order as staged
        left join lines on staged.purchase_id = lines.purchase_id and staged._batch_id = lines._batch_id
        where staged.purchase_id is not null
    """


def _score(column: str, lowest: int, highest: int) -> str:
    """The number an answer starts with, if it is on the scale."""
    number = f"try_cast(regexp_extract({column}, '^\\s*(\\d+)(?:\\D|$)', 1) as integer)"
    return f"case when {number} between {lowest} and {highest} then {number} end"
