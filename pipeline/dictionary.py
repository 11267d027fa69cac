"""The data dictionary: every table that analysts and stewards meet, its grain, its columns with type and meaning.

In: the headers of the files under warehouse/sql. Out: descriptions of tables, and docs/tables.md made of them. Types
are those the tables have in a warehouse without a single row: nothing is written by hand, and nothing forgotten.
"""

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path

from pipeline.config import load_config
from pipeline.freshness import write_freshness
from pipeline.profile import profile
from pipeline.stage import Options, Work
from warehouse.connection import open_memory
from warehouse.publishing import SCHEMAS as PUBLISHED_SCHEMAS
from warehouse.publishing import TABLES as PUBLISHED_TABLES
from warehouse.tables import TableFile, create_tables, table_files

# In the order in which the data passes through them, what analysts open first.
ORDER = ("customer", "mart", "segment", "identity", "standard", "ops")

_ABOUT = """\
# Tables

Every table with its grain and columns, made from the headers of `warehouse/sql` by `make docs`. Those marked
*published* are in the snapshots that analysts open (`published/customers.duckdb` under the data directory); there the
same texts are comments, so `duckdb_columns()` and BI tools show them. `guiyi dictionary TABLE` prints one in the
terminal.
"""
_SCHEMAS = {
    "customer": "one record per person, and everything that happened to them",
    "mart": "tables made for a question",
    "segment": "who is in which segment, and what left the house",
    "identity": "who is who, why, and what people decided",
    "standard": "one shape for all sources, before records are joined",
    "ops": "the pipeline's own records",
}


class UnknownTable(ValueError):
    """No table has this name; the text suggests the nearest."""


@dataclass(frozen=True)
class Column:
    """One column; `kind` is DuckDB's type."""

    name: str
    kind: str
    comment: str


@dataclass(frozen=True)
class Description:
    """One table as the dictionary shows it."""

    table: str
    purpose: str
    grain: str
    published: bool
    columns: tuple[Column, ...]


def describe_tables() -> list[Description]:
    """All tables, schema by schema, in the order of their names."""
    kinds = _kinds()
    files = sorted(table_files().values(), key=lambda file: (ORDER.index(file.schema), file.name))
    return [_describe(file, kinds) for file in files]


def describe_table(name: str) -> Description:
    """One table, by its full name or by its own where that is the only one; UnknownTable otherwise."""
    known = {each.table: each for each in describe_tables()}
    found = [table for table in known if name.lower() in (table, table.partition(".")[2])]
    if len(found) == 1:
        return known[found[0]]
    if found:
        raise UnknownTable(f"{name} may be {' or '.join(found)}: write the schema too")
    near = get_close_matches(name.lower(), [*known, *(table.partition(".")[2] for table in known)], n=1)
    hint = f"did you mean {near[0]}?" if near else "`guiyi dictionary` lists all"
    raise UnknownTable(f"there is no table {name}: {hint}")


def write_page(descriptions: list[Description]) -> str:
    """docs/tables.md."""
    parts = [_ABOUT]
    for schema in ORDER:
        tables = [each for each in descriptions if each.table.startswith(f"{schema}.")]
        parts += [f"## {schema}: {_SCHEMAS[schema]}", "", *map(_section, tables)]
    return "\n".join(parts)


def _section(each: Description) -> str:
    mark = " *(published)*" if each.published else ""
    rows = [f"| `{column.name}` | {column.kind.lower()} | {_cell(column.comment)} |" for column in each.columns]
    return "\n".join(
        [f"### {each.table}", "", f"{each.purpose[0].upper()}{each.purpose[1:]}.{mark} One row per {each.grain}.", "",
         "| column | type | meaning |", "|---|---|---|", *rows, ""]
    )  # fmt: skip


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<").replace("*", "\\*")


def _describe(file: TableFile, kinds: dict[tuple[str, str], str]) -> Description:
    columns = tuple(Column(name, kinds[file.full_name, name], text) for name, text in file.columns.items())
    published = file.schema in PUBLISHED_SCHEMAS or file.full_name in PUBLISHED_TABLES
    return Description(file.full_name, file.purpose, file.grain.removeprefix("one row per "), published, columns)


def _kinds() -> dict[tuple[str, str], str]:
    """Type by table and column: every table is made once, empty, in memory."""
    with tempfile.TemporaryDirectory() as home, open_memory() as con:
        create_tables(con)
        config = replace(load_config(), home=Path(home))
        now = datetime.now(UTC).replace(tzinfo=None)
        work = Work(con, config, "dictionary", now, lambda text: None, Options(as_of=date(2026, 1, 1)))
        profile(work)
        write_freshness(con, config, now)
        rows = con.execute(
            "select table_schema || '.' || table_name, column_name, data_type from information_schema.columns"
        ).fetchall()
    return {(table, column): kind for table, column, kind in rows}
