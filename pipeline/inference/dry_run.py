"""Trying a stream: a file through ingest and standardise in a data directory that is thrown away.

In: a configuration and the files, each with the place in the inbox it would have. Out: what came of them: rows in,
loaded and quarantined with reasons, rows of every standard table, which fields records have, and which values were not
understood, with reasons; no value. The quality gate is left out: it judges a whole warehouse, not a file.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from pipeline.config import Config
from pipeline.ingest import ingest
from pipeline.stage import execute
from pipeline.standardise import standardise
from warehouse.connection import open_readonly

TABLES = ("record", "identifier", "event", "purchase", "purchase_line", "interaction", "feedback", "consent")
FIELDS = (
    *("full_name", "given_name", "family_name", "email", "phone", "birth_date", "gender", "address", "city", "region"),
    *("postcode", "country", "company", "national_id", "updated_at"),
)


@dataclass(frozen=True)
class Outcome:
    """What came of the files."""

    delivered: int
    loaded: int
    quarantined: int
    refusals: tuple[tuple[str, int], ...]
    tables: dict[str, int]
    fields: dict[str, int]
    namespaces: tuple[tuple[str, int], ...]
    unparsed: tuple[tuple[str, str, int], ...]
    missing: tuple[str, ...]

    @property
    def works(self) -> bool:
        """True when rows were loaded, most of them, and something standard came of them."""
        made = sum(count for name, count in self.tables.items() if name != "identifier")
        return self.loaded > 0 and made > 0 and self.quarantined <= self.loaded


def try_files(
    config: Config, files: Iterable[tuple[Path, str]], progress: Callable[[str], None] | None = None
) -> Outcome:
    """Run the files through the configured sources."""
    with tempfile.TemporaryDirectory(prefix="guiyi-") as folder:
        home = Path(folder)
        there = replace(config, home=home, inbox=home / "inbox")
        there.inbox.mkdir()
        for path, name in files:
            _deliver(path, there.inbox / name)
        for stage, function in (("ingest", ingest), ("standardise", standardise)):
            execute(stage, function, there, progress=progress)
        with open_readonly(there.warehouse) as con:
            return _outcome(con)


def _deliver(path: Path, target: Path) -> None:
    """The file in the inbox: the same one where the disk allows, else a copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path.resolve(), target)
    except OSError:
        shutil.copyfile(path, target)


def _outcome(con: duckdb.DuckDBPyConnection) -> Outcome:
    rows = con.execute(
        "select coalesce(sum(rows_delivered), 0)::bigint, coalesce(sum(rows_loaded), 0)::bigint, "
        "coalesce(sum(rows_quarantined), 0)::bigint from ops.batch"
    ).fetchall()
    counts = {name: _count(con, f"select count(*) from standard.{name}") for name in TABLES}
    filled = ", ".join(f"count({name})" for name in FIELDS)
    fields = con.execute(f"select {filled} from standard.record").fetchall()[0]
    missing = con.execute("select missing_columns from ops.batch where missing_columns is not null").fetchall()
    delivered, loaded, quarantined = rows[0]
    return Outcome(
        delivered,
        loaded,
        quarantined,
        refusals=_pairs(con, "select reason, count(*) from ops.quarantine group by all order by 2 desc, 1 limit 10"),
        tables=counts,
        fields=dict(zip(FIELDS, fields, strict=True)),
        namespaces=_pairs(
            con, "select namespace, count(*) from standard.identifier group by all order by 2 desc, 1"
        ),
        unparsed=tuple(
            con.execute(
                "select field, reason, count(*) from standard.unparsed group by all order by 3 desc, 1, 2 limit 30"
            ).fetchall()
        ),
        missing=tuple(row[0] for row in missing),
    )  # fmt: skip


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0


def _pairs(con: duckdb.DuckDBPyConnection, query: str) -> tuple[tuple[str, int], ...]:
    return tuple((str(row[0]), int(row[1])) for row in con.execute(query).fetchall())
