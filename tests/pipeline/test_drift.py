"""Columns that come, go, change their name or what they hold, delivery by delivery."""

import pytest

from pipeline.config import SourceConfig

pytestmark = pytest.mark.usefixtures("ungated")

RECORD = {"key": "id", "full_name": "name", "emails": ["email"]}
CITIES = ("Lyon", "Oslo", "Rome", "Bern", "Kyiv", "Riga", "Bonn")


def table(*columns, rows=40, day=1):
    """CSV with these columns, of which the known ones hold what their names say."""
    makers = {
        "id": lambda i: f"c{day}{i:03}",
        "number": lambda i: str(i * 7),
        "number as text": lambda i: f"about {'x' * (i % 5)}",
        "joined": lambda i: f"2026-03-{i % 28 + 1:02}",
        "joined as text": lambda i: "some time ago",
        "order": lambda i: f"A{day}{i:05}",
        "order_no": lambda i: f"A{day}{i:05}",
        "city": lambda i: CITIES[i % 7],
        "town": lambda i: CITIES[i % 7],
        "flag": lambda i: ("yes", "no")[i % 2],
        "mark": lambda i: ("yes", "no")[i % 2],
        "rare": lambda i: "x1y2" if i == 0 else "",
        "plain": lambda i: str(i),
        "uuid": lambda i: f"9f{i:06x}-{day:04}-4c1e",
    }
    lines = [",".join(name.removesuffix(" as text") for name in columns)]
    lines += [
        ",".join(makers.get(name, lambda i, name=name: f"{name} {i}")(i) for name in columns) for i in range(rows)
    ]
    return "\n".join(lines) + "\n"


@pytest.fixture
def till(make_installation):
    """One stream, CSV; its connector reads id, name and email."""
    stream = {"files": "till/sales-*.csv", "format": "csv", "record": RECORD}
    return make_installation(sources={"till": SourceConfig("till", streams={"sales": stream})})


def deliver(installation, day, *columns, rows=40):
    installation.deliver(f"till/sales-2026-03-{day:02}.csv", table(*columns, rows=rows, day=day))
    return installation.run("ingest")["ingest"]


def drift(installation):
    return installation.rows("select column_name, kind, severity from ops.drift order by all")


USUAL = ("id", "name", "email", "number", "joined", "order", "city", "flag")

# name: columns of the third delivery, after two with the usual ones -> what is told
THIRD = {
    "nothing changes": (USUAL, []),
    "in another order": (USUAL[::-1], []),
    "added": ((*USUAL, "town2"), [("town2", "added", "info")]),
    "dropped, nobody reads it": (USUAL[:-1], [("flag", "dropped", "info")]),
    "dropped, the connector reads it": (("id", "name", *USUAL[3:]), [("email", "dropped", "warn")]),
    "dropped key": (USUAL[1:], [("id", "dropped", "alarm")]),
    "renamed: the same values": ((*USUAL[:6], "town", "flag"), [("city", "renamed", "info")]),
    "renamed: another name alike, new values every day": (
        (*USUAL[:5], "order_no", "city", "flag"),
        [("order", "renamed", "info")],
    ),
    "yes and no are no evidence of a renaming": (
        (*USUAL[:7], "mark"),
        [("flag", "dropped", "info"), ("mark", "added", "info")],
    ),
    "new values under a name that is nothing like it": (
        (*USUAL[:5], "uuid", "city", "flag"),
        [("order", "dropped", "info"), ("uuid", "added", "info")],
    ),
    "numbers became text": ((*USUAL[:3], "number as text", *USUAL[4:]), [("number", "retyped", "info")]),
    "dates became text": ((*USUAL[:4], "joined as text", *USUAL[5:]), [("joined", "retyped", "info")]),
}


@pytest.mark.parametrize(("columns", "expected"), THIRD.values(), ids=THIRD)
def test_what_is_told_of_a_delivery(till, columns, expected):
    deliver(till, 1, *USUAL)
    assert deliver(till, 2, *USUAL)["drift"] == 0
    counts = deliver(till, 3, *columns)
    assert drift(till) == expected
    assert counts["drift"] == len(expected)
    assert counts["drift_warnings"] == sum(severity != "info" for *_, severity in expected)
    assert counts["drift_alarms"] == sum(severity == "alarm" for *_, severity in expected)


def test_a_first_delivery_and_a_repetition_are_no_drift(till):
    deliver(till, 1, *USUAL)
    till.run("ingest")
    assert drift(till) == []
    assert till.rows("select count(*) from ops.batch_column") == [(len(USUAL),)]


def test_a_renamed_key_of_which_rows_keep_a_key_is_no_alarm(make_installation):
    stream = {"files": "till/*.csv", "format": "csv", "record": RECORD | {"key": "coalesce(id, number)"}}
    till = make_installation(sources={"till": SourceConfig("till", streams={"sales": stream})})
    deliver(till, 1, "id", "name", "number")
    deliver(till, 2, "name", "number")
    assert drift(till) == [("id", "dropped", "warn")]


def test_details_hold_shares_and_names_but_no_value(till):
    deliver(till, 1, *USUAL)
    deliver(till, 2, "id", "name", "email", "number as text", "joined", "order", "town", "extra")
    details = dict(till.rows("select column_name, detail from ops.drift"))
    assert details == {
        "city": "a guess: it is town now, 100 % of its values are the same",
        "extra": "100 % of rows have a value, mostly text",
        "flag": "had values in 100 % of rows, has none in 40 rows",
        "number": "100 % of values were numbers, now 0 %",
    }
    shapes = till.rows("select * from ops.batch_column")
    assert not any(city in str(row) for row in shapes for city in CITIES)


def test_what_is_rarely_filled_is_not_missed(till):
    for day in range(1, 5):
        deliver(till, day, "id", "rare")
    deliver(till, 5, "id")
    assert drift(till) == []


def test_json_must_bring_a_column_three_times_before_it_is_missed(make_installation):
    stream = {"files": "till/*.ndjson", "format": "ndjson", "record": RECORD}
    till = make_installation(sources={"till": SourceConfig("till", streams={"sales": stream})})

    def bring(day, **more):
        rows = "".join(
            f'{{"id":"{day}{i}"{"".join(f""","{k}":"{v}" """ for k, v in more.items())}}}\n' for i in range(20)
        )
        till.deliver(f"till/sales-2026-03-{day:02}.ndjson", rows)
        till.run("ingest")
        return [row[:2] for row in drift(till)]

    assert bring(1, city="Oslo") == []
    assert bring(2, city="Rome") == []
    assert bring(3) == []
    assert bring(4, city="Rome") == []
    assert bring(5) == [("city", "dropped")]


def test_a_broken_or_empty_delivery_is_no_drift(till):
    deliver(till, 1, *USUAL)
    till.deliver("till/sales-2026-03-02.csv", "")
    till.deliver("till/sales-2026-03-03.csv", b"PK\x03\x04 broken")
    till.run("ingest")
    assert drift(till) == []


def test_many_deliveries_at_once_are_compared_with_those_before_each(till):
    for day in range(1, 21):
        till.deliver(f"till/sales-2026-03-{day:02}.csv", table(*(USUAL if day < 12 else USUAL[:-1]), day=day))
    till.run("ingest")
    assert {row[:2] for row in drift(till)} == {("flag", "dropped")}
    ((first,),) = till.rows("select min(file_name) from ops.drift join ops.batch using (batch_id)")
    assert first == "till/sales-2026-03-12.csv"


def test_a_large_delivery_is_sampled_from_all_its_parts(till):
    deliver(till, 1, "id", "plain", rows=9_000)
    ((sampled, filled, kind),) = till.rows(
        "select sampled, filled, kind from ops.batch_column where column_name = 'plain'"
    )
    assert 900 <= sampled <= 1_200
    assert (filled, kind) == (1.0, "number")
    deliver(till, 2, "id", "number as text", rows=9_000)
    assert ("plain", "dropped", "info") in drift(till)


def test_awkward_column_names(till):
    deliver(till, 1, "id", '"a ""b"" [c], d"', "_cell", "_column", "ÄÖ")
    deliver(till, 2, "id", "_cell")
    assert {row[0] for row in drift(till)} == {'a "b" [c], d', "_column", "ÄÖ"}


def test_a_kill_before_the_comparison_is_made_up_for(till, monkeypatch):
    deliver(till, 1, *USUAL)

    def killed(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.drift.guess_renames", killed)
        with pytest.raises(KeyboardInterrupt):
            deliver(till, 2, *USUAL[1:])
    assert drift(till) == []
    till.run("ingest")
    assert drift(till) == [("id", "dropped", "alarm")]
