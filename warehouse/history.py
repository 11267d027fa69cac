"""The golden record as of any day: customer.customer in, what changed of it into customer.customer_history.

A day D's state is `where valid_from <= D and (valid_to is null or valid_to > D)`. Days are those on which the warehouse
knew something: the day of the newest delivery it had taken in. They never run backwards, so a late delivery is told
under the newest day, and `--as-of`, which only lets the marts look back, plays no part.

A day has one state, its last: a second run on the same day corrects that day's rows instead of adding to them, and ends
with the table that the second run alone would have made.

    1. before  the row of each customer that the days before today left behind
    2. wanted  today's row, where the golden record differs from the one before
    3. write   the difference between wanted and what is there: rows that are the same are not touched
"""

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.tables import table_files

TABLE = "customer.customer_history"
_KEYS = ("customer_id", "valid_from", "valid_to", "merged_into")
FIELDS = tuple(column for column in table_files()[TABLE].columns if column not in _KEYS)


@dataclass(frozen=True)
class HistoryChange:
    """Rows written anew or corrected, rows that came to an end, and rows taken back because the day ended otherwise."""

    day: date
    written: int
    ended: int
    withdrawn: int


def find_known_day(con: duckdb.DuckDBPyConnection, today: date) -> date:
    """The day of the warehouse's newest delivery or steward's decision, and never one before those already told.

    A delivery cannot be newer than the day it was loaded: a later day in its file name is a typing error.
    """
    row = con.execute(
        f"""
        select max(day) from (
            select least(coalesce(delivered_on, loaded_at::date), loaded_at::date) as day from ops.batch
            union all select decided_at::date from identity.decision
            union all select valid_from from {TABLE}
            union all select valid_to from {TABLE}
        )
        """
    ).fetchone()
    return row[0] if row and row[0] else today


def update_history(con: duckdb.DuckDBPyConnection, day: date) -> HistoryChange:
    """Make customer.customer_history end with customer.customer as of `day`; to be called within a transaction."""
    _compare(con, day)
    try:
        withdrawn = _execute(con, _WITHDRAW, day)
        ended = _execute(con, _END, day) + _execute(con, _REOPEN, day)
        written = _execute(con, _CORRECT, day) + _execute(con, _ADD, day)
    finally:
        con.execute("drop table if exists temp.history_wanted")
    return HistoryChange(day, written, ended, withdrawn)


def _compare(con: duckdb.DuckDBPyConnection, day: date) -> None:
    """Steps 1 and 2, by customer: is a row of today wanted, is the row before over, and where did the id go."""
    same = " and ".join(f"before.{field} is not distinct from now.{field}" for field in FIELDS)
    con.execute(
        f"""
        create or replace temp table history_wanted as
        with before as (
            select * from {TABLE} where valid_from < $day and (valid_to is null or valid_to >= $day)
        )
        select
            coalesce(now.customer_id, before.customer_id) as customer_id,
            now.customer_id is not null and (before.customer_id is null or not ({same})) as is_new,
            before.customer_id is not null and (now.customer_id is null or not ({same})) as is_over,
            if(now.customer_id is null, alias.customer_id, null) as merged_into
        from customer.customer as now
        full join before on before.customer_id = now.customer_id
        left join identity.alias as alias on now.customer_id is null and alias.old_customer_id = before.customer_id
        """,
        {"day": day},
    )


def _execute(con: duckdb.DuckDBPyConnection, statement: str, day: date) -> int:
    row = con.execute(statement, {"day": day}).fetchone()
    return int(row[0]) if row else 0


_ASSIGNED = ", ".join(f"{field} = now.{field}" for field in FIELDS)
_LISTED = ", ".join(FIELDS)
_DIFFERS = " or ".join(f"history.{field} is distinct from now.{field}" for field in FIELDS)

# Step 3. A row of today that is not wanted any more: the customer is as before, or gone again.
_WITHDRAW = f"""
delete from {TABLE} as history where valid_from = $day
    and customer_id not in (select customer_id from history_wanted where is_new)
"""
_END = f"""
update {TABLE} as history set valid_to = $day, merged_into = wanted.merged_into
from history_wanted as wanted
where wanted.is_over and wanted.customer_id = history.customer_id and history.valid_from < $day
    and (history.valid_to is null or history.valid_to = $day)
    and (history.valid_to is null or history.merged_into is distinct from wanted.merged_into)
"""
# Ended earlier today, and after all it goes on.
_REOPEN = f"""
update {TABLE} as history set valid_to = null, merged_into = null
from history_wanted as wanted
where not wanted.is_over and wanted.customer_id = history.customer_id and history.valid_from < $day
    and history.valid_to = $day
"""
_CORRECT = f"""
update {TABLE} as history set {_ASSIGNED}
from customer.customer as now
where now.customer_id = history.customer_id and history.valid_from = $day and ({_DIFFERS})
"""
_ADD = f"""
insert into {TABLE} (customer_id, valid_from, {_LISTED})
select customer_id, $day, {_LISTED} from customer.customer
where customer_id in (select customer_id from history_wanted where is_new)
    and customer_id not in (select customer_id from {TABLE} where valid_from = $day)
order by customer_id
"""
