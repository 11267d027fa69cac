"""Who came by: sessions on the website and in the app, with the device they came on and when someone logged in.

In: tables `person`, `latest`. Out: table `visit`, one row per event: site (web, app), visit, nth, moment, person (-1:
never logs in), key (account, null while not logged in), device, page, address, agent, campaign. Some households share
one device; many visitors never log in; others look around first and log in in the middle of a session.
"""

import duckdb
import numpy as np
import pyarrow as pa

from pipeline.demo.draws import draw_choice, draw_hex, open_stream
from pipeline.demo.period import Period

PAGES = (
    "/",
    "/tea",
    "/home",
    "/kitchen",
    "/apparel",
    "/beauty",
    "/kids",
    "/outdoor",
    "/electronics",
    "/gifts",
    "/cart",
    "/checkout",
    "/account",
    "/help",
    "/search",
)
CAMPAIGNS = ("", "", "", "", "", "", "spring_sale", "newsletter_march", "wechat_moments", "search_brand")


def create_visits(con: duckdb.DuckDBPyConnection, customers: int, seed: int, period: Period) -> None:
    """Create `visit` for both sites."""
    con.execute("""create table visit (site varchar, visit bigint, nth int, moment bigint, millis int, person bigint,
                   key varchar, device varchar, page int, address varchar, agent int, campaign varchar)""")
    for site, source, device, length in (("web", "segment", "cookie", 32), ("app", "sensors", "device", 16)):
        accounts = con.execute(
            f"""select latest.person, latest.key, p.activity, if(p.shared_household and p.household % 8 = 0,
                h.{device}, p.{device})
                    as device
                from latest join person p on p.person = latest.person
                join (select household, min(person) as person from person
                    group by household) f on f.household = p.household
                join person h on h.person = f.person
                where latest.source = $1 order by latest.key""",
            [source],
        ).to_arrow_table()
        _store_site(con, accounts, site, length, customers, seed, period)


def _store_site(
    con: duckdb.DuckDBPyConnection,
    accounts: pa.Table,
    site: str,
    length: int,
    customers: int,
    seed: int,
    period: Period,
) -> None:
    rng = open_stream(seed, f"visits {site}")
    known = {name: accounts.column(name).to_numpy(zero_copy_only=False) for name in accounts.column_names}
    strangers = int(customers * 0.25)
    person = np.concatenate([known["person"], np.full(strangers, -1)])
    key = np.concatenate([known["key"], np.full(strangers, None)])
    device = np.concatenate([known["device"], draw_hex(rng, length, strangers)])
    activity = np.concatenate([known["activity"], np.full(strangers, 0.3)])
    visits = 1 + rng.poisson(activity)
    visitor = np.repeat(np.arange(len(person)), visits)
    events = 1 + rng.poisson(1.9, len(visitor))
    begin = period.start + rng.integers(0, period.end - period.start - 7200, len(visitor))
    login = np.where(rng.random(len(visitor)) < 0.5, 0, np.where(rng.random(len(visitor)) < 0.4, 2, 99))
    visit = np.repeat(np.arange(len(visitor)), events)
    starts = np.concatenate([[0], np.cumsum(events)])[:-1]
    nth = np.arange(len(visit)) - starts[visit]
    pauses = rng.integers(4, 240, len(visit))
    pauses[starts] = 0
    total = np.cumsum(pauses)
    who = visitor[visit]
    logged_in = (nth >= login[visit]) & (person[who] >= 0)
    agents = rng.integers(0, 1_000_000, len(person))
    address = _write_addresses(rng, len(person))
    table = pa.table(
        {
            "site": np.full(len(visit), site, dtype=object),
            "visit": visit,
            "nth": nth.astype(np.int32),
            "moment": begin[visit] + total - total[starts][visit],
            "millis": rng.integers(0, 1000, len(visit)).astype(np.int32),
            "person": person[who],
            "key": np.where(logged_in, key[who], np.array(None, dtype=object)),
            "device": device[who],
            "page": draw_choice(rng, (20, 9, 8, 8, 8, 7, 5, 5, 7, 5, 8, 4, 4, 3, 6), len(visit)).astype(np.int32),
            "address": address[who],
            "agent": agents[who].astype(np.int32),
            "campaign": np.array(CAMPAIGNS, dtype=object)[rng.integers(0, len(CAMPAIGNS), len(visitor))][visit],
        }
    )
    con.register("arrow_visit", table)
    con.execute("insert into visit select * from arrow_visit")
    con.unregister("arrow_visit")


def _write_addresses(rng: np.random.Generator, rows: int) -> np.ndarray:
    parts = [rng.integers(1, 254, rows).astype(str).astype(object) for _ in range(3)]
    first = np.array(["14", "36", "58", "61", "81", "101", "112", "117", "124", "180", "203", "218"], dtype=object)
    return first[rng.integers(0, 12, rows)] + "." + parts[0] + "." + parts[1] + "." + parts[2]
