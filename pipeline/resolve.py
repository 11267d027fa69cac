"""Stage 3: who is who.

In: standard.record, standard.identifier and the stewards' decisions; what a source has deleted takes no part. Out:
`identity.link` (scored evidence), `identity.record_customer`, `identity.ledger`, `identity.alias`, `identity.departed`,
`identity.review`, `identity.rule` and the epoch (`pipeline/epochs.py`). The engine works in temporary tables; what it
found is written in one transaction.

Three ways, with one result for one epoch:

    learn      no epoch yet, a small table, or an epoch that was outgrown or learned with other settings
    full       everything anew with the epoch in force
    increment  only what changed, with the epoch in force
"""

import duckdb

from identity.errors import NothingToCompareError, OvergrownError
from identity.increment import update
from identity.ledger import LedgerCounts, update_customers
from identity.resolution import resolve as resolve_records
from identity.review import RANK
from identity.settings import Settings, load_settings
from pipeline.decisions import count_idle
from pipeline.departures import settle_departures
from pipeline.epochs import KnownEpoch, current_epoch, load_epoch, store_epoch, switch_epoch
from pipeline.keys import short_hash_sql
from pipeline.stage import Count, Work, transaction
from pipeline.values import count_rows

_EMPTY = {"changed": 0, "rows_in": 0, "rows_out": 0, "customers": 0}


def resolve(work: Work) -> dict[str, Count]:
    """Resolve all records; counts of links, customers, merges and conflicts."""
    con = work.con
    inputs = read_inputs(con)
    records = count_live(con)
    if not records:
        return _resolve_nobody(work, inputs[0])
    settings = load_settings(work.config.identity_settings)
    epoch = current_epoch(con)
    way = _choose(epoch, settings, records, full=work.options.full_refresh)
    try:
        if way == "increment" and epoch:
            try:
                return _increment(work, inputs, settings, epoch)
            except OvergrownError:
                way = "full"
        return _in_full(work, inputs, settings, epoch if way == "full" else None)
    except NothingToCompareError:
        return _keep_apart(work, inputs[0])


def _choose(epoch: KnownEpoch | None, settings: Settings, records: int, *, full: bool) -> str:
    """learn, full or increment."""
    if epoch is None or not epoch.fits(settings):
        return "learn"
    outgrown = abs(records - epoch.records) > settings.epochs.growth * epoch.records
    if not epoch.pinned and (full or outgrown or records < settings.epochs.learn_below):
        return "learn"
    return "increment" if epoch.applied and not full else "full"


def _in_full(
    work: Work, inputs: tuple[str, str, str], settings: Settings, epoch: KnownEpoch | None
) -> dict[str, Count]:
    """Everything anew, with the epoch or, without one, with what is learned now."""
    con = work.con
    if epoch:
        load_epoch(con, epoch.epoch)
    rows = count_live(con)
    keeps = (epoch is not None and epoch.pinned) or rows >= settings.epochs.learn_below
    with transaction(con):
        found = resolve_records(
            con, *inputs, settings, work.progress, learned=epoch is not None, keep="identity" if keeps else None
        )
        name = epoch.epoch if epoch else store_epoch(con, settings, rows, work.now)
        # Blocks that outgrew the epoch have no pairs; an increment would not notice when they shrink again.
        switch_epoch(con, name, work.now, applied=keeps and not found.overgrown)
        con.execute(f"create or replace table identity.link as from {found.links} order by record_id_l, record_id_r")
        con.execute(f"create or replace table identity.review as from {found.review} order by rank")
        con.execute(f"create or replace table identity.rule as from {found.rules} order by all")
        ledger = _update_customers(work, found.clusters, inputs[0], name)
    return {
        "way": "full" if epoch else "learn",
        "epoch": name,
        "candidate_pairs": found.candidate_pairs,
        **_counts(con, ledger),
    }


def _increment(work: Work, inputs: tuple[str, str, str], settings: Settings, epoch: KnownEpoch) -> dict[str, Count]:
    """What changed, with the epoch in force."""
    con = work.con
    load_epoch(con, epoch.epoch)
    with transaction(con):
        found = update(con, *inputs, settings, "identity", work.progress)
        for table in ("link", "review"):
            con.execute(f"""
                delete from identity.{table}
                where record_id_l in (select record_id from identity_scope)
                    or record_id_r in (select record_id from identity_scope)
            """)
            con.execute(f"insert into identity.{table} by name from identity_{table}")
        rank_review(con)
        ledger = _update_customers(work, "identity_cluster", inputs[0], epoch.epoch, scope="identity_scope")
    return {
        "way": "increment",
        "epoch": epoch.epoch,
        "records_changed": found.changed,
        "records_gone": found.removed,
        "records_grouped_anew": found.touched,
        "candidate_pairs": found.candidate_pairs,
        **_counts(con, ledger),
    }


def _update_customers(work: Work, clusters: str, records: str, epoch: str, scope: str | None = None) -> LedgerCounts:
    """Deleted records go, restored ones come back under their old customer id if it is free, the ledger does the rest.

    In an increment the returning are in the scope, for they had left the increment's state.
    """
    settle_departures(work.con, records, work.run_id, epoch, work.now)
    return update_customers(work.con, clusters, records, work.run_id, epoch, work.now, scope=scope)


def _resolve_nobody(work: Work, records: str) -> dict[str, Count]:
    """No record, or none that its source has not deleted."""
    con = work.con
    _create_empty(con)
    if not count_rows(con, "identity.record_customer"):
        return dict(_EMPTY)
    con.execute("create or replace temp table _nobody (record_id varchar, cluster integer)")
    with transaction(con):
        found = con.execute("select table_name from duckdb_tables() where schema_name = 'identity'").fetchall()
        for table in {"link", "review"} & {row[0] for row in found}:
            con.execute(f"delete from identity.{table}")
        ledger = _update_customers(work, "_nobody", records, "E0")
    return {"rows_in": 0, "rows_out": 0, "customers": 0, "removed": ledger.removed}


def count_live(con: duckdb.DuckDBPyConnection) -> int:
    """Records that their sources have not deleted."""
    row = con.execute("select count(*) from standard.record where deleted_at is null").fetchone()
    return int(row[0]) if row else 0


def _create_empty(con: duckdb.DuckDBPyConnection) -> None:
    """The tables the engine would have made, so that whoever reads them finds none rather than an error."""
    con.execute(
        """
        create table if not exists identity.link (
            record_id_l varchar, record_id_r varchar, match_weight double, match_probability double, rules varchar
        )
        """
    )


def rank_review(con: duckdb.DuckDBPyConnection) -> None:
    """Number identity.review anew after some of its rows were replaced."""
    con.execute(
        f"create or replace table identity.review as "
        f"select * from (select * exclude (rank), {RANK} as rank from identity.review) order by rank"
    )


def _keep_apart(work: Work, records: str) -> dict[str, Count]:
    """Records that carry nothing but their keys: each is a customer of its own."""
    _create_empty(work.con)
    work.con.execute(
        f"create or replace temp table _apart as "
        f"select record_id, (row_number() over (order by record_id))::integer as cluster from {records}"
    )
    with transaction(work.con):
        ledger = _update_customers(work, "_apart", records, "E0")
    rows = count_rows(work.con, "_apart")
    return {"rows_in": rows, "rows_out": rows, "customers": rows, "created": ledger.created, "largest_customer": 1}


def read_inputs(con: duckdb.DuckDBPyConnection) -> tuple[str, str, str]:
    """Views of what the engine reads. Decisions name source records; their ids follow from the names."""
    # A phone or e-mail the source took back stays in the profile but is no evidence any more. A record that its source
    # deleted, and all that pointed at it, is no evidence either.
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
        where record.deleted_at is null
        """
    )
    con.execute(
        """
        create or replace temp view _identifier as
        select * from standard.identifier
        where revoked_at is null
            and record_id not in (select record_id from standard.record where deleted_at is not null)
        """
    )
    keys = {side: short_hash_sql(f"source_{side}", f"stream_{side}", f"source_record_id_{side}") for side in "lr"}
    con.execute(
        f"""
        create or replace temp view _decision as
        select {keys["l"]} as record_id_l, {keys["r"]} as record_id_r,
            arg_min(verdict, (-epoch_us(decided_at), decision_id)) as verdict
        from identity.decision group by all
        """
    )
    return "_record", "_identifier", "_decision"


def _counts(con: duckdb.DuckDBPyConnection, ledger: LedgerCounts) -> dict[str, Count]:
    """What the summary says, over all customers."""
    row = (
        con.execute("""
        with size as (select count(*) as records from identity.record_customer group by customer_id)
        select coalesce(sum(records), 0), count(*), coalesce(max(records), 0),
            coalesce(sum(records) filter (records > 20), 0),
            (select count(*) from identity.link), (select count(*) from identity.review),
            (select count(*) from identity.review where kind = 'conflict' and expected_change > 0)
        from size
    """).fetchone()
        or (0,) * 7
    )
    records = int(row[0])
    return {
        "rows_in": records,
        "rows_out": records,
        "links": int(row[4]),
        "customers": int(row[1]),
        "created": ledger.created,
        "merged": ledger.merged,
        "split": ledger.split,
        "removed": ledger.removed,
        **count_idle(con),
        "conflicts_set_aside": int(row[6]),
        "review": int(row[5]),
        "largest_customer": int(row[2]),
        "share_in_customers_over_20": round(int(row[3]) / records, 4) if records else 0.0,
    }
