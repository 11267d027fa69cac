"""Dates: one day, a second reading where day and month could change places, or a reason."""

from datetime import date

import pyarrow as pa
import pytest

from tests.transforms.cases import Case, draw
from transforms.dates import standardise_birth_dates, standardise_dates

ONE_READING = """
value                     | order || date       | date_alt   | reason
2024-03-05                |       || 2024-03-05 |            |
2024-3-5                  |       || 2024-03-05 |            |
2024/3/5                  |       || 2024-03-05 |            |
2024.03.05                |       || 2024-03-05 |            |
2024 03 05                |       || 2024-03-05 |            |
２０２４－０３－０５      |       || 2024-03-05 |            |
'2024-03-05               |       || 2024-03-05 |            |
20240305                  |       || 2024-03-05 |            |
2024年3月5日              |       || 2024-03-05 |            |
2024 年 3 月 5 日         |       || 2024-03-05 |            |
2024年3月5日 星期二       |       || 2024-03-05 |            |
二〇二四年三月十五日      |       || 2024-03-15 |            |
一九八五年十二月二十五日  |       || 1985-12-25 |            |
5 Mar 2024                |       || 2024-03-05 |            |
5th of March 2024         |       || 2024-03-05 |            |
March 5, 2024             |       || 2024-03-05 |            |
MARCH 5TH 2024            |       || 2024-03-05 |            |
Sept 5, 2024              |       || 2024-09-05 |            |
Tue, 5 Mar 2024           |       || 2024-03-05 |            |
5-Mar-85                  |       || 1985-03-05 |            |
05MAR1985                 |       || 1985-03-05 |            |
5. März 2024              |       || 2024-03-05 |            |
5 de marzo de 2024        |       || 2024-03-05 |            |
25/03/2024                |       || 2024-03-25 |            |
25/03/2024                | mdy   || 2024-03-25 |            |
05/05/2024                |       || 2024-05-05 |            |
05/03/2024                | dmy   || 2024-03-05 |            |
05/03/2024                | mdy   || 2024-05-03 |            |
05032024                  | dmy   || 2024-03-05 |            |
850612                    | ymd   || 1985-06-12 |            |
85/06/12                  |       || 1985-06-12 |            |
01/02/03                  | ymd   || 2001-02-03 |            |
1/2/29                    | dmy   || 2029-02-01 |            |
1/2/30                    | dmy   || 1930-02-01 |            |
1709640000                |       || 2024-03-05 |            |
1709640000000             |       || 2024-03-05 |            |
2024-03-05T23:30:00-05:00 |       || 2024-03-05 |            |
2024-03-05 00:00:00.000   |       || 2024-03-05 |            |
2024年3月5日下午3点       |       || 2024-03-05 |            |
Mar 5, 2024 3:04 PM       |       || 2024-03-05 |            |
29/02/2024                |       || 2024-02-29 |            |
"""

TWO_READINGS = """
value                     | order || date       | date_alt   | reason
05/03/2024                |       || 2024-03-05 | 2024-05-03 |
1/2/78                    |       || 1978-02-01 | 1978-01-02 |
05-03-2024                |       || 2024-03-05 | 2024-05-03 |
05.03.2024                |       || 2024-03-05 | 2024-05-03 |
05032024                  |       || 2024-03-05 | 2024-05-03 |
1/2/2024 0:00             |       || 2024-02-01 | 2024-01-02 |
"""

REFUSED = """
value                     | order || date       | date_alt   | reason
1985                      |       ||            |            | only a year
1985年                    |       ||            |            | only a year
1985-06                   |       ||            |            | year and month without a day
1985-06-00                |       ||            |            | year and month without a day
1985年6月                 |       ||            |            | year and month without a day
Mar 1985                  |       ||            |            | year and month without a day
3月5日                    |       ||            |            | day and month without a year
03-05                     |       ||            |            | day and month without a year
2024-02-30                |       ||            |            | no such day
2023-02-29                |       ||            |            | no such day
2024-13-05                |       ||            |            | no such day
31/02/2024                |       ||            |            | no such day
20240230                  |       ||            |            | no such day
1900-01-01                |       ||            |            | placeholder
01/01/1900                |       ||            |            | placeholder
1970-01-01                |       ||            |            | placeholder
0                         |       ||            |            | placeholder
0000-00-00                |       ||            |            | placeholder
0000-00-00 00:00:00       |       ||            |            | placeholder
00/00/0000                |       ||            |            | placeholder
1111-11-11                |       ||            |            | placeholder
9999-12-31                |       ||            |            | placeholder
农历三月初五              |       ||            |            | a lunar calendar date
45356                     |       ||            |            | a bare number that could be several dates
850612                    |       ||            |            | a bare number that could be several dates
1200-01-01                |       ||            |            | year outside 1800 to 2200
marzipan 5, 2024          |       ||            |            | not a date
hello                     |       ||            |            | not a date
05/03/2024                | usual ||            |            | the stated order of day, month and year is none of dmy, mdy, ymd
n/a                       |       ||            |            |
"  "                      |       ||            |            |
                          |       ||            |            |
"""

BIRTHS = """
value                     || date       | date_alt   | reason
1990-01-02                || 1990-01-02 |            |
2026-11-21                || 2026-11-21 |            |
2026-11-22                ||            |            | a day of birth in the future
1906-11-22                || 1906-11-22 |            |
1905-01-01                ||            |            | more than 120 years old
1/2/27                    || 1927-02-01 | 1927-01-02 |
3/2/26                    || 2026-02-03 | 2026-03-02 |
12/12/2026                ||            |            | a day of birth in the future
12/11/2026                || 2026-11-12 |            |
11/10/2026                || 2026-10-11 | 2026-11-10 |
05/06/1985                || 1985-06-05 | 1985-05-06 |
1900-01-01                ||            |            | placeholder
"""


@pytest.mark.parametrize("case", draw(ONE_READING) + draw(TWO_READINGS) + draw(REFUSED))
def test_date(case: Case) -> None:
    assert case.standardise(standardise_dates) == case.expected


@pytest.mark.parametrize("case", draw(BIRTHS))
def test_birth_date_as_of_21_november_2026(case: Case) -> None:
    def read(values: pa.Array) -> pa.Table:
        return standardise_birth_dates(pa.table({"value": values}), as_of=date(2026, 11, 21))

    assert case.standardise(read) == case.expected


def test_excel_serials_count_only_where_asked_for() -> None:
    serials = pa.table({"value": ["45356", "45356.5"]})
    assert standardise_dates(serials, excel_serials=True).column("date").to_pylist() == [date(2024, 3, 5)] * 2
    assert standardise_dates(serials).column("date").to_pylist() == [None, None]
