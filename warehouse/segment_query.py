"""What a segment's condition may say, and nothing more.

In: the text after `where` in segments.toml. Out: the same condition, written anew from its syntax tree, or a
`SegmentError` that says what to change. The tree may hold only the nodes and functions listed here, so no file, other
table, setting or second statement can be reached, and the same data always give the same people.
"""

from difflib import get_close_matches

import sqlglot
from sqlglot import expressions as exp
from sqlglot.errors import SqlglotError

from warehouse.tables import table_files

TABLE = "mart.customer_360"

_NODES: tuple[type[exp.Expr], ...] = (
    exp.And, exp.Or, exp.Not, exp.Paren,
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ,
    exp.In, exp.Between, exp.Like, exp.ILike,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe,
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Case, exp.If,
    exp.Cast, exp.DataType, exp.DataTypeParam, exp.Interval, exp.Var,
)  # fmt: skip

# By the name DuckDB knows them; none reads a clock, a random number, a file or a setting.
_FUNCTIONS: dict[type[exp.Expr], str] = {
    exp.Coalesce: "coalesce", exp.Lower: "lower", exp.Upper: "upper", exp.Trim: "trim", exp.Length: "length",
    exp.Abs: "abs", exp.Round: "round", exp.Contains: "contains", exp.StartsWith: "starts_with",
    exp.EndsWith: "ends_with", exp.DateDiff: "date_diff", exp.Year: "year", exp.Month: "month", exp.Day: "day",
}  # fmt: skip


class SegmentError(ValueError):
    """segments.toml says something that cannot be used; the text names the segment and what to change."""


def known_columns() -> list[str]:
    """Columns a condition may name, as the header of the table's file lists them."""
    return list(table_files()[TABLE].columns)


def confine_condition(condition: str) -> str:
    """Return `condition` as SQL that is certainly one condition over known columns; SegmentError otherwise."""
    tree = _parse(condition)
    for node in tree.walk():
        if isinstance(node, exp.Column):
            check_column(_column_name(node))
        elif not isinstance(node, (*_NODES, *_FUNCTIONS)):
            raise SegmentError(_refusal(node))
    return tree.sql(dialect="duckdb", comments=False)


def check_column(name: str) -> None:
    """SegmentError, with the nearest names, unless the table has the column."""
    known = known_columns()
    if name not in known:
        near = get_close_matches(name, known, n=3, cutoff=0.6)
        hint = f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(known)}"
        raise SegmentError(f"{TABLE} has no column {name}: {hint}")


def _parse(condition: str) -> exp.Expr:
    # As the condition of a query, so that a statement in its place or a second one behind it cannot parse.
    try:
        statements = sqlglot.parse(f"select 1 from {TABLE} where (\n{condition}\n)", dialect="duckdb")
    except SqlglotError as error:
        raise SegmentError(f"the condition is not SQL: {_first_line(error)}") from None
    query = statements[0] if len(statements) == 1 else None
    where = query.args.get("where") if isinstance(query, exp.Select) else None
    if where is None or not isinstance(where.this, exp.Paren) or _has_more_clauses(query):
        raise SegmentError("the condition must be one expression: no second statement, no further clause")
    return where.this.this


def _has_more_clauses(query: exp.Expr | None) -> bool:
    allowed = {"expressions", "from", "from_", "where", "kind", "hint", "distinct", "limit", "operation_modifiers"}
    return query is not None and any(
        value for name, value in query.args.items() if name not in allowed or name in {"distinct", "limit"}
    )


def _column_name(column: exp.Column) -> str:
    if column.table or not isinstance(column.this, exp.Identifier):
        raise SegmentError(f"name columns of {TABLE} alone, without a table or a star: {column.sql(dialect='duckdb')}")
    return column.name.lower()


def _refusal(node: exp.Expr) -> str:
    if isinstance(node, exp.Query | exp.Subquery | exp.Exists):
        return f"the condition may not contain a query; everything must be a column of {TABLE}"
    if isinstance(node, exp.Placeholder | exp.Parameter):
        return "the condition may not contain parameters"
    name = node.name if isinstance(node, exp.Anonymous) else node.sql_name() if isinstance(node, exp.Func) else node.key
    return (
        f"the condition may not use {name.lower()}; besides comparisons it may use "
        f"{', '.join(sorted(_FUNCTIONS.values()))}"
    )


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
