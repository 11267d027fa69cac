"""The catalog names every normaliser, and each keeps the calling contract."""

from __future__ import annotations

import pyarrow as pa
import pytest

from transforms.catalog import COLUMN_NORMALISERS, NORMALISERS, TABLE_NORMALISERS

INPUTS = {
    "address": ("address", "city", "region", "district", "postcode", "country"),
    "birth_date": ("value", "order"),
    "date": ("value", "order"),
    "name": ("full_name", "given_name", "family_name"),
    "phone": ("phone", "country"),
    "time": ("value", "zone"),
}
MISSING = [None, "", " "]


@pytest.mark.parametrize("kind", COLUMN_NORMALISERS)
def test_a_missing_value_is_an_empty_row_without_reason(kind: str) -> None:
    rows = COLUMN_NORMALISERS[kind](MISSING)
    assert rows.column_names[-1] == "reason"
    assert [column.null_count for column in rows.columns] == [len(MISSING)] * rows.num_columns


@pytest.mark.parametrize("kind", TABLE_NORMALISERS)
def test_a_missing_row_has_no_reason(kind: str) -> None:
    table = pa.table({name: pa.array(MISSING, pa.string()) for name in INPUTS[kind]})
    rows = TABLE_NORMALISERS[kind](table)
    assert rows.column_names[-1] == "reason"
    assert rows.num_rows == len(MISSING)
    assert rows["reason"].null_count == len(MISSING)


@pytest.mark.parametrize("kind", NORMALISERS)
def test_no_rows_give_no_rows(kind: str) -> None:
    nothing = pa.array([], pa.string())
    columns = INPUTS.get(kind)
    rows = NORMALISERS[kind](pa.table(dict.fromkeys(columns, nothing)) if columns else nothing)
    assert rows.num_rows == 0
    assert rows.column_names[-1] == "reason"
