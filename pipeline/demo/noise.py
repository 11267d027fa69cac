"""How often things go wrong, at noise 1; `--noise` multiplies all of it and thins out the fields channels hold.

In: the noise factor. Out: one SQL macro per rate, `p_<name>()`, and table `channel` (one row per stream with the share
of records that hold each field), for the demo's SQL.
"""

import duckdb

from pipeline.demo.channels import CHANNELS, FIELDS, ORDER_CHANNEL

# Share of versions or records that show the trouble.
RATES = {
    "name_slip": 0.0467,  # a letter wrong in a Latin name
    "name_homophone": 0.0425,  # another character with the same sound
    "name_swapped": 0.0425,  # given and family name in each other's field
    "name_nickname": 0.17,  # Bob for Robert
    "name_initial": 0.034,
    "name_title": 0.051,  # 王先生
    "name_traditional": 0.0425,
    "name_hanzi": 0.085,  # hanzi in a Western system
    "name_english": 0.2125,  # English first name of a Chinese person, where there is one
    "name_upper": 0.068,
    "name_garbled": 0.0051,  # mojibake
    "name_void": 0.0051,  # "N/A", "test"
    "phone_slip": 0.012,
    "phone_other": 0.048,  # landline, work or family phone
    "phone_void": 0.0036,
    "phone_shop": 0.006,  # staff typed the shop's own number
    "phone_wide": 0.012,  # full-width digits
    "mail_slip": 0.012,
    "mail_second": 0.084,  # another mailbox of the person
    "mail_family": 0.036,  # the household's mailbox
    "mail_void": 0.0036,
    "birth_slip": 0.024,
    "birth_void": 0.009,  # 1900-01-01
    "address_short": 0.2,  # without room or unit
    "address_slip": 0.036,
    "unionid_other": 0.042,  # WeCom contact whose unionid comes from another open platform account
    "order_gift": 0.07,  # sent to somebody else
    "number_text": 0.003,  # words in a field for a number or a date
}


def create_noise(con: duckdb.DuckDBPyConnection, noise: float) -> None:
    """Create the macros and `channel` for the noise factor."""
    for name, share in RATES.items():
        con.execute(f"create macro p_{name}() as {min(0.95, share * noise)!r}::double")
    columns = ", ".join(f"has_{field} double" for field in FIELDS)
    con.execute(f"create table channel (source varchar, stream varchar, han boolean, {columns})")
    rows = [
        [channel.source, channel.stream, channel.han, *(_scale(channel.has.get(field, 0.0), noise) for field in FIELDS)]
        for channel in (*CHANNELS, ORDER_CHANNEL)
    ]
    con.executemany(f"insert into channel values (?, ?, ?, {', '.join('?' for _ in FIELDS)})", rows)


def _scale(share: float, noise: float) -> float:
    """A field that the system has at all is always there at noise 0 and rarer with every step."""
    return float(share**noise) if share else 0.0
