"""What `guiyi run` says at its end about columns that are not what they were."""

import io
import json

import pytest
from rich.console import Console

from pipeline.config import SourceConfig
from pipeline.run import run_stage
from pipeline.summary import print_summary

pytestmark = pytest.mark.usefixtures("ungated")

RECORD = {"key": "id", "emails": ["email"]}


@pytest.fixture
def told(make_installation):
    """Ingest two deliveries one after the other; what the summary of the second run says."""
    stream = {"files": "*.csv", "format": "csv", "record": RECORD}
    till = make_installation(sources={"till": SourceConfig("till", streams={"sales": stream})})

    def tell(first, second):
        for day, header in ((1, first), (2, second)):
            columns = header.split(",")
            rows = "".join(",".join(f"{day}{i}" for _ in columns) + "\n" for i in range(20))
            till.deliver(f"sales-2026-03-{day:02}.csv", f"{header}\n{rows}")
            report = run_stage("ingest", till.config)
        out = io.StringIO()
        print_summary(Console(file=out, width=200), till.config, [report])
        return out.getvalue()

    return tell


def test_a_lost_key_is_loud(told):
    text = told("id,email,city", "email,city")
    assert (
        "till/sales: column id dropped (sales-2026-03-02.csv): had values in 100 % of rows, has none in 20 rows; rows"
        in text
    )
    assert "columns changed that are read │  1" in text


def test_a_lost_column_that_is_read_is_named(told):
    assert "till/sales: column email dropped" in told("id,email,city", "id,city")


def test_other_changes_are_a_count_and_no_change_is_nothing(told):
    assert "columns that changed" in told("id,email,city", "id,email")


TOLD_TWICE = 'ga4 and shop both tell purchases: where they are the same, each counts twice; leave_out = ["purchase"] in'


@pytest.mark.parametrize(
    ("tracker", "shop", "said"),
    [
        pytest.param({"issuer": "shop"}, {}, True, id="the shop is the tracker's issuer"),
        pytest.param({}, {}, True, id="the shop names no issuer"),
        pytest.param({"issuer": "brand"}, {"issuer": "brand"}, True, id="both have one issuer"),
        pytest.param({"issuer": "brand"}, {"issuer": "other"}, False, id="they have different ones"),
        pytest.param({"issuer": "shop", "leave_out": ("purchase",)}, {}, False, id="the tracker's are left out"),
    ],
)
def test_purchases_of_a_tracker_and_of_its_shop(make_installation, tracker, shop, said):
    installation = make_installation(
        sources={
            "ga4": SourceConfig("ga4", connector="ga4", **tracker),
            "shop": SourceConfig("shop", connector="shopify", **shop),
        }
    )
    bought = {"event_name": "purchase", "event_timestamp": "1772352000000000", "ecommerce": {"transaction_id": "1"}}
    installation.deliver("website/ga4/events_20260301.json", json.dumps(bought))
    installation.deliver("store/shopify/orders-2026-03-01.csv", "Name,Financial Status,Total\n#1,paid,3\n")
    run_stage("ingest", installation.config)
    report = run_stage("standardise", installation.config)
    out = io.StringIO()
    print_summary(Console(file=out, width=200), installation.config, [report])
    assert (TOLD_TWICE in out.getvalue()) is said


def test_nothing_is_said_of_what_stayed(told):
    text = told("id,email", "id,email")
    assert "column" not in text
    assert "late" not in text
