"""The audit chain: every act follows the one before, and whatever is done to a row afterwards shows."""

from datetime import datetime

import duckdb
import pytest

from warehouse.audit import newest_act, read_acts, record_act, verify_chain
from warehouse.audit_head import verify_audit, write_head
from warehouse.tables import create_tables
from warehouse.vault.key import new_key, parse_key

MONDAY = datetime(2026, 3, 2, 8)


def act(con, subject: str, action: str = "extract") -> None:
    record_act(con, acted_at=MONDAY, actor="li.na", action=action, subject=subject, detail={"rows": 1, "why": "名单"})


@pytest.fixture
def con():
    con = duckdb.connect()
    create_tables(con)
    for subject in ("a", "b", "c", "d"):
        act(con, subject)
    return con


def test_acts_are_numbered_and_chained(con):
    acts = read_acts(con)
    assert [each.sequence for each in acts] == [1, 2, 3, 4]
    assert acts[0].previous_hash == "0" * 64
    assert [each.previous_hash for each in acts[1:]] == [each.hash for each in acts[:-1]]
    found = verify_chain(con)
    assert (found.acts, found.sequence, found.problem) == (4, 4, None)
    assert found.hash == acts[-1].hash


def test_the_hash_is_that_of_the_canonical_json(con):
    """So that anybody can check it without this program."""
    import hashlib

    first = read_acts(con)[0]
    text = (
        '{"acted_at":"2026-03-02T08:00:00.000000","action":"extract","actor":"li.na",'
        '"detail":"{\\"rows\\": 1, \\"why\\": \\"名单\\"}","previous_hash":"'
        + "0" * 64
        + '","sequence":1,"subject":"a"}'
    )
    assert first.hash == hashlib.sha256(text.encode()).hexdigest()


TAMPERING = {
    "a changed actor": ("update ops.audit set actor = 'nobody' where sequence = 2", 2, "it was changed"),
    "a changed detail": ("update ops.audit set detail = '{}' where sequence = 3", 3, "it was changed"),
    "a changed time": (
        "update ops.audit set acted_at = acted_at - interval 1 day where sequence = 1",
        1,
        "was changed",
    ),
    "a changed hash": ("update ops.audit set hash = repeat('f', 64) where sequence = 2", 2, "it was changed"),
    "a row removed": ("delete from ops.audit where sequence = 2", 3, "a row was removed"),
    "the first removed": ("delete from ops.audit where sequence = 1", 2, "a row was removed"),
    "a row removed, numbers closed up": (
        "delete from ops.audit where sequence = 2; update ops.audit set sequence = sequence - 1 where sequence > 2",
        2,
        "does not follow",
    ),
    "a row twice": ("insert into ops.audit from ops.audit where sequence = 2", 2, "a row was put in"),
    "a row that is not chained": (
        "insert into ops.audit (acted_at, actor, action, subject) values (now()::timestamp, 'x', 'extract', 'e')",
        5,
        "not chained",
    ),
}


@pytest.mark.parametrize("case", TAMPERING)
def test_tampering_shows_at_the_first_broken_row(con, case):
    statement, row, problem = TAMPERING[case]
    con.execute(statement)
    found = verify_chain(con)
    assert found.broken == row
    assert problem in found.problem


@pytest.mark.parametrize("key", [None, parse_key(new_key(), "test")], ids=["no key", "key"])
def test_the_head_shows_rows_cut_off(con, tmp_path, key):
    path = tmp_path / "audit.head"
    write_head(con, path, key)
    assert path.stat().st_mode & 0o077 == 0
    assert verify_audit(con, path, key).problem is None
    con.execute("delete from ops.audit where sequence >= 3")
    assert verify_chain(con).problem is None
    assert (verify_audit(con, path, key).broken, "3 to 4 were cut off" in verify_audit(con, path, key).problem) == (
        3,
        True,
    )
    # Acts that follow do not cover it up, and no stage replaces the head.
    act(con, "x")
    act(con, "y")
    write_head(con, path, key)
    assert "row 4 is not the one" in verify_audit(con, path, key).problem


@pytest.mark.parametrize("key", [None, parse_key(new_key(), "test")], ids=["no key", "key"])
def test_the_head_shows_that_all_rows_are_gone(con, tmp_path, key):
    path = tmp_path / "audit.head"
    write_head(con, path, key)
    con.execute("delete from ops.audit")
    assert "rows 1 to 4 were cut off" in verify_audit(con, path, key).problem


def test_an_older_head_that_was_put_back_hides_what_was_cut_off_from_all_but_a_noted_hash(con, tmp_path):
    """Why the newest hash is to be noted elsewhere: signed or not, it was a true head once."""
    path, key = tmp_path / "audit.head", parse_key(new_key(), "test")
    write_head(con, path, key)
    older = path.read_bytes()
    act(con, "e")
    write_head(con, path, key)
    noted = newest_act(con)[1]
    con.execute("delete from ops.audit where sequence = 5")
    path.write_bytes(older)
    assert verify_audit(con, path, key).problem is None
    assert "no row has the hash" in verify_audit(con, path, key, noted).problem


def test_a_head_that_is_behind_is_no_damage(con, tmp_path):
    path = tmp_path / "audit.head"
    write_head(con, path, None)
    act(con, "e")
    assert verify_audit(con, path, None).problem is None


HEADS = {
    "missing": (None, "is missing"),
    "no JSON": ("{", "cannot be read"),
    "unsigned": ('{"hash": "%s", "sequence": 4, "key_id": null, "mac": null}', "not signed"),
}


@pytest.mark.parametrize("case", HEADS)
def test_a_head_that_is_not_ours_is_a_problem(con, tmp_path, case):
    content, problem = HEADS[case]
    path = tmp_path / "audit.head"
    if content:
        path.write_text(content.replace("%s", newest_act(con)[1]))
    assert problem in verify_audit(con, path, parse_key(new_key(), "test")).problem


KEY, NEXT, STRANGE = (parse_key(new_key(), "test") for _ in range(3))
SIGNING = {
    "signed for the first time": (None, KEY, (KEY, None), True),
    "with the next key": (KEY, NEXT, (NEXT, KEY), True),
    "with the next key, once more": (NEXT, NEXT, (NEXT, KEY), True),
    "an unsigned one where there was a key": (None, NEXT, (NEXT, KEY), False),
    "one of a strange key": (STRANGE, NEXT, (NEXT, KEY), False),
}


@pytest.mark.parametrize("case", SIGNING)
def test_when_the_key_changes_the_head_is_signed_anew_if_it_was_ours(con, tmp_path, case):
    signed, key, before, taken = SIGNING[case]
    path = tmp_path / "audit.head"
    write_head(con, path, signed)
    act(con, "rotate")
    write_head(con, path, key, before=before)
    assert (verify_audit(con, path, key).problem is None) is taken


def test_all_rows_written_anew_do_not_have_a_noted_hash(con, tmp_path):
    noted = newest_act(con)[1]
    path = tmp_path / "audit.head"
    con.execute("delete from ops.audit")
    for subject in ("a", "b", "c", "z"):
        act(con, subject)
    write_head(con, path, None)
    assert verify_audit(con, path, None).problem is None
    assert "no row has the hash" in verify_audit(con, path, None, noted).problem


def test_a_table_of_the_version_before_is_taken_up():
    con = duckdb.connect()
    con.execute(
        "create schema ops; create table ops.audit (acted_at timestamp not null, actor varchar not null, "
        "action varchar not null, subject varchar not null, detail varchar)"
    )
    con.execute("insert into ops.audit values (timestamp '2026-01-01', 'li.na', 'extract', 'old', '{}')")
    con.execute("insert into ops.audit values (timestamp '2025-01-01', 'li.na', 'decide', 'older', null)")
    create_tables(con)
    assert "not chained" in verify_chain(con).problem
    act(con, "new")
    assert [(each.sequence, each.subject) for each in read_acts(con)] == [(1, "old"), (2, "older"), (3, "new")]
    assert verify_chain(con).problem is None


def test_no_act_at_all_is_whole(tmp_path):
    con = duckdb.connect()
    create_tables(con)
    write_head(con, tmp_path / "audit.head", None)
    assert verify_audit(con, tmp_path / "audit.head", None).problem is None
    assert list(tmp_path.iterdir()) == []
