"""What an extract looks like in each format, what a delta tells, when a file is due, and who is held out."""

import csv
import errno
import hashlib
import io
import json
from dataclasses import replace
from datetime import date, timedelta

import pyarrow.parquet
import pytest
from python_calamine import CalamineWorkbook

from pipeline.extract import count_segment, extract
from pipeline.profile import profile
from pipeline.stage import Options
from tests.pipeline.shop import open_shop
from tests.warehouse.drawn import draw, parse, read
from warehouse.segments.errors import SegmentError
from warehouse.segments.workbook import render_workbook
from warehouse.vault.key import Key
from warehouse.vault.keyring import hold_key

SEGMENT = """
[segment.everybody]
title = "Everybody"
description = "d"
owner = "o"
purpose = "marketing"
channel = "email"
where = "customer_id is not null"
columns = ["customer_id", "full_name", "email", "phone", "birth_date", "spend", "orders"]
"""


@pytest.fixture
def work(tmp_path):
    return open_shop(tmp_path, profiled=True)


def with_segment(work, **keys):
    """The segment `everybody` with these keys changed or added; its file in a directory of its own."""
    lines = {line.split(" = ")[0]: line for line in SEGMENT.strip().splitlines()}
    lines |= {
        key: f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items() if value is not None
    }
    kept = [line for key, line in lines.items() if key not in keys or keys[key] is not None]
    directory = work.config.home / "config"
    directory.mkdir(exist_ok=True)
    (directory / "segments.toml").write_text("\n".join(kept), encoding="utf-8")
    return replace(work, config=replace(work.config, directory=directory))


def asked(work, **options):
    return replace(work, options=Options(segments=("everybody",), actor="ann", **options))


def on_day(work, days):
    later = replace(work, options=Options(as_of=date(2026, 3, 1) + timedelta(days=days)))
    profile(later)
    return later


def content(work, name):
    return (work.config.extracts / "everybody" / name).read_bytes()


def rows(work, name, encoding="utf-8"):
    return list(csv.DictReader(io.StringIO(content(work, name).decode(encoding), newline="")))


def share_everything(work, **consents):
    """Further consents: record → channel, for sharing."""
    for record, channel in consents.items():
        draw(work.con, "standard.consent", f"""
            | record_id | source | channel   | status  | stated_at  | purpose |
            | {record}  | zoho   | {channel} | granted | 2024-01-05 | sharing |
        """)  # fmt: skip
    profile(work)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_workbook_holds_text_as_text_and_numbers_as_numbers(work):
    work.con.execute("update mart.customer_360 set full_name = '=1+1' where customer_id = 'C1'")
    extract(with_segment(work, format="xlsx"))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content(work, "2026-03-01.xlsx"))).get_sheet_by_name("members")
    header, row = sheet.to_python()
    assert header == ["customer_id", "full_name", "email", "phone", "birth_date", "spend", "orders"]
    assert row == ["C1", "=1+1", "w@x.cn", "8613911112222", date(1990, 6, 1), 850.0, 2.0]
    assert [path.name for path in (work.config.extracts / "everybody").iterdir()] == ["2026-03-01.xlsx"]


@pytest.mark.parametrize("shape", ["csv", "xlsx", "parquet"])
def test_the_same_people_make_the_same_bytes(work, shape):
    work = with_segment(work, format=shape)
    assert extract(work)["files_written"] == 1
    assert extract(work)["changed"] == 0


def test_a_workbook_is_the_same_wherever_its_rows_wait(tmp_path):
    table = pyarrow.table({"name": ["=1+1", None, "https://x.example"], "spend": [1.5, None, 2.0]})
    day = date(2026, 3, 1)
    content = render_workbook(table, day=day, folder=None)
    read_back = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("members").to_python()
    assert read_back == [["name", "spend"], ["=1+1", 1.5], ["", ""], ["https://x.example", 2.0]]
    waiting = CalamineWorkbook.from_filelike(io.BytesIO(render_workbook(table, day=day, folder=tmp_path)))
    assert waiting.get_sheet_by_name("members").to_python() == read_back


def test_rows_that_a_killed_run_left_waiting_go_with_the_next_workbook(tmp_path):
    left = tmp_path / ".building-abc" / "rows.xml"
    left.parent.mkdir()
    left.write_text("<v>Bo Zed</v>")
    render_workbook(pyarrow.table({"a": ["x"]}), day=date(2026, 3, 1), folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_holds_no_more_than_excel_does(monkeypatch):
    monkeypatch.setattr("warehouse.segments.workbook.MAX_ROWS", 1)
    with pytest.raises(SegmentError, match="choose csv or parquet"):
        render_workbook(pyarrow.table({"a": [1, 2]}), day=date(2026, 3, 1), folder=None)


@pytest.mark.parametrize("shape", ["csv", "xlsx", "parquet"])
def test_with_a_key_an_extract_is_sealed_and_known_again(work, shape):
    key = Key(b"0123456789abcdefghijklmnopqrstuv")
    hold_key(work.config.home, lambda: key)
    today = with_segment(work, format=shape)
    extract(today)
    (file,) = (work.config.extracts / "everybody").iterdir()
    assert file.name == f"2026-03-01.{shape}.sealed"
    assert b"w@x.cn" not in file.read_bytes()
    assert extract(today)["changed"] == 0
    delta = with_segment(on_day(work, 1), format=shape, delta=True, where="false")
    extract(delta)
    assert (extract(delta)["files"], len(list((work.config.extracts / "everybody").iterdir()))) == (0, 2)


def test_parquet_keeps_types_and_values(work):
    extract(with_segment(work, format="parquet"))
    table = pyarrow.parquet.read_table(io.BytesIO(content(work, "2026-03-01.parquet")))
    assert [str(field.type) for field in table.schema] == [
        "string", "string", "string", "string", "date32[day]", "decimal128(18, 2)", "int64",
    ]  # fmt: skip
    assert table.to_pylist()[0]["phone"] == "+8613911112222"


def test_meta_gets_hashed_values_of_those_who_agreed_to_sharing(work):
    share_everything(work, r1="email", r5="sms")
    work = with_segment(work, format="meta", purpose="sharing", columns=["email", "phone", "given_name", "customer_id"])
    extract(work)
    assert not content(work, "2026-03-01.csv").startswith(b"\xef\xbb\xbf")
    assert rows(work, "2026-03-01.csv") == [
        {"EMAIL": sha256("w@x.cn"), "PHONE": sha256("8613911112222"), "FN": sha256("小明"), "EXTERN_ID": "C1"}
    ]


def test_google_gets_its_own_headers(work):
    share_everything(work, r1="email")
    extract(with_segment(work, format="google", purpose="sharing", columns=["email", "phone"]))
    assert rows(work, "2026-03-01.csv") == [{"Email": sha256("w@x.cn"), "Phone": sha256("+8613911112222")}]


def test_tencent_gets_one_value_a_line(work):
    share_everything(work, r1="any", r4="any")
    work = with_segment(work, format="tencent", purpose="sharing", channel="sms", columns=["phone"])
    extract(work)
    assert content(work, "2026-03-01.txt") == hashlib.md5(b"13911112222").hexdigest().encode() + b"\n"
    # A number of the United States is no address there.
    assert count_segment(work.con, work.config, "everybody").without_address == 1


def test_wecom_gets_a_tag_per_colleague_and_contact(work):
    draw(work.con, "standard.identifier", """
        | record_id | namespace             | issuer | value | seen_first | seen_last  |
        | r1        | wecom_external_userid | wecom  | wm1   | 2025-03-01 | 2026-02-28 |
        | r5        | wecom_external_userid | wecom  | wm5   | 2025-03-01 | 2026-02-28 |
    """)  # fmt: skip
    draw(work.con, "standard.interaction", """
        | interaction_id | source | kind   | record_id | occurred_at         | staff |
        | f1             | wecom  | follow | r1        | 2025-03-01 10:00:00 | li.na |
        | f2             | wecom  | follow | r1        | 2025-04-01 10:00:00 | wu    |
        | f3             | wecom  | follow | r5        | 2025-04-01 10:00:00 | wu    |
    """)  # fmt: skip
    profile(work)
    keys = {"format": "wecom", "channel": "wechat", "columns": None, "tag": "etVIP"}
    extract(with_segment(work, **keys))
    assert rows(work, "2026-03-01.csv") == [
        {"userid": "li.na", "external_userid": "wm1", "add_tag": "etVIP", "remove_tag": ""},
        {"userid": "wu", "external_userid": "wm1", "add_tag": "etVIP", "remove_tag": ""},
    ]
    extract(with_segment(on_day(work, 1), **keys, delta=True, where="false"))
    assert [(row["userid"], row["add_tag"], row["remove_tag"]) for row in rows(work, "2026-03-02.delta.csv")] == [
        ("li.na", "", "etVIP"), ("wu", "", "etVIP"),
    ]  # fmt: skip


def test_a_delta_tells_who_entered_and_left_since_the_extract_before(work):
    draw(work.con, "standard.consent", """
        | record_id | source | channel | status  | stated_at  |
        | r5        | zoho   | email   | granted | 2024-01-05 |
    """)  # fmt: skip
    profile(work)
    extract(with_segment(work, where="orders = 2"))
    extract(with_segment(on_day(work, 1), where="orders = 1", delta=True))
    assert [(row["change"], row["customer_id"], row["email"], row["spend"])
            for row in rows(work, "2026-03-02.delta.csv", "utf-8-sig")] == [
        ("entered", "C3", "bo@x.com", "20.00"),
        ("left", "C1", "", ""),
    ]  # fmt: skip
    logged = read(
        work.con, "select kind, format, extracted, entered, removed from segment.extract_log order by file_name"
    )
    assert logged == parse(
        """
        | kind  | format | extracted | entered | removed |
        | full  | csv    | 1         |         |         |
        | delta | csv    | 1         | 1       | 1       |
        """
    )


def test_whoever_withdraws_consent_leaves_and_only_the_id_is_told(work):
    extract(with_segment(work))
    draw(work.con, "standard.consent", """
        | record_id | source | channel | status | stated_at  |
        | r1        | zoho   | email   | denied | 2026-03-02 |
    """)  # fmt: skip
    extract(with_segment(on_day(work, 1), delta=True))
    (row,) = rows(work, "2026-03-02.delta.csv", "utf-8-sig")
    assert (row["customer_id"], row["change"]) == ("C1", "left")
    assert {value for key, value in row.items() if key not in ("customer_id", "change")} == {""}
    assert read(work.con, "from segment.change where change = 'left'") == []


def test_a_new_address_takes_back_what_was_sent_of_the_old_one(work):
    share_everything(work, r1="email")
    keys = {"format": "meta", "purpose": "sharing", "columns": ["email"], "delta": True}
    extract(with_segment(work, **keys))
    work.con.execute("update standard.record set email = 'new@x.cn' where record_id in ('r1', 'r3')")
    extract(with_segment(on_day(work, 1), **keys))
    assert rows(work, "2026-03-02.delta.csv") == [
        {"EMAIL": sha256("new@x.cn"), "change": "entered"},
        {"EMAIL": sha256("w@x.cn"), "change": "left"},
    ]


def test_whose_address_changed_is_told_under_the_same_id(work):
    extract(with_segment(work))
    work.con.execute("update standard.record set email = 'new@x.cn' where record_id in ('r1', 'r3')")
    extract(with_segment(on_day(work, 1), delta=True))
    told = [
        (row["change"], row["customer_id"], row["email"]) for row in rows(work, "2026-03-02.delta.csv", "utf-8-sig")
    ]
    assert told == [("changed", "C1", "new@x.cn")]
    assert extract(with_segment(on_day(work, 2), delta=True))["files"] == 0


def test_who_was_sent_before_addresses_were_noted_is_told_as_changed_and_leaves_by_the_id(work):
    extract(with_segment(work))
    work.con.execute("update segment.extracted set sent = customer_id")
    extract(with_segment(on_day(work, 1), delta=True))
    told = [(row["change"], row["customer_id"]) for row in rows(work, "2026-03-02.delta.csv", "utf-8-sig")]
    assert {change for change, _ in told} == {"changed"}
    work.con.execute("update segment.extracted set sent = customer_id where removed_in is null")
    extract(with_segment(on_day(work, 2), delta=True, where="false"))
    left = [(row["change"], row["customer_id"]) for row in rows(work, "2026-03-03.delta.csv", "utf-8-sig")]
    assert left == [("left", customer) for _, customer in told]


def test_a_delta_with_nothing_to_tell_is_no_file(work):
    work = with_segment(work, delta=True)
    assert extract(work)["files_written"] == 1
    again = extract(work)
    assert (again["files"], again["files_written"], again["changed"]) == (0, 0, 0)
    assert [path.name for path in (work.config.extracts / "everybody").iterdir()] == ["2026-03-01.delta.csv"]


def test_a_second_delta_of_a_day_is_another_file(work):
    extract(asked(with_segment(work), delta=True))
    extract(asked(with_segment(work, where="orders = 0"), delta=True))
    assert [row["change"] for row in rows(work, "2026-03-01.delta-2.csv", "utf-8-sig")] == ["left"]


def test_everybody_on_request_is_what_the_next_delta_starts_from(work):
    delta = with_segment(work, delta=True)
    extract(asked(delta, delta=False))
    assert [row["customer_id"] for row in rows(work, "2026-03-01.csv", "utf-8-sig")] == ["C1"]
    assert extract(delta)["files"] == 0


def test_a_delta_that_was_lost_is_made_again(work):
    work = with_segment(work, delta=True)
    extract(work)
    before = content(work, "2026-03-01.delta.csv")
    (work.config.extracts / "everybody" / "2026-03-01.delta.csv").unlink()
    extract(work)
    assert content(work, "2026-03-01.delta.csv") == before
    assert read(work.con, "select count(*) as n from segment.extracted") == [{"n": "1"}]


def test_a_delta_needs_the_id_it_names_people_by(work):
    with pytest.raises(SegmentError, match=r"\[segment.everybody\] a delta needs customer_id among its columns"):
        extract(asked(with_segment(work, columns=["email"]), delta=True))


def test_a_delta_on_request_says_who_asked_and_why(work):
    extract(asked(with_segment(work), delta=True, reason="spring mailing"))
    assert read(work.con, "select actor, kind, reason, as_of, content_hash = $h as is_its_hash from segment.extract_log"
                .replace("$h", f"'{hashlib.sha256(content(work, '2026-03-01.delta.csv')).hexdigest()}'")) == parse(
        """
        | actor | kind  | reason         | as_of      | is_its_hash |
        | ann   | delta | spring mailing | 2026-03-01 | true        |
        """
    )  # fmt: skip
    (audit,) = read(work.con, "select detail from ops.audit where actor = 'ann'")
    assert json.loads(audit["detail"])["reason"] == "spring mailing"


def test_whoever_asks_is_logged_though_the_file_is_the_same(work):
    work = with_segment(work)
    extract(work)
    counts = extract(asked(work, reason="again"))
    assert (counts["files"], counts["files_written"]) == (1, 0)
    assert read(work.con, "select actor, reason from segment.extract_log order by reason nulls first") == parse(
        """
        | actor    | reason |
        | pipeline |        |
        | ann      | again  |
        """
    )


CADENCES = {
    # cadence: days after the first file → whether another one is written
    "daily": {0: False, 1: True, 6: True, 7: True, 31: True},
    "weekly": {0: False, 1: False, 6: False, 7: True, 31: True},
    "monthly": {0: False, 1: False, 7: False, 30: False, 31: True},
}


@pytest.mark.parametrize(("cadence", "days"), [(cadence, days) for cadence, each in CADENCES.items() for days in each])
def test_a_file_is_written_when_it_is_due(work, cadence, days):
    first = with_segment(work, cadence=cadence)
    assert extract(first)["files_written"] == 1
    later = with_segment(on_day(work, days), cadence=cadence)
    assert bool(extract(later)["files_written"]) is CADENCES[cadence][days]


def test_on_request_only_who_asks_gets_a_file(work):
    work = with_segment(work, cadence="on request")
    counts = extract(work)
    assert (counts["members"], counts["entered"], counts["files"]) == (3, 3, 0)
    assert extract(asked(work))["files_written"] == 1
    assert extract(work)["files"] == 0


@pytest.fixture
def crowd(work):
    """A thousand people more, all of whom agreed."""
    work.con.execute("""
        insert into mart.customer_360 by name
        select person.* replace ('X' || i as customer_id, 'x' || i || '@x.cn' as email)
        from mart.customer_360 as person, range(1000) as t (i) where customer_id = 'C1'
    """)
    work.con.execute("""
        insert into customer.permission by name
        select person.* replace ('X' || i as customer_id)
        from customer.permission as person, range(1000) as t (i) where customer_id = 'C1'
    """)
    return work


def test_a_share_is_held_out_and_counted(crowd):
    crowd = with_segment(crowd, holdout=0.2)
    extract(crowd)
    count = count_segment(crowd.con, crowd.config, "everybody")
    assert 150 < count.holdout < 250
    assert (count.members, count.consented) == (1003, 1001 - count.holdout)
    extracted = {row["customer_id"] for row in rows(crowd, "2026-03-01.csv", "utf-8-sig")}
    held = {row["customer_id"] for row in read(crowd.con, "from segment.membership where is_holdout")}
    assert not extracted & held
    assert len(extracted) == count.consented
    assert read(crowd.con, "select holdout from segment.extract_log") == [{"holdout": str(count.holdout)}]


def test_the_holdout_is_the_same_on_every_run_and_grows_with_its_share(crowd):
    def held(share):
        extract(with_segment(crowd, holdout=share))
        return {row["customer_id"] for row in read(crowd.con, "from segment.membership where is_holdout")}

    small, large = held(0.1), held(0.3)
    assert small < large
    assert held(0.1) == small
    assert held(0) == set()


def test_a_merge_keeps_whoever_was_first_in_or_out_of_the_holdout(crowd):
    work = with_segment(crowd, holdout=0.5)
    extract(work)
    of_c1 = read_holdout(work, "C1")["C1"]
    old, held = next(item for item in read_holdout(work, "X").items() if item[1] != of_c1)
    work.con.execute("update segment.membership set entered_on = '2026-01-01' where customer_id = ?", [old])
    work.con.execute("insert into identity.alias values (?, 'C1', '2026-03-01')", [old])
    work.con.execute("delete from mart.customer_360 where customer_id = ?", [old])
    extract(work)
    assert read_holdout(work, "C1") == {"C1": held}
    assert read(work.con, "select entered_on, drawn_by from segment.membership where customer_id = 'C1'") == [
        {"entered_on": "2026-01-01", "drawn_by": old}
    ]
    extract(work)
    assert read_holdout(work, "C1") == {"C1": held}


def read_holdout(work, start):
    found = read(work.con, f"from segment.membership where starts_with(customer_id, '{start}') order by customer_id")
    return {row["customer_id"]: row["is_holdout"] for row in found}


def test_leaving_and_coming_back_on_one_day_is_neither(work):
    extract(with_segment(work))
    extract(with_segment(on_day(work, 1), where="orders < 2"))
    extract(with_segment(on_day(work, 1)))
    assert read(work.con, "select distinct changed_on, change from segment.change") == [
        {"changed_on": "2026-03-01", "change": "entered"}
    ]
    assert {row["entered_on"] for row in read(work.con, "from segment.membership")} == {"2026-03-01"}


def test_a_segment_of_nobody_who_agreed_is_not_extracted(work):
    work = with_segment(work, channel="wechat", purpose="sharing", columns=["customer_id", "wechat_openid"])
    for delta in (False, True):
        with pytest.raises(SegmentError, match="nobody has granted sharing by wechat, so none of its 3 members"):
            extract(asked(work, delta=delta))
    assert extract(work)["consented"] == 0
    assert rows(work, "2026-03-01.csv", "utf-8-sig") == []


@pytest.mark.parametrize(
    ("reason", "counted"), [("suppressed", "suppressed"), ("minor", "minors"), ("consent", "without_consent")]
)
def test_why_somebody_is_withheld_is_what_the_permission_says(work, reason, counted):
    work.con.execute("update customer.permission set status = 'denied', reason = ? where customer_id = 'C1'", [reason])
    work = with_segment(work, where="customer_id = 'C1'", holdout=0.5)
    count = count_segment(work.con, work.config, "everybody")
    assert (count.members, count.consented, count.withheld, getattr(count, counted)) == (1, 0, 1, 1)
    extract(work)
    assert rows(work, "2026-03-01.csv", "utf-8-sig") == []


def test_a_permission_of_before_it_gave_reasons_is_read(work):
    work.con.execute("alter table customer.permission drop column reason")
    assert count_segment(work.con, with_segment(work).config, "everybody").without_consent == 2


def test_conditions_reach_other_tables(work):
    where = "customer_id in (select customer_id from customer.purchase where is_sale group by customer_id having count(*) > 1)"
    assert count_segment(work.con, with_segment(work, where=where).config, "everybody").members == 1
    where = "exists (select 1 from customer.feedback as f where f.customer_id = customer_360.customer_id and f.nps > 8)"
    assert count_segment(work.con, with_segment(work, where=where).config, "everybody").members == 1
    where = "customer_id not in (select customer_id from customer.purchase)"
    assert count_segment(work.con, with_segment(work, where=where).config, "everybody").members == 1


@pytest.mark.parametrize(
    "name", ["王小明", "O'Brien", 'the "x"', "two\nlines", "to DATE when casting from source column city"]
)
@pytest.mark.parametrize(
    "kind", ["integer", "date", "time", "timestamp", "decimal(5, 2)", "boolean", "interval", "double"]
)
def test_a_value_that_cannot_be_read_is_not_quoted(work, name, kind):
    work.con.execute("update mart.customer_360 set full_name = ?", [name])
    work = with_segment(work, where=f"full_name::{kind} is null")
    with pytest.raises(SegmentError) as refusal:
        count_segment(work.con, work.config, "everybody")
    assert str(refusal.value) == (
        "[segment.everybody] where: a value of full_name cannot be converted to the type that is asked for; "
        "try_cast leaves it empty instead"
    )


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("last_order_on > 'yesterday'", "'yesterday' is not the day, number or unit that is asked for there"),
        ("birth_date = '2000-02-30'", "'2000-02-30' is not the day"),
        ("date_diff('fortnight', birth_date, as_of) > 3", "'FORTNIGHT' is not the day"),
        ("spend * spend * spend * spend * spend * spend * spend > 1", "becomes greater than its type can hold"),
        ("orders * 9223372036854775807 > 1", "becomes greater than its type can hold"),
        ("as_of", "Unimplemented type for cast (DATE -> BOOLEAN)"),
    ],
)
def test_what_fails_on_a_row_is_told_without_it(work, where, said):
    with pytest.raises(SegmentError) as refusal:
        count_segment(work.con, with_segment(work, where=where).config, "everybody")
    assert said in str(refusal.value)
    assert "850" not in str(refusal.value)


def test_what_is_divided_by_nothing_is_nobodys(work):
    assert count_segment(work.con, with_segment(work, where="spend / orders > 100").config, "everybody").members == 1
    assert (
        count_segment(work.con, with_segment(work, where="not spend / orders > 100").config, "everybody").members == 1
    )


def test_a_day_before_excels_first_is_text(work):
    work.con.execute("update mart.customer_360 set birth_date = '1899-12-31' where customer_id = 'C1'")
    extract(with_segment(work, format="xlsx"))
    book = CalamineWorkbook.from_path(work.config.extracts / "everybody" / "2026-03-01.xlsx")
    assert book.get_sheet_by_index(0).to_python()[1][4] == "1899-12-31"


def test_a_delta_the_disk_had_no_room_for_is_taken_back(work, monkeypatch):
    delta = with_segment(work, delta=True)
    monkeypatch.setattr("pipeline.extract.stage_extract", _full_disk)
    with pytest.raises(OSError, match="No space"):
        extract(delta)
    assert [read(work.con, f"from segment.{table}") for table in ("extract_log", "extracted", "membership")] == [[]] * 3
    monkeypatch.undo()
    extract(with_segment(on_day(work, 1), delta=True))
    assert [row["change"] for row in rows(work, "2026-03-02.delta.csv", "utf-8-sig")] == ["entered"]


def test_a_delta_that_is_logged_and_not_in_place_is_put_there_on_a_later_day(work, monkeypatch):
    monkeypatch.setattr("pipeline.extract.release_extract", _full_disk)
    with pytest.raises(OSError, match="No space"):
        extract(with_segment(work, delta=True))
    monkeypatch.undo()
    assert extract(with_segment(on_day(work, 1), delta=True))["files"] == 0
    assert [path.name for path in (work.config.extracts / "everybody").iterdir()] == ["2026-03-01.delta.csv"]
    assert [row["change"] for row in rows(work, "2026-03-01.delta.csv", "utf-8-sig")] == ["entered"]


@pytest.mark.parametrize("name", [".2026-03-01.csv.staged", ".2026-03-01.csv.staged.building"])
def test_what_was_staged_and_never_logged_is_removed(work, name):
    folder = work.config.extracts / "everybody"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(b"customer_id")
    extract(with_segment(work))
    assert [path.name for path in folder.iterdir()] == ["2026-03-01.csv"]


def _full_disk(*_):
    raise OSError(errno.ENOSPC, "No space left on device")
