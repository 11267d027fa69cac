"""Retention: what is older than its days goes, and every count says so."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from tests.pipeline.demo_home import DemoHome, demo_home, guiyi
from tests.pipeline.rights.erased_home import configure


@pytest.fixture
def home(tmp_path_factory, tmp_path, monkeypatch) -> DemoHome:
    copy = demo_home(tmp_path_factory.getbasetemp()).copy(tmp_path / "home")
    copy.enter(monkeypatch)
    return copy


def test_rows_and_files_go_when_their_days_are_over(home, tmp_path, monkeypatch):
    now = datetime.now(UTC).replace(tzinfo=None)
    ((first, last),) = home.rows("select min(ordered_at), max(ordered_at) from standard.purchase")
    days = (now - (first + (last - first) / 2)).days
    configure(
        home, tmp_path, f'[retention]\nextracts = 5\n"standard.purchase" = {days}\narchive = 10000\n', monkeypatch
    )
    extracts = sorted(path for path in (home.home / "extracts").rglob("*") if path.is_file())
    old = (datetime.now(UTC) - timedelta(days=6)).timestamp()
    os.utime(extracts[0], (old, old))
    due = home.rows("select count(*) from standard.purchase where ordered_at < ?", now - timedelta(days=days))[0][0]
    whole = home.rows("select count(*) from standard.purchase")[0][0]
    assert 0 < due < whole

    told = guiyi("retention")
    assert told.code == 0, told.err
    assert "nothing was taken out" in told.out
    assert home.rows("select count(*) from standard.purchase") == [(whole,)]

    told = guiyi("retention", "--yes", "--by", "dpo")
    assert told.code == 0, told.err
    assert f"{due + 1:,} rows and files are gone" in told.out
    assert home.rows("select count(*) from standard.purchase") == [(whole - due,)]
    assert home.rows(
        "select count(*) from standard.purchase_line where purchase_id not in (select purchase_id from standard.purchase)"
    ) == [(0,)]
    assert [path.exists() for path in extracts] == [False, *(True for _ in extracts[1:])]
    assert home.rows("select actor from ops.audit where action = 'retention'") == [("dpo",)]


def test_raw_rows_expire_and_counts_add_up(home, tmp_path, monkeypatch):
    configure(home, tmp_path, "[retention]\nraw = 30\narchive = 30\n", monkeypatch)
    import duckdb

    with duckdb.connect(str(home.home / "warehouse.duckdb")) as con:
        con.execute("update ops.batch set loaded_at = loaded_at - interval 31 day where source = 'shopify'")
    before = home.rows("select count(*) from standard.record")
    told = guiyi("retention", "--yes")
    assert told.code == 0, told.err
    assert home.rows("select count(*) from raw.shopify_customers") == [(0,)]
    assert home.rows("select count(*) > 0 from raw.zoho_contacts") == [(True,)]
    assert home.rows("select bool_and(archive_path is null) from ops.batch where source = 'shopify'") == [(True,)]
    assert not [path for path in (home.home / "archive" / "shopify").rglob("*") if path.is_file()]
    assert home.rows("select count(*) from standard.record") == before
    assert home.rows(
        "select count(*) from ops.batch where rows_delivered <> rows_loaded + rows_quarantined + rows_expired"
    ) == [(0,)]
    # The same files again are known, and a run with a limit goes on.
    assert guiyi("run").code == 0
    assert home.rows("select count(*) from raw.shopify_customers") == [(0,)]


WRONG = {
    "[retention]\nattic = 3\n": "[retention] has no attic",
    "[retention]\nraw = 0\n": "raw in [retention] is a number of days",
    '[retention]\nraw = "long"\n': "raw in [retention] is a number of days",
    "[rights]\nkeep_orders = 1\n": "keep_orders in [rights] is true or false",
    "[rights]\nminimum_age = 300\n": "minimum_age in [rights] is a number of years",
    "[rights]\nforget = true\n": "[rights] has no key forget",
    "[wrongs]\n": "no [wrongs]",
    "[rights\n": "rights.toml",
}


@pytest.mark.parametrize("text", WRONG)
def test_wrong_settings_are_named(home, tmp_path, monkeypatch, text):
    configure(home, tmp_path, text, monkeypatch)
    told = guiyi("retention")
    assert told.code == 1
    assert WRONG[text] in told.err
