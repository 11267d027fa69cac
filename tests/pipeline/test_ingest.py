"""Ingestion loses nothing and loads nothing twice."""

import gzip
import io
import json
import os
import time
import zipfile

import pytest

from pipeline import archive
from pipeline.deliveries import deliveries, hash_of
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


def test_a_file_taken_away_after_it_was_listed_is_left_for_the_next_run(installation, monkeypatch):
    gone = installation.deliver(SEGMENT.format(18), EVENT.format("m1"))
    installation.deliver(SEGMENT.format(19), EVENT.format("m2"))

    def listed(inbox, stream, limits):
        found = list(deliveries(inbox, stream, limits))
        gone.unlink(missing_ok=True)
        return iter(found)

    monkeypatch.setattr("pipeline.ingest.deliveries", listed)
    counts = installation.run("ingest", sources=("segment",))["ingest"]
    assert (counts["files"], counts["unsettled_files"], counts["rows_out"]) == (1, 1, 1)


def test_a_file_that_grows_while_it_is_copied_is_left_for_the_next_run(installation, monkeypatch):
    growing = installation.deliver(SEGMENT.format(18), EVENT.format("m1"))
    copied = archive._copy

    def copy(path, partial, *rest):
        found = copied(path, partial, *rest)
        growing.write_text(EVENT.format("m1") + EVENT.format("m2"))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(archive, "_copy", copy)
        assert installation.run("ingest", sources=("segment",))["ingest"]["unsettled_files"] == 1
    assert batches(installation) == []
    assert installation.run("ingest", sources=("segment",))["ingest"]["rows_out"] == 2


@pytest.mark.parametrize(
    ("changed", "hours", "read"),
    [
        pytest.param(False, 1, 0, id="the same file"),
        pytest.param(False, 0, 1, id="changed so lately that its time may not tell"),
        pytest.param(True, 1, 1, id="other bytes of the same size"),
    ],
)
def test_a_file_that_was_taken_in_is_known_by_its_size_and_time(installation, monkeypatch, changed, hours, read):
    path = installation.deliver(SEGMENT.format(18), EVENT.format("m1"))
    then = time.time() - hours * 3600
    os.utime(path, (then, then))
    installation.run("ingest", sources=("segment",))
    if changed:
        path.write_text(EVENT.format("m2"))
    hashed = []
    monkeypatch.setattr("pipeline.deliveries.hash_of", lambda path: hashed.append(path) or hash_of(path))
    counts = installation.run("ingest", sources=("segment",))["ingest"]
    assert (counts["known_files"] + counts["files"], counts["files"], len(hashed)) == (1, int(changed), read)


def test_file_names_that_are_not_utf8_are_shown_escaped(installation):
    installation.deliver(os.fsdecode(b"website/segment/e\xff-2026-03-18.ndjson"), EVENT.format("m1"))
    installation.run("ingest")
    assert batches(installation) == [(r"website/segment/e\xff-2026-03-18.ndjson", 1, 1, 0, "loaded")]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_both_loaded_and_folders_are_none(installation):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Leads_0.csv/", "")
        archive.writestr("Leads_1.csv", "Record Id,Last Name\nzcrm_1,Wang\n")
        archive.writestr("Leads_1.csv", "Record Id,Last Name\nzcrm_2,Li\n")
    installation.deliver("crm/zoho/zoho-2026-03-18.zip", packed.getvalue())
    installation.run("ingest")
    assert [row[1:] for row in batches(installation)] == [(1, 1, 0, "loaded"), (1, 1, 0, "loaded")]


@pytest.mark.parametrize("method", [12, 14, 99], ids=["bzip2", "lzma", "unknown"])
def test_an_archive_whose_members_do_not_unpack_is_quarantined(installation, method):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Leads_1.csv", "Record Id,Last Name\nzcrm_1,Wang\n" * 9)
    content = bytearray(packed.getvalue())
    for header, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.find(header) + offset] = method
    installation.deliver("crm/zoho/zoho-2026-03-18.zip", bytes(content))
    installation.run("ingest")
    # Leads alone have a member in it.
    assert [row[1:] for row in batches(installation)] == [(1, 0, 1, "rejected")]


def test_columns_that_differ_by_the_case_of_a_letter_beyond_ascii_are_two(installation):
    installation.deliver(SEGMENT.format(18), '{"É":"1"}\n')
    installation.deliver(SEGMENT.format(19), '{"é":"2"}\n')
    installation.run("ingest")
    assert installation.rows('select "É", "é" from raw.segment_events order by 1') == [("1", None), (None, "2")]


def test_keys_for_which_there_is_no_room_go_together(installation, monkeypatch):
    monkeypatch.setattr("connectors.files.objects.COLUMN_LIMIT", 20)
    installation.deliver(SEGMENT.format(18), EVENT.format("m1"))
    installation.run("ingest")
    keys = {f"k{number:04}": number for number in range(3000)}
    line = json.dumps({"type": "track", "messageId": "m2", "traits": {"a": None}, **keys, "big": 2**70})
    installation.deliver(SEGMENT.format(19), line + "\n")
    installation.run("ingest")
    ((new, columns),) = installation.rows(
        """
        select new_columns, (select count(*) from duckdb_columns() where table_name = 'segment_events')
        from ops.batch where file_name like '%19%'
        """
    )
    assert (columns, len(new) < 1000, "_other" in new) == (21, True, True)
    ((text,),) = installation.rows("select _other from raw.segment_events where _other is not null")
    ((kept,),) = installation.rows("select k0000 from raw.segment_events where k0000 is not null")
    others = json.loads(text)
    assert (kept, others["k2999"], "k0000" in others, "traits" in others, len(others) > 2900) == (
        *("0", 2999, False, False),
        True,
    )
