"""What an extract looks like in each format."""

import hashlib
import io
from datetime import date

import pyarrow.parquet
import pytest
from python_calamine import CalamineWorkbook

from pipeline.extract import count_segment, extract
from pipeline.profile import profile
from tests.pipeline.extracts import content, on_day, rows, sha256, share_everything, with_segment
from tests.pipeline.extracts import work as work
from tests.warehouse.drawn import draw
from warehouse.segments.errors import SegmentError
from warehouse.segments.workbook import render_workbook
from warehouse.vault.key import Key
from warehouse.vault.keyring import hold_key


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


def test_a_day_before_excels_first_is_text(work):
    work.con.execute("update mart.customer_360 set birth_date = '1899-12-31' where customer_id = 'C1'")
    extract(with_segment(work, format="xlsx"))
    book = CalamineWorkbook.from_path(work.config.extracts / "everybody" / "2026-03-01.xlsx")
    assert book.get_sheet_by_index(0).to_python()[1][4] == "1899-12-31"
