"""The whole pipeline on demo exports: nothing lost, nothing changed by repetition, nothing depending on order."""

import random
import re
import shutil
from pathlib import Path

import duckdb
import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from benchmarks.warehouse.queries import read_queries
from pipeline.demo.exports import write_demo
from pipeline.judgement import judge_warehouse
from pipeline.run import run_all, run_stage

QUERIES = Path(__file__).parents[2] / "docs" / "queries.sql"


def checksums(warehouse: Path) -> dict[str, tuple]:
    """Rows and an order-free hash of every table outside ops; mart.source_freshness says when it was judged."""
    with duckdb.connect(str(warehouse), read_only=True) as con:
        tables = con.execute(
            "select schema_name || '.' || '\"' || table_name || '\"' from duckdb_tables() "
            "where schema_name <> 'ops' and table_name <> 'source_freshness'"
        ).fetchall()
        return {name: con.execute(f"select count(*), bit_xor(hash(t)), sum(hash(t)) from {name} as t").fetchone()
                for (name,) in tables}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A data directory with demo exports, run once through everything, gates included."""
    folder = tmp_path_factory.mktemp("end_to_end")
    write_demo(folder / "inbox", customers=250, seed=7, days=6)
    return folder


@pytest.fixture
def config(home, monkeypatch):
    from pipeline.config import load_config

    monkeypatch.setenv("GUIYI_HOME", str(home))
    monkeypatch.delenv("GUIYI_INBOX", raising=False)
    return load_config()


@pytest.fixture
def finished(config):
    """The configuration, once every stage has run."""
    if not config.warehouse.exists():
        lines: list[str] = []
        reports = run_all(config, progress=lambda stage, text: lines.append(text))
        assert [report.status for report in reports] == ["done"] * 6
        (config.home / "progress.txt").write_text("\n".join(lines), encoding="utf-8")
    return config


def query(path: Path, text: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(text).fetchall()


def test_every_delivered_row_is_loaded_or_quarantined_with_a_reason(finished):
    rows = query(
        finished.warehouse, "select sum(rows_delivered), sum(rows_loaded), sum(rows_quarantined) from ops.batch"
    )
    delivered, loaded, quarantined = rows[0]
    assert delivered == loaded + quarantined
    assert quarantined > 0
    missing = query(
        finished.warehouse, "select count(*) from ops.quarantine where coalesce(reason, '') = '' or line is null"
    )
    assert missing == [(0,)]


def test_every_record_of_the_truth_that_was_readable_has_one_customer(finished):
    measures = judge_warehouse(finished.warehouse, finished.inbox / "truth.parquet")
    assert measures["truth_coverage"] == 1.0
    assert measures["pair_f1"] > 0.8
    assert query(finished.warehouse, "select count(*) - count(distinct record_id) from identity.record_customer") == [
        (0,)
    ]


def test_running_again_changes_nothing(finished):
    before = checksums(finished.warehouse)
    reports = run_all(finished)
    assert {report.stage: report.status for report in reports} == dict.fromkeys(
        ("ingest", "standardise", "resolve", "profile", "extract", "publish"), "unchanged"
    )
    assert checksums(finished.warehouse) == before


def test_doing_everything_anew_changes_nothing_either(finished, tmp_path, monkeypatch):
    from pipeline.config import load_config
    from pipeline.stage import Options

    shutil.copytree(finished.home, tmp_path / "copy")
    monkeypatch.setenv("GUIYI_HOME", str(tmp_path / "copy"))
    config = load_config()
    before = checksums(config.warehouse)
    for stage in ("standardise", "resolve", "profile"):
        run_stage(stage, config, options=Options(full_refresh=True))
    after = checksums(config.warehouse)
    assert {name for name in before if before[name] != after[name]} == set()


def test_deliveries_few_by_few_in_another_order_give_the_same_customers(finished, tmp_path, monkeypatch):
    from pipeline.config import load_config

    monkeypatch.setattr("pipeline.run._gate", lambda name, work: {})
    monkeypatch.setenv("GUIYI_HOME", str(tmp_path / "home"))
    config = load_config()
    files = sorted(path for path in finished.inbox.rglob("*") if path.is_file() and "truth" not in path.name)
    chance = random.Random(3)
    chance.shuffle(files)
    rounds = 0
    while files:
        few = chance.choice((1, 1, 2, 4, 8, 16))
        for file in files[:few]:
            target = config.inbox / file.relative_to(finished.inbox)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        del files[:few]
        rounds += 1
        run_stage("ingest", config)
        run_stage("standardise", config)
        if rounds % 10 == 0 or not files:
            run_stage("resolve", config)
    assert rounds > 10
    partition = (
        "select string_agg(record_id, ',' order by record_id) from identity.record_customer group by customer_id"
    )
    assert set(query(config.warehouse, partition)) == set(query(finished.warehouse, partition))
    resolved = query(
        config.warehouse,
        """
        with handed_out as (
            select customer_id as id from identity.ledger union select other_customer_id from identity.ledger
            where other_customer_id is not null
        ),
        known as (select customer_id as id from identity.record_customer union select old_customer_id from identity.alias)
        select count(*) from handed_out where id not in (select id from known)
        """,
    )
    assert resolved == [(0,)]


def test_the_sample_queries_return_rows_on_the_snapshot(finished):
    queries = read_queries(QUERIES.read_text(encoding="utf-8"))
    assert len(queries) >= 20
    empty = {title for title, text in queries.items() if not query(finished.published / "customers.duckdb", text)}
    # 250 people buy too little for pairs of products.
    assert empty <= {"Which products are bought together?", "What may customers want next, and because of what?"}


def test_every_published_column_is_commented(finished):
    bare = query(
        finished.published / "customers.duckdb",
        "select table_name, column_name from duckdb_columns() where not internal and comment is null",
    )
    assert bare == []


def test_no_persons_value_is_in_progress_lines_counts_or_check_results(finished):
    values = {
        value.lower()
        for row in query(finished.warehouse, "select email, phone, full_name from standard.record")
        for value in row
        if value and len(value) > 5
    }
    told = (finished.home / "progress.txt").read_text(encoding="utf-8")
    told += str(query(finished.warehouse, "select detail from ops.run"))
    told += str(query(finished.warehouse, "select expectation, reason from ops.quality_result"))
    told += str(
        query(finished.warehouse, "select reason from ops.quarantine union all select reason from standard.unparsed")
    )
    told += str(query(finished.warehouse, "select subject, detail from ops.audit"))
    found = [len(value) for value in values if re.search(re.escape(value), told.lower())]
    assert found == []


def test_the_worked_example_runs(finished, monkeypatch, tmp_path):
    """docs/guiyi.ipynb, in a kernel of its own, on this snapshot."""
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    notebook = nbformat.read(QUERIES.with_name("guiyi.ipynb"), as_version=4)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3")
    # The kernel that comes with this environment, whatever else is installed on the machine.
    client.km = AsyncKernelManager(kernel_spec_manager=KernelSpecManager(ensure_native_kernel=True))
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output for output in outputs if output["output_type"] == "error"] == []
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 4
