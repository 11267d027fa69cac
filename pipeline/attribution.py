"""Attribution that SQL cannot do: the removal effects of the channels, for mart.channel.

In: mart.path. Out: the $parameter `removal`, a row per channel. The mathematics is in
warehouse/markov.py and sees distinct paths, never people.
"""

from dataclasses import asdict

import duckdb

from warehouse.markov import WalkedPath, measure_removals

# What stands between the channels of a path.
_ARROW = " > "
# Purchases nobody knows a touch of; they belong to no channel.
_UNKNOWN = "unknown"


def measure_removal(con: duckdb.DuckDBPyConnection) -> dict[str, object]:
    """`removal`: channel, effect and share."""
    rows = con.execute(
        """
        select path, sum(paths)::bigint, sum(conversions)::bigint from mart.path
        where path <> ? group by path order by path
        """,
        [_UNKNOWN],
    ).fetchall()
    paths = [WalkedPath(tuple(path.split(_ARROW)), walks, conversions) for path, walks, conversions in rows]
    return {"removal": [asdict(removal) for removal in measure_removals(paths)]}
