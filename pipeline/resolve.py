"""Stage 3: who is who.

In: standard.record, standard.identifier and the stewards' decisions. Out: `identity.link` (scored evidence),
`identity.record_customer`, `identity.ledger`, `identity.alias`, `identity.review`, `identity.rule` and
`identity.model`. The engine works in temporary tables; what it found is written in one transaction.
"""

from datetime import datetime

import duckdb

from identity.errors import NothingToCompareError
from identity.ledger import LedgerCounts, update_customers
from identity.resolution import Resolution
from identity.resolution import resolve as resolve_records
from identity.settings import load_settings
from pipeline.keys import short_hash_sql
from pipeline.stage import Count, Work, transaction
from pipeline.values import count_rows

_EMPTY = {"changed": 0, "rows_in": 0, "rows_out": 0, "customers": 0}


def resolve(work: Work) -> dict[str, Count]:
    """Resolve all records; counts of links, customers, merges and conflicts."""
    if not count_rows(work.con, "standard.record"):
        _create_empty(work.con)
        return dict(_EMPTY)
    records, identifiers, decisions = _inputs(work.con)
    settings = load_settings(work.config.identity_settings)
    try:
        found = resolve_records(work.con, records, identifiers, decisions, settings, work.progress)
    except NothingToCompareError:
        return _keep_apart(work, records)
    with transaction(work.con):
        epoch = _write_model(work.con, found, work.now)
        _write_evidence(work.con, found)
        ledger = update_customers(work.con, found.clusters, records, work.run_id, epoch, work.now)
    return _counts(work.con, found, ledger)


def _create_empty(con: duckdb.DuckDBPyConnection) -> None:
    """The tables the engine would have made, so that whoever reads them finds none rather than an error."""
    con.execute(
        """
        create table if not exists identity.link (
            record_id_l varchar, record_id_r varchar, match_weight double, match_probability double, rules varchar
        )
        """
    )


def _keep_apart(work: Work, records: str) -> dict[str, Count]:
    """Records that carry nothing but their keys: each is a customer of its own."""
    _create_empty(work.con)
    work.con.execute(
        f"create or replace temp table _apart as "
        f"select record_id, (row_number() over (order by record_id))::integer as cluster from {records}"
    )
    with transaction(work.con):
        ledger = update_customers(work.con, "_apart", records, work.run_id, "E0", work.now)
    rows = count_rows(work.con, "_apart")
    return {"rows_in": rows, "rows_out": rows, "customers": rows, "created": ledger.created, "largest_customer": 1}


def _inputs(con: duckdb.DuckDBPyConnection) -> tuple[str, str, str]:
    """Views of what the engine reads. Decisions name source records; their ids follow from the names."""
    # A phone or e-mail the source took back stays in the profile but is no evidence any more.
    con.execute(
        """
        create or replace temp view _record as
        with revoked as (
            select record_id, list(value) as values from standard.identifier where revoked_at is not null group by all
        )
        select record.* replace (
            case when not list_contains(coalesce(revoked.values, []), record.phone) then record.phone end as phone,
            case when not list_contains(coalesce(revoked.values, []), record.email) then record.email end as email
        )
        from standard.record as record left join revoked on record.record_id = revoked.record_id
        """
    )
    # A namespace in which no two records share a value (a system's own keys) has nothing to say here.
    con.execute(
        """
        create or replace temp view _identifier as
        with shared as (
            select namespace from standard.identifier group by namespace, issuer, value
            having count(distinct record_id) > 1
        )
        select * from standard.identifier
        where revoked_at is null and namespace in (select namespace from shared)
        """
    )
    keys = {side: short_hash_sql(f"source_{side}", f"stream_{side}", f"source_record_id_{side}") for side in "lr"}
    con.execute(
        f"""
        create or replace temp view _decision as
        select {keys["l"]} as record_id_l, {keys["r"]} as record_id_r, arg_max(verdict, decided_at) as verdict
        from identity.decision group by all
        """
    )
    return "_record", "_identifier", "_decision"


def _write_model(con: duckdb.DuckDBPyConnection, found: Resolution, now: datetime) -> str:
    """Keep the weights under the epoch's name, which is a hash of them; the same weights are the same epoch."""
    con.execute(
        f"create table if not exists identity.model as select ''::varchar as epoch, null::timestamp as learned_at, * "
        f"from {found.model} limit 0"
    )
    row = con.execute(
        f"select 'E' || left(sha256(string_agg(model::varchar, ';' order by model::varchar)), 11) from {found.model} "
        "as model"
    ).fetchone()
    epoch = str(row[0]) if row else "E0"
    con.execute(
        f"insert into identity.model by name select $epoch as epoch, $now as learned_at, * from {found.model} "
        "where not exists (select 1 from identity.model where epoch = $epoch)",
        {"epoch": epoch, "now": now},
    )
    return epoch


def _write_evidence(con: duckdb.DuckDBPyConnection, found: Resolution) -> None:
    con.execute(
        f"create or replace table identity.link as select * from {found.links} order by record_id_l, record_id_r"
    )
    con.execute(f"create or replace table identity.review as select * from {found.review} order by all")
    con.execute(f"create or replace table identity.rule as select * from {found.rules} order by all")


def _counts(con: duckdb.DuckDBPyConnection, found: Resolution, ledger: LedgerCounts) -> dict[str, Count]:
    row = con.execute("select count(*) from identity.review where kind = 'conflict'").fetchone()
    large = found.records_in_large_customers / found.records if found.records else 0.0
    return {
        "rows_in": found.records,
        "rows_out": found.records,
        "candidate_pairs": found.candidate_pairs,
        "links": found.stored_links,
        "customers": found.customers,
        "created": ledger.created,
        "merged": ledger.merged,
        "split": ledger.split,
        "conflicts_set_aside": int(row[0]) if row else 0,
        "review": found.review_rows,
        "largest_customer": found.largest_customer,
        "share_in_customers_over_20": round(large, 4),
    }
