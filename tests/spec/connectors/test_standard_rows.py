"""What each source system delivers, as it writes it, and the standard rows that must come of it.

One module per system in deliveries/: FILES, and a drawing per table. A table that is not drawn must be empty, so
that no row comes of nothing.
"""

import pytest

from connectors.registry import CONNECTORS
from tests.spec.connectors.deliveries import (
    access_log,
    fxiaoke,
    segment,
    sensors,
    shopify,
    survey,
    taobao,
    wechat,
    wecom,
    zendesk,
    zoho,
)
from tests.spec.connectors.installation import VIEWS, read_rows, standardise
from tests.warehouse.drawn import parse

SYSTEMS = {
    module.__name__.rpartition(".")[2]: module
    for module in (access_log, fxiaoke, segment, sensors, shopify, survey, taobao, wechat, wecom, zendesk, zoho)
}
CASES = [
    pytest.param(name, table, id=f"{name} {table}")
    for name, module in SYSTEMS.items()
    for table in VIEWS
    if table in module.ROWS
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.run._gate", lambda name, work: {})
        files = {name: content for module in SYSTEMS.values() for name, content in module.FILES.items()}
        return standardise(tmp_path_factory.mktemp("systems"), files)


@pytest.mark.parametrize(("source", "table"), CASES)
def test_standard_rows(warehouse, source, table):
    expected = parse(SYSTEMS[source].ROWS[table])
    found = read_rows(warehouse, table, source, list(expected[0]))
    assert found == sorted(expected, key=lambda row: list(row.values()))


@pytest.mark.parametrize("source", SYSTEMS)
def test_no_other_rows(warehouse, source):
    others = {table: read_rows(warehouse, table, source, ["source"]) for table in VIEWS}
    assert {table for table, rows in others.items() if rows} == set(SYSTEMS[source].ROWS)


def test_every_connector_is_shown():
    assert set(SYSTEMS) == set(CONNECTORS)
