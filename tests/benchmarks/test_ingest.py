"""The benchmark's event files, and how its figures come about."""

import json
from dataclasses import replace

import duckdb
import pytest

from benchmarks.ingest import events
from benchmarks.ingest.events import EventFile, count_events, write_events
from benchmarks.ingest.run import Round, WrongCount, check_counts, list_measurements
from benchmarks.measurement import Process


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    found = EventFile(tmp_path_factory.mktemp("events") / "large.ndjson", 0, 3000, 11)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "PIECE", 1000)
        write_events(found)
        yield found


def parse(line: bytes) -> dict | None:
    try:
        return json.loads(line)
    except ValueError:
        return None


def test_files_hold_what_they_say(file, monkeypatch):
    monkeypatch.setattr(events, "PIECE", 1000)
    rows = [parse(line) for line in file.path.read_bytes().splitlines()]
    good = [row for row in rows if row]
    assert (len(good), len(rows) - len(good)) == (file.count, file.broken)
    assert len({row["messageId"] for row in good}) == count_events(file)
    assert 0.01 < 1 - count_events(file) / file.count < 0.05
    assert {row["type"] for row in good} == {"page", "track", "identify"}
    assert [row["timestamp"] for row in good[:9]] > ["2026-03-01"]


def test_events_are_the_same_whatever_the_file(file, monkeypatch):
    monkeypatch.setattr(events, "PIECE", 700)
    other = replace(file, path=file.path.with_name("other.ndjson"), first=1000, count=500)
    write_events(other)
    lines = set(file.path.read_bytes().splitlines())
    good = [line for line in other.path.read_bytes().splitlines() if parse(line)]
    assert set(good) <= lines
    assert not list(file.path.parent.glob("*.part"))


def test_the_peer_reads_every_column(file, tmp_path, capsys):
    from benchmarks.ingest import bare

    bare.main(file.path, tmp_path / "bare.duckdb")
    assert json.loads(capsys.readouterr().out)["rows"] == file.count
    with duckdb.connect(str(tmp_path / "bare.duckdb")) as con:
        names = [row[0] for row in con.execute("describe event").fetchall()]
        row = con.execute(
            "select count(context.page.url), count(properties.price), count(traits.email), count(timestamp) from event"
        ).fetchone()
    assert names == list(bare.COLUMNS)
    assert all(row)


def rounds(**changed) -> list[Round]:
    counts = {"rows_in": 1008, "rows_out": 1000, "quarantined": 8, "events": 980, "different": 980,
              "ingest_seconds": 2.0, "standardise_seconds": 2.0, "database_bytes": 2**20}  # fmt: skip
    day = {**counts, "rows_in": 12, "rows_out": 10, "events": 990, "different": 990, "ingest_seconds": 0.02,
           "standardise_seconds": 0.02, **changed}  # fmt: skip
    slow = Process(9.0, 2**30, {**counts, "ingest_seconds": 5.0})
    quick = Process(5.0, 2**29, counts)
    peers = [Process(4.0, 2**28, {"rows": 1000, "seconds": seconds}) for seconds in (3.0, 2.0)]
    return [Round(peers[0], slow, Process(1.0, 2**28, day)), Round(peers[1], quick, Process(1.0, 2**28, day))]


@pytest.fixture
def large(tmp_path):
    path = tmp_path / "large.ndjson"
    path.write_bytes(b" " * 2**20)
    return EventFile(path, 0, 1000, 11)


def test_the_best_round_counts_and_the_highest_memory(large):
    found = {each.measure: each for each in list_measurements(rounds(), large)}
    assert found["throughput, file to standard.event"].ratio == pytest.approx(0.5)
    assert found["one day of 1 % more"].ratio == pytest.approx(0.01)
    assert found["peak memory"].value == 1024


def test_a_wrong_count_stops_the_benchmark(large, monkeypatch):
    monkeypatch.setattr("benchmarks.ingest.run.count_events", lambda *files: 990)
    monkeypatch.setattr(EventFile, "broken", property(lambda self: 8 if self.count == 1000 else 2))
    day = replace(large, first=1000, count=10)
    check_counts(rounds()[0], large, day)
    with pytest.raises(WrongCount, match="different events: 989 instead of 990"):
        check_counts(rounds(different=989)[0], large, day)
