"""Every DAG parses, is documented, keeps to the writer's pool, and hands over to the next one."""

import tomllib
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = sorted(tomllib.loads((PROJECT / "config" / "guiyi.toml").read_text(encoding="utf-8"))["source"])

# DAG, what it waits for, what it gives
CHAIN = [
    ("standardise", [f"guiyi/raw/{source}" for source in SOURCES], "guiyi/standard"),
    ("resolve", ["guiyi/standard"], "guiyi/identity"),
    ("profile", ["guiyi/identity"], "guiyi/customer"),
    ("extract", ["guiyi/customer"], "guiyi/segment"),
    ("publish", ["guiyi/segment"], "guiyi/published"),
]


def test_every_file_imports(parsed: dict[str, Any]) -> None:
    assert parsed["import_errors"] == {}


def test_one_ingest_per_configured_source_and_one_dag_per_later_stage(parsed: dict[str, Any]) -> None:
    assert sorted(parsed["dags"]) == sorted([f"ingest_{source}" for source in SOURCES] + [name for name, _, _ in CHAIN])


def test_parsing_loads_neither_the_pipeline_nor_its_libraries(parsed: dict[str, Any]) -> None:
    assert parsed["loaded"] == []


def test_airflowignore_hides_what_is_not_a_dag_file(parsed: dict[str, Any]) -> None:
    # pull.py has a DAG for each source with API settings, of which there is none here: see test_pull_dag.py.
    assert parsed["seen_files"] == sorted([*parsed["files"], "pull.py"])


def test_ingest_runs_by_the_clock_and_gives_its_raw_asset(parsed: dict[str, Any]) -> None:
    for source in SOURCES:
        dag = parsed["dags"][f"ingest_{source}"]
        assert dag["periodic"], source
        assert dag["params"] == ["date"], source
        assert [task["gives"] for task in dag["tasks"]] == [[f"guiyi/raw/{source}"]], source


def test_the_chain_of_assets_has_no_gap(parsed: dict[str, Any]) -> None:
    for name, waits_for, gives in CHAIN:
        dag = parsed["dags"][name]
        assert (dag["waits_for"], [task["gives"] for task in dag["tasks"]]) == (waits_for, [[gives]]), name


def test_any_one_source_is_enough_to_standardise(parsed: dict[str, Any]) -> None:
    assert parsed["dags"]["standardise"]["any"]


def test_later_stages_can_be_refreshed_and_profile_can_look_from_a_day(parsed: dict[str, Any]) -> None:
    params = {name: parsed["dags"][name]["params"] for name, _, _ in CHAIN}
    assert {name for name, names in params.items() if "full_refresh" in names} == set(params)
    assert {name for name, names in params.items() if "date" in names} == {"profile"}


def test_one_run_at_a_time_and_no_catching_up(parsed: dict[str, Any]) -> None:
    assert {(dag["max_active_runs"], dag["catchup"]) for dag in parsed["dags"].values()} == {(1, False)}


def test_every_dag_shows_its_manual_and_tags(parsed: dict[str, Any]) -> None:
    for name, dag in parsed["dags"].items():
        assert dag["doc_md"].strip().startswith("### "), name
        assert "**Gives**" in dag["doc_md"], name
        assert dag["tags"] == sorted(["guiyi", name.partition("_")[0]]), name


def test_every_task_writes_through_the_pool_and_is_retried_with_growing_delay(parsed: dict[str, Any]) -> None:
    for name, dag in parsed["dags"].items():
        for task in dag["tasks"]:
            assert task["pool"] == "duckdb_writer", name
            assert task["retries"] > 0, name
            assert task["backoff"] > 1, name
            assert task["limit"], name


def test_earlier_stages_go_first_when_several_wait_for_the_pool(parsed: dict[str, Any]) -> None:
    order = ["ingest_segment", *(name for name, _, _ in CHAIN)]
    priorities = [parsed["dags"][name]["tasks"][0]["priority"] for name in order]
    assert priorities == sorted(set(priorities), reverse=True)
