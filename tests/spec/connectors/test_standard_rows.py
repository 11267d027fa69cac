"""What each source system delivers, as it writes it, and the standard rows that must come of it.

One module per system in deliveries/: FILES, SETTINGS where it needs any, and a drawing per table. A table that is not
drawn must be empty, so that no row comes of nothing.
"""

import duckdb
import pytest

from connectors.registry import CONNECTORS
from tests.spec.connectors.deliveries import (
    access_log,
    appsflyer,
    firebase,
    fxiaoke,
    ga4,
    growingio,
    hubspot,
    meta_leads,
    qualtrics,
    rudderstack,
    salesforce,
    segment,
    sensors,
    shopify,
    snowplow,
    survey,
    surveymonkey,
    taobao,
    tencent_leads,
    wechat,
    wecom,
    wenjuanxing,
    youzan,
    zendesk,
    zoho,
)
from tests.spec.connectors.installation import VIEWS, read_rows, standardise
from tests.warehouse.drawn import parse

SYSTEMS = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        access_log,
        appsflyer,
        firebase,
        fxiaoke,
        ga4,
        growingio,
        hubspot,
        meta_leads,
        qualtrics,
        rudderstack,
        salesforce,
        segment,
        sensors,
        shopify,
        snowplow,
        survey,
        surveymonkey,
        taobao,
        tencent_leads,
        wechat,
        wecom,
        wenjuanxing,
        youzan,
        zendesk,
        zoho,
    )
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
        path = standardise(tmp_path_factory.mktemp("systems"), SYSTEMS)
    with duckdb.connect(str(path), read_only=True) as con:
        yield con


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


def test_nothing_is_said_of_a_record_that_is_not_there(warehouse):
    """The drawings cannot show it: they name identifiers by their record."""
    found = warehouse.execute(
        """
        select distinct namespace from standard.identifier
        where record_id not in (select record_id from standard.record)
        """
    ).fetchall()
    assert found == []
