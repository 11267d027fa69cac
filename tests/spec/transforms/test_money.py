"""Amounts of money: separators, signs, units and currencies."""

import pyarrow as pa
import pytest

from tests.transforms.cases import Case, draw
from transforms.money import standardise_money

CASES = """
value            || amount      | currency | reason
12.5             || 12.50       |          |
$12,400.00       || 12400.00    |          |
42,000           || 42000.00    |          |
¥1,234.50        || 1234.50     |          |
￥88             || 88.00       |          |
１２３．４       || 123.40      |          |
1.234,56         || 1234.56     |          |
1.234,56 €       || 1234.56     | EUR      |
1.234.567        || 1234567.00  |          |
1 234,56         || 1234.56     |          |
1'234.50         || 1234.50     |          |
1,23,456.00      || 123456.00   |          |
1,5              || 1.50        |          |
1,234            || 1234.00     |          |
.5               || 0.50        |          |
0.125            || 0.13        |          |
12.345678        || 12.35       |          |
-12              || -12.00      |          |
-$12             || -12.00      |          |
$-12             || -12.00      |          |
12-              || -12.00      |          |
(12.00)          || -12.00      |          |
($5.00)          || -5.00       |          |
100元            || 100.00      | CNY      |
人民币88元       || 88.00       | CNY      |
RMB 88.8         || 88.80       | CNY      |
CNY¥5            || 5.00        | CNY      |
1.2万            || 12000.00    |          |
1.2万元          || 12000.00    | CNY      |
3亿              || 300000000.00 |         |
US$ 5            || 5.00        | USD      |
5 USD            || 5.00        | USD      |
HK$1,000         || 1000.00     | HKD      |
£9.99            || 9.99        | GBP      |
1000 円          || 1000.00     | JPY      |
1.234            ||             |          | the dot may part thousands or decimals
1.24E+04         ||             |          | rounded by a spreadsheet
1,2,3            ||             |          | not an amount of money
5%               ||             |          | not an amount of money
12.50元起        ||             |          | not an amount of money
free             ||             |          | not an amount of money
99999999999999999999 ||         |          | too large for an amount
-                ||             |          |
n/a              ||             |          |
                 ||             |          |
"""


@pytest.mark.parametrize("case", draw(CASES))
def test_money(case: Case) -> None:
    assert case.standardise(standardise_money) == case.expected


def test_the_source_says_what_an_undecided_sign_means() -> None:
    found = standardise_money(["$5", "5", "€5", "abc"], default_currency="AUD")
    assert found.column("currency").to_pylist() == ["AUD", "AUD", "EUR", None]


def test_amounts_are_decimals_with_two_places() -> None:
    assert standardise_money(["1"]).schema.field("amount").type == pa.decimal128(18, 2)
