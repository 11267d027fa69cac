"""From a file to a source that works: what is proposed for hand-made files, and what comes of it."""

import gzip
import io
import json
import tomllib
import zipfile

import pyarrow as pa
import pyarrow.parquet
import pytest
import xlsxwriter

from pipeline.inference.file_shape import Choices, UnclearFile
from pipeline.inference.source_inference import infer_source, try_inference
from pipeline.inference.understanding import Context
from tests.pipeline.inference.conftest import events, lines, members, orders, people, table


def xlsx(rows: list[dict[str, str]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for i, row in enumerate([list(rows[0]), *(list(each.values()) for each in rows)]):
        sheet.write_row(i, 0, row)
    book.close()
    return out.getvalue()


def parquet(rows: list[dict[str, str]]) -> bytes:
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def archive(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(name, content)
    return out.getvalue()


MEMBERS = {
    "members.csv": table(members()).encode(),
    "members-gbk.csv": table(members()).encode("gb18030"),
    "members.tsv": table(members(), delimiter="\t").encode(),
    "members.csv.gz": gzip.compress(table(members()).encode()),
    "members.zip": archive("members_001.csv", table(members()).encode()),
    "members.xlsx": xlsx(members()),
    "members.ndjson": lines(members()).encode(),
    "members.json": json.dumps({"code": 0, "data": {"list": members()}}, ensure_ascii=False).encode(),
    "members-array.json": json.dumps(members(), ensure_ascii=False).encode(),
    "members.parquet": parquet(members()),
}


def stream_of(found):
    """The stream as a configuration file would say it."""
    (source,) = tomllib.loads(found.toml())["source"].values()
    (stream,) = source["stream"].values()
    return source, stream


@pytest.mark.parametrize("name", MEMBERS)
def test_chinese_members_in_every_format(put, name):
    found = infer_source(put(name, MEMBERS[name]), "club")
    source, stream = stream_of(found)
    assert (source["country"], source["zone"]) == ("CN", "Asia/Shanghai")
    record = stream["record"]
    assert (record["key"], record["full_name"], record["emails"]) == ('"会员编号"', '"姓名"', ['"邮箱"'])
    assert (record["phones"], record["birth_date"], record["region"]) == (['"手机号码"'], '"出生日期"', '"省份"')
    assert [each["namespace"] for each in stream["identifier"]] == ["user_id"]
    outcome = try_inference(found)
    assert outcome.works
    assert (outcome.delivered, outcome.loaded, outcome.quarantined, outcome.tables["record"]) == (40, 40, 0, 40)
    assert outcome.fields["full_name"] == outcome.fields["birth_date"] == 40
    assert outcome.unparsed == ()


def test_western_people_with_an_order_of_dates_and_a_country(put):
    found = infer_source(put("people.csv", table(people())))
    source, stream = stream_of(found)
    assert (source["country"], stream["date_order"]) == ("US", "mdy")
    assert (stream["record"]["key"], stream["record"]["postcode"]) == ('"id"', '"Mailing Zip"')
    outcome = try_inference(found)
    assert (outcome.tables["record"], outcome.fields["birth_date"], outcome.fields["phone"]) == (10, 10, 10)


def test_order_lines_become_orders_lines_and_customers(put):
    found = infer_source(put("sales.csv", table(orders())), stated=Context(country="GB"))
    source, stream = stream_of(found)
    assert (source["currency"], stream["date_order"], found.proposal.kind) == ("GBP", "dmy", "orders")
    assert (stream["purchase"]["key"], stream["purchase_line"]["unit_price"]) == ('"Order No"', '"Unit Price"')
    outcome = try_inference(found)
    assert {name: count for name, count in outcome.tables.items() if count} == {
        **{"record": 5, "identifier": 10, "purchase": 15, "purchase_line": 30}
    }


def test_orders_without_a_number_are_told_apart(put):
    rows = [{"customer_id": str(i // 3), "date": f"199701{10 + i // 4}", "dollar_value": f"{i}.50"} for i in range(24)]
    found = infer_source(put("cd.csv", table(rows)), stated=Context(currency="USD"))
    assert "row_number()" in stream_of(found)[1]["purchase"]["key"]
    assert {"record": 8, "purchase": 24}.items() <= try_inference(found).tables.items()


def test_events_with_users_in_nested_json(put):
    found = infer_source(put("hits.ndjson", lines(events())))
    _, stream = stream_of(found)
    assert (found.proposal.kind, stream["event"]["id"]) == ("events", '"messageId"')
    assert "$.page.url" in stream["event"]["url"]
    assert (stream["record"]["versions"], stream["record"]["key"]) == ("patch", '"userId"')
    outcome = try_inference(found)
    assert {"event": 12, "record": 3}.items() <= outcome.tables.items()
    assert dict(outcome.namespaces) == {"anonymous_id": 6, "user_id": 3}


def test_arrays_of_features_give_their_fields(put):
    rows = [
        {"RECORD_ID": str(i), "FEATURES": [{"NAME_FIRST": each["First Name"], "NAME_LAST": each["Last Name"]},
                                           {"EMAIL_ADDRESS": each["E-mail"]}]}
        for i, each in enumerate(people())
    ]  # fmt: skip
    outcome = try_inference(infer_source(put("features.jsonl", lines(rows))))
    assert (outcome.fields["given_name"], outcome.fields["email"]) == (10, 10)


def test_a_file_without_a_header_is_read_by_its_values_or_by_names(put):
    path = put("list.csv", table([{**each, "x": "7"} for each in members()], header=False))
    found = infer_source(path)
    record = stream_of(found)[1]["record"]
    assert (record["full_name"], record["phones"], record["emails"]) == (
        '"column_2"',
        ['"column_4"'],
        ['"column_5"'],
    )
    assert any("--names" in remark for remark in found.proposal.remarks)
    names = ("id", "name", "sex", "mobile", "mail", "birthday", "province", "address", "join date", "x")
    assert stream_of(infer_source(path, choices=Choices(names=names)))[1]["record"]["birth_date"] == '"birthday"'


def test_a_header_that_values_belie_is_not_believed(put):
    rows = [{"id": str(i), "email": f"{i:032x}", "name": f"{i * 7919:x}{i:028x}", "phone": "n/a"} for i in range(20)]
    found = infer_source(put("hashed.csv", table(rows)))
    doubts = {role.column.label for role in found.proposal.roles.roles if role.meaning and not role.taken}
    assert doubts == {"email", "name", "phone"}
    assert found.proposal.kind == "rows"
    assert not found.proposal.is_usable


def test_a_key_that_repeats_is_said_to(put):
    rows = [{**each, "id": str(i // 2)} for i, each in enumerate(people())]
    assert any(
        "50% of its rows repeat it" in remark for remark in infer_source(put("p.csv", table(rows))).proposal.remarks
    )


def test_without_a_key_contacts_are_it(put):
    rows = [{name: value for name, value in each.items() if name != "id"} for each in people()]
    rows += rows[:2]
    found = infer_source(put("p.csv", table(rows)))
    assert stream_of(found)[1]["record"]["key"].startswith("left(sha256(")
    assert try_inference(found).tables["record"] == 10


def test_consent_is_proposed_for_a_person_to_take_in(put):
    rows = [{**each, "Email Opt Out": "true" if i % 2 else "false"} for i, each in enumerate(people())]
    found = infer_source(put("p.csv", table(rows)))
    assert "consent" not in stream_of(found)[1]
    assert "# asks_refusal = true" in found.toml()
    uncommented = "\n".join(line.removeprefix("# ") for line in found.toml().splitlines() if "legal" not in line)
    taken_in = tomllib.loads(uncommented.split("\n", 1)[1])["source"]["p"]["stream"]["people"]
    assert taken_in["consent"][0]["value"] == '"Email Opt Out"'


def test_a_letter_before_cancelled_orders_is_seen(put):
    rows = [
        {"Invoice": f"C{900 + i}" if i % 5 == 0 else str(100 + i), "Quantity": "-1" if i % 5 == 0 else "2",
         "Price": "2.5", "InvoiceDate": f"2026-03-0{1 + i % 9} 10:00:00", "Customer ID": f"{i % 4}.0"}
        for i in range(40)
    ]  # fmt: skip
    _, stream = stream_of(infer_source(put("sales.csv", table(rows)), "shop"))
    assert "like 'C%' then 'cancelled'" in stream["purchase"]["status"]
    assert stream["record"]["key"] == """regexp_replace("Customer ID", '[.]0+$', '')"""


def test_an_amount_told_on_every_row_is_the_whole_order_s(put):
    rows = [{**each, "Total": f"{10 + i // 2}.00"} for i, each in enumerate(orders())]
    stream = stream_of(infer_source(put("a.csv", table(rows))))[1]
    assert (stream["purchase"]["amount"], "amount" in stream["purchase_line"]) == ('"Total"', False)
    lines_of = [{**{k: v for k, v in each.items() if k != "Unit Price"}, "Total": f"{i}.00"}
                for i, each in enumerate(orders())]  # fmt: skip
    stream = stream_of(infer_source(put("b.csv", table(lines_of))))[1]
    assert (stream["purchase_line"]["amount"], "amount" in stream["purchase"]) == ('"Total"', False)


def test_the_connector_a_file_belongs_to_is_named(put):
    header = "订单编号,买家会员名,买家支付宝账号,买家应付邮费,买家实际支付金额,订单状态,收货人姓名,收货地址,联系电话,联系手机"
    header += ",订单创建时间,订单付款时间,宝贝标题,宝贝总数量"
    row = "1,tb_1,a@x.org,0.00,9.00,交易成功,王小明,中山路1号,,13812345678,2026-03-01 10:00:00,2026-03-01 10:01:00,茶,1"
    found = infer_source(put("orders.csv", f"{header}\r\n{row}\r\n"))
    assert any(remark.startswith("connector taobao, stream orders") for remark in found.proposal.remarks)


@pytest.mark.parametrize(
    ("content", "said"), [("a,b\r\n", "no rows"), ("", "is empty")], ids=["header only", "empty"]
)  # fmt: skip
def test_files_that_tell_nothing(put, content, said):
    with pytest.raises(UnclearFile, match=said):
        infer_source(put("file.csv", content))


def test_a_name_that_toml_must_quote_is_quoted(put):
    rows = [
        {'say "hi"': str(i), "it's a name": each["First Name"], "Last Name": "Lee"} for i, each in enumerate(people())
    ]
    found = infer_source(put("odd.csv", table(rows)), "my shop")
    assert tomllib.loads(found.toml())["source"]["my shop"]
    assert try_inference(found).tables["record"] == 10
