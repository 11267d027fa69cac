"""Tables without direct identifiers: the SQL that hashes, masks or leaves out what published_columns.py says.

In: an open warehouse, a secret of 32 bytes, and a table's columns with their types. Out: a select that gives the same
columns under the same names, and of the same type unless that is a nested one.

A hash is HMAC-SHA256 (RFC 2104) of the text, its first 20 hexadecimal digits: without the secret nobody can tell which
phone number or address it is of by trying them all, which a plain hash would allow. It is computed once per distinct
value of a column and joined to its rows: one small table per column is joined in a fraction of the time that one table
of all values takes.

Pseudonymised data are still personal data (GDPR article 4(5), PIPL article 73(3)): rare combinations of what is kept
can tell who somebody is.
"""

from dataclasses import dataclass

import duckdb

from warehouse.published_columns import Treatment, treatment_of

DIGITS = 20
# A domain that fewer people share stands for the person or the household.
DOMAIN_SHARERS = 5
_BLOCK_BYTES = 64
_DOMAIN = "_shared_domain"


@dataclass(frozen=True)
class Column:
    """A column, its type and what becomes of it."""

    name: str
    kind: str
    treatment: Treatment


def read_columns(con: duckdb.DuckDBPyConnection, table: str) -> list[Column]:
    """The columns of a table with their treatments."""
    rows = con.execute(f"describe {table}").fetchall()
    return [Column(row[0], row[1], treatment_of(table, row[0], row[1])) for row in rows]


def prepare(con: duckdb.DuckDBPyConnection, tables: list[str]) -> None:
    """Find the domains that enough people of these tables share, as a temporary table."""
    addresses = [
        f'select "{column.name}" as email from {table}'
        for table in tables
        for column in read_columns(con, table)
        if column.treatment is Treatment.EMAIL
    ]
    listed = " union all ".join(addresses) or "select null::varchar as email"
    con.execute(
        f"create or replace temp table {_DOMAIN} as select split_part(email, '@', -1) as domain from ({listed}) "
        f"where email is not null group by domain having count(distinct email) >= {DOMAIN_SHARERS}"
    )


def pseudonymise(con: duckdb.DuckDBPyConnection, table: str, secret: bytes) -> str:
    """A select of the table's columns as they may be published, after `prepare`; to be run before the next one."""
    columns = read_columns(con, table)
    joins = ""
    for place, column in enumerate(columns):
        value = _text(column, "row.")
        if column.treatment is Treatment.HASH:
            _hash_values(con, table, column, place, secret)
            joins += f" left join {_hashes(place)} as _h{place} on _h{place}.value = {value}"
        if column.treatment is Treatment.EMAIL:
            joins += f" left join {_DOMAIN} as _d{place} on _d{place}.domain = split_part({value}, '@', -1)"
    listed = ", ".join(f'{_expression(column, place)} as "{column.name}"' for place, column in enumerate(columns))
    # A join may change the order of rows, which readers' filters profit from.
    return f"select {listed} from {table} as row" + (f"{joins} order by row.rowid" if joins else "")


def clear(con: duckdb.DuckDBPyConnection) -> None:
    """Drop the temporary tables of `prepare` and `pseudonymise`."""
    rows = con.execute("select table_name from duckdb_tables() where temporary").fetchall()
    for (name,) in rows:
        if name == _DOMAIN or name.startswith(_hashes("")):
            con.execute(f"drop table {name}")


def _hash_values(con: duckdb.DuckDBPyConnection, table: str, column: Column, place: int, secret: bytes) -> None:
    """The hash of every distinct value of the column, as a temporary table."""
    block = secret.ljust(_BLOCK_BYTES, b"\0")
    con.execute(
        f"""
        create or replace temp table {_hashes(place)} as
        select value, left(sha256($outer || unhex(sha256($inner || encode(value)))), {DIGITS}) as pseudonym
        from (select distinct {_text(column)} as value from {table} where "{column.name}" is not null)
        """,
        {"inner": bytes(each ^ 0x36 for each in block), "outer": bytes(each ^ 0x5C for each in block)},
    )


def _hashes(place: int | str) -> str:
    return f"_pseudonym_{place}"


def _text(column: Column, table: str = "") -> str:
    name = f'{table}"{column.name}"'
    return name if column.kind == "VARCHAR" else f"{name}::varchar"


def _expression(column: Column, place: int) -> str:
    name = f'row."{column.name}"'
    match column.treatment:
        case Treatment.KEEP:
            return name
        case Treatment.HASH:
            return f"_h{place}.pseudonym"
        case Treatment.NAME:
            return f"left({name}, 1) || '**'"
        case Treatment.HIDE:
            return f"if({name} is null, null, '**')"
        case Treatment.EMAIL:
            return f"left({name}, 1) || '***@' || coalesce(_d{place}.domain, '***')"
        case Treatment.PHONE:
            return _masked_phone(name)
        case Treatment.YEAR:
            return f"date_trunc('year', {name})::{column.kind}"
        case Treatment.PREFIX:
            return f"left({name}, 3) || '***'"
        case Treatment.URL:
            return _plain_url(name)
        case Treatment.DROP:
            return f"null::{column.kind}"


def _masked_phone(name: str) -> str:
    """+86138****1234; of a number of less than twelve characters three at the front and two at the end."""
    return (
        f"if(length({name}) >= 12, left({name}, length({name}) - 8) || '****' || right({name}, 4), "
        f"left({name}, 3) || '****' || right({name}, 2))"
    )


def _plain_url(name: str) -> str:
    """Scheme, host and path; the path only where it holds no address, long number or long key."""
    bare = f"regexp_replace(regexp_extract({name}, '^[^?#;]*'), '^(\\w+://)[^/@]*@', '\\1')"
    host = f"regexp_extract({bare}, '^(?:\\w+://)?[^/]*')"
    telling = f"regexp_matches({bare}, '@|%40|[0-9]{{6,}}|[0-9a-fA-F-]{{16,}}|[^\\x00-\\x7f]|%[eE][0-9a-fA-F]')"
    return f"if({telling}, {host}, {bare})"
