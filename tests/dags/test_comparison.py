"""The smoke test's judge: it must see a difference when there is one."""

from pathlib import Path

import duckdb
import pytest

from dags.local_airflow.comparison import compare_rows, count_regrouped

GROUPS = {"a1": "c1", "a2": "c1", "b1": "c2", "b2": "c2"}


def build(path: Path, groups: dict[str, str], *, extra: str = "") -> Path:
    with duckdb.connect(str(path)) as con:
        con.execute("create schema identity")
        con.execute("create schema ops")
        con.execute("create table identity.record_customer (record_id varchar, customer_id varchar)")
        con.executemany("insert into identity.record_customer values (?, ?)", list(groups.items()))
        con.execute("create table identity.ledger as select 1 as entry")
        con.execute(f"create table ops.run as select 1 as run; {extra}")
    return path


@pytest.mark.parametrize(
    ("other", "regrouped"),
    [
        pytest.param({"a1": "x", "a2": "x", "b1": "y", "b2": "y"}, 0, id="other ids, same groups"),
        pytest.param({"a1": "c1", "a2": "c1", "b1": "c1", "b2": "c1"}, 4, id="two customers merged"),
        pytest.param({"a1": "c1", "a2": "c3", "b1": "c2", "b2": "c2"}, 2, id="a customer split"),
        pytest.param({"a1": "c1", "a2": "c2", "b1": "c2", "b2": "c2"}, 4, id="a record moved"),
        pytest.param({"a1": "c1", "a2": "c1", "b1": "c2"}, 2, id="a record missing, its fellow now alone"),
    ],
)
def test_count_regrouped(tmp_path: Path, other: dict[str, str], regrouped: int) -> None:
    left, right = build(tmp_path / "left.duckdb", GROUPS), build(tmp_path / "right.duckdb", other)
    assert count_regrouped(left, right) == regrouped


def test_row_counts_differ_but_history_and_ops_do_not_count(tmp_path: Path) -> None:
    more = "insert into identity.ledger values (2); insert into ops.run values (2); create schema mart;"
    left = build(tmp_path / "left.duckdb", GROUPS)
    right = build(tmp_path / "right.duckdb", {"a1": "c1"}, extra=f"{more} create table mart.rfm as select 1 as i")
    assert [(row.table, row.left, row.right, row.differs) for row in compare_rows(left, right)] == [
        ("identity.ledger", 1, 2, False),
        ("identity.record_customer", 4, 1, True),
        ("mart.rfm", None, 1, True),
    ]
