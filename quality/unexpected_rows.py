"""Expectations as SQL: the condition that finds the rows which break one.

Serves to set rows aside, and to count in DuckDB what is too large for a pandas frame. Both must agree with Great
Expectations on every kind; tests/quality/test_unexpected_rows.py holds them together.
"""

from quality.expectations import Expectation, Kind

Parameters = dict[str, object]


def broken_condition(expectation: Expectation, number: int) -> tuple[str, Parameters]:
    """A boolean SQL expression over the suite's rows, true for broken ones, and its parameters (named by `number`)."""
    column = f'"{expectation.columns[0]}"'
    key = f"e{number}"
    match expectation.kind:
        case Kind.PRESENT:
            return f"{column} is null", {}
        case Kind.UNIQUE:
            return f"({column} is not null and count(*) over (partition by {column}) > 1)", {}
        case Kind.UNIQUE_TOGETHER:
            columns = ", ".join(f'"{name}"' for name in expectation.columns)
            return f"(count(*) over (partition by {columns}) > 1)", {}
        case Kind.ONE_OF:
            return f"coalesce(not list_contains(${key}, {column}), false)", {key: list(expectation.limits)}
        case Kind.SHAPED:
            return f"coalesce(not regexp_full_match({column}, ${key}), false)", {key: expectation.limits[0]}
        case Kind.WITHIN:
            return _outside(column, key, *expectation.limits)


def asked_condition(expectation: Expectation) -> str:
    """A boolean SQL expression, true for the rows the expectation speaks about: the non-missing ones."""
    if expectation.kind in (Kind.PRESENT, Kind.UNIQUE_TOGETHER):
        return "true"
    return f'"{expectation.columns[0]}" is not null'


def _outside(column: str, key: str, low: float | None, high: float | None) -> tuple[str, Parameters]:
    bounds = [(f"{column} < ${key}_low", f"{key}_low", low), (f"{column} > ${key}_high", f"{key}_high", high)]
    given = [(sql, name, value) for sql, name, value in bounds if value is not None]
    # NaN is above every number to DuckDB and missing to pandas: a suite over doubles that may hold it asks with a
    # condition of its own.
    sql = " or ".join(sql for sql, _, _ in given) or "false"
    return f"coalesce({sql}, false)", {name: value for _, name, value in given}
