"""Event files to measure with: what analytics.js sends to Segment, about 500 bytes a line.

In: how many events, from which number on, a seed. Out: one NDJSON file, written piece by piece so that memory stays
bounded whatever its size. Event number n is the same text in every file of that seed. Two in a hundred lines repeat
one of the 10,000 events before (a browser that sent again), a few in a million are cut off or hold bytes that are no
text. Follows: Segment Spec, "Common fields", "Context", "Page", "Track", "Identify".
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

PIECE = 250_000
# One line cut off and one of broken bytes at the end of every piece.
BROKEN = b'{"type":"track","messageId":"ajs-next-cut\n{"type":"page","name":"\xff\xfe"}\n'
BROKEN_PER_PIECE = 2
# 2026-03-01; the events of one file are a quarter of a second apart, in the order they happened.
_START_MS = 1_772_323_200_000
_SPACING_MS = 250

_LINES = """
with numbered as (
    select i,
        if(hash(i, $seed, 'again') % 50 = 0, greatest(0, i - 1 - (hash(i, $seed, 'back') % 10000)::bigint), i) as n
    from range($first, $first + $count) as t(i)
), drawn as (
    select n, i, (hash(n, $seed) >> 2)::bigint as h, (hash(n, $seed, 'more') >> 2)::bigint as h2,
        -- A visitor comes back for about twenty events; three in ten visitors have logged in.
        (hash(n // 40000, hash(n, $seed, 'who') % 2000, $seed, 'visitor') >> 2)::bigint as visitor,
        md5(n || '-' || $seed) as message
    from numbered
), person as (
    select *, md5(visitor::varchar) as cookie, visitor % 10 < 3 as is_known, (visitor >> 8) % $users as person,
        $start + n * $spacing + (h % 200)::bigint as moment,
        case when visitor % 10 < 3 and h2 % 30 = 0 then 'identify' when h2 % 10 < 4 then 'track' else 'page' end
            as type,
        'Mozilla/5.0 (' || ['Windows NT 10.0; Win64; x64', 'Macintosh; Intel Mac OS X 10_15_7',
            'Linux; Android 15; Pixel 9', 'Linux; Android 14; 23127PN0CC', 'X11; Linux x86_64'][(visitor >> 20) % 5 + 1]
            || ') AppleWebKit/537.36 (KHTML, like Gecko) Chrome/' || (120 + (visitor >> 24) % 25) || '.0.'
            || ((visitor >> 30) % 4) || '.0 Safari/537.36' as agent,
        '/' || ['product', 'category', 'search', 'cart', 'help'][h % 5 + 1] || '/' || ((h >> 8) % 2000) as path
    from drawn
)
select '{"type":"' || type || '","messageId":"ajs-next-' || message || '","anonymousId":"' || cookie[:8] || '-'
    || cookie[9:12] || '-4' || cookie[14:16] || '-a' || cookie[18:20] || '-' || cookie[21:] || '"'
    || if(is_known, ',"userId":"U' || lpad(person::varchar, 7, '0') || '"', '')
    || ',"timestamp":"' || strftime(make_timestamp(moment * 1000), '%Y-%m-%dT%H:%M:%S.%gZ') || '"'
    || case type
        when 'identify' then ',"traits":{"email":"user' || person || '@example.com","firstName":"'
            || ['Ann', 'Bob', 'Wei', 'Carla', 'Dmitri', 'Elif', 'Fang', 'Greta'][person % 8 + 1] || '","lastName":"'
            || ['Miller', 'Wang', 'Silva', 'Ivanov', 'Kaya', 'Chen', 'Berg'][person % 7 + 1] || '","phone":"+1415555'
            || lpad((person % 10000)::varchar, 4, '0') || '"}'
        when 'track' then ',"event":"'
            || ['Product Viewed', 'Product Added', 'Checkout Started', 'Coupon Applied'][h % 4 + 1]
            || '","properties":{"sku":"SKU-' || ((h >> 8) % 5000) || '","quantity":' || (1 + h % 3) || ',"price":'
            || ((h >> 16) % 20000 / 100)::decimal(8, 2) || ',"currency":"USD"}'
        else ',"name":"Page","properties":{"path":"' || path || '","title":"Shop","url":"https://shop.example.com'
            || path || '"}' end
    || ',"context":{"ip":"10.' || (visitor % 256) || '.' || ((visitor >> 8) % 256) || '.' || ((visitor >> 16) % 256)
    || '","userAgent":"' || agent || '","locale":"en-US","page":{"path":"' || path || '","url":"https://shop.example.com'
    || path || '"' || if(h % 4 = 0, ',"referrer":"https://www.example.org/search"', '') || '}'
    || if(h2 % 5 = 0, ',"campaign":{"name":"spring-' || (h2 % 12) || '","source":"ads","medium":"cpc"}', '')
    || '}}' as line
from person order by i
"""


@dataclass(frozen=True)
class EventFile:
    """Events `first` to `first + count` of a seed; `path` is where they are."""

    path: Path
    first: int
    count: int
    seed: int

    @property
    def broken(self) -> int:
        """Lines that no reader can take."""
        return BROKEN_PER_PIECE * -(-self.count // PIECE)


def write_events(file: EventFile) -> None:
    """Write the file, unless it is there; one that was not finished is written anew."""
    if file.path.exists():
        return
    file.path.parent.mkdir(parents=True, exist_ok=True)
    partial, piece = file.path.with_name(file.path.name + ".part"), file.path.with_name("piece.tmp")
    with duckdb.connect() as con, partial.open("wb") as out:
        con.execute("set enable_progress_bar = false")
        for first in range(file.first, file.first + file.count, PIECE):
            count = min(PIECE, file.first + file.count - first)
            con.execute(
                # Nothing is quoted: a line holds no control character.
                f"copy ({_LINES}) to '{piece}' (format csv, header false, delimiter '\x01', quote '', escape '')",
                _parameters(first, count, file.seed),
            )
            out.write(piece.read_bytes())
            out.write(BROKEN)
    piece.unlink()
    partial.replace(file.path)


def _parameters(first: int, count: int, seed: int) -> dict[str, object]:
    timing = {"start": _START_MS, "spacing": _SPACING_MS}
    return {"first": first, "count": count, "seed": seed, "users": 20_000, **timing}


def count_events(*files: EventFile) -> int:
    """How many different events the files hold together, counted from what they were drawn from."""
    drawn = _LINES.split("), drawn as (")[0] + ") select n from numbered"
    with duckdb.connect() as con:
        con.execute("create temp table event (n bigint)")
        for file in files:
            con.execute(f"insert into event {drawn}", {"first": file.first, "count": file.count, "seed": file.seed})
        row = con.execute("select count(distinct n) from event").fetchone()
    return int(row[0]) if row else 0
