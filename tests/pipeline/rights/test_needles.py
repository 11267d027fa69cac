"""What is looked for in files: found wherever it stands, and a short key is not found inside of a longer number."""

import gzip
import io
import zipfile
from pathlib import Path

import duckdb
import pytest

from pipeline.config import Config
from pipeline.rights.erasure import _look_through
from pipeline.rights.needles import Needles, find_files, find_tables
from warehouse.vault.cipher import connect_file
from warehouse.vault.key import Key
from warehouse.vault.keyring import hold_key
from warehouse.vault.sealing import write_private

KEY = Key(b"0123456789abcdefghijklmnopqrstuv")
NEEDLES = Needles(
    words=frozenset({"ann+shop@example.com", "100234", "8613800138000"}),
    names=frozenset({"欧阳明月", "Ann O'Hara (Sr.)"}),
)
# A text → whether the person is in it.
TEXTS = {
    "an address": ("x;ANN+Shop@example.com;y", True),
    "a name": ("客户欧阳明月先生", True),
    "a name with marks": ("to Ann O'Hara (Sr.)!", True),
    "a phone inside of other digits": ("008613800138000", True),
    "a short key": ("customer #100234.", True),
    "a short key inside of a number": ("8613100234999", False),
    "a short key inside of a hash": ("ab100234", False),
    "a name that a dot could stand for": ("Ann O'Hara XSr.)", False),
    "nobody": ("Bo Zed", False),
}


def _zip(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("page.json", content)
    return out.getvalue()


PACKED = {"plain": bytes, "gzip": gzip.compress, "zip": _zip}


@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.parametrize("case", TEXTS)
def test_found_in_files(tmp_path, packing, case):
    text, is_there = TEXTS[case]
    path = tmp_path / "archive" / "file"
    write_private(path, PACKED[packing](text.encode()), KEY, "archive")
    (tmp_path / "open").write_bytes(PACKED[packing](text.encode()))
    expected = [tmp_path / "archive" / "file.sealed", tmp_path / "open"]
    assert find_files(tmp_path, NEEDLES, KEY) == (expected if is_there else [])


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
@pytest.mark.parametrize("case", TEXTS)
def test_found_in_tables(tmp_path, key, case):
    text, is_there = TEXTS[case]
    told = find_tables(_database(tmp_path / "warehouse.duckdb", key, text), NEEDLES, KEY)
    assert told == (["main.nested", "ops.long"] if is_there else [])


def test_nothing_is_looked_for_where_nothing_is_known(tmp_path):
    path = _database(tmp_path / "warehouse.duckdb", None, "Ann")
    assert find_tables(path, Needles(frozenset(), frozenset()), None) == []


def test_the_last_look_names_files_and_tables_and_what_it_cannot_open(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    hold_key(home, lambda: None)
    _database(home / "copy.duckdb", None, "an ANN+shop@example.com")
    _database(home / "nobody.duckdb", None, "Bo Zed")
    (home / "page.html").write_text("<p>欧阳明月</p>", encoding="utf-8")
    (home / "torn.duckdb").write_bytes(b"no database, but long enough to have a header")
    config = Config(home, home / "inbox", tmp_path / "config", {})
    told = [each for each in _look_through(config, NEEDLES, lambda text: None) if each != "copy.duckdb"]
    assert told == [
        "page.html", "copy.duckdb: main.nested", "copy.duckdb: ops.long", "torn.duckdb, perhaps: it cannot be opened",
    ]  # fmt: skip


def _database(path: Path, key: Key | None, text: str) -> Path:
    """Tables in which the text stands in a nested column, and so often that its bytes are compressed."""
    con: duckdb.DuckDBPyConnection
    with connect_file(path, key.derive_text("warehouse") if key else None) as con:
        con.execute("create schema ops")
        con.execute("create table main.nested as select {'a': [$text]} as value, 1 as number", {"text": text})
        con.execute("create table ops.long as select 'x' || range || $text as value from range(5000)", {"text": text})
        con.execute("create table ops.numbers as select range as value from range(10)")
    return path


NAMED = {
    "a name": ("request of Ann Lee", True),
    "an address": ("Ann.Lee@example.com asked", True),
    "hanzi": ("王小明来电", True),
    "a part of a word": ("leeway was asked for in 14001 cases", False),
    "nobody": ("asked for it", False),
}


@pytest.mark.parametrize("case", NAMED)
def test_a_sentence_names_the_person_by_whole_words(case):
    said, names = NAMED[case]
    needles = Needles(frozenset({"ann.lee@example.com", "4001", "lee"}), frozenset({"Ann Lee", "王小明"}))
    assert needles.are_in(said) is names
