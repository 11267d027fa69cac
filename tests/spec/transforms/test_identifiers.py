"""Identifiers: the same key is always the same text."""

import pytest

from tests.transforms.cases import Case, draw
from transforms.identifiers import clean_identifiers

# Dress of exports comes off; case stays except in UUIDs.
CLEANED = """
value                                  || identifier
" o6_bmasdasdsad6_2sgVt7hMZOPfL"       || o6_bmasdasdsad6_2sgVt7hMZOPfL
o6_bmAsd                               || o6_bmAsd
zcrm_554023000000235001                || 554023000000235001
554023000000235001                     || 554023000000235001
ZCRM_12                                || 12
17850.0                                || 17850
17850.00                               || 17850
17850.5                                || 17850.5
'12345                                 || 12345
{AEBE52E7-03EE-455A-B3C4-E57283966239} || aebe52e7-03ee-455a-b3c4-e57283966239
AEBE52E7-03EE-455A-B3C4-E57283966239   || aebe52e7-03ee-455a-b3c4-e57283966239
l:123456                               || 123456
ag: 77                                 || 77
c:abc                                  || c:abc
１２３                                 || 123
a\u200bb                               || ab
FSUID_ABC                              || FSUID_ABC
007                                    || 007
                                       ||
"  "                                   ||
"""

# What many people would share, and what a spreadsheet has rounded.
REFUSED = """
value                                || identifier | reason
0                                    ||            | placeholder
000000000000000                      ||            | placeholder
-1                                   ||            | placeholder
null                                 ||            | placeholder
NULL                                 ||            | placeholder
undefined                            ||            | placeholder
none                                 ||            | placeholder
n/a                                  ||            | placeholder
unknown                              ||            | placeholder
anonymous                            ||            | placeholder
00000000-0000-0000-0000-000000000000 ||            | placeholder
ffffffff-ffff-ffff-ffff-ffffffffffff ||            | placeholder
9774d56d682e549c                     ||            | placeholder
02:00:00:00:00:00                    ||            | placeholder
00000000000000000000000000000000     ||            | placeholder
0000000000000000                     ||            | placeholder
004999010640000                      ||            | placeholder
[object Object]                      ||            | placeholder
-                                    ||            | placeholder
5.54023E+17                          ||            | rounded by a spreadsheet
1E10                                 ||            | rounded by a spreadsheet
"""


@pytest.mark.parametrize("case", draw(CLEANED))
def test_cleaned(case: Case) -> None:
    assert case.standardise(clean_identifiers) == case.expected


@pytest.mark.parametrize("case", draw(REFUSED))
def test_refused(case: Case) -> None:
    assert case.standardise(clean_identifiers) == case.expected
