"""What the settings files may say: config/customer.toml and config/segments.toml."""

from datetime import date

import pytest

from pipeline.profile import TABLES, derive_tables
from tests.warehouse.drawn import PROJECT, settings, warehouse
from warehouse.segments.condition import known_columns
from warehouse.segments.definition import read_segments
from warehouse.segments.errors import SegmentError
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
        ("max_sharers = 10", "max_sharers = 0", "[relationship] max_sharers must be a whole number from 1"),
        ("max_sharers = 10", "sharers = 10", "[relationship] has unknown sharers"),
        ("min_support = 0.0", "min_support = 2", "[affinity] min_support must be a share between 0 and 1"),
        ("half_life_days = 7", 'half_life_days = "7"', "[attribution] half_life_days must be a whole number"),
        ('mediums = ["sms", "mms"]', 'mediums = "sms"', "[journey.channel.sms] mediums must be a list of words"),
        ('mediums = ["sms", "mms"]', 'media = ["sms"]', "[journey.channel.sms] has unknown media"),
        ('[[journey.step]]\nname = "cart"', "[[journey.step]]", "[[journey.step]] needs a name"),
        ('pages = ["/cart"]', 'pages = [""]', "[[journey.step]] cart pages must be a list of words"),
        ("low_csat = 2", "low_csat = 2\nangry = 1", "[feedback] has unknown angry"),
        ("minimum_buyers = 100", "minimum_buyers = 0", "[value] minimum_buyers must be a whole number from 1"),
        ("refund_weight = 0.1", "refund_weight = 1.1", "[churn] refund_weight must be a number from 0 to 1"),
        ("complaint_weight = 0.2\n", "", "[churn] complaint_weight must be a number"),
        ("high_risk = 60", "high_risk = 30", "[churn] needs medium_risk < high_risk"),
        ("[churn]", "[churn]\nopen_weight = 1", "[churn] has unknown open_weight"),
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


def test_sections_of_the_marts_may_be_missing(tmp_path):
    path = tmp_path / "customer.toml"
    begin, end = CUSTOMER.index("[relationship]"), CUSTOMER.index("\n[value]\n")
    path.write_text(CUSTOMER[:begin] + CUSTOMER[end:], encoding="utf-8")
    marts = read_customer_settings(path).marts
    assert marts["max_sharers"] == 10
    assert (marts["step"], marts["channel_words"], marts["contacts"]) == ([], [], [])
    # Every table can be derived all the same.
    derive_tables(warehouse(), TABLES, read_customer_settings(path), date(2026, 3, 1))


def test_missing_files_are_named(tmp_path):
    with pytest.raises(SegmentError, match=r"put segments\.toml beside guiyi.toml"):
        read_segments(tmp_path / "segments.toml")
    with pytest.raises(CustomerSettingsError, match=r"put customer\.toml beside guiyi.toml"):
        read_customer_settings(tmp_path / "customer.toml")


def test_conditions_see_the_columns_the_table_documents():
    assert {"customer_id", "spend", "rfm_segment", "lifecycle_stage", "as_of"} <= set(known_columns())


def written(tmp_path, text):
    path = tmp_path / "segments.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"holdout": "0.6"}, "holdout must be a share from 0 to 0.5, such as 0.1"),
        ({"holdout": "-0.1"}, "holdout must be a share"),
        ({"holdout": "true"}, "holdout must be a share"),
        ({"holdout": '"10%"'}, "holdout must be a share"),
        ({"hold_out": "0.1"}, "has unknown hold_out; did you mean holdout?"),
        ({"cadence": '"weekley"'}, "not weekley; did you mean weekly?"),
        ({"format": '"excel"'}, "format must be one of csv, xlsx, parquet, meta, google, tencent, wecom, not excel"),
        ({"format": '"meta"'}, "format meta is a list for another company, which needs purpose sharing"),
        ({"format": '"google"'}, "people who granted marketing did not grant that"),
        ({"format": '"tencent"', "channel": '"sms"', "columns": '["phone"]'}, "needs purpose sharing"),
        (
            {"format": '"meta"', "purpose": '"sharing"', "columns": '["email", "spend"]'},
            "no place for spend; it carries email,",
        ),
        ({"format": '"google"', "purpose": '"sharing"', "columns": '["email", "country"]'}, "together or none of them"),
        (
            {"format": '"tencent"', "purpose": '"sharing"', "columns": '["email"]'},
            "reaches people by sms, phone, wechat, not by email",
        ),
        (
            {
                "format": '"tencent"',
                "purpose": '"sharing"',
                "channel": '"sms"',
                "columns": '["phone"]',
                "delta": "true",
            },
            "no room to say who left: a delta is for csv, xlsx, parquet, meta, google, wecom",
        ),
        (
            {
                "format": '"tencent"',
                "purpose": '"sharing"',
                "channel": '"sms"',
                "columns": '["phone", "wechat_openid"]',
            },
            "name one column",
        ),
        ({"format": '"wecom"'}, "reaches people by wechat, not by email"),
        ({"format": '"wecom"', "channel": '"wechat"'}, "it has columns of its own"),
        ({"tag": '"etVIP"'}, "for format wecom alone"),
        ({"delta": '"yes"'}, "delta must be true or false"),
        ({"delta": "true", "columns": '["email"]'}, "a delta needs customer_id among its columns"),
        ({"where": '"orders > 1; drop table x"'}, "[segment.a] where: the condition is not SQL"),
        (
            {"where": '"delete from customer.customer"'},
            "[segment.a] where: a condition is no statement: leave out delete",
        ),
        ({"purpose": None}, "lacks purpose: consent is given per purpose and channel"),
        ({"channel": None}, "lacks channel: consent is given per purpose and channel"),
        ({"purpose": '"share"'}, "not share; did you mean sharing?"),
        ({"columns": '"email"'}, "columns must be a list"),
    ],
)
def test_segments_refuse_what_does_not_fit(tmp_path, keys, message):
    lines = dict(line.split(" = ", 1) for line in SEGMENT.strip().splitlines()[1:])
    lines |= keys
    text = "[segment.a]\n" + "\n".join(f"{key} = {value}" for key, value in lines.items() if value is not None)
    with pytest.raises(SegmentError) as refusal:
        read_segments(written(tmp_path, text))
    assert message in str(refusal.value)


def test_what_a_segment_leaves_out_has_a_default(tmp_path):
    segment = read_segments(written(tmp_path, SEGMENT))["a"]
    assert (segment.cadence, segment.format, segment.holdout, segment.delta, segment.tag) == (
        "daily",
        "csv",
        0,
        False,
        "t",
    )


def test_a_segment_that_is_no_table_is_named(tmp_path):
    with pytest.raises(SegmentError, match=r"each segment is a table of its own, \[segment.<name>\]"):
        read_segments(written(tmp_path, 'segment = "a"'))


def test_segments_of_windows_editors(tmp_path):
    path = written(tmp_path, "")
    path.write_bytes(b"\xef\xbb\xbf" + SEGMENT.strip().replace("\n", "\r\n").encode())
    assert len(read_segments(path)) == 1
    path.write_bytes('title = "高价值"'.encode("gbk"))
    with pytest.raises(SegmentError, match="is not UTF-8: save it as UTF-8"):
        read_segments(path)
