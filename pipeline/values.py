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
    """Add every step's columns to the temporary table; steps may read columns of earlier ones."""
    for step in steps:
        _apply(con, table, step)


def _apply(con: duckdb.DuckDBPyConnection, table: str, step: Step) -> None:
    wanted = ", ".join(f"{quoted(column)} as {quoted(argument)}" for argument, column in step.inputs.items())
    distinct = con.execute(f"select distinct {wanted} from {table} order by all").to_arrow_table()
    result = step.normaliser(distinct)
    outputs = {**step.outputs, "reason": f"reason_{step.field}"}
    arguments = [pa.field(f"in_{name}", pa.string()) for name in step.inputs]
    columns = [pa.field(f"out_{name}", result.schema.field(name).type) for name in outputs]
    values = pa.table(
        [distinct.column(name).cast(pa.string()) for name in step.inputs] + [result.column(name) for name in outputs],
        schema=pa.schema([*arguments, *columns]),
    )
    joined = " and ".join(
        f"staged.{quoted(column)} is not distinct from known.{quoted(f'in_{argument}')}"
        for argument, column in step.inputs.items()
    )
    added = ", ".join(f"known.{quoted(f'out_{name}')} as {quoted(column)}" for name, column in outputs.items())
    con.register("_known_values", values)
    con.execute(
        f"""
        create or replace temp table _staged_next as
        select staged.*, {added} from {table} as staged left join _known_values as known on {joined}
        """
    )
    con.unregister("_known_values")
    con.execute(f"drop table {table}")
    con.execute(f"alter table _staged_next rename to {table}")
