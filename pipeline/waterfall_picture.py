"""The waterfall of a pair as SVG: the steps of waterfall.py, bars floating on one zero axis.

Colours come from the page (explanation_page.py), so that the picture follows its light and dark.
"""

import math
from xml.etree.ElementTree import Element

from identity.explanation import Explanation
from pipeline.markup import add, start_picture
from pipeline.waterfall import Step, list_steps

ROW, BAR, TOP = 34, 18, 46
LETTER = 7.4  # widest usual letter at the size of labels
CHART = 430
ROOM = 56  # beside the outermost bar, for its number


def draw_waterfall_picture(found: Explanation) -> Element:
    """The picture."""
    steps = list_steps(found)
    names = LETTER * max(len(step.label) for step in steps) + 16
    levels = LETTER * max(len(step.level) for step in steps) + 16
    left, width, height = names + levels, names + levels + CHART, TOP + ROW * len(steps) + 12
    scale = _scale(steps, left + ROOM, width - ROOM)
    picture = start_picture(width, height, *_tell(found, steps), "waterfall")
    _draw_axis(picture, steps, scale, (left, width, height))
    for number, step in enumerate(steps):
        _draw_step(picture, step, number, scale, names)
        if number and step.kind != "sum":
            top = TOP + ROW * number
            at = scale[0] + scale[1] * step.start
            add(picture, "line", x1=at, x2=at, y1=float(top - (ROW - BAR) / 2), y2=float(top + (ROW - BAR) / 2),
                class_="joint")  # fmt: skip
    return picture


def _tell(found: Explanation, steps: list[Step]) -> tuple[str, str]:
    """Title and description, for those who do not see it."""
    told = "; ".join(f"{step.label} {step.level} {step.bits:+.1f}" for step in steps if step.bits is not None)
    return (
        f"Evidence between {found.record_id_l} and {found.record_id_r} in bits",
        f"A waterfall chart. {told}; together {found.odds:+.1f} bits of log2 odds.",
    )


def _scale(steps: list[Step], first: float, last: float) -> tuple[float, float]:
    """Where zero is, and the width of a bit."""
    ends = [bits for step in steps for bits in (step.start, step.end)]
    low, high = min(0.0, *ends), max(0.0, *ends)
    width = (last - first) / max(high - low, 1e-6)
    return first - low * width, width


def _draw_axis(
    picture: Element, steps: list[Step], scale: tuple[float, float], box: tuple[float, float, float]
) -> None:
    """Grid lines every few bits, and what the sides of zero mean."""
    (zero, bit), (left, width, height) = scale, box
    every = next(size for size in (1, 2, 5, 10, 20, 50, 100, 1000) if size * bit >= 42 or size == 1000)
    for number in range(math.ceil((left - zero) / bit / every), math.floor((width - zero) / bit / every) + 1):
        at = zero + number * every * bit
        add(picture, "line", x1=at, x2=at, y1=TOP - 6, y2=height - 6, class_="axis" if number == 0 else "grid")
        add(picture, "text", f"{number * every:+d}" if number else "0", x=at, y=TOP - 12, class_="tick middle")
    add(picture, "text", "← two persons", x=zero - 6, y=14, class_="tick end")
    add(picture, "text", "one person →", x=zero + 6, y=14, class_="tick")


def _draw_step(picture: Element, step: Step, number: int, scale: tuple[float, float], names: float) -> None:
    """One row: comparison, level, bar and number."""
    zero, bit = scale
    middle = TOP + ROW * number + ROW / 2
    low, high = zero + bit * min(step.start, step.end), zero + bit * max(step.start, step.end)
    row = add(picture, "g", class_=step.kind)
    add(row, "text", step.label, x=0, y=middle + 5, class_="label")
    add(row, "text", step.level, x=names, y=middle + 5, class_="level")
    add(row, "rect", x=low, y=middle - BAR / 2, width=max(high - low, 1.0), height=BAR, rx=2)
    rising = step.end >= step.start
    value = step.end if step.bits is None else step.bits
    add(row, "text", f"{value:+.1f}", x=high + 6 if rising else low - 6, y=middle + 5,
        class_="number" if rising else "number end")  # fmt: skip
