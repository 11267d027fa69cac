"""The key: where it may lie, what is refused, and that it never shows."""

import os
import stat

import pytest

from warehouse.vault.key import KeyProblem, new_key, parse_key, read_key_file, write_key_file
from warehouse.vault.keyring import hold_key, key_of

GOOD = "0123456789abcdefghijABCDEFGHIJ.-_~"


def test_a_drawn_key_is_accepted_and_never_the_same():
    assert parse_key(new_key(), "test").key_id != parse_key(new_key(), "test").key_id


REFUSED = {
    "empty": ("", "too short, 0 of at least 32"),
    "short": ("geheim", "too short, 6 of at least 32"),
    "blanks do not count": (" " * 40 + "abc", "too short, 3"),
    "monotonous": ("ab" * 30, "repeats too few characters"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_poor_key_is_refused(case):
    text, said = REFUSED[case]
    with pytest.raises(KeyProblem, match=said) as caught:
        parse_key(text, "GUIYI_KEY")
    assert str(caught.value).startswith("GUIYI_KEY: ")
    assert not text.strip() or text.strip() not in str(caught.value)


def test_sub_keys_differ_by_purpose_and_key():
    keys = [parse_key(GOOD, "a"), parse_key(GOOD + "x", "b")]
    found = {
        key.derive(purpose) for key in keys for purpose in ("warehouse", "archive", "snapshot", "extract", "pseudonym")
    }
    assert len(found) == 10
    assert {len(each) for each in found} == {32}


def test_sub_keys_are_rfc_5869():
    """With the standard library alone, so that a backup can be opened without this program."""
    import hashlib
    import hmac

    drawn = hmac.new(b"\0" * 32, GOOD.encode(), hashlib.sha256).digest()
    expanded = hmac.new(drawn, b"guiyi/1/archive\x01", hashlib.sha256).digest()
    assert parse_key(GOOD, "test").derive("archive") == expanded


def test_printing_shows_the_id_alone():
    key = parse_key(GOOD, "test")
    assert f"{key} {key!r} {[key]}" == f"Key({key.key_id}) Key({key.key_id}) [Key({key.key_id})]"


def test_a_key_file_is_private_and_never_replaced(tmp_path):
    path = tmp_path / "key"
    write_key_file(path, GOOD)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key_file(path, "test") == parse_key(GOOD, "test")
    with pytest.raises(KeyProblem, match="exists already"):
        write_key_file(path, GOOD)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o660])
def test_a_key_file_others_can_open_is_refused(tmp_path, mode):
    path = tmp_path / "key"
    path.write_text(GOOD)
    path.chmod(mode)
    with pytest.raises(KeyProblem, match=f"chmod 600 {path}"):
        read_key_file(path, "test")


def test_a_key_file_of_another_user_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "key"
    write_key_file(path, GOOD)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(KeyProblem, match="belongs to another user"):
        read_key_file(path, "test")


def test_a_key_file_that_is_none(tmp_path):
    with pytest.raises(KeyProblem, match="No such file"):
        read_key_file(tmp_path / "key", "test")
    with pytest.raises(KeyProblem, match="is no file"):
        read_key_file(tmp_path, "test")
    (tmp_path / "bytes").write_bytes(os.urandom(64) + b"\xff")
    (tmp_path / "bytes").chmod(0o600)
    with pytest.raises(KeyProblem, match="holds no text"):
        read_key_file(tmp_path / "bytes", "test")


def test_a_directory_s_key_holds_for_all_in_it_and_is_looked_up_when_needed(tmp_path):
    asked = []

    def find():
        asked.append(1)
        return parse_key(GOOD, "test")

    hold_key(tmp_path / "home", find)
    assert asked == []
    assert key_of(tmp_path / "home" / "archive" / "zoho" / "x.csv") == parse_key(GOOD, "test")
    assert key_of(tmp_path / "home") == parse_key(GOOD, "test")
    assert key_of(tmp_path / "elsewhere") is None
    assert len(asked) == 1
