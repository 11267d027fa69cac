"""The SQL condition of an expectation and Great Expectations find the same rows, kind by kind, on awkward values."""

import duckdb
import pytest

from quality.counting import count_broken, is_held
from quality.expectations import (
    Expectation,
    Severity,
    Suite,
    holds,
    one_of,
    present,
    shaped,
    unique,
    unique_together,
    within,
)
from quality.judging import judge
from quality.shapes import EMAIL, NOT_BLANK, PHONE, PINYIN

WHY = (Severity.FAIL, "why")

# values of a column v (SQL), the expectation, and the rows that break it
CASES: list[tuple[str, str, Expectation, int]] = [
    ("present", "'a', '', null, null", present("v", *WHY), 2),
    ("unique", "'a', 'a', 'A', null, null", unique("v", *WHY), 2),
    ("unique together, missing ones too", "'a', 'a', null, null", unique_together(("v", "w"), *WHY), 4),
    ("one of", "'a', 'b', '', 'A', null", one_of("v", ("a", "c"), *WHY), 3),
    ("holds", "true, false, null", holds("v", *WHY), 1),
    ("holds, never asked", "null::boolean, null::boolean", holds("v", *WHY), 0),
    ("within, both bounds in", "-1, 0, 5, 10, 11, null", within("v", 0, 10, *WHY), 2),
    ("within, no upper bound", "-0.5, 0, 1e300, null", within("v", 0, None, *WHY), 1),
    ("within, no lower bound", "-5, 20, 21", within("v", None, 20, *WHY), 1),
    ("shaped, never asked", "null::varchar", shaped("v", "a", *WHY), 0),
    ("shaped, the whole value", "'ab', 'xaby', 'ab' || chr(10), 'AB'", shaped("v", "ab", *WHY), 3),
    ("shaped, alternatives", "'a', 'b', 'ab'", shaped("v", "a|b", *WHY), 1),
    (
        "e-mail",
        "'a@b.co', '王@例子.公司', 'a+b@c.d.e', "
        "'A@b.co', 'a b@c.de', 'a@b', 'a@b@c.de', 'a@b.', '@b.co', 'a@b.c' || chr(10)",
        shaped("v", EMAIL, *WHY),
        7,
    ),
    (
        "phone",
        "'+8613912345678', '+1202555010', '+1234567', "
        "'+0234567', '861391234567', '+1234567890123456', '+86 139', '+٨٦١٣٩١٢'",
        shaped("v", PHONE, *WHY),
        5,
    ),
    ("pinyin", "'wang xiaoming', 'lü', 'xi''an', 'wang  x', 'Wang', 'wang2', '', '王'", shaped("v", PINYIN, *WHY), 5),
    ("not blank", "'x', ' x ', chr(10) || 'x', '王', '', ' ', chr(9), '　', chr(10)", shaped("v", NOT_BLANK, *WHY), 5),
]  # fmt: skip


@pytest.mark.parametrize(("values", "expectation", "broken"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_both_find_the_rows(values: str, expectation: Expectation, broken: int) -> None:
    suite = Suite("t", "", f"select unnest([{values}]) as v, 1 as w", (expectation,))
    with duckdb.connect() as con:
        columns = ", ".join(suite.columns)
        frame = con.sql(f"select {columns} from ({suite.rows})").to_arrow_table().to_pandas()
        counted = count_broken(con, suite)[0].broken
    judged = judge(suite, frame).results[0].result["unexpected_count"]
    assert (counted, judged) == (broken, broken)


@pytest.mark.parametrize(
    ("broken", "held"), [(0, True), (4, True), (5, True), (6, False)], ids=lambda value: str(value)
)
def test_both_draw_the_line_at_the_same_share(broken: int, held: bool) -> None:
    suite = Suite("t", "", f"select i >= {broken} as v from range(100) as r (i)", (holds("v", *WHY, at_least=0.95),))
    with duckdb.connect() as con:
        frame = con.sql(suite.rows).to_arrow_table().to_pandas()
        count = count_broken(con, suite)[0]
    assert judge(suite, frame).success == held
    assert (count.broken, count.asked) == (broken, 100)
    assert is_held(suite.expectations[0], count) == held
