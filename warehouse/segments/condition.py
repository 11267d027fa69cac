"""What a segment's condition may say, and nothing more.

In: the text after `where` in segments.toml. Out: the same condition, written anew from its syntax tree, or a
`SegmentError` that says what to change. The tree may hold only the nodes and functions listed here, so no file, other
table, setting or second statement can be reached, and the same data always give the same people.

Everything is a column of mart.customer_360, except inside a sub-query over one documented table of the schemas customer
and mart, which has one of two forms:

    customer_id in (select customer_id from mart.rfm where m_score = 5)
    exists (select 1 from customer.purchase as p where p.customer_id = customer_360.customer_id and p.is_sale)

A sub-query may group, and compare aggregates after `having`; inside it another one may stand. 1. The text must be one
expression. 2. Every node must be known. 3. Every sub-query must have a form from above, every column must be a
documented one of a table in sight. 4. What is left is written anew, without comments; what is divided by 0 is unknown,
where DuckDB would make it infinite or NaN, which is greater than every number: `spend / orders > 100` would hold for
everybody who never bought.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

import sqlglot
from sqlglot import expressions as exp
from sqlglot.errors import SqlglotError

from warehouse.segments.errors import SegmentError
from warehouse.segments.grammar import check_depth, check_node, check_text, parse_failure, too_deep
from warehouse.tables import table_files

TABLE = "mart.customer_360"
SCHEMAS = ("customer", "mart")
KEY = "customer_id"

_CLAUSES = {"expressions", "from_", "where", "group", "having", "distinct"}
_CLAUSE_NAMES = {"with_": "with", "from_": "from", "joins": "a cross join or any other join", "windows": "window"}

_FORMS = "customer_id in (select customer_id from …) or exists (select 1 from … where …)"


@dataclass(frozen=True)
class _Scope:
    """A query: its table, the name it goes by inside, and the query around it."""

    table: str
    alias: str
    outer: "_Scope | None" = None

    @property
    def columns(self) -> list[str]:
        return list(table_files()[self.table].columns)

    def find(self, alias: str) -> "_Scope | None":
        """The query in sight whose table goes by `alias`, the innermost first."""
        return self if self.alias == alias else self.outer.find(alias) if self.outer else None


_OUTERMOST = _Scope(TABLE, TABLE.partition(".")[2])


def known_columns() -> list[str]:
    """Columns a condition may name, as the header of the table's file lists them."""
    return _OUTERMOST.columns


def known_tables() -> list[str]:
    """Tables a sub-query may read: those of the schemas customer and mart."""
    return [name for name, file in table_files().items() if file.schema in SCHEMAS]


def confine_condition(condition: str) -> str:
    """Return `condition` as SQL that is certainly one condition over known columns; SegmentError otherwise."""
    check_text(condition)
    try:
        tree = _parse(condition)
        check_depth(tree)
        for node in tree.walk():
            check_node(node)
        _confine(tree, _OUTERMOST)
        for division in tree.find_all(exp.Div):
            _divide_safely(division)
        return tree.sql(dialect="duckdb", comments=False)
    except RecursionError:
        raise SegmentError(too_deep()) from None


def check_column(name: str, table: str = TABLE) -> None:
    """SegmentError, with the nearest names, unless the table has the column."""
    known = list(table_files()[table].columns)
    if name not in known:
        near = get_close_matches(name, known, n=3, cutoff=0.6)
        hint = f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(known)}"
        raise SegmentError(f"{table} has no column {name}: {hint}")


def _parse(condition: str) -> exp.Expr:
    # 1. As the condition of a query, so that a statement in its place or a second one behind it cannot parse.
    try:
        statements = sqlglot.parse(f"select 1 from {TABLE} where (\n{condition}\n)", dialect="duckdb")
    except SqlglotError as error:
        raise SegmentError(
            f"the condition is not SQL: {parse_failure(error, condition)}{_second_statement(condition)}"
        ) from None
    query = statements[0] if len(statements) == 1 else None
    where = query.args.get("where") if isinstance(query, exp.Select) else None
    if (
        where is None
        or not isinstance(where.this, exp.Paren)
        or _other_clauses(query, {"expressions", "from_", "where"})
    ):
        raise SegmentError("the condition must be one expression: no second statement, no further clause")
    return where.this.this


def _confine(node: exp.Expr, scope: _Scope) -> None:
    # 3. Columns belong to the query they stand in, so sub-queries are gone into one by one.
    for child in [node, *_own_nodes(node)]:
        if isinstance(child, exp.Column):
            _check_reference(child, scope)
        elif isinstance(child, exp.Star):
            if not isinstance(child.parent, exp.Count):
                raise SegmentError("the condition may not use star; name the columns")
        elif isinstance(child, exp.In) and child.args.get("query") is not None:
            _confine_list(child, scope)
        elif isinstance(child, exp.Exists):
            _confine_exists(child, scope)
        elif isinstance(child, exp.Subquery | exp.Select) and not _is_at_home(child):
            raise SegmentError(f"a sub-query may stand in two places: {_FORMS}")


def _is_at_home(query: exp.Expr) -> bool:
    """Whether a sub-query stands where _confine_list or _confine_exists looks at it."""
    around = query.parent
    if isinstance(around, exp.In):
        return around.args.get("query") is query
    return isinstance(around, exp.Exists) and around.this is query


def _own_nodes(node: exp.Expr) -> Iterator[exp.Expr]:
    """The nodes below `node`, without what is inside its sub-queries."""
    for child in node.iter_expressions():
        yield child
        if not isinstance(child, exp.Subquery | exp.Select):
            yield from _own_nodes(child)


def _confine_list(node: exp.In, scope: _Scope) -> None:
    """`x in (select y from …)`; `y is not null` is added, because one missing y would make `not in` hold for nobody."""
    query = node.args["query"].this
    if isinstance(query, exp.Select) and any(isinstance(each, exp.Star) for each in query.expressions):
        raise SegmentError(f"a sub-query after `in` selects one column by its name: {_FORMS}")
    inner, select = _confine_query(query, scope)
    chosen = select.expressions
    if len(chosen) != 1 or not isinstance(chosen[0], exp.Column):
        raise SegmentError(f"a sub-query after `in` selects one column by its name: {_FORMS}")
    names = {_name_of(node.this), _name_of(chosen[0])}
    if scope is _OUTERMOST and names != {KEY}:
        raise SegmentError(
            "a sub-query must speak of persons: "
            + (
                f"customer_id in (select customer_id from {inner.table} …)"
                if KEY in inner.columns
                else f"{inner.table} has no customer_id, so nest it in a sub-query over a table that has"
            )
        )
    select.where(exp.Not(this=exp.Is(this=chosen[0].copy(), expression=exp.Null())), copy=False)


def _confine_exists(node: exp.Exists, scope: _Scope) -> None:
    """`exists (select 1 from … where …)`, tied to the person."""
    inner, select = _confine_query(node.this, scope)
    if select.args.get("group") or select.args.get("having"):
        raise SegmentError(
            f"`exists` takes no group by; write customer_id in (select customer_id from {inner.table} …)"
        )
    where = select.args.get("where")
    ties = [each for each in _conjuncts(where.this) if _is_tie(each, inner)] if where else []
    if scope is not _OUTERMOST and not ties:
        raise SegmentError(
            f"`exists` must be tied to the query around it: where {inner.alias}.<column> = {scope.alias}.<column> and …"
        )
    if scope is _OUTERMOST and not any(_name_of(each.this) == _name_of(each.expression) == KEY for each in ties):
        raise SegmentError(
            f"`exists` must be tied to the person: where {inner.alias}.customer_id = customer_360.customer_id and …"
            + ("" if KEY in inner.columns else f"; {inner.table} has no customer_id")
        )
    select.set("expressions", [exp.Literal.number(1)])


def _confine_query(query: exp.Expr, scope: _Scope) -> tuple[_Scope, exp.Select]:
    """Check one select over one table; returns its scope."""
    if not isinstance(query, exp.Select):
        raise SegmentError(f"a sub-query is one select over one table: {_FORMS}")
    if more := _other_clauses(query, _CLAUSES):
        raise SegmentError(
            f"a sub-query may not have {_CLAUSE_NAMES.get(more[0], more[0])}; it selects from one table, with where, "
            "group by and having; for another table nest another sub-query"
        )
    inner = _enter(query, scope)
    for clause in (
        *query.expressions,
        *(query.args[name] for name in ("where", "group", "having") if query.args.get(name)),
    ):
        if isinstance(clause, exp.Group) and any(
            not isinstance(value, list) or any(not isinstance(each, exp.Column) for each in value)
            for value in clause.args.values()
            if value
        ):
            raise SegmentError("group by takes columns by their names")
        # `select *` and `select 1` are idioms of exists; what is selected there is not looked at.
        if not (isinstance(clause, exp.Star | exp.Literal) and isinstance(query.parent, exp.Exists)):
            _confine(clause, inner)
    return inner, query


def _enter(query: exp.Select, scope: _Scope) -> _Scope:
    origin = query.args.get("from_")
    table = origin.this if origin else None
    if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
        raise SegmentError(f"a sub-query reads one table by its name; there are {', '.join(known_tables())}")
    if [name for name, value in table.args.items() if value and name not in ("this", "db", "alias")]:
        raise SegmentError(f"write the table of a sub-query alone, as schema.table: {table.sql(dialect='duckdb')}")
    name = f"{table.db}.{table.name}".strip(".").lower()
    _check_table(name)
    alias = table.args.get("alias")
    if alias is not None and alias.args.get("columns"):
        raise SegmentError("an alias of a table takes no list of columns")
    return _Scope(name, (table.alias or table.name).lower(), scope)


def _check_table(name: str) -> None:
    known = known_tables()
    if name in known:
        return
    bare = {each.partition(".")[2]: each for each in known}
    near = get_close_matches(name, known, n=3, cutoff=0.6) or [
        bare[each] for each in get_close_matches(name.rpartition(".")[2], bare, n=3, cutoff=0.6)
    ]
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}"
    raise SegmentError(f"a sub-query may not read {name}: {hint}")


def _check_reference(column: exp.Column, scope: _Scope) -> None:
    if not isinstance(column.this, exp.Identifier) or column.args.get("db") or column.args.get("catalog"):
        raise SegmentError(f"name columns by table and column at most: {column.sql(dialect='duckdb')}")
    named = scope.find(column.table.lower()) if column.table else scope
    if named is None:
        if scope is _OUTERMOST:
            raise SegmentError(
                f"name columns of {TABLE} alone, without a table or a star: {column.sql(dialect='duckdb')}"
            )
        raise SegmentError(f"{column.table} is no table of this sub-query: write {scope.alias} or customer_360")
    try:
        check_column(column.name.lower(), named.table)
    except SegmentError as error:
        if column.this.quoted:
            raise SegmentError(f"{error}; text goes in single quotes: '{column.name}'") from None
        raise


def _is_tie(node: exp.Expr, inner: _Scope) -> bool:
    """Whether `node` is a column of the sub-query's table = a column of the query around it."""
    if not isinstance(node, exp.EQ) or not all(isinstance(side, exp.Column) for side in (node.this, node.expression)):
        return False
    scopes = [inner.find(side.table.lower()) if side.table else inner for side in (node.this, node.expression)]
    return {id(each) for each in scopes} == {id(inner), id(inner.outer)}


def _divide_safely(division: exp.Div) -> None:
    divisor = division.expression
    is_safe = isinstance(divisor, exp.Nullif) and _is_zero(divisor.expression)
    if not is_safe and (not isinstance(divisor, exp.Literal) or divisor.is_string or _is_zero(divisor)):
        division.set("expression", exp.Nullif(this=divisor, expression=exp.Literal.number(0)))


def _is_zero(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and float(node.name) == 0


def _conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, exp.And):
        yield from _conjuncts(node.this)
        yield from _conjuncts(node.expression)
    elif isinstance(node, exp.Paren):
        yield from _conjuncts(node.this)
    else:
        yield node


def _second_statement(condition: str) -> str:
    return "; no second statement: leave out ; and what follows" if ";" in condition else ""


def _name_of(node: exp.Expr | None) -> str | None:
    return node.name.lower() if isinstance(node, exp.Column) else None


def _other_clauses(query: exp.Expr | None, allowed: set[str]) -> list[str]:
    return [] if query is None else [name for name, value in query.args.items() if value and name not in allowed]
