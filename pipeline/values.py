"""Calling a normaliser on the distinct values of staged rows.

In: a temporary table or a query, the columns a normaliser wants, and the normaliser (pyarrow table in, pyarrow table of
the same rows out). Out: the same temporary table with the normaliser's columns added, or what to select and join for
them. Rows never pass through Python, only distinct values do, and of these only such as SQL alone cannot read.
"""

import functools
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.raw import quoted

Normaliser = Callable[[pa.Table], pa.Table]


@dataclass(frozen=True)
class Step:
    """One call: `inputs` maps the normaliser's argument to a staged column, `outputs` its result columns to new ones.

    The reason becomes the column `reason_<field>`. `quick` is SQL over the staged columns that gives the one output for
    the values it can read, exactly as the normaliser does, and null for all others, which go to the normaliser.
    """

    field: str
    normaliser: Normaliser
    inputs: dict[str, str]
    outputs: dict[str, str]
    quick: str | None = None


@dataclass(frozen=True)
class Additions:
    """What steps add to the rows of a relation called `staged`: columns to select; and by the field of each step whose
    normaliser was needed, the table to join and the SQL of the reason."""

    columns: list[str] = field(default_factory=list)
    joins: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


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
    with additions(con, lambda step: table, steps) as added:
        con.execute(
            f"""
            create or replace temp table _staged_next as
            select {", ".join(["staged.*", *added.columns])} from {table} as staged {" ".join(added.joins.values())}
            """
        )
    con.execute(f"drop table {table}")
    con.execute(f"alter table _staged_next rename to {table}")


@contextmanager
def additions(
    con: duckdb.DuckDBPyConnection,
    rows_of: Callable[[Step], str],
    steps: list[Step],
    parameters: dict[str, object] | None = None,
    quick: Collection[str] = (),
) -> Iterator[Additions]:
    """What the steps add to staged rows; the tables to join are there inside the context.

    `rows_of` gives a table, or a query in brackets, that has at least the step's inputs. Of the fields in `quick` it is
    known that SQL alone can read every value.
    """
    added, registered = Additions(), []
    for number, step in enumerate(steps):
        name = f"_values_{number}"
        values = None if step.field in quick else _normalise(con, rows_of(step), step, parameters or {})
        if values is not None:
            con.register(name, values)
            registered.append(name)
            added.joins[step.field] = f"left join {name} on {_condition(name, step)}"
            added.reasons[step.field] = f"{name}.out_reason"
        added.columns.extend(_columns(name, step, found=values is not None))
    try:
        yield added
    finally:
        for name in registered:
            con.unregister(name)


def _columns(name: str, step: Step, *, found: bool) -> list[str]:
    """The step's outputs and reason as columns; of a step without values to look up (`found`), as far as SQL can."""
    outputs = {**step.outputs, "reason": f"reason_{step.field}"}
    if found:
        values = {output: f"{name}.{quoted(f'out_{output}')}" for output in outputs}
    elif step.quick:
        values = {output: "null" if output in step.outputs else "null::varchar" for output in outputs}
    else:
        empty = step.normaliser(pa.table({argument: pa.nulls(0, pa.string()) for argument in step.inputs}))
        values = {output: f"null::{_sql_type(empty.schema.field(output).type)}" for output in outputs}
    if step.quick:
        (output,) = step.outputs
        values[output] = f"coalesce({step.quick}, {values[output]})"
    return [f"{values[output]} as {quoted(column)}" for output, column in outputs.items()]


def _normalise(con: duckdb.DuckDBPyConnection, rows: str, step: Step, parameters: dict[str, object]) -> pa.Table | None:
    """The step's distinct inputs (`in_<argument>`) beside its results (`out_<column>`); None when all is missing."""
    table = con.execute(
        f"select distinct {_inputs(step)} from {rows} as staged order by all", parameters
    ).to_arrow_table()
    present = [pc.is_valid(table[argument]) for argument in step.inputs]
    distinct = table.filter(functools.reduce(pc.or_, present))
    if not len(distinct):
        return None
    result = step.normaliser(distinct)
    arguments = {f"in_{name}": distinct.column(name).cast(pa.string()) for name in step.inputs}
    results = {f"out_{name}": result.column(name) for name in (*step.outputs, "reason")}
    return pa.table({**arguments, **results})


def _inputs(step: Step) -> str:
    """The arguments to select; null for a value that SQL alone can read.

    No condition says so: DuckDB would compute the expression of a staged column once more for it, and JSON is slow.
    """
    if step.quick:
        ((argument, column),) = step.inputs.items()
        return f"case when {step.quick} is null then {quoted(column)} end as {quoted(argument)}"
    return ", ".join(f"{quoted(column)} as {quoted(argument)}" for argument, column in step.inputs.items())


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
