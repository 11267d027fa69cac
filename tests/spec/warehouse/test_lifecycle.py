"""Where a customer stands, from the days of their paid orders; looked at on 2026-03-01 (30, 90 and 180 days)."""

import pytest

from tests.warehouse.drawn import derive, draw, own_records, read, warehouse

# case: (orders, stage, day the stage began)
CASES = {
    "nothing bought": ("", "prospect", "2025-12-25"),
    "only a pending and a cancelled order": ("2026-02-01 pending, 2026-02-02 cancelled", "prospect", "2025-12-25"),
    "only an order given back in full": ("2026-02-01 refunded", "prospect", "2025-12-25"),
    "an order after the day": ("2026-03-02 paid", "prospect", "2025-12-25"),
    "first order today": ("2026-03-01 paid", "new", "2026-03-01"),
    "first order 30 days ago": ("2026-01-30 paid", "new", "2026-01-30"),
    "first order 31 days ago": ("2026-01-29 paid", "active", "2026-03-01"),
    "two orders, the last 90 days ago": ("2025-10-01 paid, 2025-12-01 paid", "active", "2025-11-01"),
    "last order 91 days ago": ("2025-11-30 paid", "slipping", "2026-03-01"),
    "last order 180 days ago": ("2025-09-02 paid", "slipping", "2025-12-02"),
    "last order 181 days ago": ("2025-09-01 paid", "lost", "2026-03-01"),
    "back after 181 days": ("2025-07-01 paid, 2025-12-29 paid", "won_back", "2025-12-29"),
    "back after 180 days was never lost": ("2025-07-01 paid, 2025-12-28 paid", "active", "2025-12-28"),
    "back long ago and still buying": (
        "2024-01-01 paid, 2025-09-01 paid, 2025-11-20 paid, 2026-02-01 paid",
        "active",
        "2025-12-01",
    ),
    "back, and slipping again": ("2024-01-01 paid, 2025-11-01 paid", "slipping", "2026-01-31"),
}


@pytest.mark.parametrize(("orders", "stage", "since"), CASES.values(), ids=CASES)
def test_lifecycle(orders, stage, since):
    con = warehouse()
    draw(con, "standard.record", "| record_id | created_at |\n| r1 | 2025-12-25 |")
    own_records(con, C1="r1")
    for number, order in enumerate(filter(None, orders.split(", "))):
        day, status = order.split()
        draw(
            con,
            "standard.purchase",
            f"""
            | purchase_id | record_id | ordered_at    | status   | currency | amount |
            | p{number}   | r1        | {day} 23:59:00 | {status} | CNY      | 10     |
            """,
        )
    derive(con, "customer.candidate", "customer.provenance", "customer.customer", "customer.purchase", "mart.lifecycle")
    assert read(con, "select stage, stage_since from mart.lifecycle") == [{"stage": stage, "stage_since": since}]
