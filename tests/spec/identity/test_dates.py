"""Dates: what counts as how much alike."""

from tests.identity.tables import compare, draw

DATES = """
left       | left_alt   | right      | level
1985-06-24 |            | 1985-06-24 | exact
1985-06-04 |            | 1985-04-06 | swapped
1985-06-04 | 1985-04-06 | 1985-04-06 | swapped
1985-06-24 |            | 1985-06-25 | typo
1985-06-24 |            | 1958-06-24 | typo
1985-06-24 |            | 1985-11-24 | two parts
1985-06-24 |            | 1985-11-13 | same year
1985-06-24 |            | 1991-11-13 | within ten years
1985-06-24 |            | 1958-11-13 | generation apart
1985-06-24 |            | 1911-11-13 | different
1985-06-24 |            |            | missing
"""


def test_dates() -> None:
    cases = draw(DATES)
    found = compare(
        [
            ({"birth_date": case["left"], "birth_date_alt": case["left_alt"]}, {"birth_date": case["right"]})
            for case in cases
        ]
    )
    assert [level["birth_date"] for level in found] == [case["level"] for case in cases]
