"""The words of a text by which a person could be known."""

import duckdb
import pytest

from warehouse.rights.words import as_word, words_sql

# Text → words that must be found in it.
FOUND = {
    "an address in a link": ("GET /welcome?mail=Li.Na%40Example.com&x=1", ["li.na@example.com"]),
    "a number as people write it": ("call (021) 138-0013 8000 now", ["02113800138000"]),
    "a number with blanks": ("手机：138 0013 8000，谢谢", ["13800138000"]),
    "a number in full width": ("１３８００１３８０００", ["13800138000"]),
    "an id glued to something": ("uid-U70083069/orders", ["u70083069", "uid-u70083069"]),
    "an id with marks at its ends": ('"unionid":"o6_bmjvSyZKp6T5M3TMnWF9T9V-"', ["o6_bmjvsyzkp6t5m3tmnwf9t9v-"]),
    "Chinese around": ("邮箱wang@qq.com联系", ["wang@qq.com"]),
}


@pytest.mark.parametrize("case", FOUND)
def test_words_are_found(case):
    text, expected = FOUND[case]
    with duckdb.connect() as con:
        (found,) = con.execute(f"select {words_sql('$text::varchar')}", {"text": text}).fetchone() or ([],)
    assert set(expected) <= set(found)
    assert len(found) == len(set(found))


# Value → the word it is, none for what would be found in too many places.
WORDS = {
    "Li.Na@Example.com": "li.na@example.com",
    "12345": None,
    "Li Na": None,
    "１３８００１３８０００": "13800138000",
}


@pytest.mark.parametrize("value", WORDS)
def test_short_values_and_names_are_no_words(value):
    assert as_word(value) == WORDS[value]
