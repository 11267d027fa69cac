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
    ("surveymonkey", "responses"): "surveymonkey",
    ("qualtrics", "responses"): "qualtrics",
    ("wenjuanxing", "answers"): "wjx_问卷星",
    ("shopify", "legacy_customers"): "shopify_customers_legacy",
    ("hubspot", "contacts_export"): "hubspot_contacts",
}
# Streams whose real header is not among them, and what stands in for it.
WITHOUT_HEADER = {
    **{
        ("salesforce", name): "fields of the Object Reference"
        for name in (
            "leads",
            "contacts",
            "accounts",
            "cases",
            "exported_leads",
            "exported_contacts",
            "exported_accounts",
        )
    },
    **{
        (name, each.name): "columns of the sample tables: tests/connectors/test_public_payloads.py"
        for name in ("hubspot", "shopify")
        for each in CONNECTORS[name].streams
        if each.name.endswith("_table")
    },
    ("appsflyer", "raw_data"): "the 81 columns of tests/spec/connectors/deliveries/appsflyer.py",
    ("appsflyer", "data_locker"): "the same 81, as the API names them",
    ("growingio", "events"): "columns of the documentation",
    ("meta_leads", "leads_csv"): "columns differ by form",
    ("snowplow", "events"): "has no header: connectors/sources/snowplow_fields.py",
}
# A survey's own questions are columns of no other survey.
QUESTIONS = {
    (name, stream): {"nps", "csat", "comment"}
    for name, stream in EXPORTS
    if name in ("survey", "surveymonkey", "qualtrics", "wenjuanxing")
}
# Columns that the one header collected lacks: of another setting of the export, the survey's own, or unconfirmed.
BEYOND = {
    ("survey", "responses"): {"Date Created", "Date Modified"},
    ("surveymonkey", "responses"): {"Date Created", "Date Modified"},
    ("wenjuanxing", "answers"): {"1、您的姓名", "2、您的手机号码"},
    ("hubspot", "contacts_export"): {
        *("Mobile Phone Number", "Unsubscribed from all email", "Street Address", "City", "State/Region"),
        *("Postal Code", "Country/Region"),
    },
}


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
    known = set(headers[EXPORTS[source, stream]]) | BEYOND.get((source, stream), set())
    missing = set(raw_columns(found)) - asked - known
    assert missing == set()


def test_every_csv_stream_is_compared():
    from connectors.files.delimited import Delimited

    streams = {(name, each.name) for name, connector in CONNECTORS.items() for each in connector.streams
               if isinstance(each.format, Delimited) and not each.files.startswith("api/")}  # fmt: skip
    assert streams == set(EXPORTS) | set(WITHOUT_HEADER)
