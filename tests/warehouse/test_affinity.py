"""mart.affinity and next_product against counting pairs in plain Python: random orders, then the real shop."""

import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path

import duckdb
import pytest

from pipeline.profile import derive_tables
from tests.warehouse.drawn import own_records, settings, warehouse

UCI = Path(__file__).parents[3] / "shared" / "data" / "events" / "uci_online_retail" / "online_retail.parquet"
TABLES = ("customer.purchase", "customer.purchase_line", "mart.affinity", "mart.next_product")


def derive(con, as_of, **asked):
    """The tables with some settings of [affinity] changed; gives these settings."""
    marts = {**settings().marts, **asked}
    derive_tables(con, TABLES, replace(settings(), marts=marts), as_of)
    return marts


def baskets_of(con):
    """Order → (customer, when, products): sales with a positive quantity."""
    rows = con.execute(
        """
        select l.purchase_id, p.customer_id, p.ordered_at, coalesce(l.sku, l.product)
        from customer.purchase_line as l join customer.purchase as p using (purchase_id)
        where p.is_sale and l.quantity > 0 and coalesce(l.sku, l.product) is not null
        """
    ).fetchall()
    baskets = {}
    for purchase, customer, at, product in rows:
        baskets.setdefault(purchase, (customer, at, set()))[2].add(product)
    return baskets


def recount(baskets, marts):
    """Pair → (baskets, of the first, of the other, lift), the best pairs of each product."""
    counted = [products for _, _, products in baskets.values() if len(products) <= marts["max_basket"]]
    least = max(marts["min_baskets"], marts["min_support"] * len(counted))
    alone = Counter(product for products in counted for product in products)
    frequent = {product for product, times in alone.items() if times >= least}
    together = Counter(pair for products in counted for pair in combinations(sorted(products & frequent), 2))
    pairs = {
        (one, other): (times, alone[one], alone[other], times * len(counted) / (alone[one] * alone[other]))
        for (one, other), times in together.items()
        if times >= least
    }
    sides = defaultdict(list)
    for pair, row in pairs.items():
        for product in pair:
            sides[product].append((-row[3], -row[0], pair))
    kept = {pair for rows in sides.values() for *_, pair in sorted(rows)[: marts["max_partners"]]}
    return {pair: pairs[pair] for pair in kept}, len(counted)


def suggest(baskets, pairs, marts):
    """(customer, place) → (product, because, lift, confidence, baskets)."""
    owned = defaultdict(dict)
    for customer, at, products in baskets.values():
        for product in products:
            owned[customer][product] = max(at, owned[customer].get(product, at))
    partners = defaultdict(list)
    for (one, other), (times, alone, other_alone, lift) in pairs.items():
        if round(lift, 6) > 1:
            partners[one].append((-round(lift, 6), -round(times / alone, 6), -times, other))
            partners[other].append((-round(lift, 6), -round(times / other_alone, 6), -times, one))
    found = {}
    for customer, products in owned.items():
        recent = sorted(products, key=lambda product: (-products[product].timestamp(), product))[
            : marts["recent_products"]
        ]
        best = {}
        for product in recent:
            for lift, confidence, times, other in sorted(partners[product])[: marts["next_partners"]]:
                if other not in products:
                    best[other] = min(best.get(other, (1, 0, 0, "")), (lift, confidence, times, product))
        ranked = sorted(best.items(), key=lambda item: (item[1][:3], item[0]))
        for place, (product, row) in enumerate(ranked[: marts["next_products"]], 1):
            found[customer, place] = (product, row[3], -row[0], -row[1], -row[2])
    return found


def compare(con, marts):
    """The tables against the recount; gives the number of pairs and of suggestions."""
    baskets = baskets_of(con)
    pairs, orders = recount(baskets, marts)
    found = {
        row[:2]: row[2:]
        for row in con.execute(
            "select product, other_product, baskets, product_baskets, other_baskets, lift, support, confidence, "
            "confidence_back from mart.affinity"
        ).fetchall()
    }
    assert set(found) == set(pairs)
    for pair, (times, one, other, lift) in pairs.items():
        assert found[pair][:3] == (times, one, other)
        assert found[pair][3:] == pytest.approx((lift, times / orders, times / one, times / other), abs=1e-6)
    known = {order: row for order, row in baskets.items() if row[0] is not None}
    suggested = {
        row[:2]: row[2:]
        for row in con.execute(
            "select customer_id, place, product, because, lift, confidence, baskets from mart.next_product"
        ).fetchall()
    }
    assert suggested == suggest(known, pairs, marts)
    return len(pairs), len(suggested)


def test_random_orders():
    chance, con = random.Random(2), warehouse()
    own_records(con, **{f"C{person:02}": f"r{person}" for person in range(30)})
    for order in range(300):
        insert(con, "purchase", purchase_id=f"p{order}", order_number="", currency="CNY", amount=1, source="shopify",
               status=chance.choice(["paid"] * 5 + ["cancelled"]), record_id=chance.choice([None, f"r{order % 30}"]),
               ordered_at=datetime(2026, 1, 1) + timedelta(hours=chance.randrange(0, 1000, 50)))  # fmt: skip
        # Some products follow each other; every twentieth order is a wholesaler's; one product has no number.
        first = chance.randrange(15)
        products = {first, (first + 1) % 15, chance.randrange(15)} | set(range(15 if order % 20 == 0 else 0))
        for line, product in enumerate(sorted(products), 1):
            insert(con, "purchase_line", purchase_id=f"p{order}", line_number=line, sku=f"s{product:02}" if product else None,
                   product=f"tea {product}", quantity=chance.choice([1, 2, 3, -1]))  # fmt: skip
    marts = derive(con, date(2026, 3, 1), min_baskets=3, min_support=0.015, max_basket=6, max_partners=2, next_products=2,
                   next_partners=2,
                   recent_products=2)  # fmt: skip
    pairs, suggestions = compare(con, marts)
    assert pairs > 10
    assert suggestions > 20
    assert con.execute("select max(rank), min(rank) from mart.affinity").fetchone() == (2, 1)
    assert con.execute("select count(*) from mart.affinity where product_name is null").fetchone() == (0,)


def insert(con, table, **values):
    values = {
        **({"source": "shopify", "stream": "s"} if table == "purchase" else {}),
        "_batch_id": "b1",
        "_line": 1,
        **values,
    }
    names = ", ".join(values)
    con.execute(
        f"insert into standard.{table} ({names}) values ({', '.join('?' * len(values))})", list(values.values())
    )


def test_the_real_shop():
    if not UCI.exists():
        pytest.skip("UCI Online Retail is not beside this checkout (shared/data/events/uci_online_retail)")
    con = warehouse()
    _load_shop(con)
    marts = derive(con, date(2011, 12, 10), min_baskets=150)
    pairs, suggestions = compare(con, marts)
    assert pairs > 200
    assert suggestions > 4000
    # The tea cups of one pattern: the classic of this data set.
    cups = con.execute(
        "select lift > 15, confidence > 0.6 from mart.affinity where (product, other_product) = ('22697', '22699')"
    ).fetchone()
    assert cups == (True, True)


def _load_shop(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"create temp table shop as from read_parquet('{UCI}')")
    con.execute(
        """
        insert into standard.purchase by name
        select 'p' || InvoiceNo as purchase_id, 'retail' as source, 's' as stream, InvoiceNo as order_number,
            'r' || any_value(CustomerID)::double::bigint as record_id, min(InvoiceDate)::timestamp as ordered_at,
            if(InvoiceNo like 'C%', 'cancelled', 'paid') as status, 'GBP' as currency,
            sum(Quantity::double * UnitPrice::double)::decimal(18, 2) as amount, 'b1' as _batch_id, 1 as _line
        from shop group by InvoiceNo
        """
    )
    con.execute(
        """
        insert into standard.purchase_line by name
        select 'p' || InvoiceNo as purchase_id, row_number() over (partition by InvoiceNo) as line_number,
            StockCode as sku, Description as product, Quantity::double as quantity, 'b1' as _batch_id, 1 as _line
        from shop
        """
    )
    con.execute(
        """
        insert into identity.record_customer
        select distinct record_id, 'C' || record_id, 'retail', 's', record_id
        from standard.purchase where record_id is not null
        """
    )
