"""From raw tables to staged rows: a mapping's expressions evaluated over the batches in hand."""

from dataclasses import dataclass
from typing import Any

from connectors.stream import expressions
from pipeline.keys import short_hash_sql
from pipeline.sources import SourceStream
from pipeline.stage import Work
from pipeline.values import stage_rows
from warehouse.raw import quoted, raw_table


@dataclass(frozen=True)
class Portion:
    """The new batches of one stream, and where its rows are standardised to."""

    work: Work
    each: SourceStream
    batches: list[str]

    @property
    def names(self) -> dict[str, object]:
        """Parameters that most statements need."""
        return {"source": self.each.source.name, "batches": self.batches}

    def record_id(self, expression: str, stream: str | None) -> str:
        """SQL for the id of the record with this key; null when the key is missing."""
        literals = (_literal(self.each.source.name), _literal(stream or self.each.stream.name))
        return short_hash_sql(*literals, f"nullif(trim({expression}), '')")


def stage_mapping(
    portion: Portion,
    table: str,
    mapping: Any,
    *,
    fields: tuple[str, ...] = (),
    extra: dict[str, str] | None = None,
    rows: str | None = None,
) -> int:
    """Create temp `table` with `raw_<field>` for each expression of `mapping` (null for absent `fields`), the `extra`
    expressions under their own names, `_batch_id`, `_line` and `_delivered_on`; returns its rows.

    `rows` is a condition on the raw rows (alias `raw`) that replaces "of the new batches".
    """
    found = expressions(mapping)
    condition = found.pop("when", "true")
    columns = [
        f"nullif(trim(({portion.each.fill(found[name])})::varchar), '') as {quoted(f'raw_{name}')}"
        if name in found
        else f"null::varchar as {quoted(f'raw_{name}')}"
        for name in dict.fromkeys((*found, *fields))
    ]
    columns += [f"{portion.each.fill(value)} as {quoted(name)}" for name, value in (extra or {}).items()]
    query = f"""
        select {", ".join(columns)}, _batch_id, _line, _delivered_on
        from {raw_table(portion.each.source.name, portion.each.stream.name)} as raw
        join (select batch_id, delivered_on as _delivered_on from ops.batch) on _batch_id = batch_id
        where {rows or "list_contains($batches, raw._batch_id)"} and ({portion.each.fill(condition)})
    """
    parameters: dict[str, object] = {"batches": portion.batches} if "$batches" in query else {}
    return stage_rows(portion.work.con, table, query, parameters)


def keep_unparsed(portion: Portion, table: str, key: str, fields: dict[str, str], stream: str | None = None) -> int:
    """Put values with a reason into standard.unparsed; `fields` maps a field to its raw column. Returns new rows."""
    union = " union all ".join(
        f"select {key} as source_key, '{field}' as field, {quoted(raw)} as raw_value, "
        f"{quoted(f'reason_{field}')} as reason, _batch_id, _line from {table} "
        f"where {quoted(f'reason_{field}')} is not null"
        for field, raw in fields.items()
    )
    row = portion.work.con.execute(
        f"""
        insert into standard.unparsed
        select $source, $stream, found.source_key, found.field, found.raw_value, found.reason,
            min(found._batch_id), arg_min(found._line, (found._batch_id, found._line))
        from ({union}) as found
        left join standard.unparsed as known
            on known.source = $source and known.stream = $stream and known.source_key = found.source_key
            and known.field = found.field and known.raw_value is not distinct from found.raw_value
        where known.source is null and found.source_key is not null
        group by found.source_key, found.field, found.raw_value, found.reason
        """,
        {"source": portion.each.source.name, "stream": stream or portion.each.stream.name},
    ).fetchone()
    return int(row[0]) if row else 0


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
