"""Sources without code: shops' purchases in Parquet and in fixed columns, and a web server's log, mapped in the
configuration alone.

The order lines have the shape of UCI Online Retail: one row per product, numbers that passed through a spreadsheet
(17850.0), cancellations as invoices that begin with C, rows without a customer. The fixed columns are CDNOW's: days
without a dash, no order numbers, two purchases of a customer on one day. The real files are used where they lie beside
the checkout.
"""

import shutil
from pathlib import Path

import duckdb
import pytest

from pipeline.config import load_config
from pipeline.run import run_stage

pytestmark = pytest.mark.usefixtures("ungated")

EVENTS = Path(__file__).parents[3] / "shared" / "data" / "events"
SHOPS = (Path(__file__).parents[2] / "benchmarks" / "ingest" / "public_sources.toml").read_text(encoding="utf-8")
WEB = r"""
[source.web]
issuer = "shop"

[source.web.stream.hits]
files = "web/*.log"
format = "lines"
pattern = '^(?P<client>\S+) \S+ (?P<who>\S+) \[(?P<time>[^\]]+)\] "(?P<request>[^"]*)" (?P<status>\d{3}) '

[source.web.stream.hits.event]
id = "_batch_id || ':' || _line"
type = "'request'"
occurred_at = '"time"'
url = '''split_part("request", ' ', 2)'''
ip = '"client"'
"""
LINES = """
    select * from (values
        ('536365', '85123A', 'WHITE HEART', 6, timestamp '2010-12-01 08:26:00', 2.55, 17850.0, 'United Kingdom'),
        ('536365', '71053', 'LANTERN', 2, timestamp '2010-12-01 08:26:00', 3.39, 17850.0, 'United Kingdom'),
        ('C536379', 'D', 'Discount', -1, timestamp '2010-12-01 09:41:00', 27.50, 17850.0, 'United Kingdom'),
        ('536414', '22139', null, 56, timestamp '2010-12-01 11:52:00', 0.00, null, 'United Kingdom'),
        ('537626', '22725', 'CHALKBOARD', 4, timestamp '2010-07-07 14:57:00', 3.75, 12347.0, 'Germany')
    ) as t("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
"""


@pytest.fixture
def configure(tmp_path, monkeypatch):
    """Write a configuration and deliver files; gives it, ingested and standardised."""

    def run(text: str, **files: Path):
        monkeypatch.setenv("GUIYI_HOME", str(tmp_path / "home"))
        monkeypatch.delenv("GUIYI_INBOX", raising=False)
        (tmp_path / "guiyi.toml").write_text(text, encoding="utf-8")
        config = load_config(tmp_path / "guiyi.toml")
        for name, path in files.items():
            target = config.inbox / name / path.name
            target.parent.mkdir(parents=True)
            shutil.copyfile(path, target)
        for stage in ("ingest", "standardise"):
            run_stage(stage, config)
        return config

    return run


def query(config, text: str) -> list[tuple]:
    with duckdb.connect(str(config.warehouse), read_only=True) as con:
        return con.execute(text).fetchall()


def test_order_lines_become_orders_lines_and_customers(configure, tmp_path):
    with duckdb.connect() as con:
        con.execute(f"copy ({LINES}) to '{tmp_path}/lines.parquet' (format parquet)")
    config = configure(SHOPS, retail=tmp_path / "lines.parquet")
    assert query(config, "select rows_delivered, rows_loaded, rows_quarantined from ops.batch") == [(5, 5, 0)]
    orders = """
        select order_number, source_record_id, p.ordered_at::varchar, status, currency, amount::double, item_count
        from standard.purchase as p left join standard.record using (record_id) order by 1
    """
    assert query(config, orders) == [
        ("536365", "17850", "2010-12-01 08:26:00", "paid", "GBP", 22.08, 8),
        ("536414", None, "2010-12-01 11:52:00", "paid", "GBP", 0.0, 56),
        # British summer time is an hour ahead.
        ("537626", "12347", "2010-07-07 13:57:00", "paid", "GBP", 15.0, 4),
        ("C536379", "17850", "2010-12-01 09:41:00", "cancelled", "GBP", -27.5, -1),
    ]
    lines = "select product, quantity::double, amount::double from standard.purchase_line order by amount"
    assert query(config, lines) == [
        ("Discount", -1.0, -27.5),
        (None, 56.0, 0.0),
        ("LANTERN", 2.0, 6.78),
        ("CHALKBOARD", 4.0, 15.0),
        ("WHITE HEART", 6.0, 15.3),
    ]
    customers = """
        select source_record_id, country, namespace, issuer, value
        from standard.record join standard.identifier using (record_id) order by 1
    """
    assert query(config, customers) == [
        ("12347", "DE", "retail_customer", "retail", "12347"),
        ("17850", "GB", "retail_customer", "retail", "17850"),
    ]


CDNOW = """\
 customer_id  date number_of_cds  dollar_value
 00001 19970101  1   11.77
 00002 19970112  5   77.00
 00002 19970112  1   12.00
"""
# The sample of the same shop, in which the customer's number within the sample stands second.
CDNOW_SAMPLE = " 00002 0001 19970112  5   77.00\r\n 00002 0001 19980514  2   20.76\r\n"


def test_fixed_columns_become_purchases_and_a_sample_of_them_adds_nothing_twice(configure, tmp_path):
    (tmp_path / "master.txt").write_text(CDNOW, encoding="ascii", newline="")
    config = configure(SHOPS, cdnow=tmp_path / "master.txt")
    (config.inbox / "cdnow" / "sample.txt").write_text(CDNOW_SAMPLE, encoding="ascii", newline="")
    for stage in ("ingest", "standardise"):
        run_stage(stage, config)
    assert query(config, "select sum(rows_delivered)::int, sum(rows_loaded)::int from ops.batch") == [(6, 5)]
    assert query(config, "select line, reason from ops.quarantine") == [(1, "does not follow the line format")]
    purchases = """
        select order_number, source_record_id, ordered_at::date::varchar, currency, amount::double, item_count
        from standard.purchase join standard.record using (record_id) order by 1
    """
    assert query(config, purchases) == [
        ("00001-19970101-1", "00001", "1997-01-01", "USD", 11.77, 1),
        ("00002-19970112-1", "00002", "1997-01-12", "USD", 77.0, 5),
        ("00002-19970112-2", "00002", "1997-01-12", "USD", 12.0, 1),
        ("00002-19980514-1", "00002", "1998-05-14", "USD", 20.76, 2),
    ]
    assert query(config, "select value from standard.identifier order by 1") == [("00001",), ("00002",)]


def test_lines_of_any_pattern_become_events(configure, tmp_path):
    (tmp_path / "a.log").write_text(
        '1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET /tea HTTP/1.1" 200 203\nnonsense\n', encoding="utf-8"
    )
    config = configure(WEB, web=tmp_path / "a.log")
    assert query(config, "select occurred_at::varchar, url, ip, anonymous_namespace from standard.event") == [
        ("2015-05-17 10:05:03", "/tea", "1.2.3.4", None)
    ]
    assert query(config, "select line, reason from ops.quarantine") == [(2, "does not follow the line format")]


def test_the_real_shop_and_its_web_server_are_accounted_for_row_by_row(configure):
    if not EVENTS.exists():
        pytest.skip("the public event files are not beside this checkout (shared/data/events)")
    config = configure(
        SHOPS + WEB,
        retail=EVENTS / "uci_online_retail" / "online_retail.parquet",
        web=EVENTS / "access_log" / "apache_combined.log",
    )
    counts = "select source, rows_delivered, rows_loaded, rows_quarantined from ops.batch order by source"
    assert query(config, counts) == [("retail", 541_909, 541_909, 0), ("web", 10_000, 10_000, 0)]
    assert query(config, "select count(*) from standard.event") == [(10_000,)]
    shop = """
        select (select count(*) from standard.purchase_line), (select count(*) from standard.purchase),
            (select count(*) from standard.record), (select sum(quantity)::bigint from standard.purchase_line)
    """
    assert query(config, shop) == [(541_909, 25_900, 4_372, 5_176_450)]


def test_the_real_cdnow_is_accounted_for_row_by_row(configure):
    if not EVENTS.exists():
        pytest.skip("the public event files are not beside this checkout (shared/data/events)")
    config = configure(SHOPS, cdnow=EVENTS / "cdnow" / "CDNOW_master.txt")
    counts = "select rows_delivered, rows_loaded, rows_quarantined from ops.batch"
    assert query(config, counts) == [(69_660, 69_659, 1)]  # the header
    shop = (
        "select count(*), count(distinct record_id), sum(item_count)::int, sum(amount)::double from standard.purchase"
    )
    assert query(config, shop) == [(69_659, 23_570, 167_881, 2_500_315.63)]
    # The sample's purchases are among them: nothing is added.
    shutil.copyfile(EVENTS / "cdnow" / "CDNOW_sample.txt", config.inbox / "cdnow" / "sample.txt")
    for stage in ("ingest", "standardise"):
        run_stage(stage, config)
    assert query(config, shop) == [(69_659, 23_570, 167_881, 2_500_315.63)]
