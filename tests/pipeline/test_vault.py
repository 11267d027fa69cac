"""A whole run with a key: nothing of a person is readable on the disk, a backup opens, keys can be changed."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline import rotation
from pipeline.config import load_config
from tests.pipeline.demo_home import demo_home, enter, guiyi
from warehouse.connection import open_readonly
from warehouse.vault.key import new_key, write_key_file

_VALUES = """
    select distinct value from (
        select unnest([full_name, given_name, family_name, name_simplified, email, phone]) as value
        from standard.record
        union all
        select value from standard.identifier where namespace in ('email', 'phone')
    ) where value is not null
"""


_UNCHANGED = dict.fromkeys(("ingest", "standardise", "resolve", "profile", "extract", "publish"), "unchanged")


def _statuses(told: str) -> dict[str, str]:
    """Stage to status, from what `guiyi run` prints."""
    return {line.split()[1]: line.split()[2] for line in told.splitlines() if line.startswith(("=", "✓"))}


def _is_telling(value: str) -> bool:
    """E-mails, phones, names of two hanzi or six letters; shorter ones are in any text by chance."""
    return bool(re.search(r"@|\d{8}|[\u4e00-\u9fff]{2}|[^\W\d_]{6}", value))


def _needles(home: Path) -> dict[bytes, str]:
    with open_readonly(home / "warehouse.duckdb") as con:
        values = [row[0] for row in con.execute(_VALUES).fetchall() if _is_telling(row[0])]
    spellings = [each for value in values for each in (value, value.lower(), value.removeprefix("+"))]
    found = {each.encode(): each for each in spellings}
    # Four bytes turn up in encrypted ones by chance.
    wide = {each.encode(code): each for each in spellings for code in ("utf-16-le", "utf-16-be", "gb18030")}
    return found | {needle: each for needle, each in wide.items() if len(needle) >= 6}


def _find(home: Path, needles: dict[bytes, str]) -> list[tuple[str, str]]:
    """Each file that holds a needle, with the first one found."""
    starts: dict[bytes, list[bytes]] = {}
    for needle in needles:
        starts.setdefault(needle[:4], []).append(needle)
    files = [path for path in sorted(home.rglob("*")) if path.is_file()]
    found = [(path, _first(path.read_bytes(), starts)) for path in files]
    return [(path.relative_to(home).as_posix(), needles[needle]) for path, needle in found if needle]


def _first(content: bytes, starts: dict[bytes, list[bytes]]) -> bytes | None:
    """A needle that the content holds; `starts` has them by their first four bytes, which are looked for as numbers."""
    wanted = np.frombuffer(b"".join(starts), "<u4")
    is_wanted = np.zeros(1 << 16, bool)
    is_wanted[wanted & 0xFFFF] = True
    for shift in range(min(4, len(content))):
        words = np.frombuffer(content, "<u4", (len(content) - shift) // 4, shift)
        places = np.flatnonzero(is_wanted[words & 0xFFFF])
        for place in places[np.isin(words[places], wanted)].tolist():
            at = 4 * place + shift
            for needle in starts[content[at : at + 4]]:
                if content.startswith(needle, at):
                    return needle
    return None


def _deliver(made, inbox: Path) -> None:
    """The demo's deliveries of the sources that are configured; others would stay where they are."""
    for folder in ("website/segment", "social/wechat", "crm/zoho", "store/shopify"):
        shutil.copytree(made.home / "inbox" / folder, inbox / folder, dirs_exist_ok=True)
    for name in ("truth.parquet", "truth_anonymous.parquet"):
        shutil.copyfile(made.home / "inbox" / name, inbox / name)


@pytest.fixture(scope="module")
def keyed(tmp_path_factory):
    """The demo's exports, run with a key: the data directory, the key file, and what is to be found nowhere."""
    base = tmp_path_factory.mktemp("keyed")
    made = demo_home(tmp_path_factory.getbasetemp())
    _deliver(made, base / "home" / "inbox")
    write_key_file(base / "key", new_key())
    with pytest.MonkeyPatch.context() as patch:
        enter(patch, base / "home", made.config)
        patch.setenv("GUIYI_KEY_FILE", str(base / "key"))
        run = guiyi("run")
        assert run.code == 0, run.err
        needles = _needles(base / "home")
    return base / "home", base / "key", made, needles


@pytest.fixture
def home(keyed, tmp_path, monkeypatch):
    """A copy of it, as a backup that was restored elsewhere."""
    home, key, made, _ = keyed
    shutil.copytree(home, tmp_path / "restored")
    enter(monkeypatch, tmp_path / "restored", made.config)
    monkeypatch.setenv("GUIYI_KEY_FILE", str(key))
    monkeypatch.setenv("GUIYI_USER", "zhang.wei")
    return tmp_path / "restored"


def test_no_file_holds_a_value_of_a_person(keyed):
    home, _, made, needles = keyed
    assert len(needles) > 100
    assert _find(home, needles) == []
    # The search finds them where there is no key.
    assert {name.partition("/")[0] for name, _ in _find(made.home, needles)} >= {"inbox", "archive", "warehouse.duckdb"}


def test_archived_deliveries_have_left_the_inbox(keyed):
    home, _, made, _ = keyed
    left = {path.name for path in (home / "inbox").rglob("*") if path.is_file()}
    assert left == {"truth.parquet", "truth_anonymous.parquet"}
    assert len([path for path in (made.home / "inbox").rglob("*") if path.is_file()]) > len(left)


def test_a_restored_backup_opens_and_a_second_run_changes_nothing(home):
    told = guiyi("run")
    assert told.code == 0, told.err
    assert _statuses(told.out) == _UNCHANGED
    assert guiyi("status").code == guiyi("segment", "count", "new_without_purchase").code == 0


def test_the_same_customers_as_without_a_key(home, keyed):
    query = "select count(*), count(email), min(full_name), sum(record_count)::int from customer.customer"
    with open_readonly(load_config().warehouse) as con:
        assert con.execute(query).fetchall() == keyed[2].rows(query)


def test_a_file_delivered_again_is_known_and_removed(home, keyed):
    _deliver(keyed[2], home / "inbox")
    told = guiyi("ingest")
    assert told.code == 0
    assert "unchanged" in told.out
    assert {path.name for path in (home / "inbox").rglob("*") if path.is_file()} == {
        "truth.parquet", "truth_anonymous.parquet",
    }  # fmt: skip


WRONG = {
    "another key": (new_key(), "does not open with the configured key"),
    "a short key": ("geheim", "the key is too short"),
    "no key": ("", "is encrypted and no key is configured"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_key_is_a_clear_error(home, monkeypatch, case):
    text, said = WRONG[case]
    monkeypatch.delenv("GUIYI_KEY_FILE")
    monkeypatch.setenv("GUIYI_KEY", text)
    for command in ("run", "status", "segment count new_without_purchase", "audit verify"):
        told = guiyi(*command.split())
        assert (told.code, said in told.err, "defect" in told.err) == (1, True, False)
        assert not text or text not in told.err + told.out


def test_a_plain_home_with_a_key_says_how_to_encrypt_it(keyed, tmp_path, monkeypatch):
    copy = keyed[2].copy(tmp_path / "plain")
    shutil.rmtree(copy.home / "inbox")
    _deliver(keyed[2], copy.home / "inbox")
    copy.enter(monkeypatch)
    monkeypatch.setenv("GUIYI_KEY_FILE", str(keyed[1]))
    assert "`guiyi key rotate`" in guiyi("run").err
    told = guiyi("key", "rotate")
    assert told.code == 0, told.err
    assert _find(copy.home, keyed[3]) != []  # the inbox is not emptied by it …
    assert guiyi("run").code == 0
    assert _find(copy.home, keyed[3]) == []  # … but by the next run
    assert guiyi("audit", "verify").code == 0


def test_a_rotation_that_is_killed_goes_on(home, tmp_path, monkeypatch):
    second, calls = tmp_path / "second", []
    write_key_file(second, new_key())
    rotate_file = rotation.rotate_file

    def fail(path, keys, purpose):
        calls.append(path)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return rotate_file(path, keys, purpose)

    with monkeypatch.context() as patch:
        patch.setattr(rotation, "rotate_file", fail)
        assert guiyi("key", "rotate", "--new-key-file", second).code == 1
    told = guiyi("key", "rotate", "--new-key-file", second)
    assert told.code == 0, told.err
    assert f"let GUIYI_KEY_FILE name {second}" in told.out
    assert "does not open with the configured key" in guiyi("status").err
    monkeypatch.setenv("GUIYI_KEY_FILE", str(second))
    again = guiyi("run")
    assert again.code == 0, again.err
    assert _statuses(again.out) == _UNCHANGED
    assert guiyi("audit", "verify").code == 0
    assert "zhang.wei" in guiyi("audit", "list", "--action", "rotate").out
    told = guiyi("key", "rotate", "--new-key-file", second)
    assert told.out.startswith("0 archived deliveries, 0 extracts, 0 databases")


def test_back_to_plain_asks_first(home, monkeypatch):
    assert guiyi("key", "rotate", "--to-plain").code == 2
    told = guiyi("key", "rotate", "--to-plain", "--yes")
    assert told.code == 0, told.err
    monkeypatch.delenv("GUIYI_KEY_FILE")
    assert list(home.rglob("*.sealed")) == []
    assert guiyi("audit", "verify").code == 0
    assert guiyi("run").code == 0


def test_a_sealed_extract_opens_for_its_tool_and_that_is_noted(home, tmp_path):
    assert guiyi("segment", "extract", "new_without_purchase", "--by", "zhang.wei").code == 0
    (sealed,) = list((home / "extracts" / "new_without_purchase").glob("*.sealed"))
    plain = tmp_path / "plain.csv"
    told = guiyi("segment", "open", sealed, "--out", plain)
    assert told.code == 0, told.err
    assert plain.read_bytes().startswith(b"\xef\xbb\xbfcustomer_id") or b"," in plain.read_bytes()
    assert plain.stat().st_mode & 0o077 == 0
    assert "zhang.wei" in guiyi("audit", "list", "--action", "open").out
    assert "exists already" in guiyi("segment", "open", sealed, "--out", plain).err


# Columns of a role → whether it may open an extract that somebody else made.
OPENING = {
    '["*"]': True,
    '["customer_id", "full_name", "email", "city", "channels", "first_seen_at"]': True,
    '["customer_id", "city", "channels", "first_seen_at"]': False,
    "[]": False,
}


@pytest.mark.parametrize("columns", OPENING)
def test_an_extract_of_more_columns_than_a_role_has_is_not_opened_by_it(home, keyed, tmp_path, monkeypatch, columns):
    (sealed,) = list((home / "extracts" / "new_without_purchase").glob("*.sealed"))
    shutil.copytree(keyed[2].config.parent, tmp_path / "config")
    (tmp_path / "config" / "access.toml").write_text(
        f'[user]\n"li.na" = "marketing"\n[role.marketing]\ncommands = ["segment"]\ncolumns = {columns}\n'
    )
    monkeypatch.setenv("GUIYI_CONFIG", str(tmp_path / "config" / "guiyi.toml"))
    monkeypatch.setenv("GUIYI_USER", "li.na")
    told = guiyi("segment", "open", sealed, "--out", tmp_path / "plain.csv")
    assert (told.code == 0, (tmp_path / "plain.csv").exists()) == (OPENING[columns], OPENING[columns])
    assert ("are not for this role" in told.err) is not OPENING[columns]


def test_quarantined_rows_are_read_again_from_sealed_copies(home):
    config = load_config()
    with open_readonly(config.warehouse) as con:
        waiting = con.execute("select count(*) from ops.quarantine where stage = 'ingest'").fetchone()
    told = guiyi("quarantine", "replay", "--by", "zhang.wei")
    assert told.code == 0 or "unreadable" not in told.err
    assert "bytes in the archive" not in told.out
    assert waiting is not None
    assert not list(config.opened.glob("*"))


def test_what_a_killed_run_had_opened_is_cleared(home):
    left = home / "opened" / "tmpabc" / "batch.csv"
    left.parent.mkdir(parents=True)
    left.write_text("王小明")
    assert guiyi("ingest").code == 0
    assert not left.exists()


def test_the_snapshot_s_sub_key_is_not_printed_into_a_file(home, tmp_path):
    assert guiyi("key", "snapshot").code == 2
    assert guiyi("key", "snapshot", "--out", tmp_path / "sub").code == 0
    assert (tmp_path / "sub").stat().st_mode & 0o077 == 0


def test_a_key_is_drawn(tmp_path):
    assert len(guiyi("key", "new").out.strip()) == 43
    assert guiyi("key", "new", "--out", tmp_path / "key").code == 0
    assert guiyi("key", "new", "--out", tmp_path / "key").code == 1
