"""What people bought: orders over two years, with their lines.

In: tables `person`, `record`. Out: tables `purchase` (one row per order: purchase, shop, record, person, buyer,
ordered, changed, status, coupon, express, gift), `purchase_line` (purchase, line, product, quantity) and `product`.
Half the buyers come back; the gaps between their orders are exponential with a pace of their own, so recency and
frequency say something. Every Shopify order is also a record of its own.
"""

import duckdb
import numpy as np
import pyarrow as pa

from pipeline.demo.channels import ORDER_CHANNEL
from pipeline.demo.draws import draw_choice, fetch_columns, open_stream
from pipeline.demo.period import SECONDS_PER_DAY, Period
from pipeline.demo.records import add_records
from pipeline.demo.vocabulary import Vocabulary

_STATUSES = ("paid", "refunded", "partially_refunded", "cancelled", "pending")
_STATUS_SHARES = (0.90, 0.035, 0.02, 0.03, 0.015)


def create_orders(con: duckdb.DuckDBPyConnection, seed: int, period: Period, words: Vocabulary) -> None:
    """Create the orders of both shops and the records of the Western shop's orders."""
    _create_products(con, words)
    con.execute("""create table purchase (purchase bigint, shop varchar, record bigint, person bigint, buyer bigint,
                   ordered bigint, changed bigint, status varchar, coupon boolean, express boolean, gift double)""")
    con.execute("create table purchase_line (purchase bigint, line int, product bigint, quantity int)")
    for shop, mean in (("shopify", 0.62), ("taobao", 1.3)):
        buyers = _find_buyers(con, shop, seed)
        orders = _draw_orders(buyers, mean, seed, period, shop)
        first = con.execute("select count(*) from purchase").fetchone()[0]  # type: ignore[index]
        if shop == "shopify":
            start = con.execute("select count(*) from record").fetchone()[0]  # type: ignore[index]
            orders["record"] = start + np.arange(len(orders["person"]))
        _store(con, orders, first, shop)
        _store_lines(con, len(orders["person"]), first, seed, shop, words)
    _add_order_records(con, seed)


def _find_buyers(con: duckdb.DuckDBPyConnection, shop: str, seed: int) -> dict[str, np.ndarray]:
    """Account holders, and in the Western shop guests as well."""
    found = fetch_columns(
        con,
        "select record, person, activity from record join person using (person) where source = $1 order by record",
        [shop],
    )
    if shop == "taobao":
        return found
    rng = open_stream(seed, "guests")
    everyone = fetch_columns(con, "select person, activity from person where culture <> 'chinese' order by person")
    guests = rng.random(len(everyone["person"])) < 0.05
    buying = rng.random(len(found["person"])) < 0.92
    return {
        "record": np.concatenate([found["record"][buying], np.full(int(guests.sum()), -1)]),
        "person": np.concatenate([found["person"][buying], everyone["person"][guests]]),
        "activity": np.concatenate([found["activity"][buying], everyone["activity"][guests]]),
    }


def _draw_orders(
    buyers: dict[str, np.ndarray], mean: float, seed: int, period: Period, shop: str
) -> dict[str, np.ndarray]:
    rng = open_stream(seed, f"orders {shop}")
    repeats = np.minimum(rng.poisson(mean * buyers["activity"]), 24)
    buyer = np.repeat(np.arange(len(repeats)), repeats + 1)
    starts = np.concatenate([[0], np.cumsum(repeats + 1)])[:-1]
    first = period.history_start + rng.random(len(repeats)) ** 0.8 * (period.end - period.history_start)
    pace = rng.gamma(2.0, 70.0 * SECONDS_PER_DAY / 2, len(repeats))
    gaps = rng.exponential(1.0, len(buyer)) * pace[buyer]
    gaps[starts] = 0
    total = np.cumsum(gaps)
    ordered = (first[buyer] + total - total[starts][buyer]).astype(np.int64)
    kept = ordered < period.end - 3600
    kept[starts] = True
    ordered = np.minimum(ordered, period.end - 3600)[kept]
    buyer = buyer[kept]
    order = np.lexsort((buyer, ordered))
    rows = len(order)
    status = np.array(_STATUSES, dtype=object)[draw_choice(rng, _STATUS_SHARES, rows)]
    delay = (rng.exponential(4.0, rows) * SECONDS_PER_DAY).astype(np.int64)
    return {
        "record": buyers["record"][buyer][order],
        "person": buyers["person"][buyer][order],
        "buyer": buyers["record"][buyer][order],
        "ordered": ordered[order],
        "changed": np.where(np.isin(status, ("paid", "pending")), ordered[order] + 300, ordered[order] + 600 + delay),
        "status": status,
        "coupon": rng.random(rows) < 0.18,
        "express": rng.random(rows) < 0.15,
        "gift": rng.random(rows),
    }


def _store(con: duckdb.DuckDBPyConnection, orders: dict[str, np.ndarray], first: int, shop: str) -> None:
    rows = len(orders["person"])
    table = pa.table({"purchase": first + np.arange(rows), "shop": np.full(rows, shop, dtype=object)} | orders)
    con.register("arrow_orders", table)
    con.execute("insert into purchase by name select * from arrow_orders")
    con.unregister("arrow_orders")


def _store_lines(
    con: duckdb.DuckDBPyConnection, rows: int, first: int, seed: int, shop: str, words: Vocabulary
) -> None:
    rng = open_stream(seed, f"lines {shop}")
    count = 1 + draw_choice(rng, (55, 27, 12, 6), rows)
    order = np.repeat(np.arange(rows), count)
    starts = np.concatenate([[0], np.cumsum(count)])[:-1]
    products = len(words.column("products.sku"))
    table = pa.table(
        {
            "purchase": first + order,
            "line": (np.arange(len(order)) - starts[order] + 1).astype(np.int32),
            "product": draw_choice(rng, 1 / (rng.permutation(products) + 6.0), len(order)),
            "quantity": (1 + draw_choice(rng, (82, 13, 4, 1), len(order))).astype(np.int32),
        }
    )
    con.register("arrow_lines", table)
    con.execute("insert into purchase_line select * from arrow_lines")
    con.unregister("arrow_lines")


def _add_order_records(con: duckdb.DuckDBPyConnection, seed: int) -> None:
    orders = fetch_columns(con, "select person, ordered from purchase where shop = 'shopify' order by purchase")
    rows = len(orders["person"])
    add_records(con, ORDER_CHANNEL, orders["person"], np.ones(rows, dtype=bool), orders["ordered"], seed)
    con.execute("""update record set key = '#' || (1001 + row) from
                   (select record as r, row_number() over (order by record) - 1 as row from record
                    where source = 'shopify' and stream = 'orders') where record = r""")


def _create_products(con: duckdb.DuckDBPyConnection, words: Vocabulary) -> None:
    names = ("sku", "name_zh", "name_en", "category_zh", "category_en")
    columns = {name: pa.array(words.column(f"products.{name}")) for name in names}
    columns |= {
        "product": pa.array(np.arange(len(words.column("products.sku")))),
        "price_cny": pa.array(words.numbers("products.price_cny")),
    }
    con.register("arrow_products", pa.table(columns))
    con.execute("create table product as select * from arrow_products")
    con.unregister("arrow_products")
