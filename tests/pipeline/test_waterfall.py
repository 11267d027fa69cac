"""The waterfall: steps that add up, bars that float from one to the next, in terminals of any width and as a picture."""

import re
from itertools import pairwise

import pytest
from rich.console import Console

from identity.explanation import Explanation, Line
from pipeline.waterfall import Scale, Step, draw_waterfall, list_steps
from pipeline.waterfall_picture import draw_waterfall_picture


def explanation(threshold: float, **bits: float) -> Explanation:
    """An explanation with these bits per comparison."""
    lines, total = [], 0.0
    for name, each in bits.items():
        total += each
        lines.append(Line(name, "same postcode and city", each, total))
    return Explanation("aa", "bb", total, 1 / (1 + 2 ** (threshold - total)), threshold, ("email",), tuple(lines))


CASES = {
    "for": explanation(9.6, email=15.8, phone=14.4),
    "for and against": explanation(9.6, email=15.8, given_name=-5.1, household=-9.7),
    "all against": explanation(9.6, given_name=-6.3, address=-4.4),
    "nothing compared": explanation(9.6),
    "nothing said": explanation(9.6, family_name=0.0),
    "more likely than not beforehand": explanation(-1.0, email=3.0),
    "a threshold of nothing": explanation(0.0, email=2.0),
    "huge": explanation(40.0, wechat_unionid=900.0, given_name=-500.0),
    "tiny": explanation(0.01, email=0.02),
}


@pytest.mark.parametrize("case", CASES)
def test_steps_lead_from_the_prior_to_the_odds(case):
    found = CASES[case]
    steps = list_steps(found)
    assert (steps[0].label, steps[0].start, steps[0].end) == ("prior", 0.0, -found.threshold)
    for before, step in pairwise(steps[:-1]):
        assert step.start == pytest.approx(before.end)
        assert step.end == pytest.approx(before.end + step.bits)
    assert steps[-1].end == pytest.approx(steps[-2].end)
    assert steps[-1].end == pytest.approx(found.match_weight - found.threshold)


def lines_of(found: Explanation, width: int, **options) -> list[str]:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(draw_waterfall(found, width, **options))
    return capture.get().rstrip("\n").split("\n")


@pytest.mark.parametrize("width", [40, 48, 60, 80, 132, 240])
@pytest.mark.parametrize("case", CASES)
def test_it_fits_the_terminal(case, width):
    lines = lines_of(CASES[case], width)
    assert max(len(line) for line in lines) <= width
    rows = [line for line in lines if re.search(r"[+-]\d+\.\d", line)]
    assert [float(re.findall(r"[+-]\d+\.\d", line)[-1]) for line in rows] == [
        float(f"{step.end:+.1f}") for step in list_steps(CASES[case])
    ]
    assert all("…" not in line for line in lines)


BAR = re.compile("[█▒]+")


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("case", CASES)
def test_bars_float_on_one_axis(case, width):
    found = CASES[case]
    lines = [line for line in lines_of(found, width) if re.search(r"[+-]\d+\.\d", line)]
    bars = [BAR.search(line) for line in lines]
    axis = {line.index("│") for line in lines if "│" in line}
    assert len(axis) <= 1
    for step, bar in zip(list_steps(found), bars, strict=True):
        if step.start == step.end:
            assert bar is None
            continue
        assert (bar.group()[0] == "█") == (step.end > step.start)
        if axis:
            # A bar between two positive numbers lies right of the axis, between two negative ones left of it.
            assert bar.start() > min(axis) or min(step.start, step.end) < 0
            assert bar.end() <= min(axis) + 1 or max(step.start, step.end) > 0
    for step, before, bar in zip(list_steps(found)[1:-1], bars, bars[1:], strict=False):
        if bar and before:
            tail = before.end() if before.group()[0] == "█" else before.start()
            head = bar.start() if bar.group()[0] == "█" else bar.end()
            # Where a bar begins the last one ended, but for the axis' own cell and a bar too short to be drawn to scale.
            assert abs(head - tail) <= 1, step


def test_a_terminal_without_blocks_gets_letters():
    assert "".join(lines_of(CASES["for and against"], 80, ascii_only=True)[2:]).isascii()


def test_a_scale_keeps_every_end_within_its_cells():
    for found in CASES.values():
        steps = list_steps(found)
        for cells in (6, 20, 101):
            scale = Scale.over(steps, cells)
            assert {len(scale.draw(step).plain) for step in steps} == {cells}


@pytest.mark.parametrize("bits", [0.1, 4.9, 12.0, 30.0])
def test_a_bar_from_the_axis_is_as_long_as_its_bits_and_leaves_the_axis_free(bits):
    scale = Scale.over([Step("", "", 30.0, 0.0, 30.0, "for"), Step("", "", -30.0, 0.0, -30.0, "against")], 63)
    cells = max(round(bits), 1)
    right, left = (scale.draw(Step("", "", end, 0.0, end, "for")).plain for end in (bits, -bits))
    assert right == " " * 30 + "│" + "█" * cells + " " * (32 - cells)
    assert left == " " * (30 - cells) + "▒" * cells + "│" + " " * 32


@pytest.mark.parametrize("case", CASES)
def test_the_picture_draws_the_same_steps(case):
    found = CASES[case]
    picture = draw_waterfall_picture(found)
    width = float(picture.get("viewBox").split()[2])
    rows = picture.findall("g")
    steps = list_steps(found)
    assert [[text.text for text in row.findall("text")] for row in rows] == [
        [step.label, step.level, f"{step.end if step.bits is None else step.bits:+.1f}"] for step in steps
    ]
    zero = next(float(line.get("x1")) for line in picture.findall("line") if line.get("class") == "axis")
    for row, step in zip(rows, steps, strict=True):
        rect = row.find("rect")
        left, right = float(rect.get("x")), float(rect.get("x")) + float(rect.get("width"))
        assert 0 <= left <= right <= width
        if abs(step.end - step.start) > 1:
            assert (left < zero - 0.1) == (min(step.start, step.end) < 0)
            assert (right > zero + 0.1) == (max(step.start, step.end) > 0)
