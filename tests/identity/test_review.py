"""The review queue on drawn customers: what is in it, what is first, which link is named."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from identity import review
from identity.clustering import Partition, Vetoes
from identity.comparisons.base import Comparison, Level, Levels, Pairs, missing
from identity.engines.duckdb import write_table
from identity.explanation import explain_customer
from identity.reporting import Links
from identity.resolution import resolve
from identity.review import DECIDED, RANK, TWO_VALUES, write_review
from identity.scoring import Scorer
from identity.settings import ClusterLimits, Settings
from tests.identity.tables import draw
from tests.identity.test_resolution import _make_people

PRIOR = -10.0
COLUMNS = "record_id_l, record_id_r, kind, records_affected, round(expected_change, 3), pairs, rank"

Numbers = list[tuple[int, int]]


def _columns(pairs: Numbers | None) -> np.ndarray:
    return np.array(pairs or [], np.int64).reshape(-1, 2)


def _review(
    customers: str,
    links: str,
    *,
    vetoed: Numbers | None = None,
    same: Numbers | None = None,
    different: Numbers | None = None,
    contradictions: Numbers | None = None,
    plausible: int = 60,
    scorer: Scorer | None = None,
    levels: list[list[int]] | None = None,
) -> duckdb.DuckDBPyConnection:
    """identity_review of records 0 to 9 and a to z.

    customers: groups of records, as in "012 34"; links: "0-1 +3" per line, the log2 odds of the pair.
    """
    groups = [[int(record, 36) for record in group] for group in customers.split()]
    cluster = np.zeros(sum(len(group) for group in groups), np.int64)
    for group in groups:
        cluster[group] = min(group)
    rows = draw("pair | odds\n" + "\n".join(line.strip().replace(" ", " | ", 1) for line in links.strip().splitlines()))
    ends = np.array([[int(end, 36) for end in str(row["pair"]).split("-")] for row in rows], np.int32).reshape(-1, 2)
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    found = np.array(levels or [[0]] * len(rows), np.uint8)
    con = duckdb.connect()
    names = [np.base_repr(number, 36).lower() for number in range(len(cluster))]
    write_table(con, "identity_person", pa.table({"rid": list(range(len(cluster))), "record_id": names}))
    write_review(
        con,
        Partition(cluster, _columns(vetoed), _columns(contradictions)),
        Links(
            Pairs(ends[order, 0], ends[order, 1]),
            found[order],
            np.array([float(str(row["odds"])) for row in rows], np.float32)[order],
        ),
        PRIOR,
        Settings(clusters=ClusterLimits(plausible_records=plausible)),
        vetoes=Vetoes(_columns(same), _columns(different), ()),
        scorer=scorer,
    )
    return con


def _rows(con: duckdb.DuckDBPyConnection, columns: str = COLUMNS) -> list[tuple]:
    return con.execute(f"select {columns} from identity_review order by rank").fetchall()


def test_what_changes_most_comes_first() -> None:
    con = _review(
        "01 23 456 789 a bcd",
        """
        0-1 20
        2-3 0
        4-5 9
        5-6 9
        7-8 9
        8-9 9
        4-7 1
        9-a 2
        b-c 3
        c-d 20
        """,
    )
    assert _rows(con) == [
        ("4", "7", "kept apart", 3, 2.0, 1, 1),  # three records, two thirds likely to belong elsewhere
        ("9", "a", "kept apart", 1, 0.8, 1, 2),
        ("2", "3", "weak bridge", 1, 0.5, 1, 3),
        ("b", "c", "weak bridge", 1, 0.111, 1, 4),
    ]


def test_equal_changes_are_ranked_by_record() -> None:
    con = _review("01 2 3 4", "1-4 1\n0-2 1\n0-3 1")
    assert _rows(con, "record_id_l, record_id_r, rank") == [("0", "2", 1), ("0", "3", 2), ("1", "4", 3)]


def test_the_rank_of_rows_put_together_is_that_of_one_table() -> None:
    con = _review("01 23 4 5", "0-1 1\n2-3 2\n3-4 3\n0-5 1")
    again = con.execute(f"select rank, {RANK} from identity_review").fetchall()
    assert len(again) == 4
    assert all(told == found for told, found in again)


def test_weight_and_probability_are_those_of_the_link() -> None:
    assert _rows(_review("01", "0-1 1"), "match_weight, round(match_probability, 4)") == [(11.0, 0.6667)]


BRIDGES = {
    "beyond doubt": ("012", "0-1 9\n1-2 5", {}, []),
    "weakest of a chain, smaller side": ("01234", "0-1 9\n1-2 2\n2-3 9\n3-4 4", {}, [("1", "2", 2, 1)]),
    "a way around it is no bridge": ("0123", "0-1 9\n1-2 2\n2-3 9\n0-3 6", {}, []),
    "likely pairs across are counted": ("0123", "0-1 9\n1-2 2\n2-3 9\n0-2 1\n1-3 -1", {}, [("1", "2", 2, 2)]),
    "of equal ones the last": ("012", "0-1 2\n1-2 2", {}, [("1", "2", 1, 1)]),
    "decided the same is certain": ("012", "0-1 1\n1-2 2", {"same": [(0, 1)]}, [("1", "2", 1, 1)]),
    "all decided the same": ("012", "0-1 1\n1-2 2", {"same": [(0, 1), (1, 2)]}, []),
    "decided the same without a link": ("012", "0-1 1", {"same": [(0, 2)]}, [("0", "1", 1, 1)]),
    "unlikely pair that had to join": ("01", "0-1 -4", {}, [("0", "1", 1, 1)]),
    "log2 odds of zero are a link": ("012", "0-1 0\n1-2 0", {}, [("1", "2", 1, 1)]),
}


@pytest.mark.parametrize(("customers", "links", "more", "expected"), BRIDGES.values(), ids=BRIDGES.keys())
def test_the_weakest_bridge_is_named(customers: str, links: str, more: dict, expected: list[tuple]) -> None:
    con = _review(customers, links, **more)
    assert _rows(con, "record_id_l, record_id_r, records_affected, pairs") == expected
    assert _rows(con, "distinct kind") == [("weak bridge",)] * bool(expected)


APART = {
    "pairs of the same two customers are one row": (
        ("012 34", "0-3 1\n1-3 4\n2-4 2\n0-4 -3\n0-1 9\n1-2 9\n3-4 9", {}),
        [("1", "3", "kept apart", 2, 1.882, 3)],
    ),
    "a veto makes it a conflict": (
        ("01 2", "0-1 9\n0-2 3\n1-2 5", {"vetoed": [(0, 2)]}),
        [("1", "2", "conflict", 1, 0.97, 2)],
    ),
    "customers that only together would join": (
        ("01 2", "0-1 9\n0-2 -2\n1-2 -1", {"vetoed": [(0, 2)]}),
        [("1", "2", "conflict", 1, 0.333, 1)],
    ),
    "customers that would join without any link": (
        ("01 2", "0-1 9", {"vetoed": [(1, 2)]}),
        [("1", "2", "conflict", 1, 0.001, 1)],
    ),
    "a decision on one of the pairs, the other is named": (
        ("01 2", "0-1 9\n0-2 9\n1-2 5", {"vetoed": [(0, 2)], "different": [(0, 2)]}),
        [("1", "2", "conflict", 1, 0.97, 2)],
    ),
    "a decision that settles it is listed": (
        ("0 1", "0-1 9", {"vetoed": [(0, 1)], "different": [(0, 1)]}),
        [("0", "1", "conflict", 1, 0.0, 1)],
    ),
    "a decision between customers that evidence alone keeps apart too": (
        ("0 1", "0-1 1", {"different": [(0, 1)]}),
        [("0", "1", "conflict", 1, 0.0, 1)],
    ),
    "a decision that nothing speaks against": (("0 1", "0-1 -5", {"different": [(0, 1)]}), []),
    "unlikely": (("0 1", "0-1 -1", {}), []),
}


@pytest.mark.parametrize(("drawn", "expected"), APART.values(), ids=APART.keys())
def test_two_customers_are_one_row(drawn: tuple[str, str, dict], expected: list[tuple]) -> None:
    customers, links, more = drawn
    found = _rows(_review(customers, links, **more), COLUMNS.removesuffix(", rank"))
    assert found == expected


def test_a_conflict_tells_what_forbids_it() -> None:
    con = _review("0 1 2 3", "0-1 9\n2-3 9", vetoed=[(0, 1), (2, 3)], different=[(2, 3)])
    assert _rows(con, "record_id_l, detail") == [("0", TWO_VALUES), ("2", DECIDED)]


@pytest.mark.parametrize(("odds", "expected"), [(-1, 1.333), (9, 0.004)], ids=["unlikely", "likely"])
def test_contradicting_decisions_are_told_with_what_they_hold_together(odds: int, expected: float) -> None:
    # 0-1 and 1-5 are decided the same, 0-5 different. By evidence 2, 3 go with 0 and 4 with 5.
    con = _review(
        "012345",
        f"0-2 9\n0-3 9\n4-5 9\n0-5 {odds}",
        same=[(0, 1), (1, 5)],
        different=[(0, 5)],
        contradictions=[(0, 5)],
    )
    assert _rows(con) == [("0", "5", "conflict", 2, expected, 1, 1)]


def test_contradicting_decisions_without_a_link_are_told() -> None:
    con = _review("012", "0-1 9", same=[(0, 1), (1, 2)], different=[(0, 2)], contradictions=[(0, 2)])
    assert _rows(con, "record_id_l, record_id_r, kind, match_weight") == [("0", "2", "conflict", 0.0)]


def test_implausibly_many_records_are_told_however_well_they_agree() -> None:
    con = _review("0123 45", "0-1 20\n1-2 19\n2-3 20\n4-5 20", plausible=3)
    assert _rows(con) == [("1", "2", "too large", 2, 1.0, 1, 1)]
    assert _rows(_review("0123 45", "0-1 20\n1-2 19\n2-3 20\n4-5 20", plausible=4)) == []


def _scorer() -> Scorer:
    """Phone: same +12, shared +9; name: same +6. Prior -10."""

    def never(pairs: Pairs) -> Levels:
        raise AssertionError

    phone = Comparison("phone", (missing(), Level("same", 0.9, 0.4), Level("shared", 0.1, 0.4)), never)
    name = Comparison("name", (missing(), Level("same", 0.9, 0.4)), never)
    bits = (np.array([0, 12, 9], np.float32), np.array([0, 6], np.float32))
    return Scorer([phone, name], bits, bits, ({}, {}), 0.0, PRIOR)


@pytest.mark.parametrize(
    ("odds", "levels", "kind", "basis"),
    [
        (2, [1, 0], "weak bridge", "phone"),
        (-1, [2, 0], "shared value", "phone"),
        (-4, [0, 1], "weak bridge", "name"),
        (4, [2, 1], "shared value", "phone"),
    ],
    ids=["value of few", "value of many", "no value in common", "value of many and a name"],
)
def test_what_a_bridge_rests_on(odds: int, levels: list[int], kind: str, basis: str) -> None:
    con = _review("01", f"0-1 {odds}", levels=[levels], scorer=_scorer())
    assert _rows(con, "kind, regexp_extract(detail, 'it rests most on (.*)', 1)") == [(kind, basis)]


def test_a_bridge_that_would_hold_without_the_shared_value_does_not_rest_on_it() -> None:
    scorer = _scorer()
    scorer.strangers[1][1] = scorer.household[1][1] = 11
    con = _review("01", "0-1 3", levels=[[2, 1]], scorer=scorer)
    assert _rows(con, "kind, regexp_extract(detail, 'it rests most on (.*)', 1)") == [("weak bridge", "name")]


def test_nothing_doubtful_is_an_empty_queue() -> None:
    assert _rows(_review("0 1", "0-1 -5")) == []


def test_a_component_says_the_same_alone_and_among_others() -> None:
    links = "0-1 2\n1-2 9\n2-3 1\n4-5 0\n5-6 3"
    both = _rows(_review("012 3 45 6", links), COLUMNS.removesuffix(", rank"))
    alone = _rows(_review("012 3", links.split("\n4")[0]), COLUMNS.removesuffix(", rank"))
    assert [row for row in both if row[0] < "4"] == alone
    assert len(both) == 4


@pytest.fixture(scope="module")
def resolved() -> duckdb.DuckDBPyConnection:
    """The engine's tables, every customer held to be in doubt."""
    con = duckdb.connect()
    _make_people(con, 60)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(review, "DOUBTFUL", 1.1)
        resolve(con, "records", None, None, Settings())
    return con


def test_the_queue_names_the_bridge_that_an_explanation_names(resolved: duckdb.DuckDBPyConnection) -> None:
    resolved.execute(
        "create or replace temp table members as select record_id, cluster as customer_id from identity_cluster"
    )
    rows = resolved.execute("""
        select customer_id, record_id_l, record_id_r, records_affected
        from identity_review join members on record_id = record_id_l where kind not in ('kept apart', 'conflict')
    """).fetchall()
    several = resolved.execute("select count(distinct cluster) from identity_cluster where cluster in "
                               "(select cluster from identity_cluster group by 1 having count(*) > 1)").fetchone()  # fmt: skip
    assert several == (len(rows),)
    for customer, left, right, affected in rows:
        told = explain_customer(resolved, "identity_link", "members", customer)
        assert told.weakest is not None
        assert (told.weakest.record_id_l, told.weakest.record_id_r) == (left, right)
        assert min(len(side) for side in told.sides) == affected


@pytest.mark.parametrize(
    ("column", "value"),
    [("phone", "0"), ("email", "-"), ("family_name", "unknown"), ("birth_date", "1900-01-01")],
    ids=["empty-like phone", "empty-like e-mail", "empty-like name", "placeholder date"],
)
def test_an_empty_like_value_of_ten_thousand_records_makes_no_giant(column: str, value: str) -> None:
    con = duckdb.connect()
    _make_people(con, 3334)  # 10,002 records
    con.execute(f"update people set {column} = $value", {"value": value})
    assert resolve(con, "records", None, None, Settings()).largest_customer < 20
