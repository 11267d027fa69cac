"""How people and systems misspell: SQL macros, each taking the text and the draws that decide.

In: a connection. Out: macros `mistype` (one slip in a word), `mistype_digits`, `garble` (UTF-8 read as Latin-1),
`widen` (full-width digits and letters). A slip leaves the first letter alone, as most do.
"""

import duckdb

_MACROS = """
create macro slip_at(s, spot) as 2 + floor(spot * greatest(length(s) - 2, 0))::bigint;
create macro mistype(s, kind, spot) as case
    when length(s) < 4 then s
    when kind < 0.30 then left(s, slip_at(s, spot) - 1) || substr(s, slip_at(s, spot) + 1)
    when kind < 0.55 then left(s, slip_at(s, spot)) || substr(s, slip_at(s, spot))
    when kind < 0.80 then left(s, slip_at(s, spot) - 1) || substr(s, slip_at(s, spot) + 1, 1)
                          || substr(s, slip_at(s, spot), 1) || substr(s, slip_at(s, spot) + 2)
    else left(s, slip_at(s, spot) - 1)
         || translate(substr(s, slip_at(s, spot), 1), 'abcdefghijklmnoprstuvwyz', 'svxfrgjhokjknmipeadyibeut')
         || substr(s, slip_at(s, spot) + 1) end;
create macro mistype_digits(s, kind, spot) as case
    when kind < 0.5 then left(s, slip_at(s, spot) - 1)
         || translate(substr(s, slip_at(s, spot), 1), '0123456789', '9214567380') || substr(s, slip_at(s, spot) + 1)
    else left(s, slip_at(s, spot) - 1) || substr(s, slip_at(s, spot) + 1, 1) || substr(s, slip_at(s, spot), 1)
         || substr(s, slip_at(s, spot) + 2) end;
create macro widen(s) as translate(s, '0123456789', '０１２３４５６７８９');
create macro garble(s) as list_aggregate(list_transform(
    string_split(regexp_replace(hex(encode(s)), '(..)', '\\1 ', 'g'), ' ')[:-2], lambda b: chr(('0x' || b)::int)),
        'string_agg', '');
create macro day_of(second) as make_timestamp(second * 1000000)::date;
create macro iso_time(second) as strftime(make_timestamp(second * 1000000), '%Y-%m-%dT%H:%M:%S.000Z');
create macro local_time(second, hours) as strftime(make_timestamp((second + hours * 3600) * 1000000),
    '%Y-%m-%d %H:%M:%S');
create macro pick(list, n) as list[1 + n % len(list)];
create macro american_time(second) as strftime(make_timestamp(second * 1000000), '%m/%d/%Y %I:%M:%S %p');
create macro pair(k, v) as case when v is null or v = '' then '' else ',"' || k || '":' || to_json(v)::varchar end;
create macro raw_pair(k, v) as case when v is null then '' else ',"' || k || '":' || v::varchar end;
create macro cell(v) as case
    when v is null then '' when regexp_matches(v, '[",\\n\\r]') then '"' || replace(v, '"', '""') || '"' else v end;
"""


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Create the macros that the demo's SQL uses."""
    for statement in _MACROS.split(";\n"):
        if statement.strip():
            con.execute(statement)
