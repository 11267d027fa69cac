"""`guiyi status`: stages, streams, quarantine and new columns, with what files hold shown as it is."""

import duckdb
import pytest

from pipeline.stage import StageFailed
from tests.pipeline.demo_home import demo_home, enter, guiyi

CONFIG = """
[source.till]
[source.till.stream.sales]
files = "*.csv"
format = "csv"
record = { key = "id" }
"""


def test_every_stage_and_stream_is_shown(monkeypatch, tmp_path_factory):
    demo = demo_home(tmp_path_factory.getbasetemp())
    demo.enter(monkeypatch)
    told = guiyi("status")
    assert told.code == 0
    for stage in ("ingest", "standardise", "resolve", "profile", "extract", "publish"):
        assert f"│ {stage} " in told.out
    streams = demo.rows("select distinct stream from ops.batch")
    assert [name for (name,) in streams if f"│ {name} " not in told.out] == []


@pytest.fixture
def till(monkeypatch, tmp_path):
    """Two deliveries, the second with a new column of an awkward name and a broken line."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "guiyi.toml").write_text(CONFIG, encoding="utf-8")
    (inbox / "sales-2026-03-01.csv").write_text("id\n1\n", encoding="utf-8")
    (inbox / "sales-2026-03-02.csv").write_text("id,[/red]\n2,x\n3\n", encoding="utf-8")
    enter(monkeypatch, tmp_path, tmp_path / "guiyi.toml")
    assert guiyi("ingest").code == 0


@pytest.mark.usefixtures("till")
def test_quarantine_is_counted_by_reason_and_new_columns_are_named():
    told = guiyi("status")
    assert told.code == 0
    assert "1 fields where the header has 2" in told.out
    assert "[/red]" in told.out
    assert "2026-03-02" in told.out


@pytest.mark.usefixtures("till")
def test_an_erasure_that_was_not_finished_is_an_alarm(tmp_path):
    quiet = guiyi("status", "--as-of", "2026-03-02", "--alarms")
    assert (quiet.code, "erasure" in quiet.out) == (0, False)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        con.execute(
            "insert into ops.erasure values ('act1', timestamp '2026-03-02 10:00', 'dpo', 'asked', 'x', 1, 1, 0, '{}', "
            "'begun', null)"
        )
    for command in (("status",), ("status", "--as-of", "2026-03-02", "--alarms")):
        told = guiyi(*command)
        assert "erasure act1 was begun at 2026-03-02 10:00 (UTC) and is not finished" in told.out
        assert told.code == int("--alarms" in command)


@pytest.mark.usefixtures("till")
def test_what_needs_a_later_stage_says_which():
    told = guiyi("explain", "C1")
    assert (told.code, told.err) == (1, "guiyi: nothing has been resolved yet: run `guiyi run` first\n")


@pytest.fixture
def held(till, monkeypatch):
    """The till's warehouse while another process writes to it."""
    connect = duckdb.connect

    def refuse(path, *arguments, **options):
        if str(path).endswith("warehouse.duckdb"):
            raise duckdb.IOException("Could not set lock on file")
        return connect(path, *arguments, **options)

    monkeypatch.setattr("warehouse.connection.duckdb.connect", refuse)
    monkeypatch.setattr("pipeline.logbook.WAIT_SECONDS", 0)


@pytest.mark.usefixtures("held")
def test_while_a_stage_is_writing_the_copy_of_the_last_one_is_shown():
    told = guiyi("status")
    assert told.code == 0
    assert "a stage is writing; this is how things were at 20" in told.out
    assert "│ ingest " in told.out
    assert "1 fields where the header has 2" in told.out
    assert "│ sales " in told.out


def test_without_a_copy_one_is_told_to_wait(held, tmp_path):
    (tmp_path / "published" / "logbook.duckdb").unlink()
    told = guiyi("status")
    assert (told.code, "being written by another process" in told.err) == (1, True)


@pytest.mark.usefixtures("till")
def test_the_copy_holds_nothing_of_a_delivered_row(tmp_path):
    with duckdb.connect(str(tmp_path / "published" / "logbook.duckdb"), read_only=True) as con:
        tables = {row[0] for row in con.execute("select table_name from duckdb_tables()").fetchall()}
        columns = {
            row[0] for row in con.execute("select column_name from duckdb_columns() where not internal").fetchall()
        }
    assert "quarantine" not in tables
    assert columns & {"raw", "state", "line"} == set()


@pytest.mark.usefixtures("till")
def test_a_stage_that_fails_leaves_its_failure_in_the_copy(tmp_path, monkeypatch):
    def broken(work):
        raise StageFailed("no")

    monkeypatch.setattr("pipeline.standardise.standardise", broken)
    assert guiyi("standardise").code == 1
    with duckdb.connect(str(tmp_path / "published" / "logbook.duckdb"), read_only=True) as con:
        assert con.execute("select status from ops.run where stage = 'standardise'").fetchall() == [("failed",)]


@pytest.mark.usefixtures("till")
def test_drift_is_shown_with_what_was_seen(tmp_path):
    (tmp_path / "inbox" / "sales-2026-03-03.csv").write_text("other\n" + "x\n" * 9, encoding="utf-8")
    assert guiyi("ingest").code == 0
    told = guiyi("status")
    assert "rows have no key without it" in told.out
    assert "│ alarm " in told.out


def test_pulls_are_shown(till, tmp_path):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        con.execute(
            "insert into ops.pull by name select 'zoho' as source, 'contacts' as stream, timestamp '2026-03-01' as started_at, "
            "'failed' as status, 'since-then' as since, 3 as pages, 7 as records, 4 as requests, 0.5 as waited_seconds, "
            "'StageFailed' as error, timestamp '2026-03-01 08:00:00' as updated_at"
        )
    told = guiyi("status")
    assert "since-then" in told.out
    assert "2026-03-01 08:00:00" in told.out


# name: days delivered (March 2026), day of the question, exit code, words
ALARMS = {
    "as usual": (range(1, 15), "2026-03-14", 0, "nothing is late, missing or unusual"),
    "late": (range(1, 15), "2026-03-16", 1, "late"),
    "missing": (range(1, 15), "2026-03-20", 1, "missing"),
    "too little history": (range(1, 3), "2026-03-20", 0, "nothing is late, missing or unusual"),
}


@pytest.mark.parametrize(("days", "day", "code", "words"), ALARMS.values(), ids=ALARMS)
def test_alarms_give_exit_code_1(till, tmp_path, days, day, code, words):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        con.execute("delete from ops.batch")
        for number in days:
            con.execute(
                "insert into ops.batch by name select ? as batch_id, 'till' as source, 'sales' as stream, '' as file_name, "
                "?::date as delivered_on, '' as content_hash, 1 as size_bytes, 100 as rows_delivered, 100 as rows_loaded, "
                "0 as rows_quarantined, 'loaded' as status, ?::timestamp as loaded_at",
                [str(number), f"2026-03-{number:02}", f"2026-03-{number:02} 08:00:00"],
            )
    told = guiyi("status", "--alarms", "--as-of", day)
    assert (told.code, words in told.out) == (code, True)
    assert guiyi("status", "--as-of", day).code == 0
