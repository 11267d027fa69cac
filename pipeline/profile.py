"""The profile stage: records that are one person become one customer, with everything that happened to them.

In: standard.* and identity.record_customer. Out: customer.* and mart.*, all derived anew in one transaction, so a
reader of the warehouse file never sees half of them and a killed run leaves yesterday's.
"""

from datetime import date

from pipeline.config import Config
from pipeline.sources import source_streams
from pipeline.stage import Count, Work, transaction
from warehouse.survivorship import read_customer_settings
from warehouse.tables import derive_table, order_derived

TABLES = order_derived(("customer", "mart"))


def profile(work: Work) -> dict[str, Count]:
    """Derive the customer tables and the marts; counts are rows per table, and the day the marts look back from."""
    settings = read_customer_settings(work.config.customer_settings)
    as_of = work.options.as_of or find_latest_day(work)
    parameters = settings.parameters(as_of, _source_channels(work.config))
    rows: dict[str, int] = {}
    with transaction(work.con):
        for table in TABLES:
            work.progress(f"deriving {table}")
            rows[table] = derive_table(work.con, table, parameters)
    return _counts(work, rows, as_of)


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
