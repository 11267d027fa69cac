"""E-mail local parts that spell a name: they say little beyond the name, for every robert.smith is one somewhere.

1. The names that occur (list_spellings): given and family names and their pinyin, as hashes, frozen with the epoch.
2. A local part spells a name (mark_spelled) if it is a given and a family name in either order, or one of them with
   one letter before or behind it; or if it holds the record's own name.
"""

from __future__ import annotations

import duckdb

SHORTEST = 2  # letters of a name that can be spelled
SEEN = 2  # records a name must occur in: a single one may be anything

SPELLINGS = f"""
create or replace temp table identity_spelling as
with names as (
    select 'given' as part, replace(given, ' ', '') as word from identity_person
    union all select 'given', given_pinyin from identity_person
    union all select 'family', replace(family, ' ', '') from identity_person
        where regexp_matches(family, '^[a-z ]+$')
    union all select 'family', family_pinyin from identity_person
)
select part, hash(word) as word from names where length(word) >= {SHORTEST}
group by part, word having count(*) >= {SEEN}
"""


def list_spellings(con: duckdb.DuckDBPyConnection) -> None:
    """Step 1: create identity_spelling (part, word) from identity_person; word is DuckDB's hash of the name."""
    con.execute(SPELLINGS)


def mark_spelled(con: duckdb.DuckDBPyConnection, people: str = "identity_person") -> None:
    """Step 2: create identity_named_local (rid) of the people whose e-mail's local part spells a name."""
    con.execute(f"""
        create or replace temp table identity_named_local as
        with locals as (
            select rid, regexp_replace(email_local, '[0-9]', '', 'g') as letters, given, family, given_pinyin,
                family_pinyin
            from {people} where email_local is not null
        ),
        halves as (
            select letters, length(left(letters, cut)) as head_length, length(letters) - cut as tail_length,
                hash(left(letters, cut)) as head, hash(substr(letters, cut + 1)) as tail
            from (select distinct letters from locals), (select unnest(range(1, 24)) as cut)
            where cut < length(letters)
        ),
        judged as (
            select letters, head_length, tail_length,
                head in (select word from identity_spelling where part = 'given') as given_first,
                head in (select word from identity_spelling where part = 'family') as family_first,
                tail in (select word from identity_spelling where part = 'given') as given_last,
                tail in (select word from identity_spelling where part = 'family') as family_last
            from halves
        ),
        spelled as (
            select distinct letters from judged
            where (given_first and family_last) or (family_first and given_last)
                or (head_length = 1 and family_last) or (family_first and tail_length = 1)
        )
        select rid from locals
        where letters in (select letters from spelled)
            or (length(family) >= 4 and contains(letters, family))
            or (length(given) >= 4 and contains(letters, given))
            or contains(letters, family_pinyin || given_pinyin)
            or contains(letters, given_pinyin || family_pinyin)
    """)
