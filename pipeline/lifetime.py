"""What buyers will probably do, put where mart.value finds it: models fitted, answers per distinct history.

In: customer.purchase_day up to a day, the settings' [value]. Out: three temporary tables: purchase_estimate (per
repeats, recency and age), spending_estimate (per number and sum of valued days), lifetime_model (one row: parameters,
and how well the models would have forecast the last quarter). Too little data leaves reasons in place of numbers.

The model of spending sees every purchase day with a positive amount, the first one too: a person's only purchase says
something about the next. (The literature leaves the first out, which benchmarks/warehouse/cdnow.py does to compare; on
CDNOW's whole cohort, taking it in brings the forecast of single buyers nearer by a twelfth.)
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa

from warehouse.lifetime.bg_nbd import BgNbd, Histories, expected_purchases, fit_bg_nbd, probability_alive
from warehouse.lifetime.estimate import NoEstimate
from warehouse.lifetime.gamma_gamma import GammaGamma, Spending, expected_value, fit_gamma_gamma
from warehouse.lifetime.holdout import judge
from warehouse.survivorship import CustomerSettings

# Columns of mart.value and how many days they look ahead.
HORIZONS = {"expected_orders_3m": 91, "expected_orders_12m": 365}
HELD_OUT_SHARE = 4
DAYS_PER_WEEK = 7.0

_HISTORIES = """
    select repeat_days, recency_days, age_days, afterwards, count(*) as buyers
    from (
        select
            count(*) filter (ordered_on <= $until) - 1 as repeat_days,
            date_diff('day', min(ordered_on), max(ordered_on) filter (ordered_on <= $until)) as recency_days,
            date_diff('day', min(ordered_on), $until::date) as age_days,
            count(*) filter (ordered_on > $until) as afterwards
        from customer.purchase_day
        where ordered_on <= $as_of
        group by customer_id
        having min(ordered_on) <= $until
    )
    group by all
    order by all
"""
_SPENDING = """
    select valued_days, valued_amount, valued_amount::double as amount, count(*) as buyers
    from (
        select count(*) as valued_days, sum(spend)::decimal(18, 2) as valued_amount
        from customer.purchase_day
        where ordered_on <= $until and spend > 0
        group by customer_id
    )
    group by all
    order by all
"""


@dataclass(frozen=True)
class Models:
    """The two models fitted to what happened until a day, or the reasons why not."""

    purchases: BgNbd | None
    reason: str | None
    spending: GammaGamma | None
    spending_reason: str | None

    @property
    def model_id(self) -> str | None:
        """Twelve digits that tell one fit from another."""
        if self.purchases is None:
            return None
        return hashlib.sha256(repr((self.purchases, self.spending)).encode()).hexdigest()[:12]


def estimate_lifetimes(con: duckdb.DuckDBPyConnection, settings: CustomerSettings, as_of: date) -> None:
    """Fit, judge, and leave the answers in temporary tables."""
    held_out = _hold_out(con, settings, as_of)
    histories, spending = _read(con, _HISTORIES, as_of, as_of), _read(con, _SPENDING, as_of, as_of)
    models = _fit(histories, spending, settings)
    _write_purchases(con, models.purchases, histories, HORIZONS)
    _write_spending(con, models.spending, spending)
    _write_model(con, {"as_of": as_of, **_describe(models, histories), **held_out})


def _read(con: duckdb.DuckDBPyConnection, query: str, until: date, as_of: date) -> pa.Table:
    parameters = {"until": until, "as_of": as_of}
    return con.execute(query, {name: day for name, day in parameters.items() if f"${name}" in query}).to_arrow_table()


def _numbers(table: pa.Table, column: str) -> np.ndarray:
    return np.asarray(table[column].to_numpy(), dtype=np.float64)


def _histories(table: pa.Table) -> Histories:
    return Histories(
        _numbers(table, "repeat_days"),
        _numbers(table, "recency_days") / DAYS_PER_WEEK,
        _numbers(table, "age_days") / DAYS_PER_WEEK,
        _numbers(table, "buyers"),
    )


def _spending(table: pa.Table) -> Spending:
    days = _numbers(table, "valued_days")
    return Spending(days, _numbers(table, "amount") / days, _numbers(table, "buyers"))


def _fit(histories: pa.Table, spending: pa.Table, settings: CustomerSettings) -> Models:
    """Both models; a reason in place of each that the data is too small for or does not determine."""
    purchases, reason = _fit_purchases(_histories(histories), settings)
    values, spending_reason = _fit_spending(_spending(spending), settings)
    return Models(purchases, reason, values, spending_reason)


def _fit_purchases(histories: Histories, settings: CustomerSettings) -> tuple[BgNbd | None, str | None]:
    if histories.buyers.sum() < settings.minimum_buyers:
        return None, "too_few_buyers"
    if histories.buyers[histories.repeats > 0].sum() < settings.minimum_repeat_buyers:
        return None, "too_few_repeat_buyers"
    try:
        return fit_bg_nbd(histories), None
    except NoEstimate as error:
        return None, str(error)


def _fit_spending(spending: Spending, settings: CustomerSettings) -> tuple[GammaGamma | None, str | None]:
    # How much a buyer's orders differ shows in those with several.
    if spending.buyers[spending.purchases > 1].sum() < settings.minimum_repeat_buyers:
        return None, "too_few_order_values"
    try:
        return fit_gamma_gamma(spending), None
    except NoEstimate as error:
        return None, str(error)


def _write_purchases(
    con: duckdb.DuckDBPyConnection, model: BgNbd | None, table: pa.Table, horizons: Mapping[str, int]
) -> None:
    """purchase_estimate: one row per repeat_days, recency_days and age_days; none without a model."""
    # Histories that differ in what came afterwards alone are one history here.
    keys = ("repeat_days", "recency_days", "age_days")
    rows = table.group_by(list(keys)).aggregate([]).sort_by([(key, "ascending") for key in keys])
    repeats, recency, age = (_numbers(rows, key) for key in keys)
    known = (repeats, recency / DAYS_PER_WEEK, age / DAYS_PER_WEEK)
    columns = {key: rows[key] for key in keys}
    columns["probability_alive"] = pa.array(probability_alive(model, *known) if model else repeats)
    for name, days in horizons.items():
        columns[name] = pa.array(expected_purchases(model, days / DAYS_PER_WEEK, *known) if model else repeats)
    _keep(con, "purchase_estimate", pa.table(columns) if model else pa.table(columns).slice(0, 0))


def _write_spending(con: duckdb.DuckDBPyConnection, model: GammaGamma | None, table: pa.Table) -> None:
    """spending_estimate: one row per valued_days and valued_amount; none without a model."""
    known = _spending(table)
    value = expected_value(model, known.purchases, known.mean_value) if model else known.mean_value
    columns = {
        "valued_days": table["valued_days"],
        "valued_amount": table["valued_amount"],
        "expected_order_value": pa.array(value, mask=~np.isfinite(value)),
    }
    _keep(con, "spending_estimate", pa.table(columns) if model else pa.table(columns).slice(0, 0))


def _keep(con: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    con.register("_estimates", table)
    con.execute(f"create or replace temp table {name} as from _estimates")
    con.unregister("_estimates")


def _hold_out(con: duckdb.DuckDBPyConnection, settings: CustomerSettings, as_of: date) -> dict[str, object]:
    """Forecast the last quarter of the time since the first sale from the first three."""
    row = con.execute("select min(ordered_on) from customer.purchase_day where ordered_on <= $1", [as_of]).fetchone()
    days = (as_of - row[0]).days // HELD_OUT_SHARE if row and row[0] else 0
    if days == 0:
        return {"holdout_reason": "no_time_observed"}
    until = as_of - timedelta(days)
    histories = _read(con, _HISTORIES, until, as_of)
    spending = _read(con, _SPENDING, until, as_of)
    models = _fit(histories, spending, settings)
    told: dict[str, object] = {"holdout_from": until + timedelta(1), "holdout_days": days}
    if models.purchases is None:
        return {**told, "holdout_reason": models.reason}
    found = judge(models.purchases, _histories(histories), days / DAYS_PER_WEEK, _numbers(histories, "afterwards"))
    told |= {
        "holdout_buyers": found.buyers,
        "holdout_orders": int(found.actual),
        "holdout_expected_orders": found.expected,
        "holdout_error": found.share,
        "holdout_error_per_buyer": found.absolute_error,
        "holdout_naive_error": found.naive_error,
        "holdout_rms_error": math.sqrt(found.squared_error),
        "holdout_naive_rms_error": math.sqrt(found.naive_squared_error),
    }
    _write_purchases(con, models.purchases, histories, {"expected_orders": days})
    _write_spending(con, models.spending, spending)
    spent, expected = _compare_spending(con, until, as_of)
    return {**told, "holdout_spend": spent, "holdout_expected_spend": expected if models.spending else None}


def _compare_spending(con: duckdb.DuckDBPyConnection, until: date, as_of: date) -> tuple[object, object]:
    """What the buyers of `until` spent up to `as_of`, and what the estimates in the temporary tables say."""
    row = con.execute(
        """
        with buyer as (
            select
                count(*) filter (ordered_on <= $until) - 1 as repeat_days,
                date_diff('day', min(ordered_on), max(ordered_on) filter (ordered_on <= $until)) as recency_days,
                date_diff('day', min(ordered_on), $until::date) as age_days,
                count(*) filter (ordered_on <= $until and spend > 0) as valued_days,
                coalesce(sum(spend) filter (ordered_on <= $until and spend > 0), 0)::decimal(18, 2) as valued_amount,
                coalesce(sum(spend) filter (ordered_on > $until), 0) as spent
            from customer.purchase_day
            where ordered_on <= $as_of
            group by customer_id
            having min(ordered_on) <= $until
        )
        select
            sum(spent)::decimal(18, 2),
            sum((expected_orders * expected_order_value)::decimal(18, 6))::decimal(18, 2)
        from buyer
        left join purchase_estimate using (repeat_days, recency_days, age_days)
        left join spending_estimate using (valued_days, valued_amount)
        """,
        {"until": until, "as_of": as_of},
    ).fetchone()
    return (row[0], row[1]) if row else (None, None)


def _describe(models: Models, histories: pa.Table) -> dict[str, object]:
    """What lifetime_model says about the models of the day."""
    known = _histories(histories)
    told: dict[str, object] = {
        "model_id": models.model_id,
        "reason": models.reason,
        "spending_reason": models.spending_reason,
        "buyers": int(known.buyers.sum()),
        "repeat_buyers": int(known.buyers[known.repeats > 0].sum()),
    }
    if (purchases := models.purchases) is not None:
        told |= {name: getattr(purchases, name) for name in ("r", "alpha", "a", "b", "log_likelihood")}
    if (spending := models.spending) is not None:
        told |= {name: getattr(spending, name) for name in ("p", "q", "v", "correlation")}
        told |= {"spending_buyers": spending.buyers, "spending_log_likelihood": spending.log_likelihood}
        told |= {"mean_order_value": spending.mean_value}
    return told


_MODEL = {
    "as_of": "date", "model_id": "varchar", "reason": "varchar", "buyers": "bigint", "repeat_buyers": "bigint",
    "r": "double", "alpha": "double", "a": "double", "b": "double", "log_likelihood": "double",
    "spending_reason": "varchar", "spending_buyers": "bigint", "p": "double", "q": "double", "v": "double",
    "spending_log_likelihood": "double", "mean_order_value": "decimal(18, 2)", "correlation": "double",
    "holdout_from": "date", "holdout_days": "bigint", "holdout_reason": "varchar", "holdout_buyers": "bigint",
    "holdout_orders": "bigint", "holdout_expected_orders": "double", "holdout_error": "double",
    "holdout_error_per_buyer": "double", "holdout_naive_error": "double", "holdout_rms_error": "double",
    "holdout_naive_rms_error": "double", "holdout_spend": "decimal(18, 2)", "holdout_expected_spend": "decimal(18, 2)",
}  # fmt: skip


def _write_model(con: duckdb.DuckDBPyConnection, told: Mapping[str, object]) -> None:
    columns = ", ".join(f"${name}::{kind} as {name}" for name, kind in _MODEL.items())
    con.execute(f"create or replace temp table lifetime_model as select {columns}", {n: told.get(n) for n in _MODEL})
