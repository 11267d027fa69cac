"""mart.feedback and feedback_month: drawn people, and a recount in plain Python over random answers and tickets."""

import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from statistics import median

import pytest

from tests.warehouse.drawn import derive, draw, own_records, parse, read, warehouse

TABLES = ("customer.feedback", "customer.interaction", "mart.feedback", "mart.feedback_month")
ANSWERS = """
    | feedback_id | record_id | answered_at         | nps | csat |
    | f1          | r1        | 2026-01-05 10:00:00 | 3   | 2    |
    | f2          | r1        | 2026-02-05 10:00:00 | 9   |      |
    | f3          | r2        | 2026-02-05 10:00:00 |     | 5    |
    | f4          |           | 2026-02-06 10:00:00 | 7   | 4    |
    | f5          | r2        | 2026-03-05 10:00:00 | 0   | 1    |
"""
TICKETS = """
    | interaction_id | kind      | record_id | occurred_at         | closed_at           | status | subject              |
    | i1             | ticket    | r1        | 2026-02-10 10:00:00 | 2026-02-10 12:00:00 | closed | Invoice needed       |
    | i2             | ticket    | r1        | 2026-02-11 10:00:00 | 2026-02-11 20:00:00 | closed | Item arrived DAMAGED |
    | i3             | ticket    | r1        | 2026-02-19 10:00:00 |                     | open   | 要求退款             |
    | i4             | ticket    | r1        | 2026-02-11 10:00:00 | 2026-02-01 20:00:00 | closed | clock gone wrong     |
    | i5             | complaint | r3        | 2026-02-12 10:00:00 |                     |        |                      |
    | i6             | follow    | r4        | 2026-02-12 10:00:00 |                     |        | refund               |
"""


def test_people():
    con = warehouse()
    own_records(con, C1="r1", C2="r2", C3="r3", C4="r4")
    draw(con, "standard.feedback", ANSWERS)
    draw(con, "standard.interaction", TICKETS)
    derive(con, *TABLES, as_of=date(2026, 3, 1))
    expected = """
        | customer_id | answers | nps_last | nps_group | nps_average | csat_last | csat_average | complaints | last_complaint_at   | tickets | open_tickets | oldest_open_days | resolved_tickets | median_hours | p90_hours |
        | C1          | 2       | 9        | promoter  | 6.0         | 2         | 2.0          | 3          | 2026-02-19 10:00:00 | 4       | 1            | 10               | 2                | 6.0          | 9.2       |
        | C2          | 1       |          |           |             | 5         | 5.0          | 0          |                     | 0       | 0            |                  | 0                |              |           |
        | C3          | 0       |          |           |             |           |              | 1          | 2026-02-12 10:00:00 | 1       | 0            |                  | 0                |              |           |
    """
    columns = ", ".join(parse(expected)[0])
    assert read(con, f"select {columns} from mart.feedback") == parse(expected)
    months = """
        | month      | answers | promoters | passives | detractors | nps    | csat_answers | csat_average | csat_satisfied |
        | 2026-01-01 | 1       | 0         | 0        | 1          | -100.0 | 1            | 2.0          | 0.0            |
        | 2026-02-01 | 3       | 1         | 1        | 0          | 50.0   | 2            | 4.5          | 1.0            |
    """
    columns = ", ".join(parse(months)[0])
    assert read(con, f"select {columns} from mart.feedback_month") == parse(months)


def test_against_a_recount():
    chance, con = random.Random(4), warehouse()
    own_records(con, **{f"C{person:02}": f"r{person}" for person in range(20)})
    answers, hours = defaultdict(list), defaultdict(list)
    for number in range(150):
        person, at = chance.randrange(20), datetime(2025, 6, 1) + timedelta(hours=number * 37)
        nps, csat = chance.choice([None, *range(11)]), chance.choice([None, 1, 2, 3, 4, 5])
        insert(con, "feedback", feedback_id=f"f{number}", record_id=f"r{person}", answered_at=at, nps=nps, csat=csat)
        answers[f"C{person:02}"].append((at, nps, csat))
        taken = chance.choice([None, chance.randrange(1, 500)])
        insert(con, "interaction", interaction_id=f"i{number}", record_id=f"r{person}", occurred_at=at, kind="ticket",
               subject="Invoice", closed_at=at + timedelta(hours=taken) if taken else None)  # fmt: skip
        if taken:
            hours[f"C{person:02}"].append(taken)
    derive(con, *TABLES, as_of=date(2026, 3, 1))
    found = con.execute(
        "select customer_id, answers, nps_last, nps_average, csat_average, complaints, resolved_tickets, open_tickets, "
        "median_hours, p90_hours from mart.feedback order by 1"
    ).fetchall()
    assert len(found) == 20
    for customer, count, last, nps_mean, csat_mean, complaints, resolved, still_open, middle, most in found:
        own = answers[customer]
        nps, csat = [row[1] for row in own if row[1] is not None], [row[2] for row in own if row[2] is not None]
        assert (count, last, complaints) == (len(own), nps[-1] if nps else None, sum(one <= 2 for one in csat))
        assert nps_mean == (pytest.approx(sum(nps) / len(nps), abs=0.005) if nps else None)
        assert csat_mean == (pytest.approx(sum(csat) / len(csat), abs=0.005) if csat else None)
        taken = sorted(hours[customer])
        assert (resolved, still_open) == (len(taken), len(own) - len(taken))
        assert middle == (pytest.approx(median(taken), abs=0.005) if taken else None)
        assert most == (pytest.approx(ninth_tenth(taken), abs=0.005) if taken else None)


def ninth_tenth(values):
    """The place nine tenths of the way from the least to the greatest, between two values where it falls there."""
    place = 0.9 * (len(values) - 1)
    below, rest = int(place), place - int(place)
    return values[below] + rest * (values[min(below + 1, len(values) - 1)] - values[below])


def insert(con, table, **values):
    values = {"source": "survey", "stream": "s", "_batch_id": "b1", "_line": 1, **values}
    names = ", ".join(values)
    con.execute(
        f"insert into standard.{table} ({names}) values ({', '.join('?' * len(values))})", list(values.values())
    )
