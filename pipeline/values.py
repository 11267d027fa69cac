"""Calling a normaliser on the distinct values of a staged table.

In: a temporary table, the columns a normaliser wants, and the normaliser (pyarrow table in, pyarrow table of the same
rows out). Out: the same temporary table with the normaliser's columns added. Rows never pass through Python, only
distinct values do.
"""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from warehouse.raw import quoted

Normaliser = Callable[[pa.Table], pa.Table]


@dataclass(frozen=True)
class Step:
    """One call: `inputs` maps the normaliser's argument to a staged column, `outputs` its result columns to new ones.

    `reads` is the staged column whose value a reason is about; the reason becomes the column `reason_<field>`.
    """

    field: str
    normaliser: Normaliser
    inputs: dict[str, str]
    outputs: dict[str, str]


def stage_rows(con: duckdb.DuckDBPyConnection, table: str, query: str, parameters: dict[str, object]) -> int:
    """Create the temporary table from a query; returns its rows."""
    con.execute(f"create or replace temp table {table} as {query}", parameters)
    return count_rows(con, table)


def count_rows(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows of a table."""
    row = con.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def apply_steps(con: duckdb.DuckDBPyConnection, table: str, steps: list[Step]) -> None:
    """Add every step's columns to the temporary table; steps may read columns of earlier ones.

    Steps that do not need each other's columns share one pass over the rows.
    """
    for wave in _waves(steps):
        _apply(con, table, wave)


def _waves(steps: list[Step]) -> list[list[Step]]:
    waves: list[list[Step]] = [[]]
    for step in steps:
        written = {column for earlier in waves[-1] for column in earlier.outputs.values()}
        if written & set(step.inputs.values()):
            waves.append([])
        waves[-1].append(step)
    return [wave for wave in waves if wave]


def _apply(con: duckdb.DuckDBPyConnection, table: str, steps: list[Step]) -> None:
    """Normalise the distinct values of each step, then join all results to the rows at once."""
    columns, joins, registered = [], [], []
    for number, step in enumerate(steps):
        values = _normalise(con, table, step)
        outputs = {**step.outputs, "reason": f"reason_{step.field}"}
        name = f"_values_{number}"
        if values is None:
            empty = step.normaliser(pa.table({argument: pa.nulls(0, pa.string()) for argument in step.inputs}))
            types = {output: _sql_type(empty.schema.field(output).type) for output in outputs}
            columns += [f"null::{types[output]} as {quoted(column)}" for output, column in outputs.items()]
            continue
        con.register(name, values)
        registered.append(name)
        columns += [f"{name}.{quoted(f'out_{output}')} as {quoted(column)}" for output, column in outputs.items()]
        joins.append(f"left join {name} on {_condition(name, step)}")
    con.execute(
        f"""
        create or replace temp table _staged_next as
        select {", ".join(["staged.*", *columns])} from {table} as staged {" ".join(joins)}
        """
    )
    for name in registered:
        con.unregister(name)
    con.execute(f"drop table {table}")
    con.execute(f"alter table _staged_next rename to {table}")


def _normalise(con: duckdb.DuckDBPyConnection, table: str, step: Step) -> pa.Table | None:
    """The step's distinct inputs (`in_<argument>`) beside its results (`out_<column>`); None when all is missing."""
    wanted = ", ".join(f"{quoted(column)} as {quoted(argument)}" for argument, column in step.inputs.items())
    some = " or ".join(f"{quoted(column)} is not null" for column in step.inputs.values())
    distinct = con.execute(f"select distinct {wanted} from {table} where {some} order by all").to_arrow_table()
    if not len(distinct):
        return None
    result = step.normaliser(distinct)
    arguments = {f"in_{name}": distinct.column(name).cast(pa.string()) for name in step.inputs}
    results = {f"out_{name}": result.column(name) for name in (*step.outputs, "reason")}
    return pa.table({**arguments, **results})


def _condition(name: str, step: Step) -> str:
    # A missing single value has no result to find; in a combination of values a missing part matches a missing part.
    compare = "=" if len(step.inputs) == 1 else "is not distinct from"
    return " and ".join(
        f"staged.{quoted(column)} {compare} {name}.{quoted(f'in_{argument}')}"
        for argument, column in step.inputs.items()
    )


def _sql_type(kind: pa.DataType) -> str:
    """DuckDB's name of a type the normalisers return."""
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision}, {kind.scale})"
    names = {pa.string(): "varchar", pa.date32(): "date", pa.bool_(): "boolean", pa.int64(): "bigint"}
    return "timestamp" if pa.types.is_timestamp(kind) else names[kind]
