"""The profile stage: records that are one person become one customer, with everything that happened to them.

In: standard.* and identity.record_customer. Out: customer.* and mart.*, all derived anew in one transaction, so a
reader of the warehouse file never sees half of them and a killed run leaves yesterday's. customer.customer_history
alone keeps what it has and takes in what changed.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import duckdb

from pipeline.attribution import measure_removal
from pipeline.config import Config
from pipeline.lifetime import estimate_lifetimes
from pipeline.oversight import read_freshness, read_review
from pipeline.rights.restrictions import update_restrictions
from pipeline.sources import source_streams
from pipeline.stage import Count, Work, transaction
from warehouse.history import find_known_day, update_history
from warehouse.survivorship import CustomerSettings, read_customer_settings
from warehouse.tables import derive_table, order_derived

TABLES = order_derived(("customer", "mart"))

# What has to be computed outside SQL before a table's select can read it.
PREPARED: Mapping[str, Callable[[duckdb.DuckDBPyConnection, CustomerSettings, date], None]] = {
    "mart.value": estimate_lifetimes,
}

# What has to be found out for a table's select, as further $parameters.
FOUND_OUT: Mapping[str, Callable[[duckdb.DuckDBPyConnection], dict[str, object]]] = {
    "mart.channel": measure_removal,
    "mart.identity_quality": read_review,
    "mart.source_freshness": read_freshness,
}


def profile(work: Work) -> dict[str, Count]:
    """Derive the customer tables and the marts; counts are rows per table, and the day the marts look back from."""
    settings = read_customer_settings(work.config.customer_settings)
    as_of = work.options.as_of or find_latest_day(work)
    with transaction(work.con):
        update_restrictions(work.con, work.config, as_of)
        rows = derive_tables(work.con, TABLES, settings, as_of, _source_channels(work.config), work.progress)
        history = update_history(work.con, find_known_day(work.con, work.now.date()))
    return _counts(work, rows, as_of) | {"history_written": history.written, "history_ended": history.ended}


def derive_tables(
    con: duckdb.DuckDBPyConnection,
    tables: Iterable[str],
    settings: CustomerSettings,
    as_of: date,
    source_channels: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> dict[str, int]:
    """Derive the tables in the order given, with what they need prepared first; rows per table."""
    parameters = settings.parameters(as_of, source_channels)
    rows: dict[str, int] = {}
    for table in tables:
        progress(f"deriving {table}")
        if prepare := PREPARED.get(table):
            prepare(con, settings, as_of)
        found = find(con) if (find := FOUND_OUT.get(table)) else {}
        rows[table] = derive_table(con, table, parameters | found)
    return rows


def find_latest_day(work: Work) -> date:
    """The last day on which anything happened in the data (UTC), so that looking back from it is repeatable.

    Days after the last delivery and the last load are typing errors or clocks gone wrong and do not count.
    """
    row = work.con.execute(
        """
        with happened as (
            select occurred_at as moment from standard.event
            union all select ordered_at from standard.purchase
            union all select occurred_at from standard.interaction
            union all select answered_at from standard.feedback
            union all select updated_at from standard.record
        ),
        latest_delivery as (
            select greatest(max(delivered_on), max(loaded_at)::date) as day from ops.batch
        )
        select max(moment::date) from happened, latest_delivery
        where latest_delivery.day is null or moment::date <= latest_delivery.day
        """
    ).fetchone()
    return row[0] if row and row[0] else work.now.date()


def _source_channels(config: Config) -> dict[str, str]:
    """Source → channel as the connectors say; a source declared in the configuration alone has none."""
    return {each.source.name: each.channel for each in source_streams(config) if each.source.connector}


def _counts(work: Work, rows: dict[str, int], as_of: date) -> dict[str, Count]:
    row = work.con.execute(
        """
        select
            count(*) filter (customer_id is not null), count(*) filter (stitched),
            (select count(*) from customer.purchase where customer_id is not null)
        from customer.event
        """
    ).fetchone()
    known, stitched, bought = row or (0, 0, 0)
    return {
        "customers": rows["customer.customer"],
        "events": rows["customer.event"],
        "events_with_customer": known,
        "events_stitched": stitched,
        "purchases": rows["customer.purchase"],
        "purchases_with_customer": bought,
        "interactions": rows["customer.interaction"],
        "feedback": rows["customer.feedback"],
        "consents": rows["customer.consent"],
        "buyers": rows["mart.rfm"],
        "as_of": as_of.isoformat(),
        "rows_in": rows["customer.event"] + rows["customer.purchase"] + rows["customer.customer"],
        "rows_out": sum(rows.values()),
    }
