"""Consents: a clear yes, a clear no, or nothing."""

from functools import partial

import pytest

from tests.transforms.cases import Case, draw
from transforms.consents import standardise_consents

# The column asks whether the person agrees.
GIVEN = """
value              || consent | reason
yes                || granted |
TRUE               || granted |
1                  || granted |
1.0                || granted |
Y                  || granted |
on                 || granted |
是                 || granted |
同意               || granted |
已订阅             || granted |
Subscribed         || granted |
opted_in           || granted |
Consent - Obtained || granted |
no                 || denied  |
False              || denied  |
0                  || denied  |
否                 || denied  |
不同意             || denied  |
退订               || denied  |
已退订             || denied  |
Opted out          || denied  |
opt-out            || denied  |
Unsubscribed       || denied  |
not_subscribed     || denied  |
redacted           || denied  |
pending            ||         | asked for, not given yet
Consent - Waiting  ||         | asked for, not given yet
maybe              ||         | not a known word for yes or no
2                  ||         | not a known word for yes or no
                   ||         |
                   ||         |
n/a                ||         |
"""

# The column asks whether the person refuses: a plain yes denies, words that speak for themselves do not turn round.
REFUSAL = """
value        || consent
yes          || denied
TRUE         || denied
1            || denied
是           || denied
no           || granted
FALSE        || granted
0            || granted
否           || granted
退订         || denied
unsubscribed || denied
subscribed   || granted
             ||
"""


@pytest.mark.parametrize("case", draw(GIVEN))
def test_given(case: Case) -> None:
    assert case.standardise(standardise_consents) == case.expected


@pytest.mark.parametrize("case", draw(REFUSAL))
def test_refusal(case: Case) -> None:
    assert case.standardise(partial(standardise_consents, asks_refusal=True)) == case.expected
