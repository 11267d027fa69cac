"""Who may not be written to whatever they consented to: people on the suppression list, and minors.

In: ops.suppression, the identifiers and birth dates of every customer's records, and the minimum age. Out:
ops.restriction, made anew; customer.permission reads it, and extracts read that. The most restrictive wins: one record
that carries a suppressed address, or one birth date under age, is enough.
"""

from datetime import date

import duckdb

from pipeline.config import Config
from pipeline.rights.settings import read_rights
from pipeline.values import count_rows
from warehouse.rights.digest import DigestKey, digest_sql, open_key

SUPPRESSED, MINOR = "suppressed", "minor"
# As people count years: one is fourteen on the birthday.
_AGE = "date_diff('year', birth_date, $day::date) - (strftime(birth_date, '%m%d') > strftime($day::date, '%m%d'))::int"


def carrier_text(namespace: str, value: str) -> str:
    """What is digested of a suppressed value."""
    return "\x1f".join(("carrier", namespace, value))


def update_restrictions(con: duckdb.DuckDBPyConnection, config: Config, day: date) -> int:
    """Make ops.restriction anew as of a day; returns its rows. Inside the caller's transaction."""
    con.execute("delete from ops.restriction")
    if con.execute("select 1 from ops.suppression limit 1").fetchone():
        _restrict_suppressed(con, open_key(config.home))
    _restrict_minors(con, read_rights(config).minimum_age, day)
    return count_rows(con, "ops.restriction")


def _restrict_suppressed(con: duckdb.DuckDBPyConnection, key: DigestKey) -> None:
    con.execute(
        f"""
        insert into ops.restriction
        with carried as (
            select distinct namespace, value from standard.identifier
            where namespace in (select namespace from ops.suppression)
        ),
        listed as (
            select carried.namespace, carried.value, suppression.channel
            from carried join ops.suppression as suppression on suppression.namespace = carried.namespace
                and suppression.digest =
                    {digest_sql("'carrier' || chr(31) || carried.namespace || chr(31) || carried.value")}
        )
        select distinct who.customer_id, listed.channel, '{SUPPRESSED}'
        from listed
        join standard.identifier as identifier using (namespace, value)
        join identity.record_customer as who on who.record_id = identifier.record_id
        order by all
        """,
        key.parameters,
    )


def _restrict_minors(con: duckdb.DuckDBPyConnection, minimum_age: int, day: date) -> None:
    con.execute(
        f"""
        insert into ops.restriction
        select distinct customer_id, 'any', '{MINOR}'
        from (
            -- Of 03/04/2012 both readings count: the most restrictive wins.
            select who.customer_id, unnest([record.birth_date, record.birth_date_alt]) as birth_date
            from standard.record as record join identity.record_customer as who using (record_id)
        )
        where birth_date <= $day::date and {_AGE} < $minimum_age
        order by all
        """,
        {"day": day, "minimum_age": minimum_age},
    )
