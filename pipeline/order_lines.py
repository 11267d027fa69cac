"""From raw rows to standard.purchase_line: what was bought with each order.

In: the new batches of a stream. Out: lines, numbered from 1 within their order. Most systems tell them with the order:
then they are those of the delivery that the order's newest version came in (`stage_lines` and `write_lines`, called by
happenings.py). A replicated database tells them in files of their own, perhaps the changed ones alone, perhaps before
the order (`write_separate_lines`): all rows that were delivered for the orders touched are read again, so that the
result depends on what was delivered and not on when. Of an order told both ways these lines stay.
"""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from connectors.stream import PurchaseLine
from pipeline.normalisers import money_step, text_step, time_step
from pipeline.sources import source_streams
from pipeline.staging import Portion, keep_unparsed, stage_mapping
from pipeline.values import Step, apply_steps, count_rows
from warehouse.raw import raw_table

# Beyond a trillion of any currency a number is no amount but a mistake; kept, a few of them would overflow every sum.
_LARGEST = 10**12
_TOO_LARGE = "larger than any amount or quantity"
_FIELDS = ("purchase", "quantity", "product", "sku", "category", "unit_price", "amount", "number", "updated_at")
_AMOUNTS = ("quantity", "unit_price", "amount")


def stage_lines(portion: Portion, line: PurchaseLine, stream: str | None) -> None:
    """`_line_item`: lines of the new batches, of orders kept under `stream`, with their amounts."""
    _stage(portion, line, stream)
    portion.work.con.execute(_items("_line_raw", each="purchase_id, _batch_id", order="_line"))


def write_lines(portion: Portion) -> None:
    """Replace the lines of the orders just written (`_purchase`, of which `_winner` won) by those of the delivery that
    won. An order whose newest version is of a stream that tells no lines gets those of the version in hand."""
    con, streams = portion.work.con, _order_streams(portion)
    con.execute(
        """
        create or replace temp table _line_due as
        with held as (
            select distinct line.purchase_id, list_contains($apart, batch.stream) as is_apart
            from standard.purchase_line as line join ops.batch as batch on line._batch_id = batch.batch_id
            where batch.source = $source
        ),
        lacking as (
            select told.purchase_id, told._batch_id
            from _purchase as told join standard.purchase as newest on told.purchase_id = newest.purchase_id
            join ops.batch as batch on newest._batch_id = batch.batch_id
            where list_contains($bare, batch.stream) and told.purchase_id not in (select purchase_id from held)
            qualify row_number() over (
                partition by told.purchase_id order by told.updated_at desc, told._delivered_on desc nulls last,
                    told._batch_id desc, told._line desc
            ) = 1
        )
        select purchase_id, _batch_id from _winner
        where purchase_id not in (select purchase_id from held where is_apart)
        union
        select purchase_id, _batch_id from lacking where purchase_id not in (select purchase_id from _winner)
        """,
        {"source": portion.each.source.name, **streams},
    )
    con.execute("delete from standard.purchase_line where purchase_id in (select purchase_id from _line_due)")
    _insert(portion, "join _line_due as due on item.purchase_id = due.purchase_id and item._batch_id = due._batch_id")


def write_separate_lines(portion: Portion, line: PurchaseLine) -> int:
    """Write the lines of the orders that the new batches have lines of; returns how many."""
    con, order = portion.work.con, portion.each.fill(line.purchase)
    table = raw_table(portion.each.source.name, portion.each.stream.name)
    touched = f"""
        ({order}) in (select ({order}) from {table} as raw where list_contains($batches, raw._batch_id)
            and ({portion.each.fill(line.when)}))
    """
    _stage(portion, line, line.stream, rows=touched)
    con.execute(
        f"""
        create or replace temp table _line_newest as
        select * from (select *, coalesce(raw_removed::boolean, false) as is_removed from _line_raw)
        qualify {_is_newest(line)}
        """
    )
    con.execute(
        _items(
            "(select * from _line_newest where not is_removed)",
            each="purchase_id",
            order="try_cast(raw_number as hugeint) nulls last, raw_number, _batch_id, _line",
        )
    )
    con.execute("delete from standard.purchase_line where purchase_id in (select purchase_id from _line_newest)")
    _insert(portion)
    return count_rows(con, "_line_item")


def amount_step(field: str) -> Step:
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


def _stage(portion: Portion, line: PurchaseLine, stream: str | None, rows: str | None = None) -> None:
    """`_line_raw`: the lines with what their values mean."""
    extra = {"purchase_id": portion.record_id(line.purchase, stream)}
    stage_mapping(portion, "_line_raw", line, fields=_FIELDS, extra=extra, rows=rows)
    steps = [*(amount_step(field) for field in _AMOUNTS), text_step("product")]
    if line.updated_at:
        steps.append(time_step("updated_at", portion.each))
    apply_steps(portion.work.con, "_line_raw", steps)
    fields_read = {field: f"raw_{field}" for field in _AMOUNTS}
    keep_unparsed(portion, "_line_raw", "raw_purchase", fields_read, stream)


def _order_streams(portion: Portion) -> dict[str, object]:
    """The source's streams of lines without orders, and of orders without lines."""
    streams = [each.stream for each in source_streams(portion.work.config, (portion.each.source.name,))]
    return {
        "apart": [each.name for each in streams if each.purchase_line and not each.purchase],
        "bare": [each.name for each in streams if each.purchase and not each.purchase_line],
    }


def _is_newest(line: PurchaseLine) -> str:
    """Of the rows of one line the newest; without numbers, all rows of the newest delivery with lines of the order."""
    time = "updated_at" if line.updated_at else "null::timestamp"
    newest = f"{time} desc nulls last, _delivered_on desc nulls last, _batch_id desc"
    if line.number is None:
        return "rank() over (partition by purchase_id order by _delivered_on desc nulls last, _batch_id desc) = 1"
    number = "coalesce(raw_number, concat_ws(':', _batch_id, _line))"
    return f"row_number() over (partition by purchase_id, {number} order by {newest}, _line desc) = 1"


def _items(rows: str, *, each: str, order: str) -> str:
    """`_line_item`: the rows numbered; a missing amount is quantity times price, a missing price the reverse."""
    return f"""
        create or replace temp table _line_item as
        select purchase_id, _batch_id, _line,
            row_number() over (partition by {each} order by {order}) as line_number,
            raw_sku as sku, product, raw_category as category, quantity::decimal(18, 3) as quantity,
            coalesce(unit_price, try_cast(amount / nullif(quantity, 0) as decimal(18, 4)))::decimal(18, 4)
                as unit_price,
            coalesce(amount, try_cast(quantity::decimal(38, 2) * unit_price as decimal(18, 2)))::decimal(18, 2)
                as amount
        from {rows} where purchase_id is not null
    """


def _insert(portion: Portion, chosen: str = "") -> None:
    portion.work.con.execute(
        f"""
        insert into standard.purchase_line
        select item.purchase_id, line_number, sku, product, category, quantity, unit_price, amount, item._batch_id,
            item._line
        from _line_item as item {chosen}
        order by item.purchase_id, line_number
        """
    )
