"""Streams described in the configuration: what becomes of the TOML, and what is said when it is wrong."""

import tomllib

import pytest

from connectors.columns import MappingError, raw_columns
from connectors.declared import DeclarationError, declared_stream
from connectors.files.columnar import Columnar
from connectors.files.delimited import Delimited
from connectors.files.pages import Pages
from connectors.files.patterned import Patterned
from connectors.files.reading import Ndjson

MINIMAL = 'files = "*.csv"\nformat = "csv"\n'


def declare(text: str):
    return declared_stream("till", "sales", tomllib.loads(text))


def test_everything_a_stream_can_say_is_taken_over():
    stream = declare(
        """
        files = "till/*.zip"
        member = "sales-*.csv"
        format = "csv"
        encoding = "gb18030"
        delimiter = ";"
        header_rows = 2
        date_order = "dmy"
        record = { key = "card", full_name = "first || ' ' || last", phones = ["mobile", "home"], versions = "patch" }
        purchase = { key = "bon", ordered_at = "sold_at", record = "card" }
        purchase_line = { purchase = "bon", quantity = "pieces" }
        [[identifier]]
        namespace = "loyalty_card"
        value = "card"
        record = "card"
        [[consent]]
        record = "card"
        channel = "'sms'"
        value = "no_ads"
        asks_refusal = true
        """
    )
    assert (stream.files, stream.member, stream.date_order) == ("till/*.zip", "sales-*.csv", "dmy")
    assert stream.format == Delimited("gb18030", ";", 2)
    assert (stream.record.phones, stream.record.versions) == (("mobile", "home"), "patch")
    assert [each.namespace for each in stream.identifiers] == ["loyalty_card"]
    assert stream.consents[0].asks_refusal
    columns = ["card", "first", "last", "mobile", "home", "bon", "sold_at", "pieces", "no_ads"]
    assert sorted(raw_columns(stream)) == sorted(columns)


FORMATS = [
    pytest.param('format = "ndjson"', Ndjson(), id="ndjson"),
    pytest.param('format = "parquet"', Columnar(), id="parquet"),
    pytest.param('format = "pages"\npath = "$.rows"\nerror_code = "$.code"', Pages("$.rows", "$.code"), id="pages"),
    pytest.param('format = "lines"\npattern = "^(?P<a>.*)$"', Patterned("^(?P<a>.*)$"), id="lines"),
]


@pytest.mark.parametrize(("text", "shape"), FORMATS)
def test_formats(text, shape):
    assert declare(f'files = "*"\n{text}\n').format == shape


WRONG = [
    pytest.param('format = "csv"', "needs `files`", id="no files"),
    pytest.param('files = "*.csv"', "one of ndjson, csv, pages, lines, parquet", id="no format"),
    pytest.param('files = "*.xls"\nformat = "excel"', "one of ndjson, csv", id="unknown format"),
    pytest.param(MINIMAL + 'colour = "red"', r"does not know \['colour'\]; it knows \['delimiter'", id="unknown key"),
    pytest.param(MINIMAL + 'record = { key = "id", nickname = "n" }', r"stream.sales\].record does not know \['nickname'",
                 id="unknown key of a mapping"),
    pytest.param(MINIMAL + 'record = { full_name = "n" }', r"stream.sales\].record lacks \['key'\]", id="missing key"),
    pytest.param(MINIMAL + '[[identifier]]\nnamespace = "card"', r"identifier lacks \['record', 'value'\]",
                 id="missing keys of a list entry"),
    pytest.param('files = "*"\nformat = "lines"', r"lacks \['pattern'\]", id="missing setting of a format"),
    pytest.param(MINIMAL + 'record = "id"', r"\.record must be a table", id="a mapping that is no table"),
    pytest.param(MINIMAL + 'record = { key = 7 }', r"\.record key must be text", id="an expression that is no text"),
    pytest.param(MINIMAL + 'record = { key = "id", emails = "mail" }', r"\.record emails must be a list of texts",
                 id="a list that is none"),
    pytest.param(MINIMAL + '[identifier]\nnamespace = "a"', r"write \[\[.*identifier\]\]", id="single brackets"),
    pytest.param(MINIMAL + 'header_rows = "two"', "header_rows must be a whole number", id="a number that is none"),
    pytest.param(MINIMAL + 'date_order = "american"', "date_order must be one of dmy, mdy, ymd", id="unknown day order"),
    pytest.param(MINIMAL + 'record = { key = "id", versions = "latest" }', "versions must be one of replace, patch",
                 id="unknown kind of versions"),
    pytest.param(MINIMAL + 'purchase_line = { purchase = "id", quantity = "n" }', "no purchase that it belongs to",
                 id="lines of no order"),
    pytest.param(
        MINIMAL + 'purchase = { key = "id", ordered_at = "day" }\n'
        'purchase_line = { purchase = "id", quantity = "n", stream = "orders" }',
        "it names no other `stream`", id="lines of two orders",
    ),
    pytest.param('files = "*"\nformat = "lines"\npattern = "^.*$"', "no named group", id="pattern without columns"),
    pytest.param('files = "*"\nformat = "lines"\npattern = "(?P<a>"', "pattern is no regular expression",
                 id="broken pattern"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_what_is_wrong_is_named(text, said):
    with pytest.raises(DeclarationError, match=said) as error:
        declare(text)
    assert "[source.till.stream.sales]" in str(error.value)


RESERVED = ["at", "order", "first name", "1) from x; --"]


@pytest.mark.parametrize("column", RESERVED)
def test_a_column_that_needs_quotes_is_named_before_a_run(column):
    with pytest.raises((DeclarationError, MappingError), match="not a SQL expression"):
        declare(MINIMAL + f'record = {{ key = "{column}" }}')


def test_an_expression_that_is_no_sql_names_stream_and_field():
    with pytest.raises(MappingError, match="stream sales, full_name: not a SQL expression"):
        declare(MINIMAL + 'record = { key = "id", full_name = "concat(" }')
