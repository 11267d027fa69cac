"""Every column a CSV connector reads stands in the header of that system's real export."""

import json
from pathlib import Path

import pytest

from connectors.columns import raw_columns
from connectors.registry import CONNECTORS

HEADERS = Path(__file__).parents[3] / "shared" / "data" / "crm_api" / "export_headers.json"
# source, stream → the export's name in the file of headers
EXPORTS = {
    ("zoho", "leads"): "zoho_leads",
    ("zoho", "contacts"): "zoho_contacts",
    ("shopify", "customers"): "shopify_customers",
    ("shopify", "orders"): "shopify_orders",
    ("taobao", "orders"): "taobao_orders_ExportOrderList",
    ("survey", "responses"): "surveymonkey",
}
# A survey's own questions are columns of no other survey.
QUESTIONS = {("survey", "responses"): {"nps", "csat", "comment"}}


@pytest.fixture(scope="module")
def headers():
    if not HEADERS.exists():
        pytest.skip("the header rows of real exports are not beside this checkout (shared/data/crm_api)")
    found = json.loads(HEADERS.read_text(encoding="utf-8"))
    return {name: entry["columns"] if isinstance(entry, dict) else entry for name, entry in found.items()
            if not name.startswith("_")}  # fmt: skip


@pytest.mark.parametrize(("source", "stream"), EXPORTS, ids=lambda name: name)
def test_columns_read_are_columns_exported(headers, source, stream):
    found = next(each for each in CONNECTORS[source].streams if each.name == stream)
    asked = {
        str(getattr(found.feedback, field)).strip('"')
        for field in QUESTIONS.get((source, stream), ())
        if found.feedback
    }
    missing = set(raw_columns(found)) - asked - set(headers[EXPORTS[source, stream]])
    assert missing == set()


def test_every_csv_stream_is_compared():
    from connectors.files.delimited import Delimited

    streams = {(name, each.name) for name, connector in CONNECTORS.items() for each in connector.streams
               if isinstance(each.format, Delimited)}  # fmt: skip
    assert streams == set(EXPORTS)
