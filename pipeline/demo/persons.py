"""The population: everything that is true about a person, before any channel writes part of it down.

In: number of persons, seed, period. Out: two tables in the connection: `person` (one row per person) and `dwelling`.
Times are epoch seconds; a person has an old and a current mobile, mailbox, dwelling and name, with the second of change
(far in the past where nothing changed).
"""

import duckdb
import numpy as np
import pyarrow as pa

from pipeline.demo.contacts import CALLING_CODES, draw_family_mailboxes, draw_landlines, draw_mailboxes, draw_mobiles
from pipeline.demo.draws import draw_hex, draw_tokens, draw_unique_numbers, open_stream
from pipeline.demo.households import CHILD, OVERSEAS, WESTERN, People, form_households
from pipeline.demo.names import Names, draw_names
from pipeline.demo.period import SECONDS_PER_DAY, Period
from pipeline.demo.places import draw_dwellings
from pipeline.demo.vocabulary import Vocabulary

NEVER = 0
_YEAR = 365 * SECONDS_PER_DAY


def create_persons(
    con: duckdb.DuckDBPyConnection, customers: int, seed: int, period: Period, words: Vocabulary
) -> People:
    """Create `person` and `dwelling`; gives the people back for those who need the households."""
    people = form_households(customers, seed)
    dwellings, home_now, home_old = _draw_homes(people, words, seed)
    columns = {
        "person": np.arange(customers),
        "household": people.household,
        "shared_household": people.shared,
        "culture": np.array(["chinese", "western", "overseas"], dtype=object)[people.culture],
        "country": people.country,
        "female": people.female,
        "birth_date": people.birth.astype("datetime64[D]"),
        "home_now": home_now,
        "home_old": home_old,
    }
    names = draw_names(people, words, seed)
    columns |= vars(names)
    columns |= _draw_contacts(people, names, dwellings, words, seed)
    columns |= _draw_changes(people, period, seed)
    columns |= _draw_accounts(people, seed)
    persons = pa.table({name: pa.array(values) for name, values in columns.items()})
    con.register("arrow_person", persons)
    con.register("arrow_dwelling", dwellings)
    con.execute("create table person as select * from arrow_person")
    con.execute("create table dwelling as select * from arrow_dwelling")
    con.unregister("arrow_person")
    con.unregister("arrow_dwelling")
    return people


def _draw_homes(people: People, words: Vocabulary, seed: int) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """One dwelling per household, and one more per person who moved; grown children may have moved out."""
    rng = open_stream(seed, "homes")
    rows = len(people.household)
    house_country = people.country[np.searchsorted(people.household, np.arange(people.household[-1] + 1))]
    country = np.concatenate([house_country, people.country])
    dwellings = draw_dwellings(rng, country, words)
    first_own = len(house_country)
    own = first_own + np.arange(rows)
    moved_out = (people.part == CHILD) & (rng.random(rows) < 0.25)
    home_now = np.where(moved_out, own, people.household)
    home_old = np.where(moved_out, people.household, own)
    return dwellings, home_now, home_old


def _draw_contacts(
    people: People, names: Names, dwellings: pa.Table, words: Vocabulary, seed: int
) -> dict[str, np.ndarray]:
    rng = open_stream(seed, "contacts")
    rows = len(people.household)
    area = dwellings.column("area_code").to_numpy(zero_copy_only=False)[people.household]
    both = draw_mobiles(rng, np.concatenate([people.country, people.country]), np.concatenate([area, area]), words)
    mailboxes = draw_mailboxes(rng, people, names, words, 3)
    landline = draw_landlines(rng, people.country, area, words)[people.head]
    return {
        "calling_code": np.array([CALLING_CODES[code] for code in people.country], dtype=object),
        "mobile_now": both[:rows],
        "mobile_old": both[rows:],
        "landline": landline,
        "work_phone": draw_landlines(rng, people.country, area, words),
        "mail_now": mailboxes[0],
        "mail_second": mailboxes[1],
        "mail_old": mailboxes[2],
        "mail_family": draw_family_mailboxes(rng, people, names, words),
        "has_second_mail": rng.random(rows) < 0.4,
        "company": np.where(
            people.culture == WESTERN,
            words.words["western_companies"][rng.integers(0, 16, rows)],
            words.words["chinese_companies"][rng.integers(0, 24, rows)],
        ),
        "employed": rng.random(rows) < 0.6,
    }


def _draw_changes(people: People, period: Period, seed: int) -> dict[str, np.ndarray]:
    """Seconds at which something changed; NEVER where it did not."""
    rng = open_stream(seed, "changes")
    rows = len(people.household)

    def draw(share: float, years: float) -> np.ndarray:
        return np.where(
            rng.random(rows) < share, period.end - (rng.random(rows) * years * _YEAR).astype(np.int64), NEVER
        )

    together = draw(0.14, 3.0)[people.head]
    alone = draw(0.10, 3.0)
    return {
        "moved_at": np.where(people.part == CHILD, alone, together),
        "mobile_changed_at": draw(0.16, 3.0),
        "mail_changed_at": draw(0.14, 3.0),
        "married_at": draw(0.45, 4.0),
        "activity": rng.gamma(1.6, 1 / 1.6, rows),
    }


def _draw_accounts(people: People, seed: int) -> dict[str, np.ndarray]:
    """Keys that systems gave the person; whether the person uses them is decided per channel."""
    rng = open_stream(seed, "accounts")
    rows = len(people.household)
    return {
        "shop_user": "U" + draw_unique_numbers(rng, 10_000_000, 99_999_999, rows).astype(str).astype(object),
        "app_user": "A" + draw_unique_numbers(rng, 10_000_000, 99_999_999, rows).astype(str).astype(object),
        "one_account": rng.random(rows) < 0.6,
        "unionid": draw_tokens(rng, "o6_bmj", 22, rows),
        "unionid_other": draw_tokens(rng, "ozynqs", 22, rows),
        "openid": draw_tokens(rng, "oLGx1t", 22, rows),
        "external_userid": draw_tokens(rng, "wmGuiyAA", 24, rows),
        "cookie": draw_hex(rng, 32, rows),
        "device": draw_hex(rng, 16, rows),
        "uses_wechat": rng.random(rows)
        < np.where(people.culture == WESTERN, 0.03, np.where(people.culture == OVERSEAS, 0.6, 0.92)),
    }
