"""`guiyi review`: what waits for a steward, in order, until it is decided."""

import re

import pytest

from tests.pipeline.demo_home import DemoHome, demo_home, guiyi

_WAITING = "select record_id_l, record_id_r from identity.review where expected_change > 0 order by rank"


@pytest.fixture
def home(tmp_path_factory, tmp_path, monkeypatch) -> DemoHome:
    copy = demo_home(tmp_path_factory.getbasetemp()).copy(tmp_path / "home")
    copy.enter(monkeypatch)
    return copy


def pairs(told: str) -> list[tuple[str, str]]:
    ids = re.findall(r"^([0-9a-f]{16})", told, re.MULTILINE)
    return list(zip(ids[::2], ids[1::2], strict=True))


def test_the_most_pressing_pairs_come_first_and_are_counted(home):
    waiting = home.rows(_WAITING)
    told = guiyi("review", "--limit", 3)
    assert told.code == 0
    assert pairs(told.out) == waiting[:3]
    assert f"3 of {len(waiting):,} pairs" in told.out


def test_one_kind_alone(home):
    kinds = home.rows("select kind, count(*) from identity.review where expected_change > 0 group by kind")
    kind, count = kinds[0]
    told = guiyi("review", "--kind", kind, "--limit", 100_000)
    assert len(pairs(told.out)) == count
    told = guiyi("review", "--kind", "no such thing")
    assert all(kind in told.out for kind, _ in kinds)
    assert pairs(told.out) == []


def test_a_decided_pair_leaves_the_queue_and_no_value_is_shown(home):
    pair = home.rows(f"select record_id_l, record_id_r from ({_WAITING}) limit 1")[0]
    assert guiyi("decide", "different", *pair, "--by", "li.na").code == 0
    told = guiyi("review", "--limit", 100_000)
    assert pair not in pairs(told.out)
    values = {value for row in home.rows("select email, full_name from standard.record") for value in row if value}
    assert [value for value in values if len(value) > 5 and value in told.out] == []
