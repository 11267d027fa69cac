"""From raw tables to staged rows: a mapping's expressions evaluated over the batches in hand."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp

from connectors.stream import Identifier, expressions
from pipeline.keys import short_hash_sql
from pipeline.normalisers import time_step
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
    """Create temp `table` with the columns of `staged_query`; returns its rows."""
    query, parameters = staged_query(portion, mapping, fields=fields, extra=extra, rows=rows)
    return stage_rows(portion.work.con, table, query, parameters)


def staged_query(
    portion: Portion,
    mapping: Any,
    *,
    fields: tuple[str, ...] = (),
    extra: dict[str, str] | None = None,
    rows: str | None = None,
    only: tuple[str, ...] | None = None,
    needed: tuple[str, ...] = (),
) -> tuple[str, dict[str, object]]:
    """The query that yields `raw_<field>` for each expression of `mapping` (null for absent `fields`), the `extra`
    expressions under their own names, `_batch_id`, `_line` and `_delivered_on`; and its parameters.

    `rows` is a condition on the raw rows (alias `raw`) that replaces "of the new batches". With `only`, the other
    fields are left out. Rows that lack a `needed` field may be left out too: they are where that costs nothing.
    """
    found = {name: portion.each.fill(expression) for name, expression in expressions(mapping).items()}
    condition = found.pop("when", "true")
    condition = f"({condition})" + "".join(
        f" and {found[name]} is not null" for name in needed if _COLUMN.fullmatch(found[name])
    )
    names = [name for name in dict.fromkeys((*found, *fields)) if only is None or name in only]
    values = {f"raw_{name}": f"({found[name]})::varchar" if name in found else "null::varchar" for name in names}
    clean = {f"raw_{name}" for name in names if name not in found or _is_clean(found[name])}
    values |= {name: portion.each.fill(value) for name, value in (extra or {}).items()}
    parsed, (condition, *written) = share_parsing([condition, *values.values()])
    columns = [f"{quick_cleaning(value)} as {quoted(name)}" for name, value in zip(values, written, strict=True)]
    cleaned = [
        quoted(name) if name in clean or name in (extra or {}) else f"{_cleaned(quoted(name))} as {quoted(name)}"
        for name in values
    ]
    query = f"""
        select {", ".join([*cleaned, "_batch_id, _line, _delivered_on"])}
        from (
            select {", ".join([*columns, "_batch_id, _line, _delivered_on"])}
            from (
                select {", ".join(["raw.*", *parsed])}, _delivered_on
                from {raw_table(portion.each.source.name, portion.each.stream.name)} as raw
                join (select batch_id as _of_batch, delivered_on as _delivered_on from ops.batch)
                    on _batch_id = _of_batch
                where {rows or "list_contains($batches, raw._batch_id)"}
            ) as raw
            where {condition}
        )
    """
    return query, {"batches": portion.batches} if "$batches" in query else {}


def stage_sightings(portion: Portion, identifier: Identifier) -> None:
    """Create temp table `_sighting`: what the new rows say about one namespace, each record and value once for every
    batch, with the first and the last time it was seen. A time that SQL alone cannot read keeps a row of its own, with
    the time in `raw_seen_at`."""
    query, parameters = staged_query(portion, identifier, fields=("seen_at",), needed=("record", "value"))
    seen_at = time_step("seen_at", portion.each).quick
    stage_rows(
        portion.work.con,
        "_sighting",
        f"""
        with sighting as (
            select raw_value, raw_record, raw_issuer, coalesce(raw_revoked::boolean, false) as is_revoked,
                {seen_at} as seen_at, case when {seen_at} is null then raw_seen_at end as raw_seen_at, _delivered_on
            from ({query})
        ),
        once as (
            select raw_value, raw_record, raw_issuer, is_revoked, raw_seen_at, _delivered_on,
                min(seen_at) as seen_first, max(seen_at) as seen_last
            from sighting group by all
        )
        select * exclude (raw_record), {portion.record_id("raw_record", identifier.stream)} as record_id
        from once where raw_value is not null and raw_record is not null
        """,
        parameters,
    )


def share_parsing(values: list[str]) -> tuple[list[str], list[str]]:
    """Columns to be computed first, and the expressions reading them: JSON is parsed once a row and column, however
    many of its paths are asked for (as connectors/values.inside writes it)."""
    paths: dict[str, dict[str, None]] = {}
    for column, path in (found.groups() for value in values for found in _INSIDE.finditer(value)):
        paths.setdefault(column, {})[path] = None
    shared = {column: list(asked) for column, asked in paths.items() if len(asked) > 1}
    names = {column: f"_inside_{number}" for number, column in enumerate(shared)}

    def place(found: re.Match[str]) -> str:
        column, path = found.groups()
        return f"{names[column]}[{shared[column].index(path) + 1}]" if column in shared else found[0]

    parsed = [
        f"""try(json_extract_string({column}, ['{"', '".join(asked)}'])) as {names[column]}"""
        for column, asked in shared.items()
    ]
    return parsed, [_INSIDE.sub(place, value) for value in values]


# A path with a wildcard yields a list, and cannot be asked for beside others.
_INSIDE = re.compile(r"""try\(json_extract_string\(("(?:[^"]|"")+"), '(\$(?:[^'*]|'')*)'\)\)""")
_COLUMN = re.compile(r'"(?:[^"]|"")+"')
# Cleaning as connectors/values.first_of writes it, of a value that costs nothing to name several times.
_CLEANING = re.compile(r"""nullif\(trim\(((?:_inside_\d+\[\d+\])|"(?:[^"]|"")+")\), ''\)""")


def quick_cleaning(expression: str) -> str:
    """The expression with every cleaning of a simple value written so that it takes a tenth of the time."""
    return _CLEANING.sub(lambda found: _cleaned(found[1]), expression)


def _cleaned(value: str) -> str:
    """The value without blanks around it, null when nothing is left.

    To trim a text DuckDB looks at every character of it, though blanks beyond ASCII are the only reason to.
    """
    is_plain = f"strlen({value}) = length({value}) and not starts_with({value}, ' ') and not ends_with({value}, ' ')"
    return f"case when {is_plain} then nullif({value}, '') else nullif(trim({value}), '') end"


@cache
def _is_clean(expression: str) -> bool:
    """True for the first of several cleaned values (connectors/values.first_of)."""
    tree = sqlglot.parse_one(expression, dialect="duckdb")
    return isinstance(tree, exp.Coalesce) and all(
        isinstance(each, exp.Nullif) and isinstance(each.this, exp.Trim) and each.expression == exp.Literal.string("")
        for each in (tree.this, *tree.expressions)
    )


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
