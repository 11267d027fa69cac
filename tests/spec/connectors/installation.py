"""All deliveries of this folder in one inbox, ingested and standardised once; and the standard rows, drawn.

Every delivery module is a source of the connector with its name; SETTINGS in the module, if any, are what a
configuration would say about the source (keys of pipeline.config.SourceConfig). A drawing names the columns it shows.
`key` is the record's own key at the source, `order` the order's number.
"""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import duckdb

from pipeline.config import Config, SourceConfig
from pipeline.run import run_stage
from tests.warehouse.drawn import PROJECT

# Whose rows a table holds: `standard.identifier` and `purchase_line` name no source themselves.
VIEWS = {
    "record": "select *, source_record_id as key from standard.record",
    "identifier": "select i.*, r.source, r.source_record_id as key from standard.identifier i join standard.record r "
    "using (record_id)",
    "purchase_line": "select l.*, p.source, p.order_number as order from standard.purchase_line l "
    "join standard.purchase p using (purchase_id)",
    "quarantine": "select * from ops.quarantine",
    "unparsed": "select * from standard.unparsed",
    **{
        name: f"select t.*, r.source_record_id as key from standard.{name} t left join standard.record r "
        "using (record_id)"
        for name in ("event", "purchase", "interaction", "feedback", "consent")
    },
}


def standardise(home: Path, systems: Mapping[str, ModuleType]) -> Path:
    """Deliver every system's files and run the first two stages; returns the warehouse."""
    sources = {
        name: SourceConfig(name, connector=name, **getattr(module, "SETTINGS", {})) for name, module in systems.items()
    }
    config = Config(home=home, inbox=home / "inbox", directory=PROJECT / "config", sources=sources, threads=1)
    for module in systems.values():
        for name, content in module.FILES.items():
            path = config.inbox / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for stage in ("ingest", "standardise"):
        run_stage(stage, config)
    return config.warehouse


def read_rows(
    warehouse: duckdb.DuckDBPyConnection, table: str, source: str, columns: list[str]
) -> list[dict[str, str]]:
    """Rows of one source as text, missing values empty, in the order of the columns shown."""
    shown = ", ".join(f'coalesce("{name}"::varchar, \'\') as "{name}"' for name in columns)
    found = warehouse.execute(f"select {shown} from ({VIEWS[table]}) where source = ?", [source]).fetchall()
    return sorted((dict(zip(columns, row, strict=True)) for row in found), key=lambda row: list(row.values()))
