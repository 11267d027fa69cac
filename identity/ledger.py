"""Customer ids for life: a partition of records in, identity.record_customer, identity.ledger and identity.alias out.

1. Overlap: how many records each new cluster shares with each customer there was.
2. Keep: cluster and customer that are each other's largest remaining overlap belong together; ties go to the older
   customer, then to the smaller id. Repeated until nobody is left, so on a merge the id with most records stays and on
   a split the largest part keeps it.
3. Name: clusters left over get a new id from the hash of their earliest record.
4. Book: every record that changed customers is a row of the ledger, once per pair of customers; ids that ended get an
   alias, and aliases of aliases are shortened.
5. Apply. A partition equal to the stored one writes nothing.

The caller holds the transaction. Everything is SQL over whole tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from identity.engines.duckdb import drop_tables, read_columns
from identity.errors import InputError

WORKING_TABLES = (
    "ledger_scope",
    "ledger_record",
    "ledger_overlap",
    "ledger_kept",
    "ledger_named",
    "ledger_moved",
    "ledger_ended",
)
MOST_ROUNDS = 10_000


@dataclass(frozen=True)
class LedgerCounts:
    """Rows written to the ledger by event, aliases written or redirected, and records whose customer changed."""

    created: int
    merged: int
    split: int
    moved: int
    removed: int
    aliases: int
    records: int


def update_customers(
    con: duckdb.DuckDBPyConnection,
    clusters: str,
    records: str,
    run_id: str,
    epoch: str,
    at: datetime,
    scope: str | None = None,
) -> LedgerCounts:
    """Make the partition `clusters` (record_id, cluster) the current one.

    records: table with record_id, source, stream, source_record_id and created_at or updated_at.
    scope: table (record_id) of the records `clusters` speaks about, and those that are gone; all others stay as they
    are. Whoever has a record in the scope must have all of them there. Without it, clusters speaks about everybody.
    """
    con.execute(f"""
        create or replace temp table ledger_scope as
        select record_id from {scope or "identity.record_customer"}
    """)
    _read_partition(con, clusters, records)
    _keep_ids(con)
    _name_clusters(con)
    _find_changes(con)
    facts = {"run_id": run_id, "epoch": epoch, "at": at}
    _write_ledger(con, facts)
    aliases = _write_aliases(con, at)
    changed = _write_customers(con)
    events = dict(con.execute("select event, count(*) from ledger_moved group by event").fetchall())
    drop_tables(con, *WORKING_TABLES)
    return LedgerCounts(
        **{event: int(events.get(event, 0)) for event in ("created", "merged", "split", "moved", "removed")},
        aliases=aliases,
        records=changed,
    )


def _read_partition(con: duckdb.DuckDBPyConnection, clusters: str, records: str) -> None:
    """Step 1: each record with cluster, source key, time and present customer; overlaps of clusters and customers."""
    columns = read_columns(con, records)
    lacking = {"record_id", "source", "stream", "source_record_id"} - set(columns)
    if lacking:
        raise InputError(f"the records table lacks {', '.join(sorted(lacking))}, which customers are stored by")
    times = [name for name in ("created_at", "updated_at") if name in columns]
    time = f"coalesce({', '.join(f'r.{name}' for name in times)})" if times else "cast(null as timestamp)"
    con.execute(f"""
        create or replace temp table ledger_record as
        select c.record_id, c.cluster, r.source, r.stream, r.source_record_id, {time} as first_seen,
            k.customer_id as old_customer_id
        from {clusters} c
        join {records} r using (record_id)
        left join identity.record_customer k using (record_id)
    """)
    con.execute("""
        create or replace temp table ledger_overlap as
        with age as (
            select customer_id, min(ledger_number) as age from identity.ledger
            where event in ('created', 'split') group by customer_id
        )
        select cluster, old_customer_id as customer_id, count(*) as records, min(record_id) as first_record,
            coalesce(any_value(age), 0) as age
        from ledger_record left join age on age.customer_id = old_customer_id
        where old_customer_id is not null
        group by cluster, old_customer_id
    """)


def _keep_ids(con: duckdb.DuckDBPyConnection) -> None:
    """Step 2: mutual-best rounds over the overlaps."""
    con.execute("create or replace temp table ledger_kept (cluster bigint, customer_id varchar)")
    for _ in range(MOST_ROUNDS):
        added = con.execute("""
            insert into ledger_kept
            with open as (
                select * from ledger_overlap
                where cluster not in (select cluster from ledger_kept)
                    and customer_id not in (select customer_id from ledger_kept)
            ),
            ranked as (
                select cluster, customer_id,
                    row_number() over (
                        partition by cluster order by records desc, age, customer_id, first_record
                    ) as for_cluster,
                    row_number() over (
                        partition by customer_id order by records desc, age, customer_id, first_record
                    ) as for_customer
                from open
            )
            select cluster, customer_id from ranked where for_cluster = 1 and for_customer = 1
        """).fetchone()
        if not added or not added[0]:
            return


def _name_clusters(con: duckdb.DuckDBPyConnection) -> None:
    """Step 3: an id for every cluster; new ones are the first 15 hex digits of the hash that nobody ever had."""
    con.execute("""
        create or replace temp table ledger_named as
        with nameless as (
            select cluster,
                sha256(arg_min(record_id, (coalesce(first_seen, timestamp '9999-12-31'), record_id))) as hash
            from ledger_record
            where cluster not in (select cluster from ledger_kept)
            group by cluster
        ),
        taken as (
            select customer_id from identity.record_customer
            union select customer_id from identity.ledger
            union select other_customer_id from identity.ledger where other_customer_id is not null
            union select old_customer_id from identity.alias
        ),
        offered as (
            select cluster, start, 'C' || substr(hash, start, 15) as customer_id
            from nameless, (select unnest(range(1, 51)) as start)
        ),
        free as (
            select cluster, arg_min(customer_id, start) as customer_id
            from offered where customer_id not in (select customer_id from taken)
            group by cluster
        )
        select cluster, customer_id, true as is_new from free
        union all
        select cluster, customer_id, false from ledger_kept
    """)


def _find_changes(con: duckdb.DuckDBPyConnection) -> None:
    """Step 4: ended ids with their successors, and one row per event."""
    con.execute("""
        create or replace temp table ledger_ended as
        with ended as (
            select distinct customer_id from identity.record_customer
            where customer_id not in (select customer_id from ledger_named)
                and record_id in (select record_id from ledger_scope)
        )
        select ended.customer_id, arg_max(n.customer_id, (o.records, o.age, n.customer_id)) as successor
        from ended
        left join ledger_overlap o on o.customer_id = ended.customer_id
        left join ledger_named n on n.cluster = o.cluster
        group by ended.customer_id
    """)
    con.execute("""
        create or replace temp table ledger_moved as
        with flow as (
            select n.customer_id, n.is_new, r.old_customer_id, count(*) as records
            from ledger_record r join ledger_named n using (cluster)
            where r.old_customer_id is distinct from n.customer_id
            group by n.customer_id, n.is_new, r.old_customer_id
        ),
        born as (
            select customer_id, sum(records) as records from flow where is_new
            group by customer_id having count(old_customer_id) = 0
        )
        select 'created' as event, customer_id, cast(null as varchar) as other_customer_id, records from born
        union all
        select
            case when flow.is_new then 'split' when ended.successor = flow.customer_id then 'merged' else 'moved' end,
            flow.customer_id, flow.old_customer_id, flow.records
        from flow left join ledger_ended ended on ended.customer_id = flow.old_customer_id
        where flow.old_customer_id is not null
        union all
        select 'removed', k.customer_id, null, count(*)
        from identity.record_customer k
        join ledger_ended using (customer_id)
        where successor is null
        group by k.customer_id
    """)


def _write_ledger(con: duckdb.DuckDBPyConnection, facts: dict[str, object]) -> None:
    """Append the events, numbered in a fixed order."""
    con.execute(
        """
        insert into identity.ledger by name
        select
            (select coalesce(max(ledger_number), 0) from identity.ledger)
                + row_number() over (order by event, customer_id, other_customer_id) as ledger_number,
            event, customer_id, other_customer_id, cast(records as bigint) as records,
            $run_id as run_id, $epoch as epoch, cast($at as timestamp) as recorded_at
        from ledger_moved
        """,
        facts,
    )


def _write_aliases(con: duckdb.DuckDBPyConnection, at: datetime) -> int:
    """Redirect what pointed at ended ids, add the ended ids themselves; return rows written."""
    redirected = con.execute(
        """
        update identity.alias set customer_id = ended.successor, since = cast($at as timestamp)
        from ledger_ended ended
        where ended.customer_id = identity.alias.customer_id and ended.successor is not null
        """,
        {"at": at},
    ).fetchone()
    con.execute("""
        delete from identity.alias
        where customer_id in (select customer_id from ledger_ended where successor is null)
    """)
    added = con.execute(
        """
        insert into identity.alias by name
        select customer_id as old_customer_id, successor as customer_id, cast($at as timestamp) as since
        from ledger_ended where successor is not null
        order by old_customer_id
        """,
        {"at": at},
    ).fetchone()
    return int((redirected or (0,))[0]) + int((added or (0,))[0])


def _write_customers(con: duckdb.DuckDBPyConnection) -> int:
    """Step 5: replace the rows that changed; return records whose customer is another one than before, or gone."""
    gone = con.execute("""
        delete from identity.record_customer
        where record_id in (select record_id from ledger_scope) and not exists (
            select 1 from ledger_record r join ledger_named n using (cluster)
            where r.record_id = identity.record_customer.record_id
                and n.customer_id = identity.record_customer.customer_id
        )
    """).fetchone()
    added = con.execute("""
        insert into identity.record_customer by name
        select r.record_id, n.customer_id, r.source, r.stream, r.source_record_id
        from ledger_record r join ledger_named n using (cluster)
        where r.record_id not in (select record_id from identity.record_customer)
        order by r.record_id
    """).fetchone()
    return max(int((gone or (0,))[0]), int((added or (0,))[0]))
