"""The validation on CDNOW: against the published figures where the data lies beside the checkout, on a made file anywhere."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.warehouse.cdnow import FIRST, PUBLISHED, SAMPLE, compare, main, read_cdnow, validate

CDNOW = Path(__file__).parents[3] / "shared" / "data" / "events" / "cdnow"
LINES = """\
 00004 0001 19970101  2   29.33
 00004 0001 19970118  1   20.00
 00004 0001 19970118  2    9.73
 00004 0001 19970802  1    0.00
 00004 0001 19971212  2   26.48
 00021 0002 19970310  3   63.34
 00021 0002 19980701  3   10.00
"""


@pytest.mark.skipif(not CDNOW.exists(), reason="the CDNOW files do not lie beside the checkout")
def test_the_published_figures_are_met(tmp_path, capsys):
    assert main([str(CDNOW), "--out", str(tmp_path / "cdnow.svg")]) == 0
    found = validate(read_cdnow(CDNOW / SAMPLE))
    rows = compare(found.figures())
    assert [(name, ours) for name, ours, _, _, rounds in rows if not rounds] == []
    assert [row[0] for row in rows] == list(PUBLISHED)
    assert (found.purchases.buyers, found.spending.buyers) == (2357, 946)
    assert found.spending.log_likelihood == pytest.approx(-4055.9177, abs=1e-3)
    assert (tmp_path / "cdnow.svg").read_text(encoding="utf-8").count("BG/NBD") == 2
    assert "rounds to it" in capsys.readouterr().out


def test_a_file_becomes_histories(tmp_path):
    (tmp_path / SAMPLE).write_text(LINES.replace("\n", "\r\n"), encoding="ascii", newline="")
    data = read_cdnow(tmp_path / SAMPLE)
    assert data.histories.repeats.tolist() == [2, 0]
    assert (data.histories.recency * 7).round().tolist() == [213, 0]
    assert (data.histories.age * 7).round().tolist() == [272, 204]
    # 18 January counts once; the free disc is a repeat purchase, but has no value; July 1998 is too late.
    assert data.afterwards.tolist() == [1, 0]
    assert data.spending.purchases.tolist() == [1]
    assert data.spending.mean_value.tolist() == [29.73]
    assert np.flatnonzero(data.repeats_by_week).tolist() == [2, 30, 49]


def test_a_made_cohort_is_forecast_and_drawn_but_is_not_cdnow(tmp_path, capsys):
    chance = np.random.default_rng(8)
    lines = []
    for customer, (rate, leaving, start) in enumerate(
        zip(chance.gamma(0.5, 1 / 30, 1500), chance.beta(0.8, 2.5, 1500), chance.integers(0, 84, 1500), strict=True), 1
    ):
        day = float(start)
        value = 12 * chance.gamma(4.0) / 3
        while day < 546:
            bought_on = FIRST + timedelta(int(day))
            lines.append(f" {customer:05} 0001 {bought_on:%Y%m%d}  1   {value * chance.gamma(6.0) / 6:.2f}")
            day += chance.exponential(1 / rate)
            if day > start + 1 and chance.random() < leaving:
                break
    (tmp_path / SAMPLE).write_text("\n".join(lines) + "\n", encoding="ascii")
    assert main([str(tmp_path), "--out", str(tmp_path / "made.svg")]) == 1
    assert "BG/NBD" in (tmp_path / "made.svg").read_text(encoding="utf-8")
    assert "holdout, given each customer's history" in capsys.readouterr().out
    found = validate(read_cdnow(tmp_path / SAMPLE))
    assert abs(found.holdout.share) < 0.15
    assert found.holdout.absolute_error < found.holdout.naive_error
