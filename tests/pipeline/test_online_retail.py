"""The marts on UCI Online Retail, taken in by configuration alone, against a recount with pandas from the delivered file."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from pipeline.config import load_config
from pipeline.profile import derive_tables
from pipeline.run import run_stage
from tests.warehouse.drawn import PROJECT, settings
from warehouse.lifetime.bg_nbd import Histories, fit_bg_nbd
from warehouse.lifetime.gamma_gamma import Spending, fit_gamma_gamma

DELIVERED = Path(__file__).parents[3] / "shared" / "data" / "events" / "uci_online_retail" / "online_retail.parquet"
SHOPS = PROJECT / "benchmarks" / "ingest" / "public_sources.toml"
AS_OF = date(2011, 12, 9)
TABLES = (
    "customer.candidate", "customer.provenance", "customer.customer", "customer.purchase", "customer.purchase_day",
    "customer.interaction", "customer.feedback", "mart.feedback",
    "mart.rfm", "mart.lifecycle", "mart.lifecycle_month", "mart.cohort", "mart.value", "mart.value_model",
    "mart.churn_risk",
)  # fmt: skip

pytestmark = pytest.mark.skipif(not DELIVERED.exists(), reason="the public event files are not beside this checkout")


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    """A warehouse with every customer number one person and the marts of the last day."""
    home = tmp_path_factory.mktemp("retail")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GUIYI_HOME", str(home / "home"))
        patch.delenv("GUIYI_INBOX", raising=False)
        patch.setattr("pipeline.run._gate", lambda name, work: {})
        shutil.copyfile(SHOPS, home / "guiyi.toml")
        config = load_config(home / "guiyi.toml")
        (config.inbox / "retail").mkdir(parents=True)
        shutil.copyfile(DELIVERED, config.inbox / "retail" / DELIVERED.name)
        for stage in ("ingest", "standardise"):
            run_stage(stage, config)
    with duckdb.connect(str(config.warehouse)) as con:
        con.execute(
            "insert into identity.record_customer "
            "select record_id, source_record_id, source, stream, source_record_id from standard.record"
        )
        derive_tables(con, TABLES, settings(), AS_OF)
        yield con


@pytest.fixture(scope="module")
def sales():
    """One row per invoice that is a sale of a known customer: who, day (UTC), pounds and base currency."""
    lines = pd.read_parquet(DELIVERED)
    lines = lines[lines["CustomerID"].notna() & ~lines["InvoiceNo"].astype(str).str.startswith("C")]
    lines["who"] = lines["CustomerID"].astype(float).astype(int).astype(str)
    at = pd.to_datetime(lines["InvoiceDate"]).dt.tz_localize("Europe/London").dt.tz_convert("UTC")
    lines["day"] = at.dt.date
    lines["pence"] = (lines["Quantity"].astype(float) * lines["UnitPrice"].astype(float) * 100 + 1e-6).round()
    sales = lines.groupby(["who", "InvoiceNo"]).agg(day=("day", "min"), pence=("pence", "sum")).reset_index()
    sales["net"] = (sales["pence"] * settings().rates["GBP"] / 100 + 1e-9).round(2)
    return sales


@pytest.fixture(scope="module")
def days(sales):
    return sales.groupby(["who", "day"], as_index=False)["net"].sum()


def frame(con, query):
    return con.execute(query).to_arrow_table().to_pandas()


def test_recency_frequency_and_money(con, sales):
    own = sales.groupby("who").agg(last=("day", "max"), orders=("day", "size"), net=("net", "sum"))
    found = frame(con, "select *, monetary::double as money from mart.rfm").set_index("customer_id").loc[own.index]
    assert len(own) == len(frame(con, "from mart.rfm")) == 4339
    assert (found["recency_days"] == [(AS_OF - day).days for day in own["last"]]).all()
    assert (found["frequency"] == own["orders"]).all()
    # Pence of halves round either way between pandas and decimals: a cent an order.
    assert ((found["money"] - own["net"]).abs() <= 0.02 + 0.1 * own["orders"]).all()
    for column, value, sign in (("r_score", "recency_days", -1), ("f_score", "frequency", 1), ("m_score", "money", 1)):
        place = ((found[value] * sign).rank(method="average") - 0.5) / len(found)
        assert (found[column] == 1 + np.floor(5 * place.round(12))).all()


def test_cohorts(con, sales):
    month = pd.PeriodIndex(pd.to_datetime(sales["day"]), freq="M")
    first = month.to_series(index=sales.index).groupby(sales["who"]).transform("min")
    since = [later.ordinal - begun.ordinal for later, begun in zip(month, first, strict=True)]
    table = sales.assign(cohort=first, since=since).groupby(["cohort", "since"])["who"].nunique()
    found = frame(con, "from mart.cohort")
    assert found["buyers"].sum() == table.sum()
    for row in found.itertuples():
        key = (pd.Period(row.cohort_month, freq="M"), row.months_since)
        assert row.buyers == table.get(key, 0)
        assert row.cohort_buyers == table[(key[0], 0)]
    # Every cohort to the last month.
    assert len(found) == 13 * 14 / 2


def stage_at(end, own, rules):
    """The stage on a day, from the days of the orders up to it."""
    own = sorted(day for day in own if day <= end)
    if not own:
        return None
    silent = (end - own[-1]).days
    back = [later for before, later in zip(own, own[1:], strict=False) if (later - before).days > rules.lost_days]  # noqa: RUF007
    if silent > rules.active_days:
        return "lost" if silent > rules.lost_days else "slipping"
    if back and (end - back[-1]).days <= rules.active_days:
        return "won_back"
    return "new" if (end - own[0]).days <= rules.new_days else "active"


def test_the_months_of_the_lifecycle(con, sales):
    bought, rules = sales.groupby("who")["day"].apply(set), settings()
    for month in (date(2011, 3, 1), date(2011, 8, 1), date(2011, 12, 1)):
        end = min((month + timedelta(32)).replace(day=1) - timedelta(1), AS_OF)
        before, now = (
            bought.map(lambda own, day=day: stage_at(day, own, rules)) for day in (month - timedelta(1), end)
        )
        moves = pd.DataFrame({"before": before, "now": now}).dropna().value_counts()
        found = frame(con, f"from mart.lifecycle_month where month = date '{month}'").set_index(
            ["from_stage", "to_stage"]
        )
        for move, people in moves.items():
            assert found.loc[move, "customers"] == people
        spent = sales[[month <= day <= end for day in sales["day"]]]
        assert found["orders"].sum() == len(spent)
        assert found["buyers"].sum() == spent["who"].nunique()


def test_values_and_the_models_behind_them(con, days):
    own = days.groupby("who").agg(first=("day", "min"), last=("day", "max"), purchases=("day", "size"))
    recency = np.array([(last - first).days for first, last in zip(own["first"], own["last"], strict=True)])
    age = np.array([(AS_OF - first).days for first in own["first"]])
    found = frame(con, "select * replace (expected_order_value::double as expected_order_value) from mart.value")
    found = found.set_index("customer_id").loc[own.index]
    assert (found["purchase_days"] == own["purchases"]).all()
    assert (found["recency_days"] == recency).all()
    assert (found["age_days"] == age).all()
    model = fit_bg_nbd(Histories(own["purchases"].to_numpy(float) - 1, recency / 7, age / 7, np.ones(len(own))))
    (row,) = frame(con, "from mart.value_model").to_dict("records")
    assert [row[name] for name in ("r", "alpha", "b")] == pytest.approx([model.r, model.alpha, model.b], rel=0.02)
    assert row["log_likelihood"] == pytest.approx(model.log_likelihood, abs=0.01)
    paid = days[days["net"] > 0].groupby("who")["net"].agg(["size", "mean"])
    spending = fit_gamma_gamma(Spending(paid["size"].to_numpy(float), paid["mean"].to_numpy(), np.ones(len(paid))))
    assert [row[name] for name in ("p", "q", "v")] == pytest.approx([spending.p, spending.q, spending.v], rel=1e-3)
    value = spending.p * (spending.v + paid["size"] * paid["mean"]) / (spending.p * paid["size"] + spending.q - 1)
    assert (found.loc[paid.index, "expected_order_value"] / value - 1).abs().max() < 1e-3
    assert set(found["reason"].dropna()) == {"no_order_value"}


def test_gaps_and_silence(con, days):
    gap = days.sort_values(["who", "day"]).assign(day=pd.to_datetime(days["day"])).groupby("who")["day"].diff().dt.days
    own = gap.groupby(days["who"]).agg(["median", "count"])
    own["typical"] = np.where(own["count"] >= 2, own["median"], gap.median())
    found = frame(con, "from mart.churn_risk").set_index("customer_id").loc[own.index]
    assert (found["typical_gap_days"] == own["typical"]).all()
    silent = [(AS_OF - day).days for day in days.groupby("who")["day"].max().loc[own.index]]
    assert (found["days_since_order"] == silent).all()
    assert ((found["risk_band"] == "lost") == (found["days_since_order"] > settings().lost_days)).all()
