"""`guiyi status`: stages, streams, quarantine and new columns, with what files hold shown as it is."""

import pytest

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
def test_what_needs_a_later_stage_says_which():
    told = guiyi("explain", "C1")
    assert (told.code, told.err) == (1, "guiyi: nothing has been resolved yet: run `guiyi run` first\n")
