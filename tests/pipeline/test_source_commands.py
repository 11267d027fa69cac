"""`guiyi source infer|check|list|docs`: what they print, what they write, how they end."""

import tomllib

import pytest

from tests.pipeline.demo_home import enter, guiyi
from tests.pipeline.inference.conftest import members, orders, table


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A data directory with one configured source, made by `infer`, and its file."""
    enter(monkeypatch, tmp_path / "home", tmp_path / "guiyi.toml")
    path = tmp_path / "members-2026-03-18.csv"
    path.write_text(table(members()), encoding="utf-8")
    told = guiyi("source", "infer", path, "--name", "club", "--out", tmp_path / "guiyi.toml")
    assert (told.code, told.err) == (0, "")
    return tmp_path, path, told


def test_inferring_tells_columns_counts_and_that_it_works(shop):
    _, _, told = shop
    said = " ".join(told.out.split())
    for part in (
        "手机号码 │ phone │ sure │ 1.00",
        "rows loaded │ 40",
        "records │ 40",
        "it works",
        "inbox as club/*.csv*",
    ):
        assert part in said


def test_no_value_is_printed(shop):
    _, _, told = shop
    values = {value for row in members() for value in row.values() if len(value) > 3}
    assert [value for value in values if value in told.out] == []


def test_what_was_written_is_a_configuration(shop):
    folder, path, _ = shop
    assert tomllib.loads((folder / "guiyi.toml").read_text(encoding="utf-8"))["source"]["club"]["country"] == "CN"
    listed = guiyi("source", "list")
    assert [cell.strip() for cell in listed.out.splitlines()[3].split("│")[1:-1]] == [
        *("club", "none", "declared", "people", "", "0", "0")
    ]
    target = folder / "home" / "inbox" / "club" / path.name
    target.parent.mkdir(parents=True)
    target.write_bytes(path.read_bytes())
    assert [cell.strip() for cell in guiyi("source", "list").out.splitlines()[3].split("│")[-3:-1]] == ["1", "1"]
    assert "records" in guiyi("source", "check", "club").out
    assert guiyi("ingest").code == 0
    assert [cell.strip() for cell in guiyi("source", "list").out.splitlines()[3].split("│")[-3:-1]] == ["1", "0"]


def test_without_out_the_tables_are_printed_and_nothing_is_tried_if_so_asked(tmp_path, monkeypatch):
    enter(monkeypatch, tmp_path / "home")
    path = tmp_path / "sales.csv"
    path.write_text(table(orders()), encoding="utf-8")
    told = guiyi("source", "infer", path, "--no-try", "--country", "GB")
    assert told.code == 0
    assert "[source.sales.stream.orders.purchase]" in told.out
    assert "it works" not in told.out
    assert not (tmp_path / "home").exists()


def test_checking_a_file_against_a_configured_source(shop):
    _, path, _ = shop
    told = guiyi("source", "check", "club", path)
    assert told.code == 0
    assert "it works" in told.out


def test_a_file_of_another_shape_does_not_work(shop):
    folder, _, _ = shop
    path = folder / "orders.csv"
    path.write_text(table(orders()), encoding="utf-8")
    told = guiyi("source", "check", "club", path)
    assert told.code == 1
    assert "reads columns that the file lacks: 会员编号" in told.out
    assert "it does not work" in told.out


def test_a_connector_s_stream_is_found_by_the_file_s_name(tmp_path, monkeypatch):
    enter(monkeypatch, tmp_path / "home")
    path = tmp_path / "responses.csv"
    path.write_text("Respondent ID,Email Address\r\n,\r\n1,ann@x.org\r\n", encoding="utf-8")
    assert "records" in guiyi("source", "check", "survey", path, "--stream", "responses").out


WRONG = {
    "source infer {home}/none.csv": "none.csv does not exist",
    "source infer {home}": "is a folder: name one file",
    "source check club": "no file of club lies in",
    "source check nobody": "no source called 'nobody' in the configuration",
    "source check club {home}/none.csv": "is no file",
    "source new 9lives": "is no name for a connector",
}


@pytest.mark.parametrize("command", WRONG)
def test_errors_say_what_to_do(shop, command):
    folder, _, _ = shop
    told = guiyi(*command.format(home=folder).split())
    assert told.code == 1
    assert told.err.startswith("guiyi: ")
    assert WRONG[command] in told.err


def test_a_file_that_tells_nothing_ends_with_1(tmp_path, monkeypatch):
    enter(monkeypatch, tmp_path / "home")
    path = tmp_path / "codes.csv"
    path.write_text("a,b\r\nx,1\r\ny,2\r\n", encoding="utf-8")
    told = guiyi("source", "infer", path)
    assert told.code == 1
    assert "no column tells who a row is about" in told.out
