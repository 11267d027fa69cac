"""mart.journey, path, channel and drop_off against a recount in plain Python over random customers; and drawn cases."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median

import pytest

from pipeline.profile import derive_tables
from tests.warehouse.drawn import draw, own_records, parse, read, settings, warehouse

AS_OF = date(2026, 3, 1)
PATH_DAYS, MAX_TOUCHES, HALF_LIFE = 20, 4, 5
TABLES = (
    *("customer.candidate", "customer.provenance", "customer.customer", "customer.event", "customer.session"),
    *("customer.purchase", "customer.interaction", "customer.feedback"),
    *("mart.journey", "mart.path", "mart.channel", "mart.drop_off"),
)
# (campaign, referrer, landing page) → channel, by the settings that come with the project
ARRIVALS = [
    ((None, None, "https://shop.cn/tea"), "direct"),
    ((None, "https://shop.cn/", "https://shop.cn/tea"), "direct"),
    ((None, "-", "/tea"), "direct"),
    ((None, "https://www.google.co.uk/search?q=tea", "https://shop.cn/"), "search"),
    ((None, "https://m.baidu.com/", "https://shop.cn/"), "search"),
    ((None, "https://mail.google.com/", "https://shop.cn/"), "email"),
    ((None, "https://t.co/x", "https://shop.cn/"), "social"),
    ((None, "https://blog.cat.co/x", "https://shop.cn/"), "referral"),
    ((None, "weibo.com", "https://shop.cn/"), "social"),
    ((None, "https://www.google.com/", "https://shop.cn/?utm_medium=CPC&utm_source=google"), "paid"),
    (("Newsletter_March", "https://www.google.com/", "https://shop.cn/"), "email"),
    (("spring_sale", "https://www.google.com/", "https://shop.cn/"), "campaign"),
    ((None, None, "https://shop.cn/?utm_medium=skywriting"), "campaign"),
]  # fmt: skip


@dataclass(frozen=True)
class Touch:
    """What the recount knows of one touchpoint."""

    at: datetime
    rank: int
    touchpoint: str
    channel: str
    key: str = ""


@pytest.fixture(scope="module")
def made():
    """Thirty people, their touchpoints as the recount sees them, and the derived tables."""
    chance, con, people = random.Random(3), warehouse(), defaultdict(list)
    for person in range(30):
        customer, record = f"C{person:02}", f"r{person:02}"
        own_records(con, **{customer: record})
        # Two hours between visits of a device, so that each event is a visit.
        for number, hour in enumerate(chance.sample(range(0, 1400, 2), chance.randrange(0, 14))):
            arrival, channel = chance.choice(ARRIVALS)
            at = datetime(2026, 1, 1) + timedelta(hours=hour)
            insert(con, "event", event_id=f"e{person}-{number}", source="segment", event_type="page", occurred_at=at,
                   record_id=record, campaign=arrival[0], referrer=arrival[1], url=arrival[2])  # fmt: skip
            people[customer].append(Touch(at, 1, "visit", channel))
        for number in range(chance.choice([0, 0, 1, 2, 5])):
            at = datetime(2026, 1, 1) + timedelta(hours=chance.randrange(0, 1400, 7))
            status = chance.choice(["paid", "paid", "paid", "cancelled"])
            insert(con, "purchase", purchase_id=f"p{person:02}-{number}", source="shopify", order_number="", status=status,
                   record_id=record, ordered_at=at, currency=chance.choice(["CNY", "CNY", "USD", "XXX"]),
                   amount=chance.choice([0, 1, 9.99, 100, 33.33]))  # fmt: skip
            if status == "paid":
                people[customer].append(Touch(at, 2, "purchase", "store", f"p{person:02}-{number}"))
        for number in range(chance.choice([0, 0, 1, 3])):
            at = datetime(2026, 1, 1) + timedelta(hours=chance.randrange(0, 1400))
            kind, touchpoint, rank = chance.choice(
                [("follow", "contact", 1), ("ticket", "ticket", 3), ("note", "other", 3)]
            )
            insert(con, "interaction", interaction_id=f"i{person}-{number}", source="wechat", kind=kind,
                   record_id=record, occurred_at=at)  # fmt: skip
            people[customer].append(Touch(at, rank, touchpoint, "social"))
    marts = {**settings().marts, "path_days": PATH_DAYS, "max_touches": MAX_TOUCHES, "half_life_days": HALF_LIFE}
    channels = {"segment": "website", "shopify": "store", "wechat": "social"}
    derive_tables(con, TABLES, replace(settings(), marts=marts), AS_OF, channels)
    return con, {customer: recount(touches) for customer, touches in people.items()}


def insert(con, table, **values):
    values = {"stream": "s", "_batch_id": "b1", "_line": 1, **values}
    names = ", ".join(values)
    con.execute(
        f"insert into standard.{table} ({names}) values ({', '.join('?' * len(values))})", list(values.values())
    )


def recount(touches):
    """(touchpoint, purchase it leads to or None, which purchase comes next, touches to go), in order.

    Touchpoints after the day are not counted.
    """
    touches = [touch for touch in touches if touch.at.date() <= AS_OF]
    placed, number = [], 1
    ordered = sorted(touches, key=lambda one: (one.at, one.rank, one.key))
    for place, touch in enumerate(ordered):
        coming = next((one for one in ordered[place:] if one.touchpoint == "purchase"), None)
        goal = None
        if touch.touchpoint in ("visit", "contact") and coming and coming.at <= touch.at + timedelta(days=PATH_DAYS):
            goal = coming.key
        placed.append((touch, goal, number))
        number += touch.touchpoint == "purchase"
    together = defaultdict(list)
    for place, (touch, goal, number) in enumerate(placed):
        if touch.touchpoint in ("visit", "contact"):
            together[number, goal].append(place)
    to_go = {place: len(path) - 1 - at for path in together.values() for at, place in enumerate(path)}
    return [(*row, to_go.get(place)) for place, row in enumerate(placed)]


def test_journey(made):
    con, people = made
    expected = []
    for customer, rows in people.items():
        previous = None
        for position, (touch, goal, number, to_go) in enumerate(rows, 1):
            hours = round((touch.at - previous).total_seconds() / 3600, 2) if previous else None
            on_path = goal is not None and to_go < MAX_TOUCHES
            expected.append(
                (customer, position, touch.touchpoint, touch.at, touch.channel, hours, number, on_path,
                 goal if on_path else None, to_go)
            )  # fmt: skip
            previous = touch.at
    found = con.execute(
        "select customer_id, position, touchpoint, occurred_at, channel, hours_since_previous, path_number, on_path, "
        "purchase_id, touches_to_go from mart.journey order by 1, 2"
    ).fetchall()
    assert found == sorted(expected)
    assert {row[4] for row in found} >= {channel for _, channel in ARRIVALS}
    assert sum(row[7] for row in found) > 30


def walks(people):
    """Every path: (first or repeat, channels, purchase or None, when it began)."""
    for rows in people.values():
        paths, sold = defaultdict(list), {}
        for touch, goal, number, to_go in rows:
            if touch.touchpoint == "purchase":
                sold[touch.key] = (number, touch.at)
            elif to_go is not None and to_go < MAX_TOUCHES:
                paths[number, goal].append(touch)
        for (number, goal), touches in paths.items():
            channels = [touch.channel for touch in touches]
            short = [one for one, before in zip(channels, [None, *channels], strict=False) if one != before]
            yield "first" if number == 1 else "repeat", " > ".join(short), goal, touches[0].at
        walked = {goal for _, goal in paths}
        for key, (number, at) in sold.items():
            if key not in walked:
                yield "first" if number == 1 else "repeat", "unknown", key, at


def test_path(made):
    con, people = made
    sales = {
        row[0]: row[1:]
        for row in con.execute("select purchase_id, ordered_at, net_base from customer.purchase").fetchall()
    }
    counted = defaultdict(lambda: [0, 0, Decimal(0), []])
    for purchase, path, goal, began in walks(people):
        row = counted[purchase, path]
        row[0] += 1
        if goal:
            row[1] += 1
            row[2] += sales[goal][1] or 0
            if path != "unknown":
                row[3].append((sales[goal][0] - began).total_seconds() / 86400)
    expected = {key: (n, bought, money, round(median(days), 2) if days else None)
                for key, (n, bought, money, days) in counted.items()}  # fmt: skip
    found = con.execute("select purchase, path, paths, conversions, revenue, median_days from mart.path").fetchall()
    assert {row[:2]: (*row[2:5], row[5]) for row in found} == {
        key: (*row[:3], pytest.approx(row[3], abs=0.011) if row[3] is not None else None)
        for key, row in expected.items()
    }
    assert con.execute(
        "select count(*) from mart.path where channels <> len(string_split(path, ' > ')) and path <> 'unknown'"
    ).fetchone() == (0,)


def credits(people, sales):
    """(model, channel) → conversions and revenue, as plain numbers."""
    found = defaultdict(lambda: [0.0, 0.0])
    paths = defaultdict(list)
    for rows in people.values():
        for touch, goal, _, to_go in rows:
            if goal and to_go < MAX_TOUCHES:
                paths[goal].append(touch)
            elif touch.touchpoint == "purchase":
                paths[touch.key] += []
    for key, touches in paths.items():
        at, money = sales[key]
        weights = {
            "first": [1] + [0] * (len(touches) - 1),
            "last": [0] * (len(touches) - 1) + [1],
            "linear": [1] * len(touches),
            "decay": [0.5 ** ((at - touch.at).total_seconds() / 86400 / HALF_LIFE) for touch in touches],
        }
        for model, weight in weights.items():
            for touch, one in zip(touches, weight, strict=False):
                found[model, touch.channel][0] += one / sum(weight)
                found[model, touch.channel][1] += one / sum(weight) * money
            if not touches:
                found[model, "unknown"][0] += 1
                found[model, "unknown"][1] += money
    return found


def test_channel(made):
    con, people = made
    sales = {
        row[0]: (row[1], float(row[2] or 0))
        for row in con.execute(
            "select purchase_id, ordered_at, net_base from customer.purchase where is_sale"
        ).fetchall()
    }
    expected = credits(people, sales)
    found = con.execute(
        "select model, channel, conversions, revenue from mart.channel where model <> 'markov'"
    ).fetchall()
    assert {row[:2] for row in found} == set(expected)
    for model, channel, conversions, revenue in found:
        assert float(conversions) == pytest.approx(expected[model, channel][0], abs=2e-4)
        # A cent of rounding a touch.
        assert float(revenue) == pytest.approx(expected[model, channel][1], abs=0.01 * len(sales))


def test_markov_shares_are_those_of_the_paths(made):
    from tests.warehouse.test_markov import walk
    from warehouse.markov import WalkedPath

    con, people = made
    counted = Counter()
    for _, path, goal, _ in walks(people):
        if path != "unknown":
            counted[path, goal is not None] += 1
    paths = [
        WalkedPath(tuple(path.split(" > ")), counted[path, True] + counted[path, False], counted[path, True])
        for path in {path for path, _ in counted}
    ]
    channels = sorted({channel for path in paths for channel in path.channels})
    everything = walk(paths, None)
    effects = {channel: 1 - walk(paths, channel) / everything for channel in channels}
    bought = sum(path.conversions for path in paths)
    found = con.execute(
        "select channel, conversions, removal_effect from mart.channel where model = 'markov'"
    ).fetchall()
    assert {row[0] for row in found} - {"unknown"} == set(channels)
    for channel, conversions, effect in found:
        if channel != "unknown":
            assert effect == pytest.approx(effects[channel], abs=2e-6)
            assert float(conversions) == pytest.approx(bought * effects[channel] / sum(effects.values()), abs=2e-5)


def test_every_model_adds_up_to_all_purchases_and_all_revenue(made):
    con, _ = made
    total = con.execute("select count(*), sum(net_base) from customer.purchase where is_sale").fetchone()
    found = con.execute(
        "select model, sum(conversions), sum(revenue), min(conversions) >= 0 and min(revenue) >= 0 "
        "from mart.channel group by model order by model"
    ).fetchall()
    assert found == [(model, *total, True) for model in ("decay", "first", "last", "linear", "markov")]


def test_the_last_instant_that_counts():
    """A visit in the purchase's own instant leads to it, one exactly path_days before too, a microsecond earlier not."""
    con = warehouse()
    own_records(con, C1="r1")
    draw(
        con,
        "standard.event",
        """
        | event_id | occurred_at                | record_id | source  |
        | e1       | 2025-12-01 09:59:59.999999 | r1        | segment |
        | e2       | 2025-12-01 10:00:00        | r1        | sensors |
        | e3       | 2026-03-01 10:00:00        | r1        | segment |
        | e4       | 2026-03-01 11:00:00        | r1        | segment |
        """,
    )
    draw(
        con,
        "standard.purchase",
        """
        | purchase_id | record_id | ordered_at          | status | currency | amount |
        | p1          | r1        | 2026-03-01 10:00:00 | paid   | CNY      | 10     |
        | p2          | r1        | 2026-03-01 10:00:00 | paid   | CNY      | 10     |
        """,
    )
    derive_tables(con, TABLES, settings(), AS_OF)
    assert read(
        con, "select position, source, touchpoint, path_number, purchase_id, touches_to_go from mart.journey"
    ) == parse(
        """
        | position | source  | touchpoint | path_number | purchase_id | touches_to_go |
        | 1        | segment | visit      | 1           |             | 0             |
        | 2        | sensors | visit      | 1           | p1          | 1             |
        | 3        | segment | visit      | 1           | p1          | 0             |
        | 4        | zoho    | purchase   | 1           |             |               |
        | 5        | zoho    | purchase   | 2           |             |               |
        | 6        | segment | visit      | 3           |             | 0             |
        """
    )
    # Of two purchases in one instant, the second has no touch of its own.
    assert read(con, "select path, conversions from mart.path where conversions > 0 order by path") == [
        {"path": "direct", "conversions": "1"},
        {"path": "unknown", "conversions": "1"},
    ]


# case: (events of a known visitor r1, a cookie z and an order of r1; expected funnel of January)
FUNNELS = {
    "names of four systems are the same step, the furthest one counts": (
        """
        | event_id | occurred_at         | record_id | event_type | event_name      | anonymous_id |
        | e1       | 2026-01-03 10:00:00 | r1        | track      | Product Viewed  |              |
        | e2       | 2026-01-03 12:00:00 | r1        | track      | add_to_cart     |              |
        | e3       | 2026-01-04 10:00:00 |           | track      | af_add_to_cart  | z            |
        | e4       | 2026-01-04 10:00:00 |           | page       | begin_checkout  | y            |
        | e5       | 2026-01-04 10:00:00 |           | page       | Home            | x            |
        | e6       | 2026-01-04 10:00:00 |           | bind       | purchase        | w            |
        """,
        """
        | step         | visitors | seen | dropped | continued | share_of_visits | median_hours |
        | visit        | 4        | 4    | 1       | 0.75      | 1.0             | 0.0          |
        | product_view | 3        | 1    | 0       | 1.0       | 0.75            | 0.0          |
        | cart         | 3        | 2    | 2       | 0.3333    | 0.75            | 1.0          |
        | checkout     | 1        | 1    | 1       | 0.0       | 0.25            | 0.0          |
        | purchase     | 0        | 0    | 0       |           | 0.0             |              |
        """,
    ),
    "a page can be the step, an order after the visit is the last one, before it is not": (
        """
        | event_id | occurred_at         | record_id | event_type | event_name | url                      | anonymous_id |
        | e1       | 2026-01-10 10:00:00 | r1        | request    | GET        | https://s.cn/cart?x=1    |              |
        | e2       | 2026-01-20 10:00:00 | r2        | request    | GET        | /checkout/address        |              |
        | e3       | 2026-01-20 10:00:00 |           | request    | GET        | /about/cart              | z            |
        """,
        """
        | step         | visitors | seen | dropped | continued | share_of_visits | median_hours |
        | visit        | 3        | 3    | 1       | 0.6667    | 1.0             | 0.0          |
        | product_view | 2        | 0    | 0       | 1.0       | 0.6667          |              |
        | cart         | 2        | 1    | 0       | 1.0       | 0.6667          | 0.0          |
        | checkout     | 2        | 1    | 1       | 0.5       | 0.6667          | 0.0          |
        | purchase     | 1        | 1    | 0       |           | 0.3333          | 48.0         |
        """,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("events", "funnel"), FUNNELS.values(), ids=FUNNELS)
def test_drop_off(events, funnel):
    con = warehouse()
    own_records(con, C1="r1", C2="r2")
    if "r2" in events:
        draw(
            con,
            "standard.purchase",
            """
            | purchase_id | record_id | ordered_at          | status | currency | amount |
            | p1          | r1        | 2026-01-12 10:00:00 | paid   | CNY      | 10     |
            | p2          | r2        | 2026-01-12 10:00:00 | paid   | CNY      | 10     |
            """,
        )
    draw(con, "standard.event", events)
    con.execute("update standard.event set anonymous_namespace = 'anonymous_id' where anonymous_id is not null")
    derive_tables(con, ("customer.event", "customer.purchase", "mart.drop_off"), settings(), AS_OF)
    columns = ", ".join(parse(funnel)[0])
    assert read(con, f"select {columns} from mart.drop_off order by month, step_number") == parse(funnel)


def test_drop_off_of_random_visitors(made):
    """Every known event is a page without a step: visitors, and those who bought after their first visit of the month."""
    con, people = made
    expected = defaultdict(lambda: [0, 0])
    for rows in people.values():
        visits = defaultdict(list)
        for touch, *_ in rows:
            if touch.touchpoint == "visit":
                visits[touch.at.replace(day=1).date()].append(touch.at)
        for month, times in visits.items():
            expected[month][0] += 1
            expected[month][1] += any(
                touch.touchpoint == "purchase" and touch.at >= min(times) and touch.at.replace(day=1).date() == month
                for touch, *_ in rows
            )
    found = con.execute(
        "select month, step, visitors from mart.drop_off where step in ('visit', 'purchase')"
    ).fetchall()
    assert {(row[0].replace(day=1), row[1]): row[2] for row in found} == {
        (month, step): counts[at] for month, counts in expected.items() for at, step in enumerate(("visit", "purchase"))
    }
