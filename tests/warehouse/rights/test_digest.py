"""Keyed hashes: HMAC-SHA-256 in both languages, with a key that is never shown and never silently drawn anew."""

import hashlib
import hmac
import stat

import duckdb
import pytest

from warehouse.rights.digest import FILE, DigestKey, KeyMissing, digest_sql, open_key

KEYS = {"short": b"k", "usual": bytes(range(32)), "a block": b"x" * 64}
VALUES = ["li.na@example.com", "王小明", "", "+8613800000000", "a\x1fb", "'; drop table x"]


@pytest.mark.parametrize("key", KEYS)
def test_python_and_sql_agree_with_the_standard_library(key):
    chosen = DigestKey(KEYS[key])
    expected = [hmac.new(KEYS[key], value.encode(), hashlib.sha256).hexdigest()[:32] for value in VALUES]
    assert [chosen.digest(value) for value in VALUES] == expected
    with duckdb.connect() as con:
        rows = con.execute(
            f"select {digest_sql('value')} from (select unnest($values::varchar[]) as value)",
            {**chosen.parameters, "values": VALUES},
        ).fetchall()
    assert [row[0] for row in rows] == expected


def test_the_key_is_drawn_once_for_its_owner_alone(tmp_path):
    with pytest.raises(KeyMissing, match="put it back"):
        open_key(tmp_path)
    key = open_key(tmp_path, create=True)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert open_key(tmp_path) == open_key(tmp_path, create=True) == key
    assert key.secret.hex() not in repr(key)


def test_a_key_file_that_was_written_over_is_refused(tmp_path):
    (tmp_path / FILE).write_text("not hexadecimal\n", encoding="ascii")
    with pytest.raises(KeyMissing, match="not what was written"):
        open_key(tmp_path, create=True)
