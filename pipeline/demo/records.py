"""Which records exist: who has an account where, since when, and under which key.

In: table `person`. Out: table `record`, one row per source record: record, person, source, stream, key, created.
"""

import duckdb
import numpy as np
import pyarrow as pa

from pipeline.demo.channels import CHANNELS, Channel
from pipeline.demo.draws import fetch_columns, open_stream
from pipeline.demo.period import Period

_KEY_OF_PERSON = {
    ("segment", "users"): "shop_user",
    ("sensors", "users"): "case when one_account then shop_user else app_user end",
    ("wechat", "users"): "openid",
    ("wecom", "contacts"): "external_userid",
}
_KEY_SHAPES = {
    ("segment", "users"): ("U1", 8),
    ("zoho", "leads"): ("55280000010", 8),
    ("zoho", "contacts"): ("55280000020", 8),
    ("fxiaoke", "accounts"): ("65f0c1ab2e4d8a00", 8),
    ("shopify", "customers"): ("72041", 8),
    ("taobao", "orders"): ("tb", 8),
    ("zendesk", "users"): ("3904", 8),
    ("survey", "responses"): ("118", 8),
}


def create_records(con: duckdb.DuckDBPyConnection, seed: int, period: Period) -> None:
    """Create `record` for every channel but the orders of the shop."""
    persons = fetch_columns(con, "select activity, culture from person order by person")
    members = {channel: _draw_members(channel, persons, seed) for channel in CHANNELS}
    _follow_from_the_app(members, persons, seed)
    _add_the_forgotten(members, persons, seed)
    con.execute("""create table record (record bigint, person bigint, source varchar, stream varchar, key varchar,
                   created bigint)""")
    for channel in CHANNELS:
        add_records(con, channel, *_draw_births_of_records(channel, members[channel], seed, period), seed)


def add_records(
    con: duckdb.DuckDBPyConnection,
    channel: Channel,
    person: np.ndarray,
    second: np.ndarray,
    created: np.ndarray,
    seed: int,
) -> None:
    """Append the records of one channel; `second` marks those that are not the person's first there."""
    rng = open_stream(seed, f"keys {channel.source} {channel.stream}")
    serial = rng.permutation(len(person)) * 7 + 11_000_000
    rows = pa.table(
        {"person": person, "second": second, "created": created, "serial": serial, "row": np.arange(len(person))}
    )
    prefix, digits = _KEY_SHAPES.get((channel.source, channel.stream), ("", 8))
    own = _KEY_OF_PERSON.get((channel.source, channel.stream), "null")
    con.register("arrow_rows", rows)
    con.execute(
        f"""insert into record
            select (select count(*) from record) + row, person, $source, $stream,
                   case when second or {own} is null then $prefix || lpad(serial::varchar, $digits, '0') else {own} end,
                   created
            from arrow_rows join person using (person) order by row""",
        {"source": channel.source, "stream": channel.stream, "prefix": prefix, "digits": digits},
    )
    con.unregister("arrow_rows")


def _draw_members(channel: Channel, persons: dict[str, np.ndarray], seed: int) -> np.ndarray:
    rng = open_stream(seed, f"members {channel.source} {channel.stream}")
    culture = persons["culture"]
    share = np.select([culture == "chinese", culture == "western"], channel.users[:2], channel.users[2])
    chance = np.minimum(0.95, share * (0.45 + 0.55 * persons["activity"]))
    return np.flatnonzero(rng.random(len(share)) < chance)


def _follow_from_the_app(members: dict[Channel, np.ndarray], persons: dict[str, np.ndarray], seed: int) -> None:
    """Most followers of the WeChat account came from the app or through a colleague on WeCom; few came on their own."""
    rng = open_stream(seed, "followers")
    brought = np.zeros(len(persons["culture"]), dtype=bool)
    for channel, people in members.items():
        if channel.source in ("sensors", "wecom"):
            brought[people] = True
    followers = next(channel for channel in members if channel.source == "wechat")
    people = members[followers]
    members[followers] = people[rng.random(len(people)) < np.where(brought[people], 1.0, 0.15)]


def _add_the_forgotten(members: dict[Channel, np.ndarray], persons: dict[str, np.ndarray], seed: int) -> None:
    """Give everyone who is nowhere yet one record in a shop or the CRM."""
    rng = open_stream(seed, "forgotten")
    seen = np.zeros(len(persons["culture"]), dtype=bool)
    for people in members.values():
        seen[people] = True
    missing = np.flatnonzero(~seen)
    coin = rng.random(len(missing)) < 0.5
    chinese = persons["culture"][missing] == "chinese"
    targets = {
        ("taobao", "orders"): chinese & coin,
        ("fxiaoke", "accounts"): chinese & ~coin,
        ("shopify", "customers"): ~chinese & coin,
        ("zoho", "leads"): ~chinese & ~coin,
    }
    for channel in members:
        chosen = targets.get((channel.source, channel.stream))
        if chosen is not None:
            members[channel] = np.sort(np.concatenate([members[channel], missing[chosen]]))


def _draw_births_of_records(
    channel: Channel, people: np.ndarray, seed: int, period: Period
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Repeat people with a second account; new records come in over two years, 3 % of them within the window."""
    rng = open_stream(seed, f"ages {channel.source} {channel.stream}")
    again = people[rng.random(len(people)) < channel.second]
    person = np.concatenate([people, again])
    second = np.arange(len(person)) >= len(people)
    created = period.history_start + (rng.random(len(person)) * (period.end - period.history_start)).astype(np.int64)
    return person, second, created
