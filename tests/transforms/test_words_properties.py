"""What holds for any text whatever: a row in is a row out, nothing raises, standard values are already standard."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.companies import standardise_companies
from transforms.consents import standardise_consents
from transforms.genders import standardise_genders
from transforms.identifiers import clean_identifiers
from transforms.names import standardise_names
from transforms.national_ids import standardise_national_ids
from transforms.text import clean_text, is_placeholder

FEW = settings(max_examples=40, deadline=None, derandomize=True, database=None)

PIECES = st.sampled_from(
    [
        *(
            "王",
            "小明",
            "欧阳",
            "歐陽",
            "先生",
            "某",
            "公司",
            "·",
            "(",
            ")",
            "/",
            " ",
            "　",
            "\u200b",
            "\ufffd",
            "鐜嬪皬",
            "茅",
        ),
        *(
            "Wang",
            "Xiaoming",
            "van der",
            "Berg",
            "O'",
            "Mc",
            "MCDONALD",
            "Jr.",
            "Dr.",
            ",",
            "-",
            "'",
            '"Bob"',
            "III",
            "é",
        ),
        *(
            "Hsiao",
            "Chan",
            "Ou",
            "Yang",
            "lü",
            "Ã©",
            "ÍõÐ¡",
            "&amp;",
            "Ltd",
            "GmbH",
            "有限公司",
            "㈱",
            "１２",
            "*",
            "x",
            "0",
        ),
        *("11010519491231002X", "zcrm_", ".0", "1E+10", "yes", "退订", "男", "n/a", "А", "김", "た", "👍", "\u0301"),
    ]
)
TEXTS = st.one_of(st.none(), st.text(max_size=12), st.lists(PIECES, max_size=5).map("".join))
COLUMNS = st.lists(TEXTS, max_size=12)

NORMALISERS = {
    "company": standardise_companies,
    "consent": standardise_consents,
    "gender": standardise_genders,
    "identifier": clean_identifiers,
    "national_id": standardise_national_ids,
}


@pytest.mark.parametrize("emoji", [True, False], ids=["keep emoji", "drop emoji"])
def test_clean_text_keeps_rows_and_rests(emoji: bool) -> None:
    @FEW
    @given(COLUMNS)
    def check(values: list[str | None]) -> None:
        once = clean_text(values, emoji=emoji)
        assert len(once) == len(values)
        assert clean_text(once, emoji=emoji).equals(once)
        assert not any(is_placeholder(once).to_pylist())

    check()


@pytest.mark.parametrize("normalise", NORMALISERS.values(), ids=NORMALISERS)
def test_column_normalisers_keep_rows_and_rest(normalise: Callable[..., pa.Table]) -> None:
    @FEW
    @given(COLUMNS)
    def check(values: list[str | None]) -> None:
        once = normalise(values)
        assert once.num_rows == len(values)
        again = normalise(once.column(0))
        assert again.column(0).equals(once.column(0))
        assert again["reason"].null_count == len(values)

    check()


@FEW
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=8))
def test_names_keep_rows(rows: list[tuple[str | None, str | None, str | None]]) -> None:
    names = _names(rows)
    assert standardise_names(names).num_rows == len(rows)
    whole = standardise_names(names).to_pylist()
    assert whole == [standardise_names(names.slice(place, 1)).to_pylist()[0] for place in range(len(rows))]


@FEW
@given(st.lists(TEXTS, max_size=8))
def test_full_names_rest_once_their_parts_are_known(values: list[str | None]) -> None:
    once = standardise_names(_names([(value, None, None) for value in values]))
    parts = ["full_name", "given_name", "family_name"]
    known = [row for row in once.to_pylist() if row["given_name"] and row["family_name"] and not row["reason"]]
    again = standardise_names(pa.Table.from_pylist(known, once.schema).select(parts))
    compared = [*parts[1:], "name_simplified", "name_pinyin"]
    assert again.select(compared).to_pylist() == [{name: row[name] for name in compared} for row in known]


def _names(rows: list[tuple[str | None, str | None, str | None]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [[], [], []]
    names = ("full_name", "given_name", "family_name")
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})
