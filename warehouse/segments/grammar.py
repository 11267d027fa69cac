"""The words and signs a segment's condition may be made of.

In: a condition's text, and the nodes of its syntax tree. Out: nothing, or a `SegmentError` that says what to change.
Whatever is not listed is refused, so that what a later parser learns is refused as well.
"""

import unicodedata
from difflib import get_close_matches

import sqlglot
from sqlglot import expressions as exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokens import Token, TokenType

from warehouse.segments.errors import SegmentError

# A condition a person can read; DuckDB and the parser have limits of their own far above.
MAX_LENGTH = 10_000
MAX_DEPTH = 40

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
    exp.Nullif: "nullif",
}  # fmt: skip

# Of the rows a sub-query has grouped, after `having`.
_AGGREGATES: dict[type[exp.Expr], str] = {
    exp.Count: "count", exp.Sum: "sum", exp.Avg: "avg", exp.Min: "min", exp.Max: "max",
}  # fmt: skip

# The nodes a sub-query adds, each checked in _confine_query.
_QUERY_NODES = (exp.Exists, exp.Subquery, exp.Select, exp.From, exp.Table, exp.TableAlias, exp.Where, exp.Group,
                exp.Having, exp.Star, exp.Distinct)  # fmt: skip

_TYPES = {
    "BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "INT128", "UTINYINT", "USMALLINT", "UINT", "UBIGINT", "FLOAT",
    "DOUBLE", "DECIMAL", "DATE", "TIME", "TIMESTAMP", "TIMESTAMPNTZ", "TIMESTAMPTZ", "INTERVAL", "TEXT", "VARCHAR",
}  # fmt: skip

# They read the clock, and the same data would give other people tomorrow.
_CLOCKS = (exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp, exp.CurrentDatetime, exp.Localtime,
           exp.Localtimestamp)  # fmt: skip
_CLOCK_NAMES = ("now", "get_current_timestamp", "transaction_timestamp")

# What people paste by mistake: a statement, or its beginning.
_STATEMENTS = (
    "select", "where", "from", "with", "insert", "update", "delete", "merge", "create", "alter", "drop", "truncate",
    "copy", "attach", "detach", "export", "import", "install", "load", "set", "reset", "pragma", "call", "vacuum",
    "begin", "commit",
)  # fmt: skip


def check_text(condition: str) -> None:
    """No more than a person writes, and outside quotes and comments nothing that only looks like SQL."""
    if len(condition) > MAX_LENGTH:
        raise SegmentError(f"the condition has {len(condition):,} characters; {MAX_LENGTH:,} are allowed")
    if any(ord(sign) < 32 and sign not in "\t\r\n" for sign in condition):
        raise SegmentError("the condition holds a control character; type it anew instead of pasting it")
    try:
        tokens: list[Token] = sqlglot.tokenize(condition, dialect="duckdb")
    except SqlglotError as error:
        raise SegmentError(f"the condition is not SQL: {parse_failure(error, condition)}") from None
    if tokens and tokens[0].text.lower() in _STATEMENTS:
        raise SegmentError(
            f"a condition is no statement: leave out {tokens[0].text.lower()}, write what comes after `where`"
        )
    for token in tokens:
        foreign = next((sign for sign in token.text if ord(sign) > 126), None)
        if foreign and token.token_type == TokenType.IDENTIFIER:
            raise SegmentError(f"\"{token.text}\" is read as a column; text goes in single quotes: '{token.text}'")
        if foreign and token.token_type != TokenType.STRING:
            name = unicodedata.name(foreign, "no letter").lower()
            raise SegmentError(
                f"{foreign} in {token.text} is {name}; outside single quotes a condition has plain letters, digits "
                "and signs"
            )


def check_depth(tree: exp.Expr) -> None:
    """SegmentError for a condition nobody can follow."""
    # Chains of `and`, of `or` and of + stand beside each other for a reader, however deep the parser nests them.
    level: list[tuple[exp.Expr, int]] = [(tree, 0)]
    while level:
        node, depth = level.pop()
        if depth > MAX_DEPTH:
            raise SegmentError(too_deep())
        level += [(child, depth + (type(child) is not type(node) or isinstance(node, exp.Paren | exp.Not | exp.Neg)))
                  for child in node.iter_expressions()]  # fmt: skip


def check_node(node: exp.Expr) -> None:
    """SegmentError unless a condition, or a sub-query in one, may hold a node of this kind."""
    if isinstance(node, exp.In) and (node.args.get("unnest") or node.args.get("field")):
        raise SegmentError("after `in` write values or a sub-query in brackets: in ('a', 'b')")
    if isinstance(node, exp.In) and not node.expressions and node.args.get("query") is None:
        raise SegmentError("after `in` there is no value: in ('a', 'b')")
    if isinstance(node, exp.Query) and not isinstance(node, exp.Select | exp.Subquery | exp.Table):
        raise SegmentError(f"a sub-query is one select: no {node.key}; join two conditions with `or` or `and` instead")
    if isinstance(node, exp.DataType) and getattr(node.this, "name", "") not in _TYPES:
        raise SegmentError(
            f"the condition may not cast to {node.sql(dialect='duckdb')}; text, numbers and days will do"
        )
    if isinstance(node, tuple(_AGGREGATES)):
        if node.find_ancestor(exp.Having) is None:
            name = _AGGREGATES[type(node)]
            raise SegmentError(f"the condition may not use {name} here; aggregates stand after `having` in a sub-query")
        return
    if not isinstance(node, (*_NODES, *_FUNCTIONS, *_QUERY_NODES)):
        raise SegmentError(_refusal(node))


def _refusal(node: exp.Expr) -> str:
    if isinstance(node, exp.Placeholder | exp.Parameter):
        return "the condition may not contain parameters"
    if isinstance(node, exp.Join):
        return "a sub-query may not have a cross join or any other join; for another table nest another sub-query"
    if isinstance(node, exp.Alias):
        return f"{node.alias} follows a value without and, or, or a comparison between them"
    if isinstance(node, exp.Window | exp.Qualify):
        return "the condition may not use window functions (… over …): a person's place among others is in mart.rfm"
    name = node.name if isinstance(node, exp.Anonymous) else node.sql_name() if isinstance(node, exp.Func) else node.key
    if isinstance(node, _CLOCKS) or name.lower() in _CLOCK_NAMES:
        return f"the condition may not use {name.lower()}; the day the marts look back from is the column as_of"
    names = sorted(_FUNCTIONS.values())
    near = get_close_matches(name.lower(), names, n=1, cutoff=0.82)
    hint = f"; did you mean {near[0]}?" if near else f"; besides comparisons it may use {', '.join(names)}"
    return f"the condition may not use {name.lower()}{hint}"


def too_deep() -> str:
    """What is said of a condition nobody can follow."""
    return f"the condition is nested too deeply; {MAX_DEPTH} levels are allowed"


def parse_failure(error: SqlglotError, condition: str) -> str:
    """Where the parser, which sees the condition from the second line of a query on, could not go on."""
    if not isinstance(error, ParseError) or not error.errors:
        return "a quote or a comment in it is never closed"
    first = error.errors[0]
    line = int(first["line"] or 0) - 1
    if line < 1 or line > len(condition.split("\n")):
        return "it is not complete: something is missing at its end"
    return f"it cannot be read near {first['highlight']}" + (f" in line {line}" if "\n" in condition else "")
