"""National identity numbers: written one way, believed only if the check holds."""

import pytest

from tests.transforms.cases import Case, draw
from transforms.national_ids import standardise_national_ids

# The Chinese number tells birth date and gender; the 15-digit form of 1989 becomes the 18-digit one.
READ = """
value                      || national_id        | kind    | birth_date | gender
11010519491231002X         || 11010519491231002X | cn_ric  | 1949-12-31 | female
11010519491231002x         || 11010519491231002X | cn_ric  | 1949-12-31 | female
" 110105 19491231 002Ｘ"   || 11010519491231002X | cn_ric  | 1949-12-31 | female
身份证：11010519491231002X || 11010519491231002X | cn_ric  | 1949-12-31 | female
360426199101010071         || 360426199101010071 | cn_ric  | 1991-01-01 | male
130503670401001            || 130503196704010016 | cn_ric  | 1967-04-01 | male
130503196704010016         || 130503196704010016 | cn_ric  | 1967-04-01 | male
A123456789                 || A123456789         | tw_id   |            | male
A223456781                 || A223456781         | tw_id   |            | female
A123456(3)                 || A1234563           | hk_id   |            |
536-22-1234                || 536221234          | us_ssn  |            |
AB 12 34 56 C              || AB123456C          | gb_nino |            |
E12345678                  || E12345678          | other   |            |
k-1234567                  || K1234567           | other   |            |
999999199901013            || 999999199901013    | other   |            |
                           ||                    |         |            |
                           ||                    |         |            |
"""

# Never a number whose check fails.
REFUSED = """
value              || national_id | reason
36042619910101007X ||             | check digit does not hold
110105194913310021 ||             | birth date in the number is impossible
110101********1234 ||             | masked
1.10105E+17        ||             | rounded by a spreadsheet
110101199003070000 ||             | rounded by a spreadsheet
111111111111111111 ||             | placeholder
123456789          ||             | placeholder
A123456788         ||             | check digit does not hold
078-05-1120        ||             | a number never given out
666-12-3456        ||             | a number never given out
hello              ||             | not the shape of an identity number
n/a                ||             |
"""


@pytest.mark.parametrize("case", draw(READ))
def test_read(case: Case) -> None:
    assert case.standardise(standardise_national_ids) == case.expected


@pytest.mark.parametrize("case", draw(REFUSED))
def test_refused(case: Case) -> None:
    assert case.standardise(standardise_national_ids) == case.expected
