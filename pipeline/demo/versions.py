"""In which states each record was exported: as it was typed first or edited later, and again within the window.

In: table `record`. Out: table `version`, one row per state: record, version (1 or 2), moment (the modification time the
source shows), known (when the profile was typed in) and the draws that decide how it is written.
"""

import duckdb
import numpy as np
import pyarrow as pa

from pipeline.demo.channels import CHANNELS, FIELDS, ORDER_CHANNEL, Channel
from pipeline.demo.draws import draw_uniform_columns, fetch_columns, open_stream
from pipeline.demo.period import SECONDS_PER_DAY, Period

_EDITED = 0.3
# Draws that stay with a record through its versions, and draws made afresh for every version (a typo gets corrected).
_HABITS = (
    "s_name",
    "s_order",
    "s_case",
    "s_phone",
    "s_which",
    "s_mail",
    "s_address",
    "s_script",
    "s_remark",
    "s_code",
    *(f"h_{field}" for field in FIELDS),
)
_MISTAKES = ("e_name", "e_kind", "e_spot", "e_phone", "e_mail", "e_birth", "e_address", "e_garble", "e_void")


def create_versions(con: duckdb.DuckDBPyConnection, seed: int, period: Period) -> None:
    """Create `version` for every record."""
    columns = ", ".join(f"{name} double" for name in (*_HABITS, *_MISTAKES))
    con.execute(f"create table version (record bigint, version int, moment bigint, known bigint, {columns})")
    for channel in (*CHANNELS, ORDER_CHANNEL):
        _add_versions(con, channel, seed, period)


def _add_versions(con: duckdb.DuckDBPyConnection, channel: Channel, seed: int, period: Period) -> None:
    found = fetch_columns(
        con,
        "select record, created from record where source = $1 and stream = $2 order by record",
        [channel.source, channel.stream],
    )
    rng = open_stream(seed, f"versions {channel.source} {channel.stream}")
    rows = len(found["record"])
    habits = draw_uniform_columns(rng, _HABITS, rows)
    first, second, changed = _draw_moments(rng, channel, found["created"], period)
    for number, chosen, moment in ((1, np.ones(rows, dtype=bool), first), (2, changed, second)):
        columns = {"record": found["record"], "version": np.full(rows, number), "moment": moment, "known": moment}
        table = pa.table(columns | habits | draw_uniform_columns(rng, _MISTAKES, rows)).filter(pa.array(chosen))
        con.register("arrow_version", table)
        con.execute("insert into version select * from arrow_version")
        con.unregister("arrow_version")


def _draw_moments(
    rng: np.random.Generator, channel: Channel, created: np.ndarray, period: Period
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw the moments of both states, and which records have the second."""
    rows = len(created)
    # 1. Some profiles were edited since they were made; what nobody edits again stays as it was made.
    before = (rng.random(rows) * (period.start - created).clip(0)).astype(np.int64)
    edited = (rng.random(rows) < _EDITED) & (channel.updated > 0)
    first = np.where(edited, created + before, created)
    # 2. Some are edited (again) after the first delivery.
    room = period.end - period.start - SECONDS_PER_DAY
    second = period.start + SECONDS_PER_DAY + (rng.random(rows) * room).astype(np.int64)
    changed = (rng.random(rows) < channel.updated) & (first < period.start) & (room > 0)
    return first, second, changed
