"""When streams are late, missing, unusually small or large, over drawn histories of deliveries."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from pipeline.config import ConfigError, load_config
from pipeline.freshness import Freshness, end_of, read_freshness, write_freshness
from tests.warehouse.drawn import PROJECT, warehouse
from warehouse.tables import table_files

# Monday.
START = date(2026, 3, 2)


def config(expected=None, **thresholds):
    found = load_config(PROJECT / "config" / "guiyi.toml")
    source = replace(found.sources["zoho"], freshness=expected or {})
    return replace(found, sources={"zoho": source}, freshness=thresholds)


def deliver(con, drawing, stream="contacts"):
    """One sign per day from Monday, 2 March 2026: a number times 1,000 rows, `.` for nothing, `x` for a rejected file."""
    for offset, sign in enumerate(drawing.replace(" ", "")):
        if sign == ".":
            continue
        day = START + timedelta(days=offset)
        con.execute(
            "insert into ops.batch by name select ? as batch_id, 'zoho' as source, ? as stream, ? as file_name, "
            "?::date as delivered_on, '' as content_hash, 1 as size_bytes, ? as rows_delivered, 0 as rows_loaded, "
            "0 as rows_quarantined, ? as status, ?::timestamp as loaded_at",
            [f"{stream}{offset}", stream, f"{stream}-{day}", day, 1 if sign == "x" else int(sign) * 1000,
             "rejected" if sign == "x" else "loaded", datetime.combine(day, datetime.min.time()) + timedelta(hours=8)],
        )  # fmt: skip


def judge(con, day, expected=None, **thresholds) -> Freshness:
    """The row of the one stream at the end of the day so many days after the first Monday."""
    (row,) = read_freshness(con, config(expected, **thresholds), end_of(START + timedelta(days=day)))
    return row


# name: deliveries, day of the question (0 is the first Monday), status, missed
HISTORIES = {
    "daily, today's is there": ("5555555", 6, "fresh", 0),
    "daily, today's may still come": ("5555555", 7, "fresh", 0),
    "daily, yesterday's is not there": ("5555555", 8, "late", 1),
    "daily, two days are not there": ("5555555", 9, "missing", 2),
    "working days: nothing is due on Sunday": ("55555.. 55555.. 55555..", 20, "fresh", 0),
    "working days: nothing was due on Monday morning": ("55555.. 55555.. 55555..", 21, "fresh", 0),
    "working days: Monday's is not there": ("55555.. 55555.. 55555..", 22, "late", 1),
    "a holiday in a daily series is counted, not an alarm": ("5555.555555", 10, "fresh", 0),
    "weekly, a day late is a day's grace": ("5...... 5...... 5...... 5...... 5......", 36, "fresh", 0),
    "weekly, the week is over": ("5...... 5...... 5...... 5...... 5......", 37, "late", 1),
    "weekly, two are not there": ("5...... 5...... 5...... 5...... 5......", 44, "missing", 2),
    "uneven gaps are given more time": ("5.5...5.....5..5.......5...5", 33, "fresh", 0),
    "a rejected file has not arrived": ("5555555xx", 9, "missing", 2),
    "four days are too little history": ("5555", 30, "too little history", 0),
    "one delivery is too little history": ("5", 30, "too little history", 0),
    "a fifth of the rows": ("5555555 5555555 5555555 5555555 1", 28, "unusually small", 0),
    "four times the rows": ("2222222 2222222 2222222 2222222 8", 28, "unusually large", 0),
    "no rows": ("5555550", 6, "unusually small", 0),
    "rows that vary that much anyway": ("1928374 6519283 7465192 8374651 9", 28, "fresh", 0),
    "Mondays are large": ("9111111 9111111 9111111 9111111 9", 28, "fresh", 0),
    "a Monday like a Tuesday": ("9111111 9111111 9111111 9111111 1", 28, "unusually small", 0),
    "one odd day before does not count": ("5555955 5555555", 13, "fresh", 0),
    "late outweighs unusual": ("5555555 5555555 5555555 5555555 1", 30, "late", 1),
    "before anything came": ("....555555", 2, None, 0),
}


@pytest.mark.parametrize(("drawing", "day", "status", "missed"), HISTORIES.values(), ids=HISTORIES)
def test_status(drawing, day, status, missed):
    con = warehouse()
    deliver(con, drawing)
    if status is None:
        assert read_freshness(con, config(), end_of(START + timedelta(days=day))) == []
        return
    found = judge(con, day)
    assert (found.status, found.missed) == (status, missed)


# name: configured, deliveries, day, status
CONFIGURED = {
    "nothing ever came": ({"expected": {"contacts": "daily"}}, "", 0, "missing"),
    "daily from the first delivery on": ({"expected": "daily"}, "5", 2, "late"),
    "weekly, though it came daily": ({"expected": "weekly"}, "5555555", 9, "fresh"),
    "monthly": ({"expected": {"contacts": "monthly"}}, "5", 32, "fresh"),
    "monthly, over": ({"expected": {"contacts": "monthly"}}, "5", 33, "late"),
    "age within": ({"max_age_hours": 72}, "5", 2, "fresh"),
    "age over": ({"max_age_hours": 36}, "5", 2, "late"),
    "age twice over": ({"max_age_hours": 24}, "5", 2, "missing"),
    "hourly": ({"expected": "hourly"}, "5", 0, "missing"),
}


@pytest.mark.parametrize(("expected", "drawing", "day", "status"), CONFIGURED.values(), ids=CONFIGURED)
def test_configured_expectations(expected, drawing, day, status):
    con = warehouse()
    deliver(con, drawing)
    assert judge(con, day, expected).status == status


def test_a_source_that_never_delivered_is_missing_stream_by_stream():
    con = warehouse()
    found = read_freshness(con, config({"expected": "daily"}), end_of(START))
    assert {row.stream for row in found} > {"contacts", "leads"}
    assert {row.status for row in found} == {"missing"}


def test_streams_of_one_source_are_expected_differently():
    con = warehouse()
    deliver(con, "5")
    deliver(con, "5", "leads")
    settings = {"expected": {"contacts": "weekly"}, "max_age_hours": {"leads": 36}}
    found = read_freshness(con, config(settings), end_of(START + timedelta(days=5)))
    assert [(row.stream, row.status) for row in found] == [("contacts", "fresh"), ("leads", "missing")]


def test_a_delivery_dated_tomorrow_has_come_one_dated_next_week_has_not():
    con = warehouse()
    deliver(con, "5555555")
    con.execute("update ops.batch set loaded_at = loaded_at - interval 1 day")
    assert judge(con, 5).last_day == START + timedelta(days=6)
    con.execute("update ops.batch set delivered_on = delivered_on + 7 where batch_id = 'contacts6'")
    assert judge(con, 5).last_day == START + timedelta(days=5)


def test_thresholds_are_configured():
    con = warehouse()
    deliver(con, "5555555 5555555 5555555 5555555 4")
    assert judge(con, 28).status == "fresh"
    assert judge(con, 28, deviations=1.5).status == "unusually small"
    deliver(con, "55", "leads")
    assert [row.status for row in read_freshness(con, config(least=2), end_of(START + timedelta(days=9)))][
        1
    ] == "missing"


def test_missing_days_and_repeated_deliveries_are_counted():
    con = warehouse()
    deliver(con, "5555.55 55.5555")
    con.execute("insert into ops.delivery values ('again', 'zoho', 'contacts', 'contacts3', 'duplicate', '2026-03-08')")
    found = judge(con, 13)
    assert (found.missing_days, found.repeated, found.days) == (2, 1, 12)


def test_a_daily_export_without_a_row_has_come_though_its_bytes_are_an_earlier_ones():
    con = warehouse()
    deliver(con, "0")
    for day, name in (
        (3, "contacts-2026-03-03.csv"),
        (4, "contacts_20260304.zip!c.csv"),
        (5, "x/contacts-2026-03-05.csv"),
        (6, "c-2026-03-06"),
    ):
        con.execute(
            "insert into ops.delivery values (?, 'zoho', 'contacts', 'contacts0', 'duplicate', ?)",
            [name, f"2026-03-{day:02} 09:00:00"],
        )
    found = judge(con, 4)
    assert (found.status, found.last_day, found.days, found.repeated) == ("fresh", date(2026, 3, 6), 5, 0)
    assert judge(con, 6).status == "late"


def test_a_burst_in_a_stream_that_is_mostly_empty_is_nothing_unusual():
    con = warehouse()
    deliver(con, "0000000 0002000 0000200 0000001")
    assert judge(con, 27).status == "fresh"


def test_a_pull_that_found_nothing_is_a_sign_of_life():
    con = warehouse()
    deliver(con, "5555555")
    assert judge(con, 9).status == "missing"
    con.execute(
        "insert into ops.pull by name select 'zoho' as source, 'contacts' as stream, timestamp '2026-03-10' as started_at, "
        "'done' as status, 0 as pages, 0 as records, 0 as requests, 0 as waited_seconds, timestamp '2026-03-11' as updated_at"
    )
    assert judge(con, 9).status in ("fresh", "unusually small")


def test_what_is_still_to_come_today_is_not_called_small():
    con = warehouse()
    for hour in range(3):
        deliver(con, "3333333 3333333 333333" + ("" if hour else "3"), f"contacts{hour}")
    con.execute("update ops.batch set stream = 'contacts'")
    assert judge(con, 20).status == "fresh"
    assert judge(con, 21).status == "unusually small"


def test_the_table_is_made_and_counted():
    con = warehouse()
    deliver(con, "5555555")
    deliver(con, "5555555 5555555 5555555 5555555 1", "leads")
    as_of = end_of(START + timedelta(days=28))
    assert write_freshness(con, config(), as_of) == {"streams_late": 1, "streams_unusual": 1}
    assert con.execute("select stream, status from ops.freshness order by 1").fetchall() == [
        ("contacts", "missing"),
        ("leads", "unusually small"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[freshness]\nleast = "5"', "least must be a number above 0"),
        ("[freshness]\nleast = 5.5", "least must be a whole number"),
        ("[freshness]\nlast = 5", "unknown keys"),
        ('freshness = "no"', "must be a table"),
        ('[source.zoho]\nconnector = "zoho"\nexpected = "sometimes"', "expected must be one of hourly, daily"),
        ('[source.zoho]\nconnector = "zoho"\nmax_age_hours = true', "max_age_hours must be a number above 0"),
        ('[source.zoho]\nconnector = "zoho"\nexpected = { clients = "daily" }', "names no stream of zoho"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(tmp_path, text, message):
    path = tmp_path / "guiyi.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_freshness(warehouse(), load_config(path), datetime(2026, 3, 1))


@pytest.mark.parametrize("table", ["ops.freshness", "ops.drift", "ops.batch_column", "identity.departed"])
def test_the_header_lists_the_columns_in_order(table):
    con = warehouse()
    write_freshness(con, config(), datetime(2026, 3, 1))
    assert [row[0] for row in con.execute(f"describe {table}").fetchall()] == list(table_files()[table].columns)
