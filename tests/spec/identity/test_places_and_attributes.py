"""Places, and the attributes a map adds: what counts as how much alike."""

from identity.settings import Settings, extend_settings
from tests.identity.tables import compare, draw

PLACES = """
left address       | left city | left postcode | right address      | right city | right postcode | level
12 Oak Street      | London    | N1 1AA        | 12 oak street      | London     | N1 1AA         | same address
12 Oak Street      | London    | N1 1AA        | 12 Oak Stret       | London     | N1 1AA         | near address
中山路12号3栋501室 | 上海      |               | 中山路12号3栋502室 | 上海       |                | near address
12 Oak Street      | London    | N1 1AA        | 7 Mill Lane        | London     | N1 1AA       | same postcode and city
12 Oak Street      |           | N1 1AA        | 7 Mill Lane        |            | N1 1AA         | same postcode
12 Oak Street      | London    | N1 1AA        | 7 Mill Lane        | London     | E5 0DX         | same city
12 Oak Street      | London    |               | 7 Mill Lane        | Leeds      |                | different
12 Oak Street      |           |               |                    | London     |                | missing
"""

EXTRAS = """
kind       | left          | right         | level
category   | nurse         | Nurse         | exact
category   | nurse         | baker         | different
text       | acme trading  | trading acme  | near
text       | acme trading  | globex        | different
number     | 100           | 100           | exact
number     | 100           | 100.5         | within one per cent
number     | 100           | 95            | within ten per cent
number     | 100           | 5             | different
name       | katherine     | katharine     | typo
identifier | A1234567      | A1234568      | one character
identifier | A1234567      | B7654321      | different
date       | 1985-06-24    | 1985-06-25    | typo
category   | nurse         |               | missing
"""


def test_places() -> None:
    cases = draw(PLACES)
    keys = ("address", "city", "postcode")
    pairs = [tuple({key: case[f"{side} {key}"] for key in keys} for side in ("left", "right")) for case in cases]
    found = compare(pairs)  # type: ignore[arg-type]
    assert [level["address"] for level in found] == [case["level"] for case in cases]


def test_extra_comparisons_by_kind() -> None:
    cases = draw(EXTRAS)
    kinds = sorted({str(case["kind"]) for case in cases})
    settings = extend_settings(Settings(), [{"column": f"x_{kind}", "kind": kind} for kind in kinds])
    pairs = [tuple({f"x_{case['kind']}": case[side]} for side in ("left", "right")) for case in cases]
    found = compare(pairs, settings=settings)  # type: ignore[arg-type]
    assert [level[f"x_{case['kind']}"] for level, case in zip(found, cases, strict=True)] == [
        case["level"] for case in cases
    ]
