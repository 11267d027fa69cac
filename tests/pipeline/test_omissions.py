"""What a source leaves out: columns never reach raw tables, kinds of rows never standard ones."""

import json

import pytest

from pipeline.config import ConfigError, SourceConfig, load_config
from pipeline.omissions import KINDS, without_kinds
from pipeline.sources import source_streams

PEOPLE = {
    "files": "club/people-*.csv",
    "format": "csv",
    "record": {"key": "id", "full_name": "name"},
    "identifier": [{"namespace": "card", "value": "card_no", "record": "id"}],
    "consent": [{"record": "id", "channel": "'email'", "value": "mail"}],
}
ORDERS = {
    "files": "club/orders-*.csv",
    "format": "csv",
    "drop": ["note"],
    "event": {"id": "id", "occurred_at": "day"},
    "purchase": {"key": "id", "ordered_at": "day"},
    "purchase_line": {"purchase": "id", "quantity": "pieces"},
    "interaction": {"key": "id", "kind": "'call'", "occurred_at": "day"},
    "feedback": {"key": "id", "answered_at": "day"},
}
FILES = {
    "club/people-2026-03-01.csv": "id,name,card_no,mail,PIN\n1,Ann,77,yes,9999\n",
    "club/orders-2026-03-01.csv": "id,day,pieces,note,pin code\n5,2026-03-01,2,call him,1234\n",
}
TABLES = {kind: f"standard.{kind}" for kind in KINDS}


@pytest.fixture
def club(make_installation, ungated):
    def run(**settings) -> object:
        source = SourceConfig("club", streams={"people": PEOPLE, "orders": ORDERS}, **settings)
        installation = make_installation(sources={"club": source})
        for name, content in FILES.items():
            installation.deliver(name, content)
        installation.run("ingest", "standardise")
        return installation

    return run


def columns(installation, stream: str) -> list[str]:
    query = "select column_name from information_schema.columns where table_schema = 'raw' and table_name = ?"
    return [row[0] for row in installation.rows(query, [f"club_{stream}"]) if not row[0].startswith("_")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_is_left_out_has_no_rows(club, kind):
    installation = club(leave_out=(kind,))
    counts = {name: installation.rows(f"select count(*) from {table}")[0][0] for name, table in TABLES.items()}
    gone = {kind, "purchase_line"} if kind == "purchase" else {kind}
    assert {name for name, count in counts.items() if not count} == gone


@pytest.mark.parametrize(
    ("drop", "expected"),
    [
        pytest.param({}, ["name", "card_no", "mail", "PIN", "pin code"], id="only what the stream says"),
        pytest.param({"*": ("pin*",)}, ["name", "card_no", "mail"], id="a pattern for all streams"),
        pytest.param({"people": ("pin*",)}, ["name", "card_no", "mail", "pin code"], id="a pattern for one stream"),
    ],
)
def test_dropped_columns_are_not_in_raw(club, drop, expected):
    installation = club(drop=drop)
    found = [*columns(installation, "people"), *columns(installation, "orders")]
    assert [name for name in found if name not in ("id", "day", "pieces")] == expected


def test_a_dropped_column_that_is_read_is_empty_and_not_missed(club):
    installation = club(drop={"*": ("card_*",)})
    assert installation.rows("select card_no from raw.club_people") == [(None,)]
    assert installation.rows("select count(*) from standard.identifier") == [(0,)]
    assert installation.rows("select missing_columns from ops.batch where stream = 'people'") == [(None,)]


def test_a_system_s_secrets_are_dropped_and_stay_in_the_archive(make_installation, ungated):
    installation = make_installation(sources={"wechat": SourceConfig("wechat", connector="wechat")})
    login = {"openid": "o1", "unionid": "u1", "session_key": "TOPSECRET", "access_token": "TOPSECRET"}
    installation.deliver("social/wechat/logins-2026-03-01.json", json.dumps(login))
    installation.run("ingest")
    assert installation.rows("select openid from raw.wechat_logins") == [("o1",)]
    assert "TOPSECRET" not in str(installation.rows("select * from raw.wechat_logins"))
    (archived,) = (path for path in installation.config.archive.rglob("*") if path.is_file())
    assert b"TOPSECRET" in archived.read_bytes()


def test_a_replay_drops_them_too(make_installation, ungated):
    stream = {"files": "club/people-*.csv", "format": "csv", "record": {"key": "id"}, "drop": ["pin"]}
    installation = make_installation(sources={"club": SourceConfig("club", streams={"people": stream})})
    installation.deliver("club/people-2026-03-01.csv", "id,pin\n1,9\n2,9,8\n")
    installation.run("ingest")
    assert installation.rows("select count(*) from ops.quarantine") == [(1,)]
    assert columns(installation, "people") == ["id"]


def test_large_files_go_without_them_too(make_installation, ungated, monkeypatch):
    monkeypatch.setattr("connectors.files.reading.BULK_BYTES", 1)
    stream = {"files": "club/*.ndjson", "format": "ndjson", "record": {"key": "id"}, "drop": ["pin"]}
    installation = make_installation(sources={"club": SourceConfig("club", streams={"people": stream})})
    installation.deliver("club/2026-03-01.ndjson", '{"id": 1, "pin": 9}\n{"id": 2, "pin": 9, "b": 1}\n')
    installation.run("ingest")
    assert columns(installation, "people") == ["id", "b"]


WRONG = {
    "an unknown kind": ('leave_out = ["purchases"]', "leave_out is a list of record"),
    "a kind that is no list": ('leave_out = "purchase"', "leave_out is a list of record"),
    "a pattern that is no text": ("drop = [1]", "drop is a list of column names"),
    "a text": ('drop = "session_key"', "drop is a list of column names"),
    "an unknown stream": ('drop = { deals = ["a"] }', "names no stream of shop: ['deals']"),
}


@pytest.mark.parametrize(("line", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_left_out(tmp_path, line, message):
    path = tmp_path / "guiyi.toml"
    path.write_text(f'[source.shop]\nconnector = "zoho"\n{line}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"guiyi\.toml|source\.shop") as caught:
        list(source_streams(load_config(path)))
    assert message in str(caught.value)


def test_both_forms_of_drop_are_read(tmp_path):
    path = tmp_path / "guiyi.toml"
    path.write_text(
        '[source.a]\nconnector = "zoho"\ndrop = ["x"]\n[source.b]\nconnector = "zoho"\n'
        'leave_out = ["consent"]\n[source.b.drop]\n"*" = ["x"]\nleads = ["y_*"]\n',
        encoding="utf-8",
    )
    streams = {(each.source.name, each.stream.name): each.stream for each in source_streams(load_config(path))}
    assert streams["a", "leads"].drop[-1] == "x"
    assert streams["b", "leads"].drop[-2:] == ("x", "y_*")
    assert streams["b", "contacts"].drop[-1] == "x"
    assert len(streams["a", "leads"].consents) == 1
    assert streams["b", "leads"].consents == ()


def test_nothing_left_out_is_the_stream_itself():
    (stream,) = (each.stream for each in source_streams(load_config(), ("survey",)))
    assert without_kinds(stream, ()) == stream
