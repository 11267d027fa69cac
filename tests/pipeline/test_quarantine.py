"""What is in quarantine, and reading it again once the cause was mended: nothing lost, nothing twice, nothing changed."""

import json
from dataclasses import replace
from datetime import datetime

import duckdb
import pytest

from pipeline.config import SourceConfig
from pipeline.quarantine import Choice, Group, list_quarantine, read_quarantine
from pipeline.replay import Replayed, replay
from pipeline.run import run_stage
from pipeline.stage import Options, execute
from quality.setting_aside import set_aside
from quality.suites.event import SUITE as EVENT
from tests.pipeline.conftest import Installation
from tests.pipeline.demo_home import enter, guiyi
from warehouse.connection import WarehouseBusy

pytestmark = pytest.mark.usefixtures("ungated")

RECORD = {"key": "id", "full_name": "name", "emails": ["email"]}


class Till:
    """One declared stream whose settings are mended between runs."""

    def __init__(self, make_installation, **settings):
        self.made: Installation = make_installation()
        self.set(**settings)

    def set(self, files="till/*", **settings):
        stream = {"files": files, "record": RECORD} | settings
        source = SourceConfig("till", country="US", streams={"sales": stream})
        self.made.config = replace(self.made.config, sources={"till": source})

    def deliver(self, name, content):
        self.made.deliver(f"till/{name}", content)
        return self.made.run("ingest")["ingest"]

    def replay(self, **choice) -> list[Replayed]:
        done: list[Replayed] = []
        execute(
            "replay", lambda work: replay(work, Choice(**choice), done), self.made.config, options=Options(actor="li")
        )
        self.check_reconciled()
        return done

    def check_reconciled(self):
        assert (
            self.made.rows(
                """
            select batch_id from ops.batch
            where rows_delivered <> rows_loaded + rows_quarantined
                or rows_loaded <> (select count(*) from raw.till_sales where _batch_id = batch_id)
                or rows_quarantined <> (
                    select count(*) from ops.quarantine as q where q.batch_id = ops.batch.batch_id and stage = 'ingest'
                )
            """
            )
            == []
        )

    def rows(self):
        return self.made.rows("select _line, id, name from raw.till_sales order by all")

    def quarantine(self):
        return self.made.rows("select line, reason from ops.quarantine order by all")


@pytest.fixture
def till(make_installation):
    return lambda **settings: Till(make_installation, **settings)


GBK = "id,name\n1,Ann\n2,王小明\n3,Bo\n".encode("gb18030")
LINES = "1 Ann\n2: Bo\n3 Cy\n"
RAGGED = 'id,name\n1,Ann\n2,"Bo\n3,Cy\n'

# name: settings, delivery, mended settings, raw rows after, quarantine after, rows added
CASES = {
    "an encoding, line by line": (
        {"format": "csv", "encoding": "utf-8"}, GBK, {"format": "csv", "encoding": "gb18030"},
        [(2, "1", "Ann"), (3, "2", "王小明"), (4, "3", "Bo")], [], 1,
    ),
    "a pattern": (
        {"format": "lines", "pattern": r"(?P<id>\d) (?P<name>\w+)"}, LINES,
        {"format": "lines", "pattern": r"(?P<id>\d):? (?P<name>\w+)"},
        [(1, "1", "Ann"), (2, "2", "Bo"), (3, "3", "Cy")], [], 1,
    ),
    "a pattern that still leaves a line": (
        {"format": "lines", "pattern": r"(?P<id>\d) (?P<name>\w+)"}, LINES + "4? Di\n",
        {"format": "lines", "pattern": r"(?P<id>\d):? (?P<name>\w+)"},
        [(1, "1", "Ann"), (2, "2", "Bo"), (3, "3", "Cy")], [(4, "does not follow the line format")], 1,
    ),
    "a format: nothing had been loaded": (
        {"format": "pages", "path": "$.people"}, '{"data": [{"id": "1", "name": "Ann"}, {"id": "2", "name": "Bo"}]}',
        {"format": "pages", "path": "$.data"},
        [(1, "1", "Ann"), (2, "2", "Bo")], [], 2,
    ),
    "a format of which some lines stay broken": (
        {"format": "lines", "pattern": r"(?P<id>\d)x(?P<name>\w+)"}, '{"id":"1","name":"Ann"}\n{"id":\n',
        {"format": "ndjson"},
        [(1, "1", "Ann")], [(2, "not valid JSON")], 1,
    ),
    "header rows: the file as a whole was refused": (
        {"format": "csv", "header_rows": 5}, "id,name\n1,Ann\n", {"format": "csv"},
        [(2, "1", "Ann")], [], 1,
    ),
    "nothing was mended": (
        {"format": "csv"}, "id,name\n1\n2,Bo\n", {"format": "csv"},
        [(3, "2", "Bo")], [(2, "1 fields where the header has 2")], 0,
    ),
    "nothing can be read still": (
        {"format": "ndjson"}, "a\nb\n", {"format": "ndjson"},
        [], [(1, "not valid JSON"), (2, "not valid JSON")], 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "content", "after", "rows", "quarantine", "added"), CASES.values(), ids=CASES)
def test_what_can_be_read_now_is_loaded_and_the_rest_stays(till, before, content, after, rows, quarantine, added):
    shop = till(**before)
    shop.deliver("sales-2026-03-01", content)
    shop.set(**after)
    (found,) = shop.replay()
    assert (found.added, found.disagrees) == (added, False)
    assert (shop.rows(), shop.quarantine()) == (rows, quarantine)
    everything = "select * from ops.batch", "select * from ops.quarantine", "select * from raw.till_sales"
    state = [shop.made.rows(query) for query in everything]
    assert [each.added for each in shop.replay()] == ([0] if quarantine else [])
    assert [shop.made.rows(query) for query in everything] == state
    audits = shop.made.rows("select actor, action, subject, detail from ops.audit")
    assert len(audits) == bool(added)
    if added:
        ((actor, action, subject, detail),) = audits
        assert (actor, action, subject) == ("li", "replay", found.batch.batch_id)
        assert json.loads(detail)["added"] == added
    ((status,),) = shop.made.rows("select status from ops.batch")
    assert status == ("loaded" if rows else "rejected")


def test_the_new_rows_are_standardised_and_the_others_stay_as_they_are(till):
    shop = till(format="csv", encoding="utf-8")
    shop.deliver("sales-2026-03-01", GBK)
    shop.made.run("standardise")
    before = shop.made.rows("select * from standard.record order by record_id")
    shop.set(format="csv", encoding="gb18030")
    shop.replay()
    shop.made.run("standardise")
    after = shop.made.rows("select * from standard.record order by record_id")
    assert len(after) == len(before) + 1
    assert set(before) < set(after)


def test_an_order_gains_the_line_that_was_in_quarantine(make_installation):
    shop = Till(make_installation)
    orders = {
        "purchase": {"key": "order_no", "ordered_at": "day"},
        "purchase_line": {"purchase": "order_no", "quantity": "n", "unit_price": "price"},
        "format": "csv",
    }
    shop.set(**orders, encoding="utf-8")
    content = "order_no,day,n,price,product\nA1,2026-03-01,1,5,王\nA1,2026-03-01,2,10,tea\n".encode("gb18030")
    shop.deliver("sales-2026-03-01", content)
    shop.made.run("standardise")
    amount = "select amount, (select count(*) from standard.purchase_line) from standard.purchase"
    assert [tuple(map(int, row)) for row in shop.made.rows(amount)] == [(20, 1)]
    shop.set(**orders, encoding="gb18030")
    shop.replay()
    shop.made.run("standardise")
    assert [tuple(map(int, row)) for row in shop.made.rows(amount)] == [(25, 2)]
    assert shop.made.rows("select _line from standard.purchase") == [(3,)]


def test_loaded_lines_that_would_read_differently_are_told_and_kept(till):
    shop = till(format="csv", delimiter=",")
    shop.deliver("sales-2026-03-01", "id,name\n1,A;B\n2,Bo,x\n3,Cy\n")
    assert shop.rows() == [(2, "1", "A;B"), (4, "3", "Cy")]
    # What was one column is another delimiter's two: every loaded line reads differently.
    shop.set(format="csv", delimiter=";", names=["id", "name"], skip_rows=1)
    (found,) = shop.replay()
    assert found.differing + found.gone == 2
    assert [row for row in shop.rows() if row[0] != 3] == [(2, "1", "A;B"), (4, "3", "Cy")]


def test_lines_nobody_told_of_before_are_counted_and_left_out(till):
    shop = till(format="csv", skip_rows=2)
    shop.deliver("sales-2026-03-01", "id,name\n1,Ann\nid,name\n2,Bo\n3\n")
    assert shop.rows() == [(4, "2", "Bo")]
    shop.set(format="csv")
    (found,) = shop.replay()
    assert (found.added, found.unknown, found.still) == (0, 2, 1)
    assert shop.rows() == [(4, "2", "Bo")]


def test_the_rest_of_a_file_that_was_cut_off_is_read_when_it_can_be(till, monkeypatch):
    from connectors.files.chunk import UnreadableFile
    from connectors.files.reading import read_delivery

    def cut(*arguments, **options):
        part = next(iter(read_delivery(*arguments, **options)))
        yield (
            replace(part, rows=part.rows.slice(0, 1), rejects=part.rejects.slice(0, 0), delivered=1)
            if len(part.rows)
            else part
        )
        raise UnreadableFile("the file is damaged")

    shop = till(format="lines", pattern=r"(?P<id>\d) (?P<name>\w+)")
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.ingest.read_delivery", cut)
        shop.deliver("sales-2026-03-01", LINES)
        assert (shop.rows(), shop.quarantine()) == ([(1, "1", "Ann")], [(1, "the file is damaged")])
        patch.setattr("pipeline.replay.read_delivery", cut)
        (found,) = shop.replay()
        assert (found.added, found.problem) == (0, "the file is damaged")
    (found,) = shop.replay()
    assert (found.added, found.still) == (1, 1)
    assert shop.rows() == [(1, "1", "Ann"), (3, "3", "Cy")]
    assert shop.quarantine() == [(2, "does not follow the line format")]


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda path: path.unlink(), "its bytes are no longer in the archive"),
        (lambda path: path.write_bytes(b"id\n1\n"), "the bytes in the archive are not those that were delivered"),
    ],
    ids=["gone", "changed"],
)
def test_an_archive_that_is_not_what_was_delivered_is_not_read(till, spoil, problem):
    shop = till(format="csv")
    shop.deliver("sales-2026-03-01", "id,name\n1\n")
    ((path,),) = shop.made.rows("select archive_path from ops.batch")
    spoil(shop.made.config.home / path)
    (found,) = shop.replay()
    assert (found.problem, found.added) == (problem, 0)
    assert len(shop.quarantine()) == 1


def test_a_link_out_of_the_inbox_is_not_read_as_a_file_of_its_own_path(till, tmp_path):
    shop = till(format="csv")
    (tmp_path / "elsewhere.csv").write_text("id,name\n1,Ann\n")
    (shop.made.config.inbox / "till").mkdir()
    (shop.made.config.inbox / "till" / "a.csv").symlink_to(tmp_path / "elsewhere.csv")
    shop.made.run("ingest")
    assert len(shop.quarantine()) == 1
    (found,) = shop.replay()
    assert (found.problem, found.added) == ("a link was delivered, and no bytes", 0)


def test_an_archive_as_a_whole_is_left_to_ingest(till):
    shop = till(format="csv")
    shop.deliver("sales-2026-03-01.zip", b"PK\x03\x04 not a zip")
    (found,) = shop.replay()
    assert "archive as a whole" in found.problem


def test_only_what_was_chosen_is_read_again(till):
    shop = till(format="ndjson")
    shop.deliver("a-2026-03-01", '{"id":"1"}\nbroken\n')
    shop.deliver("b-2026-03-02", '{"id":"2"}\nbroken too\n')
    ((batch,),) = shop.made.rows("select batch_id from ops.batch where file_name = 'till/b-2026-03-02'")
    assert [each.batch.batch_id for each in shop.replay(batch=batch)] == [batch]
    assert shop.replay(source="other") == []
    assert len(shop.replay(source="till", stream="sales")) == 2


def test_a_kill_in_the_middle_changes_nothing(till, monkeypatch):
    shop = till(format="csv", encoding="utf-8")
    shop.deliver("sales-2026-03-01", GBK)
    shop.set(format="csv", encoding="gb18030")

    def killed(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.replay._audit", killed)
        with pytest.raises(KeyboardInterrupt):
            shop.replay()
    assert len(shop.rows()) == 2
    shop.check_reconciled()
    assert shop.replay()[0].added == 1


def test_what_quality_set_aside_is_released_and_judged_again(make_installation, monkeypatch):
    """Events without a time are set aside; then the connector learns where the time is."""

    def gate(name, work):
        return {"set_aside": set_aside(work.con, EVENT, work.now)} if name == "standardise" else {}

    monkeypatch.setattr("pipeline.run._gate", gate)
    shop = Till(make_installation)
    shop.set(format="ndjson", event={"id": "id", "occurred_at": "never"})
    shop.deliver("sales-2026-03-01", '{"id":"1","told":"2026-03-01T10:00:00Z"}\n{"id":"2","told":"soon"}\n')
    run_stage("standardise", shop.made.config)
    assert shop.made.rows("select count(*) from standard.event") == [(0,)]
    assert len(shop.quarantine()) == 2
    shop.set(format="ndjson", event={"id": "id", "occurred_at": "told"})
    (found,) = shop.replay()
    assert (found.released, found.added) == (2, 0)
    run_stage("standardise", shop.made.config)
    assert shop.made.rows("select count(*) from standard.event where occurred_at is not null") == [(1,)]
    assert [line for line, _ in shop.quarantine()] == [2]


CONFIG = """
[source.till.stream.sales]
files = "*.csv"
format = "csv"
record = {{ key = "id" }}
encoding = "{}"
"""


@pytest.fixture
def shell(monkeypatch, tmp_path):
    """A delivery with a line that does not decode, and a way to mend the settings."""

    def configure(encoding):
        (tmp_path / "guiyi.toml").write_text(CONFIG.format(encoding), encoding="utf-8")

    inbox = tmp_path / "inbox"
    inbox.mkdir()
    configure("utf-8")
    (inbox / "sales-2026-03-01.csv").write_bytes(GBK)
    enter(monkeypatch, tmp_path, tmp_path / "guiyi.toml")
    assert guiyi("ingest").code == 0
    return configure


def test_list_groups_by_reason_and_says_what_to_do(shell):
    told = guiyi("quarantine", "list")
    assert told.code == 0
    assert "not valid utf-8" in told.out
    assert "set the stream's `encoding`, then replay" in told.out
    assert "sales-2026-03-01.csv" in guiyi("quarantine", "list", "--files", "--reason", "UTF").out
    assert "nothing of that" in guiyi("quarantine", "list", "--reason", "JSON").out
    assert "nothing of that" in guiyi("quarantine", "list", "--source", "other").out


def test_show_names_file_line_and_reason_but_values_only_where_they_may_go(shell, tmp_path):
    told = guiyi("quarantine", "show", "sales-2026-03-01.csv")
    assert (told.code, "not valid utf-8" in told.out, "2," in told.out) == (0, True, False)
    refused = guiyi("quarantine", "show", "sales-2026-03-01.csv", "--values")
    assert (refused.code, "on a terminal only" in refused.err, "\\xcd" in refused.out) == (2, True, False)
    out = tmp_path / "rows.ndjson"
    assert guiyi("quarantine", "show", "sales-2026-03-01.csv", "--values", "--out", out).code == 0
    (row,) = map(json.loads, out.read_text().splitlines())
    assert (row["line"], row["raw"][:2]) == (3, "2,")
    assert out.stat().st_mode & 0o077 == 0
    assert guiyi("quarantine", "show", "sales-2026-03-01.csv", "--out", out).code == 1
    assert "nothing of nowhere" in guiyi("quarantine", "show", "nowhere").err


def test_a_look_at_values_is_noted_before_it_is_granted(shell, tmp_path, monkeypatch):
    monkeypatch.setenv("GUIYI_USER", "li.na")
    warehouse = tmp_path / "warehouse.duckdb"
    query = "select actor, subject, detail from ops.audit where action = 'show'"
    assert guiyi("quarantine", "show", "sales-2026-03-01.csv").code == 0
    with duckdb.connect(str(warehouse), read_only=True) as con:
        assert con.execute(query).fetchall() == []
        (batch,) = con.execute("select batch_id from ops.batch").fetchone()
    out = tmp_path / "rows.ndjson"
    assert guiyi("quarantine", "show", "sales-2026-03-01.csv", "--values", "--out", out).code == 0
    with duckdb.connect(str(warehouse), read_only=True) as con:
        ((actor, subject, detail),) = con.execute(query).fetchall()
    assert (actor, subject) == ("li.na", batch)
    assert json.loads(detail) == {"what": "quarantine", "rows": 1, "batches": 1, "to": "file"}
    out.unlink()
    monkeypatch.setattr("pipeline.disclosure.open_warehouse", _busy)
    told = guiyi("quarantine", "show", "sales-2026-03-01.csv", "--values", "--out", out)
    assert (told.code, "is writing" in told.err, out.exists()) == (1, True, False)


def _busy(*args, **kwargs):
    raise WarehouseBusy("another process is writing")


def test_replay_says_what_it_did_and_what_comes_next(shell):
    assert "`guiyi run`" not in guiyi("quarantine", "replay").out
    shell("gb18030")
    told = guiyi("quarantine", "replay", "--source", "till", "--by", "li.na")
    assert told.code == 0
    assert "`guiyi run` takes them further" in told.out
    assert "nothing of that is in quarantine" in guiyi("quarantine", "replay").out
    assert "王" not in told.out + told.err


REASONS = {
    "not valid gb18030": "encoding",
    "not valid JSON": "source mend it",
    "not a JSON object": "source mend it",
    "3 fields where the header has 2": "delimiter",
    "quotes that do not pair up": "quoting",
    "a quote is opened and never closed": "quoting",
    "does not follow the line format": "pattern",
    "the zip archive is damaged or needs a password": "send it again",
    "the system answered with error code 40001": "ask it again",
    "no array at $.data": "path",
    "line longer than 16 MiB": "split",
    "something nobody thought of": "settings, then replay",
}


@pytest.mark.parametrize(("reason", "advice"), REASONS.items(), ids=REASONS)
def test_every_reason_has_an_advice(reason, advice):
    now = datetime(2026, 3, 1)
    assert advice in Group("s", "t", "ingest", reason, 1, 1, now, now).advice
    assert "quality" in Group("s", "t", "quality", reason, 1, 1, now, now).advice


def test_values_of_rows_that_quality_set_aside_come_from_raw(till):
    shop = till(format="csv")
    shop.deliver("sales-2026-03-01", "id,name\n1,Ann\n")
    with duckdb.connect(str(shop.made.config.warehouse)) as con:
        con.execute("insert into ops.quarantine select batch_id, source, stream, file_name, 2, 'quality', 'why', null, "
                    "loaded_at from ops.batch")  # fmt: skip
        (row,) = read_quarantine(con, "till/sales-2026-03-01", 5, values=True)
        assert json.loads(row.raw)["name"] == "Ann"
        (row,) = read_quarantine(con, "till/sales-2026-03-01", 5)
        assert row.raw is None
        assert [group.rows for group in list_quarantine(con, Choice())] == [1]
