"""Ingestion loses nothing and loads nothing twice."""

import gzip
import io
import zipfile

import pytest

from pipeline.stage import StageFailed

pytestmark = pytest.mark.usefixtures("ungated")

SEGMENT = "website/segment/events-2026-03-{:02}.ndjson"
EVENT = '{{"type":"track","messageId":"{}","timestamp":"2026-03-18T00:00:00Z","anonymousId":"a","event":"x"}}\n'


def batches(installation):
    return installation.rows(
        "select file_name, rows_delivered, rows_loaded, rows_quarantined, status from ops.batch order by file_name"
    )


def test_every_row_is_loaded_or_quarantined_with_file_line_and_reason(installation):
    installation.deliver(
        SEGMENT.format(18), EVENT.format("m1").encode() + b'{"type":\n\n\xff\xfe\n' + EVENT.format("m2").encode()
    )
    counts = installation.run("ingest")["ingest"]
    assert (counts["rows_in"], counts["rows_out"], counts["quarantined"]) == (4, 2, 2)
    assert installation.rows("select file_name, line, reason from ops.quarantine order by line") == [
        (SEGMENT.format(18), 2, "not valid JSON"),
        (SEGMENT.format(18), 4, "not valid utf-8"),
    ]
    assert installation.rows('select _line, "messageId" from raw.segment_events order by _line') == [
        (1, "m1"),
        (5, "m2"),
    ]


def test_the_same_bytes_are_loaded_once_whatever_they_are_called(installation):
    installation.deliver(SEGMENT.format(18), EVENT.format("m1"))
    installation.run("ingest")
    installation.deliver("website/segment/again-2026-03-18.ndjson", EVENT.format("m1"))
    counts = installation.run("ingest")["ingest"]
    assert (counts["files"], counts["known_files"]) == (0, 2)
    assert installation.rows("select count(*) from raw.segment_events") == [(1,)]
    assert installation.rows("select outcome from ops.delivery order by file_name") == [("duplicate",), ("loaded",)]


def test_the_original_bytes_are_in_the_archive(installation):
    content = gzip.compress(EVENT.format("m1").encode())
    installation.deliver(SEGMENT.format(18) + ".gz", content)
    installation.run("ingest")
    ((path,),) = installation.rows("select archive_path from ops.batch")
    assert (installation.config.home / path).read_bytes() == content


def test_members_of_an_archive_are_deliveries_of_their_own(installation):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Leads_001.csv", "Record Id,Last Name\nzcrm_1,Wang\n")
        archive.writestr("Contacts_001.csv", "Record Id,Last Name\nzcrm_2,Li\n")
        archive.writestr("Deals_001.csv", "Record Id\n3\n")
    installation.deliver("crm/zoho/zoho-2026-03-18.zip", packed.getvalue())
    installation.run("ingest")
    assert [(name.partition("!")[2], loaded) for name, _, loaded, _, _ in batches(installation)] == [
        ("Contacts_001.csv", 1),
        ("Leads_001.csv", 1),
    ]


def test_a_damaged_archive_is_one_quarantined_row(installation):
    installation.deliver("crm/zoho/zoho-2026-03-18.zip", b"PK\x03\x04 not a zip")
    installation.run("ingest")
    # Leads and contacts both expect to find their member in it.
    assert installation.rows("select stream, reason from ops.quarantine order by 1") == [
        ("contacts", "the zip archive is damaged or needs a password"),
        ("leads", "the zip archive is damaged or needs a password"),
    ]


def test_new_columns_are_kept_and_reported_and_missing_ones_are_no_error(installation):
    installation.deliver(SEGMENT.format(18), EVENT.format("m1"))
    installation.run("ingest")
    installation.deliver(SEGMENT.format(19), '{"type":"track","messageId":"m2","loyalty":"gold"}\n')
    installation.run("ingest")
    assert installation.rows("select new_columns from ops.batch order by file_name") == [(None,), ("loyalty",)]
    assert installation.rows('select "messageId", loyalty from raw.segment_events order by 1') == [
        ("m1", None),
        ("m2", "gold"),
    ]
    ((missing,),) = installation.rows("select missing_columns from ops.batch where file_name like '%19%'")
    assert "timestamp" in missing


def test_an_empty_file_is_a_batch_of_no_rows(installation):
    installation.deliver(SEGMENT.format(18), b"")
    installation.run("ingest")
    assert batches(installation) == [(SEGMENT.format(18), 0, 0, 0, "loaded")]


def test_a_file_still_being_written_is_left_alone(installation):
    installation.deliver(SEGMENT.format(18) + ".part", EVENT.format("m1"))
    assert installation.run("ingest")["ingest"]["files"] == 0


def test_a_kill_in_the_middle_leaves_nothing_and_the_next_run_takes_the_file(installation, monkeypatch):
    installation.deliver(SEGMENT.format(18), EVENT.format("m1"))

    def killed(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.ingest._record_batch", killed)
        with pytest.raises(KeyboardInterrupt):
            installation.run("ingest")
    assert installation.rows("select count(*) from raw.segment_events") == [(0,)]
    assert installation.run("ingest")["ingest"]["rows_out"] == 1


def test_only_deliveries_up_to_a_day(installation):
    from datetime import date

    for day in (18, 19):
        installation.deliver(SEGMENT.format(day), EVENT.format(f"m{day}"))
    assert installation.run("ingest", delivered_until=date(2026, 3, 18))["ingest"]["files"] == 1


def test_a_missing_inbox_says_what_to_do(installation):
    installation.config.inbox.rmdir()
    with pytest.raises(StageFailed, match="--inbox"):
        installation.run("ingest")
