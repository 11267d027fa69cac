"""Phone numbers: what a source writes, and the E.164 number, its kind and its country that come of it."""

import pytest

from tests.transforms.cases import Case, draw
from transforms.phones import standardise_phones

WRITTEN = """
phone                        | country || phone          | phone_kind | country | reason
13800138000                  | CN      || +8613800138000 | mobile     | CN      |
138 0013 8000                | CN      || +8613800138000 | mobile     | CN      |
138-0013-8000                | CN      || +8613800138000 | mobile     | CN      |
１３８００１３８０００       | CN      || +8613800138000 | mobile     | CN      |
+86 138 0013 8000            |         || +8613800138000 | mobile     | CN      |
0086-13800138000             |         || +8613800138000 | mobile     | CN      |
+0086 138 0013 8000          |         || +8613800138000 | mobile     | CN      |
+86-138-0013-8000            | US      || +8613800138000 | mobile     | CN      |
8613800138000                | CN      || +8613800138000 | mobile     | CN      |
013800138000                 | CN      || +8613800138000 | mobile     | CN      |
+86 013800138000             |         || +8613800138000 | mobile     | CN      |
17951 13800138000            | CN      || +8613800138000 | mobile     | CN      |
010-62345678                 | CN      || +861062345678  | landline   | CN      |
(0755) 8234 5678             | CN      || +8675582345678 | landline   | CN      |
400-800-1234                 | CN      || +864008001234  | other      | CN      |
(415) 555-2671               | US      || +14155552671   | other      | US      |
1-415-555-2671               | US      || +14155552671   | other      | US      |
415.555.2671                 | usa     || +14155552671   | other      | US      |
604 555 2671                 | US      || +16045552671   | other      | CA      |
1-800-FLOWERS                | US      || +18003569377   | other      | US      |
011 86 138 0013 8000         | US      || +8613800138000 | mobile     | CN      |
020 7946 0958                | GB      || +442079460958  | landline   | GB      |
020 7946 0958                | UK      || +442079460958  | landline   | GB      |
+44 (0)20 7946 0958          |         || +442079460958  | landline   | GB      |
07400 123456                 | GB      || +447400123456  | mobile     | GB      |
0412 345 678                 | AU      || +61412345678   | mobile     | AU      |
030/901820                   | DE      || +4930901820    | landline   | DE      |
02 1234567                   | IT      || +39021234567   | landline   | IT      |
9123 4567                    | HK      || +85291234567   | mobile     | HK      |
0912-345-678                 | TW      || +886912345678  | mobile     | TW      |
011 15-2345-6789             | AR      || +5491123456789 | mobile     | AR      |
"""

DRESSED = """
phone                        | country || phone          | reason
'+14155552671                | US      || +14155552671   |
'13800138000                 | CN      || +8613800138000 |
="13800138000"               | CN      || +8613800138000 |
p:+8613800138000             |         || +8613800138000 |
tel: 13800138000             | CN      || +8613800138000 |
手机：13800138000            | CN      || +8613800138000 |
138 0013 8000（工作）        | CN      || +8613800138000 |
13800138000.0                | CN      || +8613800138000 |
010-62345678转801            | CN      || +861062345678  |
010-62345678 分机 801        | CN      || +861062345678  |
010-62345678-801             | CN      || +861062345678  |
415-555-2671 x12             | US      || +14155552671   |
415-555-2671 ext. 12         | US      || +14155552671   |
13800138000/13900139000      | CN      || +8613800138000 | holds several numbers; the first valid one is used
123, 13900139000             | CN      || +8613900139000 | holds several numbers; the first valid one is used
13800138000、010-62345678    | CN      || +8613800138000 | holds several numbers; the first valid one is used
13800138000 13900139000      | CN      || +8613800138000 | holds several numbers; the first valid one is used
1.3912345678E10              | CN      || +8613912345678 |
"""

REFUSED = """
phone                        | country || phone          | reason
138****8000                  | CN      ||                | part of the number is masked
138xxxx8000                  | CN      ||                | part of the number is masked
1.38E+10                     | CN      ||                | rounded by a spreadsheet
13800138000                  |         ||                | no international prefix and no country to read it by
62345678                     | CN      ||                | not a valid number in its country
00000000000                  | CN      ||                | not a valid number in its country
12345678901                  | CN      ||                | not a valid number in its country
+999 1234 5678               |         ||                | not a valid number in its country
13800138000                  | Narnia  ||                | no international prefix and no country to read it by
call me                      | CN      ||                | no digits
n/a                          | CN      ||                |
"  "                         | CN      ||                |
                             | CN      ||                |
"""


@pytest.mark.parametrize("case", draw(WRITTEN) + draw(DRESSED) + draw(REFUSED))
def test_phone(case: Case) -> None:
    assert case.standardise(standardise_phones) == case.expected
