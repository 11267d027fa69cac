"""Nobody is in a file without consent to its purpose on its channel, in whatever format: against a plain recount."""

import csv
import io
import random

import pyarrow.parquet
import pytest

from pipeline.extract import extract
from tests.pipeline.extracts import content, with_segment
from tests.pipeline.shop import open_shop

PEOPLE = 120
CHANNELS = {"email": ("email", "email"), "sms": ("phone", "phone"), "wechat": ("wechat_openid", "wechat_openid")}


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """People with random addresses, some shared, and random permissions for both purposes on every channel."""
    chance = random.Random(11)
    work = open_shop(tmp_path_factory.mktemp("crowd"), profiled=True)
    con, people = work.con, {}
    con.execute("delete from mart.customer_360 where customer_id <> 'C1'")
    con.execute("delete from customer.permission")
    con.execute("delete from customer.identifier")
    for number in range(PEOPLE):
        who = f"P{number:03}"
        addresses = {
            "email": chance.choice([None, f"m{chance.randrange(PEOPLE)}@x.cn"]),
            "phone": chance.choice([None, f"+86139{chance.randrange(PEOPLE):08}"]),
            "wechat_openid": chance.choice([None, f"o{chance.randrange(PEOPLE)}"]),
        }
        permissions = {}
        for channel in CHANNELS:
            for purpose in ("marketing", "sharing"):
                status = chance.choice([None, "granted", "granted", "granted", "denied"])
                reason = chance.choice(["consent", "minor", "suppressed"]) if status == "denied" else None
                # Who shares a child's address goes by consent of their own.
                permissions[channel, purpose] = "minor" if reason == "minor" else status
                if status:
                    con.execute("insert into customer.permission by name select ? as customer_id, ? as channel, "
                                "? as purpose, ? as status, ? as reason", [who, channel, purpose, status, reason])  # fmt: skip
        con.execute(
            "insert into mart.customer_360 by name select * replace (? as customer_id, ? as email, ? as phone, "
            "? as wechat_openid) from mart.customer_360 where customer_id = 'C1'", [who, *addresses.values()],
        )  # fmt: skip
        for namespace, value in addresses.items():
            if value:
                con.execute("insert into customer.identifier by name select ? as customer_id, ? as namespace, "
                            "? as value, '' as issuer", [who, namespace, value])  # fmt: skip
        people[who] = (addresses, permissions)
    con.execute("delete from mart.customer_360 where customer_id = 'C1'")
    return work, people


def expected(people, channel, purpose):
    column = CHANNELS[channel][0]
    refused = {a[column] for a, p in people.values() if p[channel, purpose] == "denied"}
    return {
        who
        for who, (addresses, permissions) in people.items()
        if permissions[channel, purpose] == "granted" and addresses[column] and addresses[column] not in refused
    }


def extracted(work, shape):
    name = "2026-03-01." + ("parquet" if shape == "parquet" else "csv")
    if shape == "parquet":
        return set(pyarrow.parquet.read_table(io.BytesIO(content(work, name)))["customer_id"].to_pylist())
    key = "EXTERN_ID" if shape == "meta" else "customer_id"
    text = content(work, name).decode("utf-8-sig")
    return {row[key] for row in csv.DictReader(io.StringIO(text, newline=""))}


@pytest.mark.parametrize(
    ("shape", "channel", "purpose"),
    [
        *(("csv", channel, purpose) for channel in CHANNELS for purpose in ("marketing", "sharing")),
        ("parquet", "email", "marketing"),
        ("meta", "email", "sharing"),
        ("meta", "sms", "sharing"),
    ],
)
def test_only_who_granted_and_nobody_with_a_refused_address(crowd, shape, channel, purpose):
    work, people = crowd
    columns = ["customer_id", CHANNELS[channel][0]]
    work = with_segment(work, format=shape, channel=channel, purpose=purpose, columns=columns)
    counts = extract(work)
    wanted = expected(people, channel, purpose)
    assert 10 < len(wanted) < PEOPLE
    assert extracted(work, shape) == wanted
    assert (counts["members"], counts["consented"]) == (PEOPLE, len(wanted))
    assert counts["withheld"] == PEOPLE - len(wanted)
    assert counts["withheld"] == sum(
        counts[reason] for reason in ("without_consent", "suppressed", "minors", "without_address", "holdout")
    )


def test_a_delta_enters_nobody_else_either(crowd):
    work, people = crowd
    work = with_segment(work, format="csv", columns=["customer_id", "email"], delta=True)
    work.con.execute("delete from segment.extracted")
    extract(work)
    text = content(work, "2026-03-01.delta.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["change"] for row in rows} == {"entered"}
    assert {row["customer_id"] for row in rows} == expected(people, "email", "marketing")
