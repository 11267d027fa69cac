"""Events are written once, whatever repeats them; what SQL cannot read goes through the normalisers."""

import json

import pytest

pytestmark = pytest.mark.usefixtures("ungated")

AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36"
)


def event(message: str | None, time: str = "2026-03-01T08:00:00.000Z", **more) -> str:
    row = {"type": "track", "messageId": message, "timestamp": time, "anonymousId": "a", **more}
    return json.dumps(row, ensure_ascii=False) + "\n"


def deliver(installation, day: int, *lines: str) -> None:
    installation.deliver(f"website/segment/events-2026-03-{day:02}.ndjson", "".join(lines))


def told(installation) -> list[tuple]:
    return installation.rows(
        """
        select json_extract_string(properties, '$.n'), file_name[-9:-8], _line
        from standard.event join ops.batch on _batch_id = batch_id order by all
        """
    )


def test_of_rows_that_tell_one_event_the_first_delivered_is_written(installation):
    deliver(installation, 2, event("m1", properties={"n": "later"}), event("m2", properties={"n": "second"}))
    deliver(installation, 1, event("m1", properties={"n": "first"}), event("m1", properties={"n": "again"}))
    installation.run("ingest", "standardise")
    assert told(installation) == [("first", "01", 1), ("second", "02", 2)]
    deliver(installation, 3, event("m2", properties={"n": "late"}), event("m3", properties={"n": "third"}))
    counts = installation.run("ingest", "standardise")["standardise"]
    assert told(installation) == [("first", "01", 1), ("second", "02", 2), ("third", "03", 2)]
    assert counts["events"] == 1


def test_rows_without_an_id_are_events_of_their_own(installation):
    deliver(installation, 1, event(None), event(None), event("  "), event("m1"))
    installation.run("ingest", "standardise")
    assert installation.rows(
        "select count(*), count(distinct event_id), min(length(event_id)) from standard.event"
    ) == [(4, 4, 20)]


TIMES = [
    pytest.param("2026-03-01T08:00:00.123Z", "2026-03-01 08:00:00.123", None, id="as analytics.js writes it"),
    pytest.param("2026年3月1日 下午3点", "2026-03-01 15:00:00", None, id="only the normaliser reads it"),
    pytest.param("soon", None, "not a date", id="nobody reads it"),
]


@pytest.mark.parametrize(("written", "read", "reason"), TIMES)
def test_times(installation, written, read, reason):
    deliver(installation, 1, event("m1"), event("m2", written), event("m2", written))
    installation.run("ingest", "standardise")
    assert installation.rows("select occurred_at::varchar from standard.event where _line = 2") == [(read,)]
    found = installation.rows("select source_key, field, raw_value, reason from standard.unparsed")
    assert found == ([("m2", "occurred_at", written, reason)] if reason else [])


def test_nested_values_are_cleaned_and_looked_up(installation):
    context = {
        "userAgent": f" {AGENT} ",
        "ip": "  ",
        "page": {"url": "https://x.y/ "},
        "campaign": {"name": "春季\u3000"},
    }
    deliver(installation, 1, event("m1", context=context), event("m2", context="no object"), event("m3"))
    installation.run("ingest", "standardise")
    assert installation.rows("select browser, os, device, ip, url, campaign from standard.event order by _line") == [
        ("Chrome", "Windows", "desktop", None, "https://x.y/", "春季"),
        (None,) * 6,
        (None,) * 6,
    ]


def test_bulk_and_careful_reading_end_in_the_same_tables(make_installation, monkeypatch):
    lines = [event(f"m{i % 90}", userId=f"u{i % 7}", properties={"n": i, "url": "https://x.y/王"}) for i in range(100)]
    lines[40:40] = ['{"type":\n', "[1]\n", '{"type":"page","name":"\\ud83d"}\n', event("odd", TYPE="x")]
    ends = []
    for size in (1, 1 << 30):
        monkeypatch.setattr("connectors.files.reading.BULK_BYTES", size)
        each = make_installation(f"home{size}")
        deliver(each, 1, *lines)
        each.run("ingest", "standardise")
        ends.append(
            [
                each.rows(f"select * exclude (_loaded_at) from {table} order by _line")
                if table.startswith("raw")
                else each.rows(f"select {columns} from {table} order by all")
                for table, columns in (
                    ("raw.segment_events", ""),
                    ("standard.event", "*"),
                    ("standard.identifier", "*"),
                    ("ops.quarantine", "batch_id, line, reason, raw"),
                )
            ]
        )
    assert ends[0] == ends[1]
    assert len(ends[0][0]) == 102


def test_a_record_is_seen_from_its_first_to_its_last_event(installation):
    times = ["2026-03-03T08:00:00Z", "2026年3月1日 8点", "2026-03-02T08:00:00Z"]
    deliver(installation, 5, *(event(f"m{i}", time, userId="u1") for i, time in enumerate(times)), event("m9"))
    installation.run("ingest", "standardise")
    query = "select namespace, value, seen_first::varchar, seen_last::varchar from standard.identifier order by all"
    assert installation.rows(query) == [
        ("anonymous_id", "a", "2026-03-01 08:00:00", "2026-03-03 08:00:00"),
        ("user_id", "u1", "2026-03-01 08:00:00", "2026-03-03 08:00:00"),
    ]
