"""What a resolution leaves behind so that the next one can look at what changed alone.

Four tables in a schema of the caller's. Record numbers (rid) stay with a record while it stays as it is.

    prepared   one row per record: rid, what was prepared of it (preparation.py), and a fingerprint of what came in
    block_key  rid and the hashes of its blocking keys (blocking.py)
    block_value  rid, namespace, issuer, value: what records carry, with the number of records and persons of each value
    edge       rid_l, rid_r, odds: candidate pairs from the floor of components.py upwards
    settled    record_id_l, record_id_r, verdict: the decisions that have been applied
"""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from identity.comparisons.base import Pairs
from identity.engines.duckdb import drop_tables, read_columns, write_table
from identity.errors import InputError
from identity.preparation import TEXT_COLUMNS
from identity.settings import Settings

TABLES = ("prepared", "block_key", "block_value", "edge", "settled")
COLUMNS = (
    *("full_name", "given_name", "family_name", "name_simplified", "name_pinyin", "birth_date", "birth_date_alt"),
    *("email", "phone", "national_id"),
    *dict.fromkeys(source for sources in TEXT_COLUMNS.values() for source in sources),
)


def fingerprint_records(
    con: duckdb.DuckDBPyConnection, records: str, identifiers: str | None, settings: Settings
) -> None:
    """Create identity_fingerprint (record_id, fingerprint): a hash of all that the engine reads of a record."""
    columns = read_columns(con, records)
    read = [name for name in (*COLUMNS, *(each.column for each in settings.comparisons)) if name in columns]
    read += [f"({key})" for rule in settings.blocking for key in rule.keys]
    carried = "select null::ubigint as carrier, null::ubigint as total limit 0"
    if identifiers is not None:
        issuer = "issuer" if "issuer" in read_columns(con, identifiers) else "''"
        current = "revoked_at is null" if "revoked_at" in read_columns(con, identifiers) else "true"
        carried = f"""
            select hash(record_id) as carrier, hash(sum(hash(namespace, {issuer}, value))) as total
            from {identifiers} where {current}
            group by carrier
        """
    con.execute(f"""
        create or replace temp table identity_fingerprint as
        with carried as ({carried})
        select record_id, hash({", ".join(read) or "0"}, total) as fingerprint
        from {records} left join carried on hash(record_id) = carrier
    """)


def save_state(
    con: duckdb.DuckDBPyConnection, schema: str, links: Pairs, odds: npt.NDArray[np.float32], decisions: str | None
) -> None:
    """Keep what a full resolution prepared; its temporary tables and identity_fingerprint must be there."""
    con.execute(f"""
        create or replace table {schema}.prepared as
        select identity_person.*, fingerprint from identity_person join identity_fingerprint using (record_id)
    """)
    con.execute(f"create or replace table {schema}.block_key as select * from identity_key")
    con.execute(f"create or replace table {schema}.block_value as select * from identity_value")
    write_edges(con, links, odds)
    con.execute(f"create or replace table {schema}.edge as select * from identity_edge")
    settled = f"select record_id_l, record_id_r, verdict from {decisions}" if decisions else NO_DECISIONS
    con.execute(f"create or replace table {schema}.settled as {settled}")


NO_DECISIONS = "select ''::varchar as record_id_l, ''::varchar as record_id_r, ''::varchar as verdict limit 0"


def write_edges(con: duckdb.DuckDBPyConnection, links: Pairs, odds: npt.NDArray[np.float32]) -> None:
    """Create identity_edge."""
    table = pa.table({"rid_l": pa.array(links.left), "rid_r": pa.array(links.right), "odds": pa.array(odds)})
    write_table(con, "identity_edge", table)


def find_changes(con: duckdb.DuckDBPyConnection, schema: str) -> tuple[int, int]:
    """Create identity_changed (record_id: new ones and changed ones) and identity_removed (rid: as they were before).

    Returns their numbers. identity_fingerprint must be there.
    """
    con.execute(f"""
        create or replace temp table identity_difference as
        select now.record_id, before.rid, before.record_id as record_id_before
        from identity_fingerprint as now full join {schema}.prepared as before using (record_id)
        where before.fingerprint is distinct from now.fingerprint
    """)
    _check_unique(con, schema)
    con.execute("""
        create or replace temp table identity_changed as
        select record_id from identity_difference where record_id is not null
    """)
    con.execute("""
        create or replace temp table identity_removed as
        select rid, record_id_before as record_id from identity_difference where rid is not null
    """)
    drop_tables(con, "identity_difference")
    row = con.execute(
        "select (select count(*) from identity_changed), (select count(*) from identity_removed)"
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _check_unique(con: duckdb.DuckDBPyConnection, schema: str) -> None:
    """InputError when a record occurs twice: counted among those that differ, for the others were unique before."""
    row = con.execute(f"""
        with total as (select (select count(*) from identity_fingerprint) as now,
            (select count(*) from {schema}.prepared) as before),
        differing as (
            select count(record_id) as now, count(rid) as before, count(distinct record_id) as once,
                count(distinct rid) as rids
            from identity_difference
        )
        select differing.now = once and differing.before = rids and total.now - differing.now = total.before - rids
            and not exists (select 1 from identity_fingerprint where record_id is null)
        from total, differing
    """).fetchone()
    if row != (True,):
        raise InputError("record_id must be unique and not null in the records table")
