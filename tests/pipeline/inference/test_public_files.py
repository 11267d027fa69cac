"""Public files, where they lie beside the checkout: what is proposed for them works without an edit."""

import tomllib
from pathlib import Path

import duckdb
import pytest

from pipeline.inference.file_shape import UnclearFile
from pipeline.inference.source_inference import infer_source, try_inference
from pipeline.inference.understanding import Context

DATA = Path(__file__).parents[4] / "shared" / "data"
# file → rows, fields that at least so many records have
PEOPLE = {
    "er/fake_1000/fake_1000.csv": (1000, {"given_name": 820, "family_name": 810, "birth_date": 990, "email": 750}),
    "er/febrl3/dataset3.csv": (5000, {"given_name": 4800, "birth_date": 4500, "postcode": 4900, "national_id": 4900}),
    "er/senzing/customers.csv": (120, {"family_name": 105, "birth_date": 64, "address": 70, "phone": 15, "email": 45}),
    "er/senzing/customers.jsonl": (120, {"family_name": 105, "birth_date": 64, "address": 70, "phone": 15}),
}


def public(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the public files are not beside this checkout (shared/data/{name})")
    return path


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GUIYI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GUIYI_INBOX", raising=False)


@pytest.mark.parametrize("name", PEOPLE)
def test_people(name):
    rows, fields = PEOPLE[name]
    found = infer_source(public(name))
    used = [role.column.label for role in found.proposal.roles.roles if found.proposal.uses(role.column.expression)]
    assert "cluster" not in used
    outcome = try_inference(found)
    assert (outcome.loaded, outcome.quarantined, outcome.tables["record"]) == (rows, 0, rows)
    assert {name: count for name, count in fields.items() if outcome.fields[name] < count} == {}


def test_uci_online_retail_is_orders_of_lines(tmp_path):
    """The first rows of it: the whole is taken in by tests/pipeline/test_declared.py with the same mapping."""
    whole = infer_source(public("events/uci_online_retail/online_retail.parquet"), "retail")
    (source,) = tomllib.loads(whole.toml())["source"].values()
    stream = source["stream"]["orders"]
    assert (source["country"], source["zone"], source["currency"]) == ("GB", "Europe/London", "GBP")
    assert "like 'C%' then 'cancelled'" in stream["purchase"]["status"]
    part = tmp_path / "part.parquet"
    with duckdb.connect() as con:
        con.execute(f"copy (from '{whole.path}' limit 5000) to '{part}' (format parquet)")
        counted = con.execute(
            f"""select count(*), count(distinct "InvoiceNo"), count(distinct "CustomerID") from '{part}'"""
        ).fetchall()
    outcome = try_inference(infer_source(part, "retail"))
    made = (outcome.tables["purchase_line"], outcome.tables["purchase"], outcome.tables["record"])
    assert [made] == counted
    assert outcome.quarantined == 0


def test_cdnow_is_read_though_blanks_part_its_columns(tmp_path):
    head = tmp_path / "cdnow.txt"
    with public("events/cdnow/CDNOW_master.txt").open(encoding="ascii") as file:
        head.write_text("".join(file.readline() for _ in range(501)), encoding="ascii")
    found = infer_source(head, stated=Context(currency="USD"))
    assert any("the first line names them" in remark for remark in found.proposal.remarks)
    outcome = try_inference(found)
    assert (outcome.delivered, outcome.quarantined, outcome.tables["purchase"]) == (501, 1, 500)


def test_cdnow_s_sample_needs_names():
    found = infer_source(public("events/cdnow/CDNOW_sample.txt"))
    assert not found.proposal.is_usable
    assert any("--names" in remark for remark in found.proposal.remarks)


def test_a_web_server_s_log_has_a_connector():
    with pytest.raises(UnclearFile, match="access_log"):
        infer_source(public("events/access_log/apache_combined.log"))


def test_a_page_of_wechat_s_users():
    found = infer_source(public("payloads/wechat/user_info_batchget.json"))
    outcome = try_inference(found)
    assert outcome.tables["record"] == 2
    assert {"wechat_openid", "wechat_unionid"} <= {name for name, _ in outcome.namespaces}
