"""Genders: words, forms of address and codes."""

import pytest

from tests.transforms.cases import Case, draw
from transforms.genders import standardise_genders

# ISO 5218 codes as WeChat uses them; "not stated" is a missing value, not an error.
READ = """
value             || gender | reason
男                || male   |
男性              || male   |
先生              || male   |
M                 || male   |
ｍ                || male   |
Male              || male   |
Mr.               || male   |
1                 || male   |
1.0               || male   |
männlich          || male   |
♂                 || male   |
女                || female |
女士              || female |
小姐              || female |
F                 || female |
female            || female |
Mrs               || female |
Ms.               || female |
2                 || female |
Frau              || female |
other             || other  |
X                 || other  |
Non-Binary        || other  |
其他              || other  |
0                 ||        |
9                 ||        |
未知              ||        |
保密              ||        |
prefer not to say ||        |
不详              ||        |
xyz               ||        | not a known word for a gender
3                 ||        | not a known word for a gender
12                ||        | not a known word for a gender
                  ||        |
                  ||        |
"""


@pytest.mark.parametrize("case", draw(READ))
def test_read(case: Case) -> None:
    assert case.standardise(standardise_genders) == case.expected
