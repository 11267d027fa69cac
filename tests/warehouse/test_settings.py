"""What the settings files may say: config/customer.toml and config/segments.toml."""

import pytest

from tests.warehouse.drawn import PROJECT, settings
from warehouse.segment_query import SegmentError, known_columns
from warehouse.segments import read_segments
from warehouse.survivorship import FIELDS, CustomerSettingsError, read_customer_settings

CUSTOMER = (PROJECT / "config" / "customer.toml").read_text(encoding="utf-8")
SEGMENT = """
[segment.a]
title = "t"
description = "d"
owner = "o"
purpose = "marketing"
channel = "email"
where = "orders > 1"
columns = ["customer_id", "email"]
"""


def test_the_projects_settings_name_every_field():
    assert [row.field for row in settings().fields] == list(FIELDS)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('rules = ["most_frequent", "most_trusted"]', 'rules = ["newest"]', "field.gender] rules has unknown newest"),
        ('rules = ["most_frequent", "most_trusted"]', "rules = []", "field.gender] needs rules"),
        ('prefer = ["address", "city"]', 'prefer = ["email"]', "field.address] prefer has unknown email"),
        ("[survivorship.field.gender]", "[survivorship.field.sex]", "has unknown sex"),
        ("new_days = 30", "new_days = 100", "new_days < active_days < lost_days"),
        ("window_days = 30", 'window_days = "30"', "window_days must be a whole number"),
        ("CNY = 1\n", "CNY = 2\n", "base_currency the rate 1"),
        ("USD = 7.00", "USD = 0", "positive rates, not so for USD"),
        ("[stitching]", "[stitch]", "unknown stitch"),
        ("[channels]", '[channels]\nstore = ["a"]\ncrm = ["a"]', "names a twice"),
        ("[money]", "[money", "customer.toml"),
    ],
)
def test_customer_settings_refuse(tmp_path, old, new, message):
    path = tmp_path / "customer.toml"
    assert old in CUSTOMER
    path.write_text(CUSTOMER.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CustomerSettingsError) as refusal:
        read_customer_settings(path)
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[segment.a]", '[segment."../a"]', "becomes a directory"),
        ('title = "t"\n', "", "lacks title"),
        ('title = "t"', "title = 3", "needs text in title"),
        ('owner = "o"', 'owner = "o"\nlimit = 3', "unknown limit"),
        ('"marketing"', '"fun"', "purpose must be one of marketing, sharing"),
        ('"email"\nwhere', '"post"\nwhere', "channel must be one of email, sms, phone, wechat"),
        ("orders > 1", "ordres > 1", "did you mean orders"),
        ('"customer_id", "email"', '"customer_id", "e_mail"', "did you mean email"),
        ('"customer_id", "email"', '"customer_id"', "must hold email"),
        ('"customer_id", "email"', '"email", "email"', "twice"),
        ("[segment.a]", "[segmnt.a]", "unknown segmnt"),
    ],
)
def test_segments_refuse(tmp_path, old, new, message):
    path = tmp_path / "segments.toml"
    assert old in SEGMENT
    path.write_text(SEGMENT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SegmentError) as refusal:
        read_segments(path)
    assert message in str(refusal.value)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(SegmentError, match=r"put segments\.toml beside guiyi.toml"):
        read_segments(tmp_path / "segments.toml")
    with pytest.raises(CustomerSettingsError, match=r"put customer\.toml beside guiyi.toml"):
        read_customer_settings(tmp_path / "customer.toml")


def test_conditions_see_the_columns_the_table_documents():
    assert {"customer_id", "spend", "rfm_segment", "lifecycle_stage", "as_of"} <= set(known_columns())
