"""The identity engine beside Splink, on the same cleaned records of the demo.

1. Demo exports are taken through ingest and standardise into a warehouse under `bench/` in the data directory.
2. The cleaned records go to a Parquet file; the truth stays apart.
3. Each engine resolves that file in a process of its own: reading, learning, clusters written.
4. Both clusterings are judged by the same evaluator. Splink is given its best of several thresholds, chosen by looking
   at the truth; ours runs at its own threshold. The time Splink spent on the other thresholds is not counted.

Splink lives in an environment of its own (.venv-bench), made from benchmarks/requirements.lock.
"""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.measurement import Measurement, run_process, write_measurements
from identity.evaluation import evaluate
from pipeline.config import load_config
from pipeline.demo.exports import write_demo
from pipeline.keys import short_hash_sql
from pipeline.run import run_stage

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parent / ".venv-bench"
_SCORES = ("pair_precision", "pair_recall", "pair_f1", "bcubed_f1", "largest_cluster")


def measure_identity(customers: int) -> None:
    """Run both engines and print the table."""
    console = Console()
    folder = load_config().home / "bench" / f"identity-{customers}"
    os.environ["GUIYI_HOME"] = str(folder)
    _prepare(console, folder, customers)
    _install_peer(console)
    ours = run_process([sys.executable, "-m", "benchmarks.peers.guiyi", str(folder)])
    peer = run_process([str(ENVIRONMENT / "bin" / "python"), str(HERE / "peers" / "splink_peer.py"), str(folder)])
    found, best = _judge(folder)
    measurements = [
        Measurement("wall time", ours.seconds, "s", "Splink", peer.seconds - peer.output["extra_seconds"]),
        Measurement("peak memory", ours.peak_bytes / 2**20, "MiB", "Splink", peer.peak_bytes / 2**20),
        *(Measurement(name.replace("_", " "), found[name], "", "Splink", best[name]) for name in _SCORES),
    ]
    _print(console, measurements, int(found["records"]))
    console.print(write_measurements(folder.parent.parent, "identity", measurements), highlight=False)


def _prepare(console: Console, folder: Path, customers: int) -> None:
    """Steps 1 and 2; kept when they have been done before."""
    records, inbox = folder / "records.parquet", folder / "inbox"
    if records.exists():
        return
    console.print(f"preparing {customers:,} persons in {folder}", highlight=False)
    write_demo(inbox, customers=customers, seed=2026)
    config = load_config()
    for stage in ("ingest", "standardise"):
        run_stage(stage, config)
    with duckdb.connect(str(config.warehouse), read_only=True) as con:
        con.execute(f"copy (select * from standard.record order by record_id) to '{records}' (format parquet)")
        con.execute(
            f"copy (select * from standard.identifier where revoked_at is null order by all) "
            f"to '{folder / 'identifiers.parquet'}' (format parquet)"
        )
        key = short_hash_sql("source", "stream", "source_record_id")
        con.execute(
            f"copy (select {key} as record_id, person_id from '{inbox / 'truth.parquet'}') "
            f"to '{folder / 'truth.parquet'}' (format parquet)"
        )


def _install_peer(console: Console) -> None:
    if (ENVIRONMENT / ".installed").exists():
        return
    console.print("installing Splink into .venv-bench")
    subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    python = str(ENVIRONMENT / "bin" / "python")
    lock = str(HERE / "requirements.lock")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock], check=True)
    (ENVIRONMENT / ".installed").touch()


def _judge(folder: Path) -> tuple[dict[str, float | int], dict[str, float | int]]:
    """Our measures, and the peer's at the threshold that suits it best."""
    with duckdb.connect() as con:
        con.execute(f"create table truth as select * from '{folder / 'truth.parquet'}'")
        con.execute(f"create table ours as select * from '{folder / 'guiyi.parquet'}'")
        con.execute(f"create table peer as select * from '{folder / 'splink.parquet'}'")
        thresholds = [row[0] for row in con.execute("select distinct threshold from peer order by 1").fetchall()]
        candidates = []
        for threshold in thresholds:
            con.execute("create or replace view chosen as select record_id, customer_id from peer "
                        f"where threshold = {float(threshold)}")  # fmt: skip
            candidates.append(evaluate(con, "chosen", "truth"))
        return evaluate(con, "ours", "truth"), max(candidates, key=lambda each: each["pair_f1"])


def _print(console: Console, measurements: list[Measurement], records: int) -> None:
    table = Table(title=f"identity, {records:,} records", title_justify="left")
    table.add_column("measure")
    for name in ("Guiyi", "Splink (best threshold)", "ratio"):
        table.add_column(name, justify="right")
    for each in measurements:
        digits = 4 if each.unit == "" and each.value <= 1 else 1
        table.add_row(
            f"{each.measure} {each.unit}".strip(),
            f"{each.value:,.{digits}f}",
            f"{each.peer_value:,.{digits}f}",
            f"{each.ratio:.2f}",
        )
    console.print(table)
