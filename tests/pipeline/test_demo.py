"""The demo exports: deterministic, readable as their systems' files, complete in the truth, clean without noise."""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.demo.exports import DemoError, write_demo

STREAMS = {
    ("segment", "users"),
    ("sensors", "users"),
    ("wechat", "users"),
    ("wecom", "contacts"),
    ("zoho", "leads"),
    ("zoho", "contacts"),
    ("fxiaoke", "accounts"),
    ("shopify", "customers"),
    ("shopify", "orders"),
    ("taobao", "orders"),
    ("zendesk", "users"),
    ("survey", "responses"),
}


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default noise, 300 customers."""
    out = tmp_path_factory.mktemp("usual")
    write_demo(out, customers=300, seed=3)
    return out


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No noise at all."""
    out = tmp_path_factory.mktemp("clean")
    write_demo(out, customers=200, seed=3, noise=0)
    return out


# ---- readers: each as strict as the system's own format ---------------------------------------------------------


def read_lines(path: Path) -> Iterator[dict]:
    for line in path.read_bytes().split(b"\n"):
        try:
            value = json.loads(line.decode())
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value


def read_csv(text: str, header_rows: int = 1) -> Iterator[dict[str, str]]:
    rows = list(csv.reader(io.StringIO(text)))
    for row in rows[header_rows:]:
        if len(row) == len(rows[0]):
            yield dict(zip(rows[0], row, strict=True))


def read_pages(folder: Path, pattern: str) -> Iterator[dict]:
    for path in sorted(folder.glob(pattern)):
        try:
            yield json.loads(path.read_bytes())
        except ValueError:
            continue


def decode(path: Path, encoding: str = "utf-8") -> str:
    return path.read_bytes().decode(encoding, errors="replace")


def read_zoho(out: Path, member: str) -> Iterator[dict[str, str]]:
    for path in sorted((out / "crm/zoho").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            if member in archive.namelist():
                yield from read_csv(archive.read(member).decode(errors="replace"))


def find_keys(out: Path) -> dict[tuple[str, str], set[str]]:
    """Every key of every record in the files, as a connector would name it."""
    events = [line for path in out.glob("website/segment/*") for line in read_lines(path)]
    app = [line for path in out.glob("app/sensors/*") for line in read_lines(path)]
    store = out / "store/shopify"
    return {
        ("segment", "users"): {line["userId"] for line in events if line["type"] == "identify"},
        ("sensors", "users"): {line["login_id"] for line in app if line["type"] in ("track_signup", "profile_set")},
        ("wechat", "users"): {
            user["openid"]
            for page in read_pages(out, "social/wechat/*")
            for user in page["user_info_list"]
            if isinstance(user, dict)
        },
        ("wecom", "contacts"): {
            contact["external_contact"]["external_userid"]
            for page in read_pages(out, "social/wecom/*")
            for contact in page["external_contact_list"]
            if isinstance(contact, dict)
        },
        ("zoho", "leads"): {row["Record Id"].removeprefix("zcrm_") for row in read_zoho(out, "Leads_001.csv")},
        ("zoho", "contacts"): {row["Record Id"].removeprefix("zcrm_") for row in read_zoho(out, "Contacts_001.csv")},
        ("fxiaoke", "accounts"): {
            account["_id"]
            for page in read_pages(out, "crm/fxiaoke/*")
            for account in (page["data"] or {}).get("dataList", [])
            if isinstance(account, dict)
        },
        ("shopify", "customers"): {
            row["Customer ID"].lstrip("'") for path in store.glob("customers-*") for row in read_csv(decode(path))
        },
        ("shopify", "orders"): {row["Name"] for path in store.glob("orders-*") for row in read_csv(decode(path))},
        ("taobao", "orders"): {
            row["买家会员名"] for path in out.glob("store/taobao/*") for row in read_csv(decode(path, "gbk"))
        },
        ("zendesk", "users"): {
            str(user["id"])
            for page in read_pages(out, "service/zendesk/users-*")
            for user in page["users"]
            if isinstance(user, dict)
        },
        ("survey", "responses"): {
            row["Respondent ID"] for path in out.glob("feedback/survey/*") for row in read_csv(decode(path), 2)
        },
    }


def digest(out: Path) -> dict[str, str]:
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


# ---- what must hold -----------------------------------------------------------------------------------------------


def test_same_seed_writes_the_same_bytes(usual: Path, tmp_path: Path) -> None:
    write_demo(tmp_path / "again", customers=300, seed=3)
    assert digest(tmp_path / "again") == digest(usual)


def test_another_seed_makes_other_people(usual: Path, tmp_path: Path) -> None:
    write_demo(tmp_path / "other", customers=300, seed=4)
    ours, others = find_keys(usual), find_keys(tmp_path / "other")
    assert not ours["segment", "users"] & others["segment", "users"]


def test_truth_names_every_record_key_exactly_once(usual: Path) -> None:
    truth = pq.read_table(usual / "truth.parquet").to_pylist()
    counts = Counter((row["source"], row["stream"], row["source_record_id"]) for row in truth)
    assert max(counts.values()) == 1
    keys = {(*stream, key) for stream, values in find_keys(usual).items() for key in values}
    assert set(counts) == keys


def test_truth_covers_every_stream(usual: Path) -> None:
    truth = pq.read_table(usual / "truth.parquet")
    assert {(row["source"], row["stream"]) for row in truth.to_pylist()} == STREAMS
    assert set(map(str, truth.schema.types)) == {"string"}


def test_every_customer_has_a_record_and_the_mean_is_about_three(usual: Path) -> None:
    persons = Counter(pq.read_table(usual / "truth.parquet").column("person_id").to_pylist())
    assert len(persons) == 300
    assert 2.3 < sum(persons.values()) / len(persons) < 3.6
    assert max(persons.values()) >= 7


def test_devices_that_never_logged_in_have_no_person(usual: Path) -> None:
    rows = pq.read_table(usual / "truth_anonymous.parquet").to_pylist()
    assert {row["namespace"] for row in rows} == {"anonymous_id", "device_id"}
    assert any(row["person_id"] is None for row in rows)
    assert any(row["person_id"] is not None for row in rows)
    assert len({(row["namespace"], row["value"]) for row in rows}) == len(rows)


@pytest.mark.parametrize(
    "pattern",
    [
        r"website/segment/events-2026-03-18\.ndjson",
        r"website/access_log/access-2026-03-31\.log",
        r"app/sensors/events-2026-03-18\.ndjson",
        r"social/wechat/users-2026-03-18-001\.json",
        r"social/wecom/contacts-2026-03-18-001\.json",
        r"crm/zoho/zoho-2026-03-18\.zip",
        r"crm/fxiaoke/accounts-2026-03-18-001\.json",
        r"store/shopify/customers-2026-03-18\.csv",
        r"store/shopify/orders-2026-03-18\.csv",
        r"store/taobao/ExportOrderList-20260318\.csv",
        r"service/zendesk/users-2026-03-18-001\.json",
        r"service/zendesk/tickets-2026-03-18-001\.json",
        r"feedback/survey/responses-2026-03-18\.csv",
    ],
)
def test_files_are_named_as_the_connectors_expect(usual: Path, pattern: str) -> None:
    assert any(re.fullmatch(pattern, name) for name in digest(usual))


def test_deliveries_have_their_accidents(usual: Path) -> None:
    files = digest(usual)
    corrected = [name for name in files if "-corrected" in name]
    copies = [name for name in files if "-copy" in name]
    assert len(corrected) >= 3
    assert copies
    assert all(files[name] == files[name.replace("-copy", "")] for name in copies)
    assert any((usual / name).stat().st_size == 0 for name in files)


def test_some_lines_are_broken_and_few(usual: Path) -> None:
    lines = [line for path in usual.glob("website/segment/*") for line in path.read_bytes().split(b"\n")[:-1]]
    broken = [line for line in lines if not line.startswith(b"{") or not line.endswith(b"}")]
    assert 0 < len(broken) < 0.02 * len(lines)


def test_one_fxiaoke_page_is_an_error_within_http_200(usual: Path) -> None:
    codes = Counter(page["errorCode"] for page in read_pages(usual, "crm/fxiaoke/*"))
    assert codes[14001] == 1
    assert codes[0] > 1


def test_following_rows_of_an_order_lack_its_fields(usual: Path) -> None:
    first = usual / "store/shopify/orders-2026-03-18.csv"
    rows = [row for row in read_csv(decode(first)) if "\ufffd" not in "".join(row.values())]
    names = [row["Name"] for row in rows]
    following = [row for row, before in zip(rows[1:], names, strict=False) if row["Name"] == before]
    assert following
    assert {row["Total"] + row["Created at"] + row["Email"] for row in following} == {""}
    assert all(row["Lineitem sku"] for row in rows)


def test_two_orders_never_share_a_name_within_a_file(clean: Path) -> None:
    rows = list(read_csv(decode(clean / "store/shopify/orders-2026-03-18.csv")))
    heads = Counter(row["Name"] for row in rows if row["Total"])
    assert max(heads.values()) == 1


def test_taobao_is_gbk(usual: Path) -> None:
    text = (usual / "store/taobao/ExportOrderList-20260318.csv").read_bytes()
    assert text.startswith("订单编号,买家会员名".encode("gbk"))


def test_a_converted_lead_and_its_contact_are_one_person(usual: Path) -> None:
    person = {
        row["source_record_id"]: row["person_id"]
        for row in pq.read_table(usual / "truth.parquet").to_pylist()
        if row["source"] == "zoho"
    }
    links = {
        (row["Record Id"].removeprefix("zcrm_"), row["Converted Contact.id"].removeprefix("zcrm_"))
        for row in read_zoho(usual, "Leads_001.csv")
        if row["Converted Contact.id"].startswith("zcrm_")
    }
    assert links
    assert all(person[lead] == person[contact] for lead, contact in links)


def test_without_noise_nothing_is_broken(clean: Path) -> None:
    for path in [*clean.glob("website/segment/*"), *clean.glob("app/sensors/*")]:
        for line in path.read_bytes().split(b"\n")[:-1]:
            assert isinstance(json.loads(line.decode()), dict)
    for path in clean.glob("store/shopify/*.csv"):
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode())))
        assert {len(row) for row in rows[1:]} <= {len(rows[0])}


def test_without_noise_profiles_hold_no_placeholder_and_all_fields(clean: Path) -> None:
    contacts = list(read_zoho(clean, "Contacts_001.csv"))
    assert contacts
    assert all(row["Email"] and row["Date of Birth"] and row["Last Name"] for row in contacts)
    assert not any(row["Date of Birth"] == "1900-01-01" or row["Email"].startswith("test@") for row in contacts)


def test_more_noise_leaves_fewer_fields(clean: Path, usual: Path) -> None:
    def share(out: Path) -> float:
        contacts = list(read_zoho(out, "Contacts_001.csv"))
        return sum(bool(row["Date of Birth"]) for row in contacts) / len(contacts)

    assert share(clean) == 1
    assert share(usual) < 0.8


@pytest.mark.parametrize(("customers", "days"), [(1, 1), (7, 3), (50, 14), (50, 40)])
def test_small_sizes_and_other_windows_work(tmp_path: Path, customers: int, days: int) -> None:
    summary = write_demo(tmp_path / "small", customers=customers, days=days)
    assert summary.customers == customers
    truth = pq.read_table(tmp_path / "small/truth.parquet").to_pylist()
    keys = {(*stream, key) for stream, values in find_keys(tmp_path / "small").items() for key in values}
    assert {(row["source"], row["stream"], row["source_record_id"]) for row in truth} == keys


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(DemoError, match="not empty"):
        write_demo(tmp_path, customers=5)
