"""The data dictionary: all tables, all columns, and a page that is what the headers say."""

import pytest

from pipeline.dictionary import UnknownTable, describe_table, describe_tables, write_page
from tests.warehouse.drawn import PROJECT
from warehouse.tables import table_files


@pytest.fixture(scope="module")
def described():
    return describe_tables()


def test_every_table_and_column_is_described(described):
    assert {each.table for each in described} == set(table_files())
    assert [each.table for each in described if not each.columns] == []
    assert [(each.table, column.name) for each in described for column in each.columns if not column.comment] == []


def test_the_page_is_up_to_date(described):
    """Run `make docs` when this fails."""
    assert (PROJECT / "docs" / "tables.md").read_text(encoding="utf-8") == write_page(described)


@pytest.mark.parametrize("name", ["mart.rfm", "rfm", "RFM"])
def test_a_table_is_found_by_either_name(name):
    found = describe_table(name)
    assert (found.table, found.grain, found.published) == ("mart.rfm", "customer_id", True)
    assert ("monetary", "DECIMAL(18,2)") in [(column.name, column.kind) for column in found.columns]


WRONG = {
    "mart.rmf": "did you mean mart.rfm?",
    "zzzzzzzz": "`guiyi dictionary` lists all",
    "event": "may be customer.event or standard.event: write the schema too",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_name_is_helped(name):
    with pytest.raises(UnknownTable, match=WRONG[name].replace("?", "[?]")):
        describe_table(name)
