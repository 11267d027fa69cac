"""Records that their source has deleted: they leave who is who, and their customer is remembered for their return.

In: the view of live records that resolution reads, standard.record and identity.record_customer. Out:
`identity.departed`, and identity.record_customer with the customers that are back.

1. Depart: a record that belongs to somebody and is marked as deleted is noted with its customer. The ledger's own step
   then takes it out, and books the customer as removed when nothing of it is left.
2. Return: a departed record that lives again gets its old customer back where nobody has that id now: where the
   customer is still there with other records, or lives on in another one, the evidence decides as for any new record.
   Ids that had been merged into the customer before it went lead to it again.

What a source no longer has at all (an erasure) is not noted. The caller holds the transaction.
"""

from datetime import datetime

import duckdb


def settle_departures(con: duckdb.DuckDBPyConnection, records: str, run_id: str, epoch: str, at: datetime) -> int:
    """Note who goes and put back who returns, before the ledger is updated; returns customers that are back.

    records: table or view of the live records, with record_id.
    """
    _note(con, records, at)
    back = _bring_back(con, records, {"run_id": run_id, "epoch": epoch, "at": at})
    con.execute(f"delete from identity.departed where record_id in (select record_id from {records})")
    return back


def _note(con: duckdb.DuckDBPyConnection, records: str, at: datetime) -> None:
    """Step 1."""
    gone = f"""
        select who.record_id, who.customer_id, who.source, who.stream, who.source_record_id
        from identity.record_customer as who
        join standard.record as record on record.record_id = who.record_id
        where record.deleted_at is not null and who.record_id not in (select record_id from {records})
    """
    con.execute(f"delete from identity.departed where record_id in (select record_id from ({gone}))")
    con.execute(f"insert into identity.departed select *, $at from ({gone}) order by record_id", {"at": at})


def _bring_back(con: duckdb.DuckDBPyConnection, records: str, facts: dict[str, object]) -> int:
    """Step 2: rows of identity.record_customer, of the ledger (created, once more) and of the aliases."""
    con.execute(f"""
        create or replace temp table _returning as
        select record_id, customer_id, source, stream, source_record_id
        from identity.departed
        where record_id in (select record_id from {records})
            and customer_id not in (select customer_id from identity.record_customer)
            and customer_id not in (select old_customer_id from identity.alias)
    """)
    con.execute("insert into identity.record_customer by name select * from _returning order by record_id")
    con.execute(
        """
        insert into identity.ledger by name
        with back as (select customer_id, count(*) as records from _returning group by customer_id)
        select
            (select coalesce(max(ledger_number), 0) from identity.ledger)
                + row_number() over (order by customer_id) as ledger_number,
            'created' as event, customer_id, records, $run_id as run_id, $epoch as epoch, $at::timestamp as recorded_at
        from back
        """,
        facts,
    )
    _bring_back_aliases(con, facts["at"])
    row = con.execute("select count(distinct customer_id) from _returning").fetchone()
    con.execute("drop table _returning")
    return int(row[0]) if row else 0


def _bring_back_aliases(con: duckdb.DuckDBPyConnection, at: object) -> None:
    con.execute(
        """
        insert into identity.alias
        with recursive ended as (
            select other_customer_id as old_customer_id, customer_id
            from identity.ledger
            where event = 'merged' and customer_id in (select customer_id from _returning)
            union
            select ledger.other_customer_id, ended.customer_id
            from identity.ledger as ledger join ended on ledger.customer_id = ended.old_customer_id
            where ledger.event = 'merged'
        )
        select old_customer_id, min(customer_id), $at::timestamp
        from ended
        where old_customer_id not in (select customer_id from identity.record_customer)
            and old_customer_id not in (select old_customer_id from identity.alias)
        group by old_customer_id
        """,
        {"at": at},
    )
