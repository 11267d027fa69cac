"""`python -m benchmarks.warehouse.cdnow DIR`: the lifetime models on CDNOW, beside what was published on it.

In: DIR with CDNOW_sample.txt, the 2,357 customers of the literature: a tenth of the 23,570 people who first bought from
CDNOW in the first quarter of 1997. The file names them by their number in the whole and in the sample; they are not
every tenth number, so the sample cannot be made from the whole. Out: a table of ours against published figures, and the
holdout chart (docs/cdnow.svg). Exit code 1 when one of ours does not round to the published figure.

Conventions of the literature: a customer's purchases of one day are one; weeks of seven days; calibration to 30
September 1997 (39 weeks), holdout to 30 June 1998 (39 weeks); the model of spending sees the repeat purchases of the
946 customers who have any.
"""

import argparse
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from rich.table import Table

from benchmarks.identity.table import make_console
from warehouse.lifetime.bg_nbd import BgNbd, Histories, fit_bg_nbd
from warehouse.lifetime.estimate import Floats
from warehouse.lifetime.gamma_gamma import GammaGamma, Spending, fit_gamma_gamma
from warehouse.lifetime.holdout import Holdout, judge, means_by_repeats, track

SAMPLE = "CDNOW_sample.txt"
FIRST, CALIBRATED, LAST = date(1997, 1, 1), date(1997, 9, 30), date(1998, 6, 30)
WEEKS = 39

# Figure → published value and its decimals: Fader, Hardie, Lee 2005; p, q and v (its gamma) Fader, Hardie 2013.
PUBLISHED = {
    "r": (0.243, 3),
    "alpha": (4.414, 3),
    "a": (0.793, 3),
    "b": (2.426, 3),
    "log-likelihood": (-9582.4, 1),
    "holdout: repeats to week 78, error in %": (-4.0, 0),
    "holdout: correlation with actual": (0.626, 3),
    "holdout: mean without a repeat, actual": (0.24, 2),
    "holdout: mean without a repeat, expected": (0.23, 2),
    "p": (6.25, 2),
    "q": (3.74, 2),
    "v": (15.44, 2),
}
_LINE = r"^ *(\d+)(?: \d{4})? (\d{8}) +\d+ +(\d+\.\d\d)"


@dataclass(frozen=True)
class Cdnow:
    """The customers' histories at the end of calibration, what they did afterwards, and when repeats happened."""

    histories: Histories
    spending: Spending
    afterwards: Floats
    first_at: Floats
    repeats_by_week: Floats


@dataclass(frozen=True)
class Validation:
    """Both models, and the forecast of the holdout."""

    purchases: BgNbd
    spending: GammaGamma
    holdout: Holdout
    by_repeats: list[tuple[int, float, float]]
    weeks: Floats
    actual: Floats
    expected: Floats

    def figures(self) -> dict[str, float]:
        """The figures that were published."""
        model, spending = self.purchases, self.spending
        none = self.by_repeats[0]
        return {
            "r": model.r,
            "alpha": model.alpha,
            "a": model.a,
            "b": model.b,
            "log-likelihood": model.log_likelihood,
            "holdout: repeats to week 78, error in %": 100 * float(self.expected[-1] / self.actual[-1] - 1),
            "holdout: correlation with actual": self.holdout.correlation,
            "holdout: mean without a repeat, actual": none[1],
            "holdout: mean without a repeat, expected": none[2],
            "p": spending.p,
            "q": spending.q,
            "v": spending.v,
        }


def read_cdnow(path: Path) -> Cdnow:
    """Read a file of purchases in CDNOW's columns; whole numbers of days become weeks."""
    with duckdb.connect() as con:
        con.execute(
            """
            create table day as
            select cells[1] as customer, strptime(cells[2], '%Y%m%d')::date as bought_on, sum(cells[3]::double) as value
            from (
                select regexp_extract_all(line, $line, 0) as found, [
                    regexp_extract(line, $line, 1), regexp_extract(line, $line, 2), regexp_extract(line, $line, 3)
                ] as cells
                from (select unnest(string_split(content, chr(10))) as line from read_text($path))
            )
            where len(found) > 0
            group by all
            """,
            {"line": _LINE, "path": str(path)},
        )
        days = {"until": CALIBRATED, "last": LAST}
        customers = con.execute(_CUSTOMERS, days).fetchnumpy()
        repeats = con.execute(_REPEATS, {"first": FIRST, "last": LAST}).fetchnumpy()
    ones = np.ones(len(customers["repeats"]))
    again = customers["valued"] > 0
    by_week = np.bincount(np.asarray(repeats["week"], dtype=np.int64), repeats["count"], minlength=2 * WEEKS)
    age = _floats(customers["age"]) / 7
    return Cdnow(
        Histories(_floats(customers["repeats"]), _floats(customers["recency"]) / 7, age, ones),
        Spending(_floats(customers["valued"])[again], _floats(customers["mean_value"])[again], ones[again]),
        _floats(customers["afterwards"]),
        WEEKS - age,
        _floats(by_week),
    )


def validate(data: Cdnow) -> Validation:
    """Fit to the calibration, forecast the holdout."""
    model = fit_bg_nbd(data.histories)
    weeks = np.arange(1.0, 2 * WEEKS + 1)
    return Validation(
        model,
        fit_gamma_gamma(data.spending),
        judge(model, data.histories, WEEKS, data.afterwards),
        means_by_repeats(model, data.histories, WEEKS, data.afterwards, 7),
        weeks,
        np.cumsum(data.repeats_by_week),
        track(model, data.first_at, data.histories.buyers, weeks),
    )


def compare(figures: dict[str, float]) -> list[tuple[str, float, float, float, bool]]:
    """(figure, ours, published, difference, whether ours rounds to the published one)."""
    return [
        (name, figures[name], value, figures[name] - value, round(figures[name], decimals) == value)
        for name, (value, decimals) in PUBLISHED.items()
    ]


def draw(found: Validation, out: Path) -> None:
    """The holdout chart: repeats by week, and the holdout's mean by the repeats of the calibration."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    # Text stays text and ids stay the same, so that the file changes only when the figures do.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "cdnow", "font.size": 9}):
        figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
        left.plot(found.weeks, found.actual, color="#222222", label="actual")
        left.plot(found.weeks, found.expected, color="#c0392b", linestyle="--", label="BG/NBD")
        left.axvline(WEEKS, color="#999999", linewidth=0.8)
        left.text(WEEKS + 1, 100, "holdout", color="#666666")
        left.set(xlabel="week", ylabel="repeat purchases so far", title="CDNOW, 2,357 customers")
        left.legend(frameon=False)
        groups = [row[0] for row in found.by_repeats]
        right.plot(groups, [row[1] for row in found.by_repeats], color="#222222", marker="o", label="actual")
        right.plot(
            groups, [row[2] for row in found.by_repeats], color="#c0392b", linestyle="--", marker="s", label="BG/NBD"
        )
        right.set_xticks(groups, [*map(str, groups[:-1]), f"{groups[-1]}+"])
        right.set(xlabel="repeat purchases in weeks 1–39", ylabel="mean in weeks 40–78", title="Forecast per customer")
        right.legend(frameon=False)
        figure.savefig(out, metadata={"Date": None})
        pyplot.close(figure)


def main(arguments: list[str] | None = None) -> int:
    """Validate, print, draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.warehouse.cdnow", description=__doc__)
    parser.add_argument("directory", type=Path, metavar="DIR", help=f"where {SAMPLE} lies")
    parser.add_argument("--out", type=Path, default=Path("docs/cdnow.svg"), metavar="SVG", help="the chart")
    chosen = parser.parse_args(arguments)
    found = validate(read_cdnow(chosen.directory / SAMPLE))
    rows = compare(found.figures())
    console = make_console()
    table = Table(title=f"CDNOW, {found.purchases.buyers:,} customers", title_justify="left", box=None)
    for name in ("figure", "ours", "published", "difference", "rounds to it"):
        table.add_column(name, justify="left" if name == "figure" else "right")
    for name, ours, published, difference, rounds in rows:
        table.add_row(name, f"{ours:.4f}", f"{published:g}", f"{difference:+.4f}", "yes" if rounds else "no")
    console.print(table)
    judged = found.holdout
    console.print(
        f"holdout, given each customer's history: {judged.expected:.1f} expected, {judged.actual:.0f} actual "
        f"({100 * (judged.share or 0):+.1f} %); mean error per customer {judged.absolute_error:.3f}, "
        f"of everybody's own rate {judged.naive_error:.3f}",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    draw(found, chosen.out)
    console.print(f"chart: {chosen.out}", highlight=False, soft_wrap=True)
    return 0 if all(row[-1] for row in rows) else 1


_CUSTOMERS = """
    select
        count(*) filter (bought_on <= $until) - 1 as repeats,
        date_diff('day', min(bought_on), max(bought_on) filter (bought_on <= $until)) as recency,
        date_diff('day', min(bought_on), $until::date) as age,
        count(*) filter (bought_on > $until and bought_on <= $last) as afterwards,
        count(*) filter (is_repeat and value > 0 and bought_on <= $until) as valued,
        coalesce(avg(value) filter (is_repeat and value > 0 and bought_on <= $until), 0) as mean_value
    from (select *, bought_on > min(bought_on) over (partition by customer) as is_repeat from day)
    group by customer
    order by customer
"""
_REPEATS = """
    select date_diff('day', $first::date, bought_on) // 7 as week, count(*)::double as count
    from (select *, bought_on > min(bought_on) over (partition by customer) as is_repeat from day)
    where is_repeat and bought_on <= $last
    group by week
    order by week
"""


def _floats(values: Any) -> Floats:
    return np.asarray(values, dtype=np.float64)


if __name__ == "__main__":
    sys.exit(main())
