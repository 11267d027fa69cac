"""`guiyi status`: what ran, what was loaded, what is in quarantine, how fresh every stream is."""

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.config import load_config
from warehouse.connection import open_readonly

_ABOUT = "Last run of every stage, deliveries and freshness of every stream, quarantine by reason, failed checks."

_TABLES: dict[str, tuple[tuple[str, ...], str]] = {
    "stages, last run each": (
        ("stage", "status", "started (UTC)", "seconds", "run"),
        """
        select stage, status, strftime(started_at, '%Y-%m-%d %H:%M:%S'),
            round(epoch(finished_at) - epoch(started_at), 1), run_id
        from ops.run qualify row_number() over (partition by stage order by started_at desc) = 1 order by started_at
        """,
    ),
    "streams": (
        ("source", "stream", "batches", "delivered", "loaded", "quarantined", "last delivery"),
        """
        select source, stream, count(*), sum(rows_delivered)::bigint, sum(rows_loaded)::bigint,
            sum(rows_quarantined)::bigint, max(delivered_on)
        from ops.batch group by all order by all
        """,
    ),
    "columns that joined after a stream's first delivery": (
        ("source", "stream", "file", "columns"),
        "select source, stream, file_name, new_columns from ops.batch where new_columns is not null order by all",
    ),
    "quarantine": (
        ("source", "stream", "stage", "reason", "rows"),
        """
        select source, stream, stage, reason, count(*) from ops.quarantine group by all order by 5 desc, 1, 2 limit 20
        """,
    ),
    "checks that did not hold in their last run": (
        ("table", "expectation", "severity", "rows"),
        """
        with latest as (
            select * from ops.quality_result
            qualify rank() over (partition by suite order by checked_at desc, run_id desc) = 1
        )
        select table_name, expectation, severity, failed_rows from latest where not success order by all
        """,
    ),
}


def add_parsers(commands: Any, formatter: Any) -> None:
    """Add `status`."""
    parser = commands.add_parser("status", help="last runs, batches, quarantine, freshness", description=_ABOUT,
                                 formatter_class=formatter)  # fmt: skip
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default config/guiyi.toml)")
    parser.set_defaults(function=run_status)


def run_status(options: argparse.Namespace) -> int:
    """Print the tables."""
    console = Console()
    with open_readonly(load_config(options.config).warehouse) as con:
        for title, (columns, query) in _TABLES.items():
            table = Table(title=title, title_justify="left")
            for column in columns:
                table.add_column(column)
            for row in con.execute(query).fetchall():
                # Text, not markup: file and column names may hold brackets.
                table.add_row(*(Text("" if value is None else str(value)) for value in row))
            console.print(table)
    return 0
