"""mart.churn_risk against a recount in plain Python, and drawn cases for every reason."""

import itertools
from datetime import date
from statistics import median

import pytest

from tests.warehouse.drawn import derive, draw, own_records, read, settings, warehouse
from tests.warehouse.shopping import AS_OF, TABLES, by_day, count_sales, draw_shopping

MARTS = ("mart.value", "mart.churn_risk")
RULES = settings()
WEIGHT = RULES.churn


@pytest.fixture(scope="module")
def con():
    con = draw_shopping()
    derive(con, *MARTS, as_of=AS_OF)
    return con


def expected_risks(con):
    days = {who: sorted(by_day(sales)) for who, sales in count_sales(con).items()}
    gaps = {who: [(later - day).days for day, later in itertools.pairwise(own)] for who, own in days.items()}
    usual = median(gap for own in gaps.values() for gap in own)
    alive = dict(con.execute("select customer_id, probability_alive from mart.value").fetchall())
    complained, detracts, got_back = evidence(con)
    for who, own in days.items():
        silent = (AS_OF - own[-1]).days
        gap = median(gaps[who]) if len(own) >= 3 else usual
        overdue = 1 - 0.5 ** max(silent / gap - 1, 0)
        gone = 1 - alive[who]
        causes = [
            (gone, "likely_gone"),
            (overdue, "one_time_buyer" if len(own) == 1 else "overdue"),
            (WEIGHT["complaint_weight"] * (who in complained), "complaint"),
            (WEIGHT["detractor_weight"] * (who in detracts), "nps_detractor"),
            (WEIGHT["refund_weight"] * (who in got_back), "refund"),
        ]
        staying = 1 - max(gone, overdue)
        for weight, _ in causes[2:]:
            staying *= 1 - weight
        told = [code for weight, code in sorted(causes, key=lambda each: (-each[0], each[1])) if weight >= 0.05]
        yield who, silent, gap, 100 * (1 - staying), told


def evidence(con):
    """Who complained, who would not recommend, who got something back lately."""
    complained, detracts, got_back = set(), {}, set()
    tickets = (
        "select record_id, occurred_at, closed_at, status, subject from standard.interaction where kind = 'ticket'"
    )
    for record, at, closed, status, subject in con.execute(tickets).fetchall():
        is_open = closed is None and status not in ("closed", "solved")
        is_recent = subject != "Where is it?" and (AS_OF - at.date()).days <= RULES.active_days
        if at.date() <= AS_OF and (is_open or is_recent):
            complained.add(f"C{record[1:]}")
    answers = "select record_id, answered_at, nps, csat from standard.feedback order by answered_at, feedback_id"
    for record, at, nps, satisfaction in con.execute(answers).fetchall():
        if at.date() <= AS_OF:
            if nps is not None:
                detracts[f"C{record[1:]}"] = nps <= 6
            if satisfaction is not None and satisfaction <= 2 and (AS_OF - at.date()).days <= RULES.active_days:
                complained.add(f"C{record[1:]}")
    orders = "select record_id, ordered_at from standard.purchase where record_id is not null and (status = 'refunded' or refunded > 0)"
    for record, at in con.execute(orders).fetchall():
        if at is not None and 0 <= (AS_OF - at.date()).days <= RULES.lost_days:
            got_back.add(f"C{record[1:]}")
    return complained, {who for who, bad in detracts.items() if bad}, got_back


def test_every_buyer_against_a_recount(con):
    found = {row[0]: row[1:] for row in con.execute(
        "select customer_id, days_since_order, typical_gap_days, risk_score, risk_band, reasons, reason from mart.churn_risk"
    ).fetchall()}  # fmt: skip
    seen_bands, seen_codes = set(), set()
    expected = list(expected_risks(con))
    assert len(expected) == len(found)
    for who, silent, gap, score, told in expected:
        row = found[who]
        assert (row[0], row[1]) == (silent, gap)
        assert row[2] == pytest.approx(score, abs=0.51)
        band = "lost" if silent > RULES.lost_days else "high" if row[2] >= 60 else "medium" if row[2] >= 30 else "low"
        assert row[3] == band
        assert row[4].split(",") == (told or [""])
        assert row[5] == (told[0] if told else "in_rhythm")
        seen_bands.add(band)
        seen_codes |= set(told) or {"in_rhythm"}
    assert seen_bands == {"low", "medium", "high", "lost"}
    assert seen_codes == {
        "likely_gone", "overdue", "one_time_buyer", "complaint", "nps_detractor", "refund", "in_rhythm"
    }  # fmt: skip


# case: (days bought, further rows, expected). Looked at on 2026-03-01; three buyers with a gap of 20 days set the pace.
PACE = "2026-01-01, 2026-01-21, 2026-02-10"
CASES = {
    "in rhythm": ("2026-01-01, 2026-01-21, 2026-02-10", "", ("low", "in_rhythm", 0)),
    "one gap late": ("2025-12-12, 2026-01-01, 2026-01-20", "", ("medium", "overdue", 52)),
    "late by the own gap, not by others'": (
        "2026-02-01, 2026-02-05, 2026-02-09, 2026-02-13",
        "",
        ("high", "overdue", 88),
    ),
    "slow by nature": ("2025-07-01, 2025-10-01, 2026-01-01", "", ("low", "in_rhythm", 0)),
    "once, long ago": ("2025-12-01", "", ("high", "one_time_buyer", 91)),
    "silent beyond lost": ("2025-08-01", "", ("lost", "one_time_buyer", 100)),
    "a ticket": (PACE, "ticket open", ("low", "complaint", 20)),
    "a complaint settled long ago": (PACE, "ticket 2025-11-01", ("low", "in_rhythm", 0)),
    "a complaint settled lately": (PACE, "ticket 2026-02-01", ("low", "complaint", 20)),
    "unhappy": (PACE, "csat 1", ("low", "complaint", 20)),
    "would not recommend": (PACE, "nps 6", ("low", "nps_detractor", 20)),
    "would recommend": (PACE, "nps 9", ("low", "in_rhythm", 0)),
    "got money back": (PACE, "refund", ("low", "refund", 10)),
    "everything at once": (PACE, "ticket open, nps 0, refund", ("medium", "complaint", 42)),
}


@pytest.mark.parametrize(("days", "further", "expected"), CASES.values(), ids=CASES)
def test_drawn(days, further, expected):
    con = warehouse()
    own_records(con, **{f"C{number}": f"r{number}" for number in range(4)})
    for person, bought in enumerate([days, PACE, PACE, PACE]):
        for day in bought.split(", "):
            order(con, f"r{person}", day, "refund" in further and person == 0 and day == "2026-02-10")
    for fact in filter(None, further.split(", ")):
        add(con, *fact.split())
    derive(con, *TABLES, *MARTS, as_of=date(2026, 3, 1))
    assert read(con, "select risk_band, reason, risk_score from mart.churn_risk where customer_id = 'C0'") == [
        {"risk_band": expected[0], "reason": expected[1], "risk_score": str(expected[2])}
    ]


def order(con, record, day, given_back):
    draw(
        con,
        "standard.purchase",
        f"""
        | purchase_id     | record_id | ordered_at | status | currency | amount | refunded                  |
        | {record}-{day}  | {record}  | {day}      | paid   | CNY      | 10     | {"2" if given_back else ""} |
        """,
    )


def add(con, kind, value=""):
    if kind == "ticket":
        status, at, closed = ("open", "2025-06-01", "") if value == "open" else ("solved", value, value)
        draw(
            con,
            "standard.interaction",
            f"""
            | interaction_id | record_id | kind   | occurred_at | closed_at | status   | subject   |
            | i1             | r0        | ticket | {at}        | {closed}  | {status} | It broke: wrong item |
            """,
        )
    elif kind in ("nps", "csat"):
        draw(
            con,
            "standard.feedback",
            f"""
            | feedback_id | record_id | answered_at | {kind}  |
            | f1          | r0        | 2026-01-01  | {value} |
            """,
        )


def test_without_any_gap_the_setting_is_the_pace():
    con = warehouse()
    own_records(con, C0="r0", C1="r1")
    order(con, "r0", "2025-11-01", False)
    order(con, "r1", "2026-02-20", False)
    derive(con, *TABLES, *MARTS, as_of=date(2026, 3, 1))
    assert read(con, "select typical_gap_days, gap_source, gaps_passed, probability_alive from mart.churn_risk") == [
        {"typical_gap_days": "90.0", "gap_source": "setting", "gaps_passed": "1.33", "probability_alive": ""},
        {"typical_gap_days": "90.0", "gap_source": "setting", "gaps_passed": "0.1", "probability_alive": ""},
    ]
