"""Moments: whatever the source writes, UTC comes out."""

import pyarrow as pa
import pytest

from tests.transforms.cases import Case, draw
from transforms.times import standardise_times

READ = """
value                               | zone             || timestamp
2024-03-05T14:00:00Z                |                  || 2024-03-05 14:00:00
2024-03-05T14:00:00                 |                  || 2024-03-05 14:00:00
2024-03-05 14:00                    |                  || 2024-03-05 14:00:00
2024-03-05                          |                  || 2024-03-05 00:00:00
2024-03-05T14:00:00.123Z            |                  || 2024-03-05 14:00:00.123000
2024-03-05T14:00:00.123456789Z      |                  || 2024-03-05 14:00:00.123456
2024-03-05T14:00:00+08:00           |                  || 2024-03-05 06:00:00
2024-03-05T14:00:00-0500            | Asia/Shanghai    || 2024-03-05 19:00:00
2024-03-05T14:00+08:00              |                  || 2024-03-05 06:00:00
2024-03-05 14:00:00 +0800           |                  || 2024-03-05 06:00:00
2024-03-05 14:00:00 UTC             | Asia/Shanghai    || 2024-03-05 14:00:00
2024-03-05 14:00:00 EST             |                  || 2024-03-05 19:00:00
2024-03-05T14:00:00+08:00[Asia/Shanghai] |             || 2024-03-05 06:00:00
2024-03-05 14:00:00 Asia/Shanghai   |                  || 2024-03-05 06:00:00
2024-03-05 14:00:00                 | Asia/Shanghai    || 2024-03-05 06:00:00
2024-03-05                          | Asia/Shanghai    || 2024-03-04 16:00:00
2024-07-05 14:00:00                 | America/New_York || 2024-07-05 18:00:00
2024-01-05 14:00:00                 | America/New_York || 2024-01-05 19:00:00
2024-03-05 24:00:00                 |                  || 2024-03-06 00:00:00
2024/3/5 9:05                       |                  || 2024-03-05 09:05:00
2024/03/05 14:00:00                 | Asia/Shanghai    || 2024-03-05 06:00:00
2024-3-5 9:05:01                    |                  || 2024-03-05 09:05:01
1709640000                          | Asia/Shanghai    || 2024-03-05 12:00:00
1709640000.5                        |                  || 2024-03-05 12:00:00.500000
1709640000123                       |                  || 2024-03-05 12:00:00.123000
1709640000123456                    |                  || 2024-03-05 12:00:00.123456
1709640000123456789                 |                  || 2024-03-05 12:00:00.123456
20240305140000                      | Asia/Shanghai    || 2024-03-05 06:00:00
20240305T140000Z                    |                  || 2024-03-05 14:00:00
17/May/2015:10:05:03 +0000          |                  || 2015-05-17 10:05:03
[17/May/2015:10:05:03 +0200]        |                  || 2015-05-17 08:05:03
2024年3月5日 下午3点                | Asia/Shanghai    || 2024-03-05 07:00:00
2024年3月5日 15时04分05秒           |                  || 2024-03-05 15:04:05
2024年3月5日晚上8点半               |                  || 2024-03-05 20:30:00
2024年3月5日 中午12:10              |                  || 2024-03-05 12:10:00
2024年3月5日 凌晨12点               |                  || 2024-03-05 00:00:00
２０２４－０３－０５　１４：００    |                  || 2024-03-05 14:00:00
Mar 5, 2024 3:04 PM                 |                  || 2024-03-05 15:04:00
Mar 5, 2024 12:30 am                |                  || 2024-03-05 00:30:00
5 Mar 2024 15:04                    |                  || 2024-03-05 15:04:00
Tue, 05 Mar 2024 14:00:00 GMT       |                  || 2024-03-05 14:00:00
Tue Mar  5 14:00:00 2024            |                  || 2024-03-05 14:00:00
Tue Mar 05 2024 14:00:00 GMT+0800 (China Standard Time) | || 2024-03-05 06:00:00
25/03/2024 14:00                    |                  || 2024-03-25 14:00:00
"""

REFUSED = """
value                               | zone             || timestamp | reason
05/03/2024 14:00                    |                  ||           | day and month could change places and the source states no order
2024-03-05 14:00:00 CST             |                  ||           | the zone's short name stands for several zones
2024-03-05 14:00:00                 | Mars/Olympus     ||           | the source's time zone is not an IANA name
2024-02-30 10:00:00                 |                  ||           | no such day or time of day
2024-03-05 25:00:00                 |                  ||           | no such day or time of day
Mar 5, 2024 13:04 PM                |                  ||           | no such day or time of day
2024年3月                           |                  ||           | year and month without a day
1970-01-01 00:00:00                 |                  ||           | placeholder
0000-00-00 00:00:00                 |                  ||           | placeholder
0                                   |                  ||           | placeholder
9999-12-31 23:59:59                 |                  ||           | placeholder
1950-05-05 10:00:00                 |                  ||           | outside 1971 to 2200
soon                                |                  ||           | not a date
n/a                                 |                  ||           |
"  "                                |                  ||           |
                                    | Asia/Shanghai    ||           |
"""

ORDERED = """
value                               | order || timestamp           | reason
05/03/2024 14:00                    | dmy   || 2024-03-05 14:00:00 |
05/03/2024 2:00 PM                  | mdy   || 2024-05-03 14:00:00 |
3/5/24 9:05                         | mdy   || 2024-03-05 09:05:00 |
"""


@pytest.mark.parametrize("case", draw(READ) + draw(REFUSED) + draw(ORDERED))
def test_time(case: Case) -> None:
    assert case.standardise(standardise_times) == case.expected


def test_timestamps_are_microseconds_without_a_zone() -> None:
    empty = pa.table({"value": pa.array([], pa.string()), "zone": pa.array([], pa.string())})
    assert standardise_times(empty).schema.field("timestamp").type == pa.timestamp("us")


def test_quarter_hours_around_a_change_of_clocks_are_each_read_by_their_own_offset() -> None:
    local = ["2024-03-10 01:59:59", "2024-03-10 03:00:00", "2024-11-03 00:59:59", "2024-11-03 02:00:00"]
    found = standardise_times(pa.table({"value": local, "zone": ["America/New_York"] * 4}))
    assert [str(moment) for moment in found.column("timestamp").to_pylist()] == [
        "2024-03-10 06:59:59",
        "2024-03-10 07:00:00",
        "2024-11-03 04:59:59",
        "2024-11-03 07:00:00",
    ]
