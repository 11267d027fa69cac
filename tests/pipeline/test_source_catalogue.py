"""docs/sources.md is what the connectors say today."""

from connectors.files.delimited import Delimited
from connectors.registry import CONNECTORS
from connectors.stream import Connector, Consent, Event, Identifier, Record, Stream
from pipeline.source_catalogue import describe_sources
from tests.warehouse.drawn import PROJECT


def test_the_page_is_up_to_date():
    page = (PROJECT / "docs" / "sources.md").read_text(encoding="utf-8")
    assert page == describe_sources(), "run `make docs`"


def test_every_stream_has_its_line():
    page = describe_sources()
    for name, connector in CONNECTORS.items():
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        lines = [line for line in section.splitlines() if line.startswith("| ")]
        assert [line.split(" | ")[0].removeprefix("| ") for line in lines[1:]] == [s.name for s in connector.streams]


def test_a_stream_in_words():
    stream = Stream(
        name="cards",
        files="till/{source}/*.csv",
        member="cards*.csv",
        format=Delimited("gb18030", ";", header_rows=2),
        record=Record(key="card", stream="members", versions="patch", emails=("mail",)),
        event=Event(id="id", occurred_at="at"),
        identifiers=(Identifier("card", "card", record="card", issuer="{source}"),
                     Identifier("wechat_unionid", "u", record="card", issuer="left(u, 6)")),
        consents=(Consent(record="card", channel="'sms'", value="ads"),),
    )  # fmt: skip
    about = "A till | of tests.\n\nWhat it offers: a*b and `c*d`.\nKey: `card`.\n"
    page = describe_sources({"till": Connector("till", "store", (stream,), about=about)})
    assert "| [till](#till) | store | A till \\| of tests | 1 | |" in page
    assert "What it offers: a\\*b and `c*d`.\n\nKey: `card`." in page
    assert (
        "| cards | `till/{source}/*.csv` with `cards*.csv` | text parted by `;`, 2 header rows, gb18030 "
        "| record of members (patches), events | card (`{source}`), wechat_unionid (told by the row), email "
        "| sms for marketing |"
    ) in page
