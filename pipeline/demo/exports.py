"""`guiyi demo`: realistic exports of every source, with the truth about who is who.

In: a folder, the number of customers, a seed, the number of days and a noise factor. Out: one folder per channel as the
source systems would deliver them, `truth.parquet` (source, stream, source_record_id, person_id) and
`truth_anonymous.parquet` (namespace, value, person_id; null for devices that never logged in). The window of daily
deliveries ends on 2026-03-31. The same arguments give the same bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.demo.deliveries import Run
from pipeline.demo.formats.access_log import export_access_log
from pipeline.demo.formats.fxiaoke import export_fxiaoke
from pipeline.demo.formats.segment import export_segment
from pipeline.demo.formats.sensors import export_sensors
from pipeline.demo.formats.shopify import export_shopify
from pipeline.demo.formats.survey import export_survey
from pipeline.demo.formats.taobao import export_taobao
from pipeline.demo.formats.wechat import export_wechat
from pipeline.demo.formats.wecom import export_wecom
from pipeline.demo.formats.zendesk import export_zendesk
from pipeline.demo.formats.zoho import export_zoho
from pipeline.demo.mistakes import create_macros
from pipeline.demo.noise import create_noise
from pipeline.demo.orders import create_orders
from pipeline.demo.period import Period
from pipeline.demo.persons import create_persons
from pipeline.demo.prices import create_prices
from pipeline.demo.profiles import create_profiles
from pipeline.demo.records import create_records
from pipeline.demo.truth import write_truth
from pipeline.demo.versions import create_versions
from pipeline.demo.visits import create_visits
from pipeline.demo.vocabulary import load_vocabulary
from warehouse.connection import open_memory

# Zendesk writes the tickets that the survey's scores look at, so it comes first.
EXPORTS: dict[str, Callable[[duckdb.DuckDBPyConnection, Run], None]] = {
    "segment": export_segment,
    "access_log": export_access_log,
    "sensors": export_sensors,
    "wechat": export_wechat,
    "wecom": export_wecom,
    "zoho": export_zoho,
    "fxiaoke": export_fxiaoke,
    "shopify": export_shopify,
    "taobao": export_taobao,
    "zendesk": export_zendesk,
    "survey": export_survey,
}


class DemoError(ValueError):
    """The demo was asked for something it cannot make; the text says what to change."""


@dataclass(frozen=True)
class DemoSummary:
    """What was written."""

    out: Path
    customers: int
    records: int
    orders: int
    events: int
    files: int
    bytes: int


def write_demo(
    out: Path,
    customers: int = 2000,
    seed: int = 1,
    days: int = 14,
    noise: float = 1.0,
    progress: Callable[[str], None] | None = None,
) -> DemoSummary:
    """Write every export and the truth under `out`, which must be empty or absent."""
    _check(out, customers, days, noise)
    tell = progress or (lambda _: None)
    run = Run(out, Period(days), seed, noise)
    words = load_vocabulary()
    with open_memory() as con:
        create_macros(con)
        create_noise(con, noise)
        tell("persons")
        create_persons(con, customers, seed, run.period, words)
        tell("records and orders")
        create_records(con, seed, run.period)
        create_orders(con, seed, run.period, words)
        create_prices(con)
        create_versions(con, seed, run.period)
        tell("profiles")
        create_profiles(con, words)
        tell("visits")
        create_visits(con, customers, seed, run.period)
        for name, export in EXPORTS.items():
            tell(name)
            export(con, run)
        write_truth(con, out)
        return _summarise(con, out, customers)


def _check(out: Path, customers: int, days: int, noise: float) -> None:
    if out.exists() and any(out.iterdir()):
        raise DemoError(f"{out} is not empty: name a new or an empty folder")
    if customers < 1 or days < 1 or noise < 0:
        raise DemoError("customers and days must be at least 1, noise at least 0")


def _summarise(con: duckdb.DuckDBPyConnection, out: Path, customers: int) -> DemoSummary:
    files = [path for path in out.rglob("*") if path.is_file()]
    counts = [con.execute(f"select count(*) from {table}").fetchone() for table in ("record", "purchase", "visit")]
    records, orders, events = (int(count[0]) if count else 0 for count in counts)
    return DemoSummary(out, customers, records, orders, events, len(files), sum(path.stat().st_size for path in files))
