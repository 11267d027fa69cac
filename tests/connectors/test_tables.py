"""Tables as systems export them: without header, without quoting, with several headers or untidy ends of rows."""

import io
from pathlib import Path

import pytest

from connectors.files.chunk import UnreadableFile
from connectors.files.delimited import Delimited, read_delimited


def read(text: str, block: int = 1 << 20, **shape) -> tuple[list[list], list[tuple[int, str]]]:
    """Rows as lists with the names first, and the refused lines."""
    rows, refused, names = [], [], []
    for chunk in read_delimited(io.BytesIO(text.encode()), Delimited(**shape), block):
        assert len(chunk.rows) + len(chunk.rejects) == chunk.delivered
        if len(chunk.rows):
            names = list(dict.fromkeys([*names, *chunk.rows.column_names]))
        rows += chunk.rows.to_pylist()
        refused += [(row["line"], row["reason"]) for row in chunk.rejects.to_pylist()]
    return [names, *([row.get(name) for name in names] for row in sorted(rows, key=lambda row: row["_line"]))], refused


PLAIN = {"delimiter": "\t", "quoting": False, "header_rows": 0}
SHAPES = [
    pytest.param('1\t"a\n2\tb"c\n3\t\n', PLAIN | {"names": ("n", "v")},
                 [["_line", "n", "v"], [1, "1", '"a'], [2, "2", 'b"c'], [3, "3", None]], [], id="quotes that are none"),
    pytest.param("1\ta\n2\n3\ta\tb\n", PLAIN | {"names": ("n", "v")}, [["_line", "n", "v"], [1, "1", "a"]],
                 [(2, "1 fields where the header has 2"), (3, "3 fields where the header has 2")], id="ragged without quoting"),
    pytest.param("1\tx\ry\n", PLAIN | {"names": ("n", "v")}, [["_line", "n", "v"], [1, "1", "x\ry"]], [],
                 id="a carriage return is a character like any other"),
    pytest.param("1,a\n2,b\n", {"header_rows": 0}, [["_line", "column_1", "column_2"], [1, "1", "a"], [2, "2", "b"]], [],
                 id="neither header nor names"),
    pytest.param("x,y\n1,a\n", {"names": ("n", "v")}, [["_line", "n", "v"], [2, "1", "a"]], [], id="names instead of a header"),
    pytest.param("n||v\n1||a|b\n", {"delimiter": "||", "quoting": False}, [["_line", "n", "v"], [2, "1", "a|b"]], [],
                 id="a delimiter of two characters"),
    pytest.param("bill of Ann\n\nno: 1\nn,v\n1,a\n", {"skip_rows": 3}, [["_line", "n", "v"], [5, "1", "a"]], [],
                 id="lines above the header"),
    pytest.param('a "quote\nn,v\n1,a\n', {"skip_rows": 1}, [["_line", "n", "v"], [3, "1", "a"]], [],
                 id="a quote above the header"),
    pytest.param("n,v,,\n1,a,,\n2,b\n3,c,x,\n4\n", {}, [["_line", "n", "v", "column_3", "column_4"], [2, "1", "a", None, None],
                 [3, "2", "b", None, None], [4, "3", "c", "x", None]], [(5, "1 fields where the header has 4")],
                 id="a header with empty columns at its end"),
    pytest.param("n,v\n1,a,\n2,b,,\n3,c,x\n4,d\n", {}, [["_line", "n", "v"], [2, "1", "a"], [3, "2", "b"], [5, "4", "d"]],
                 [(4, "3 fields where the header has 2")], id="rows with delimiters at their end"),
    pytest.param('n,v\n1,"a\nb",\n2,c\n', {}, [["_line", "n", "v"], [2, "1", "a\nb"], [4, "2", "c"]], [],
                 id="a line break and a delimiter at the end"),
    pytest.param('StartDate,Q1,Q1\nStart Date,"How likely, ""really"",\nare you?",Other\n"{""ImportId"":""startDate""}",'
                 '"{""ImportId"":""QID1""}","{""ImportId"":""QID1_TEXT""}"\n2026-03-01,9,"x"\n', {"header_rows": 3},
                 [["_line", "StartDate", "Q1", "Q1_2"], [5, "2026-03-01", "9", "x"]], [], id="Qualtrics: three header rows"),
    pytest.param("Respondent ID,Which of these?,,\n,Tea,Coffee,Other (please specify)\n1,Tea,,x\n", {"header_rows": 2},
                 [["_line", "Respondent ID", "Which of these?", "Coffee", "Other (please specify)"], [3, "1", "Tea", None, "x"]],
                 [], id="SurveyMonkey: two header rows"),
    pytest.param("id,Tag,tag,TAG\n1,a,b,c\n", {}, [["_line", "id", "Tag", "tag_2", "TAG_3"], [2, "1", "a", "b", "c"]], [],
                 id="repeated names"),
]  # fmt: skip


@pytest.mark.parametrize("block", [5, 1 << 20])
@pytest.mark.parametrize(("text", "shape", "rows", "refused"), SHAPES)
def test_shapes(text, shape, rows, refused, block):
    found, set_aside = read(text, block, **shape)
    assert (found, sorted(set_aside)) == (rows, refused)


FIELDS = Path(__file__).parents[3] / "shared" / "data" / "payloads" / "snowplow_enriched_fields.tsv"


def test_snowplows_enriched_events():
    if not FIELDS.exists():
        pytest.skip("the list of Snowplow's fields is not beside this checkout (shared/data/payloads)")
    names = tuple(line.split("\t")[0] for line in FIELDS.read_text().splitlines() if not line.startswith("#"))
    names = names[1:] if len(names) > 131 else names
    events = ["\t".join(f'{i}"{j}' if j % 3 else "" for j in range(len(names))) for i in range(5)]
    (found, *rows), refused = read("\n".join(events), **PLAIN, names=names)
    assert (len(found) - 1, len(rows), refused) == (131, 5, [])
    assert rows[4][1:5] == [None, '4"1', '4"2', None]


def test_a_header_of_nothing_but_delimiters():
    with pytest.raises(UnreadableFile, match="the header has 1,000,001 columns"):
        read("," * 1_000_000 + "\n1\n")


def test_a_row_of_nothing_but_delimiters():
    assert read("a,b\n" + "," * 1_000_000 + "\n1,2\n") == (
        [["_line", "a", "b"], [3, "1", "2"]], [(2, "1000001 fields where the header has 2")]
    )  # fmt: skip
