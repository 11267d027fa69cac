"""From raw rows to what happened: standard.purchase, purchase_line, interaction and feedback; events have a file of
their own.

In: the new batches of a stream. Out: rows of those tables. Orders, tickets and answers have versions, of which the
newest stays; an order's lines are those of the delivery its newest version came in.
"""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from connectors.stream import Feedback, Interaction, Purchase, PurchaseLine
from pipeline.normalisers import money_step, text_step, time_step
from pipeline.staging import Portion, keep_unparsed, stage_mapping
from pipeline.upsert import upsert_newest
from pipeline.values import Step, apply_steps

_MONEY = ("amount", "discount", "shipping", "refunded")
# Beyond a trillion of any currency a number is no amount but a mistake; kept, a few of them would overflow every sum.
_LARGEST = 10**12
_TOO_LARGE = "larger than any amount or quantity"


def write_purchases(portion: Portion, purchase: Purchase, line: PurchaseLine | None) -> int:
    """Write the orders and their lines; returns orders written."""
    con = portion.work.con
    fields = (
        *("key", "ordered_at", "updated_at", "status", "currency", "item_count", "payment_method"),
        *_MONEY,
    )
    extra = {
        "purchase_id": portion.record_id(purchase.key, None),
        "record_id": portion.record_id(purchase.record, purchase.stream) if purchase.record else "null::varchar",
    }
    stage_mapping(portion, "_order", purchase, fields=fields, extra=extra)
    times = [time_step("ordered_at", portion.each), time_step("updated_at", portion.each)]
    apply_steps(con, "_order", [*times, *(_amount_step(field) for field in _MONEY)])
    if line:
        _stage_lines(portion, line)
    con.execute(_purchase_query(summed=bool(line) and purchase.amount is None, counted=bool(line)),
        {
            "source": portion.each.source.name,
            "stream": portion.each.stream.name,
            "currency": portion.each.source.currency,
        },
    )  # fmt: skip
    written = upsert_newest(con, "standard.purchase", "_purchase", ("purchase_id",), "updated_at")
    if line:
        _write_lines(portion)
    read = {"ordered_at": "raw_ordered_at", "updated_at": "raw_updated_at", **{f: f"raw_{f}" for f in _MONEY}}
    keep_unparsed(portion, "_order", "raw_key", read)
    return written


def write_interactions(portion: Portion, interaction: Interaction) -> int:
    """Write contacts with staff; returns how many."""
    con = portion.work.con
    fields = (
        *("key", "kind", "occurred_at", "updated_at", "closed_at", "channel", "status", "priority", "subject"),
        "staff",
    )
    extra = {
        "interaction_id": portion.record_id(interaction.key, None),
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
        {"source": portion.each.source.name, "stream": portion.each.stream.name},
    )
    written = upsert_newest(con, "standard.interaction", "_interaction", ("interaction_id",), "updated_at")
    keep_unparsed(portion, "_contact", "raw_key", {"occurred_at": "raw_occurred_at", "closed_at": "raw_closed_at"})
    return written


def write_feedback(portion: Portion, feedback: Feedback) -> int:
    """Write survey answers; a score outside its scale is kept as unparsed. Returns answers written."""
    con = portion.work.con
    extra = {
        "feedback_id": portion.record_id(feedback.key, None),
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
        {"source": portion.each.source.name, "stream": portion.each.stream.name},
    )
    written = upsert_newest(con, "standard.feedback", "_feedback", ("feedback_id",), "updated_at")
    fields = {"answered_at": "raw_answered_at", "nps": "raw_nps", "csat": "raw_csat"}
    keep_unparsed(portion, "_answer", "raw_key", fields)
    return written


def _stage_lines(portion: Portion, line: PurchaseLine) -> None:
    """`_line_item`: product lines of the new batches with amounts; a missing amount is quantity times price."""
    con = portion.work.con
    fields = ("purchase", "quantity", "product", "sku", "category", "unit_price", "amount")
    extra = {"purchase_id": portion.record_id(line.purchase, None)}
    stage_mapping(portion, "_line_raw", line, fields=fields, extra=extra)
    steps = [*(_amount_step(field) for field in ("quantity", "unit_price", "amount")), text_step("product")]
    apply_steps(con, "_line_raw", steps)
    con.execute(
        """
        create or replace temp table _line_item as
        select purchase_id, _batch_id, _line,
            row_number() over (partition by purchase_id, _batch_id order by _line) as line_number,
            raw_sku as sku, product, raw_category as category, quantity::decimal(18, 3) as quantity,
            coalesce(unit_price, try_cast(amount / nullif(quantity, 0) as decimal(18, 4)))::decimal(18, 4)
                as unit_price,
            coalesce(amount, try_cast(quantity::decimal(38, 2) * unit_price as decimal(18, 2)))::decimal(18, 2)
                as amount
        from _line_raw where purchase_id is not null
        """
    )
    fields_read = {field: f"raw_{field}" for field in ("quantity", "unit_price", "amount")}
    keep_unparsed(portion, "_line_raw", "raw_purchase", fields_read)


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
        select staged.purchase_id, $source as source, $stream as stream, raw_key as order_number, record_id,
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


def _write_lines(portion: Portion) -> None:
    """Replace the lines of the orders just written by those of the delivery that won."""
    con = portion.work.con
    con.execute("delete from standard.purchase_line where purchase_id in (select purchase_id from _winner)")
    con.execute(
        """
        insert into standard.purchase_line
        select item.purchase_id, line_number, sku, product, category, quantity, unit_price, item.amount,
            item._batch_id, item._line
        from _line_item as item
        join _winner on item.purchase_id = _winner.purchase_id and item._batch_id = _winner._batch_id
        order by item.purchase_id, line_number
        """
    )


def _amount_step(field: str) -> Step:
    """An amount or quantity of a size that can be."""
    read = money_step(field)

    def normalise(values: pa.Table) -> pa.Table:
        table = read.normaliser(values)
        beyond = pc.fill_null(pc.greater(pc.abs(table["amount"]), pa.scalar(_LARGEST)), False)
        reasons = pc.if_else(beyond, _TOO_LARGE, table["reason"])
        amounts = pc.if_else(beyond, pa.scalar(None, table["amount"].type), table["amount"])
        table = table.set_column(table.schema.get_field_index("amount"), "amount", amounts)
        return table.set_column(table.schema.get_field_index("reason"), "reason", reasons)

    return replace(read, normaliser=normalise)


def _score(column: str, lowest: int, highest: int) -> str:
    """The number an answer starts with, if it is on the scale."""
    number = f"try_cast(regexp_extract({column}, '^\\s*(\\d+)(?:\\D|$)', 1) as integer)"
    return f"case when {number} between {lowest} and {highest} then {number} end"
