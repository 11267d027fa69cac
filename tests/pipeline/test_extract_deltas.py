"""What a delta tells, and that none is lost on its way to the disk."""

import errno
import hashlib
import json

import pytest

from pipeline.extract import extract
from pipeline.profile import profile
from tests.pipeline.extracts import asked, content, on_day, rows, sha256, share_everything, with_segment
from tests.pipeline.extracts import work as work
from tests.warehouse.drawn import draw, parse, read
from warehouse.segments.errors import SegmentError


def test_a_delta_tells_who_entered_and_left_since_the_extract_before(work):
    draw(work.con, "standard.consent", """
        | record_id | source | channel | status  | stated_at  |
        | r5        | zoho   | email   | granted | 2024-01-05 |
    """)  # fmt: skip
    profile(work)
    extract(with_segment(work, where="orders = 2"))
    extract(with_segment(on_day(work, 1), where="orders = 1", delta=True))
    assert [(row["change"], row["customer_id"], row["email"], row["spend"])
            for row in rows(work, "2026-03-02.delta.csv", "utf-8-sig")] == [
        ("entered", "C3", "bo@x.com", "20.00"),
        ("left", "C1", "", ""),
    ]  # fmt: skip
    logged = read(
        work.con, "select kind, format, extracted, entered, removed from segment.extract_log order by file_name"
    )
    assert logged == parse(
        """
        | kind  | format | extracted | entered | removed |
        | full  | csv    | 1         |         |         |
        | delta | csv    | 1         | 1       | 1       |
        """
    )


def test_whoever_withdraws_consent_leaves_and_only_the_id_is_told(work):
    extract(with_segment(work))
    draw(work.con, "standard.consent", """
        | record_id | source | channel | status | stated_at  |
        | r1        | zoho   | email   | denied | 2026-03-02 |
    """)  # fmt: skip
    extract(with_segment(on_day(work, 1), delta=True))
    (row,) = rows(work, "2026-03-02.delta.csv", "utf-8-sig")
    assert (row["customer_id"], row["change"]) == ("C1", "left")
    assert {value for key, value in row.items() if key not in ("customer_id", "change")} == {""}
    assert read(work.con, "from segment.change where change = 'left'") == []


def test_a_new_address_takes_back_what_was_sent_of_the_old_one(work):
    share_everything(work, r1="email")
    keys = {"format": "meta", "purpose": "sharing", "columns": ["email"], "delta": True}
    extract(with_segment(work, **keys))
    work.con.execute("update standard.record set email = 'new@x.cn' where record_id in ('r1', 'r3')")
    extract(with_segment(on_day(work, 1), **keys))
    assert rows(work, "2026-03-02.delta.csv") == [
        {"EMAIL": sha256("new@x.cn"), "change": "entered"},
        {"EMAIL": sha256("w@x.cn"), "change": "left"},
    ]


def test_whose_address_changed_is_told_under_the_same_id(work):
    extract(with_segment(work))
    work.con.execute("update standard.record set email = 'new@x.cn' where record_id in ('r1', 'r3')")
    extract(with_segment(on_day(work, 1), delta=True))
    told = [
        (row["change"], row["customer_id"], row["email"]) for row in rows(work, "2026-03-02.delta.csv", "utf-8-sig")
    ]
    assert told == [("changed", "C1", "new@x.cn")]
    assert extract(with_segment(on_day(work, 2), delta=True))["files"] == 0


def test_who_was_sent_before_addresses_were_noted_is_told_as_changed_and_leaves_by_the_id(work):
    extract(with_segment(work))
    work.con.execute("update segment.extracted set sent = customer_id")
    extract(with_segment(on_day(work, 1), delta=True))
    told = [(row["change"], row["customer_id"]) for row in rows(work, "2026-03-02.delta.csv", "utf-8-sig")]
    assert {change for change, _ in told} == {"changed"}
    work.con.execute("update segment.extracted set sent = customer_id where removed_in is null")
    extract(with_segment(on_day(work, 2), delta=True, where="false"))
    left = [(row["change"], row["customer_id"]) for row in rows(work, "2026-03-03.delta.csv", "utf-8-sig")]
    assert left == [("left", customer) for _, customer in told]


def test_a_delta_with_nothing_to_tell_is_no_file(work):
    work = with_segment(work, delta=True)
    assert extract(work)["files_written"] == 1
    again = extract(work)
    assert (again["files"], again["files_written"], again["changed"]) == (0, 0, 0)
    assert [path.name for path in (work.config.extracts / "everybody").iterdir()] == ["2026-03-01.delta.csv"]


def test_a_second_delta_of_a_day_is_another_file(work):
    extract(asked(with_segment(work), delta=True))
    extract(asked(with_segment(work, where="orders = 0"), delta=True))
    assert [row["change"] for row in rows(work, "2026-03-01.delta-2.csv", "utf-8-sig")] == ["left"]


def test_everybody_on_request_is_what_the_next_delta_starts_from(work):
    delta = with_segment(work, delta=True)
    extract(asked(delta, delta=False))
    assert [row["customer_id"] for row in rows(work, "2026-03-01.csv", "utf-8-sig")] == ["C1"]
    assert extract(delta)["files"] == 0


def test_a_delta_that_was_lost_is_made_again(work):
    work = with_segment(work, delta=True)
    extract(work)
    before = content(work, "2026-03-01.delta.csv")
    (work.config.extracts / "everybody" / "2026-03-01.delta.csv").unlink()
    extract(work)
    assert content(work, "2026-03-01.delta.csv") == before
    assert read(work.con, "select count(*) as n from segment.extracted") == [{"n": "1"}]


def test_a_delta_needs_the_id_it_names_people_by(work):
    with pytest.raises(SegmentError, match=r"\[segment.everybody\] a delta needs customer_id among its columns"):
        extract(asked(with_segment(work, columns=["email"]), delta=True))


def test_a_delta_on_request_says_who_asked_and_why(work):
    extract(asked(with_segment(work), delta=True, reason="spring mailing"))
    assert read(work.con, "select actor, kind, reason, as_of, content_hash = $h as is_its_hash from segment.extract_log"
                .replace("$h", f"'{hashlib.sha256(content(work, '2026-03-01.delta.csv')).hexdigest()}'")) == parse(
        """
        | actor | kind  | reason         | as_of      | is_its_hash |
        | ann   | delta | spring mailing | 2026-03-01 | true        |
        """
    )  # fmt: skip
    (audit,) = read(work.con, "select detail from ops.audit where actor = 'ann'")
    assert json.loads(audit["detail"])["reason"] == "spring mailing"


def test_a_delta_the_disk_had_no_room_for_is_taken_back(work, monkeypatch):
    delta = with_segment(work, delta=True)
    monkeypatch.setattr("pipeline.extract.stage_extract", _full_disk)
    with pytest.raises(OSError, match="No space"):
        extract(delta)
    assert [read(work.con, f"from segment.{table}") for table in ("extract_log", "extracted", "membership")] == [[]] * 3
    monkeypatch.undo()
    extract(with_segment(on_day(work, 1), delta=True))
    assert [row["change"] for row in rows(work, "2026-03-02.delta.csv", "utf-8-sig")] == ["entered"]


def test_a_delta_that_is_logged_and_not_in_place_is_put_there_on_a_later_day(work, monkeypatch):
    monkeypatch.setattr("pipeline.extract.release_extract", _full_disk)
    with pytest.raises(OSError, match="No space"):
        extract(with_segment(work, delta=True))
    monkeypatch.undo()
    assert extract(with_segment(on_day(work, 1), delta=True))["files"] == 0
    assert [path.name for path in (work.config.extracts / "everybody").iterdir()] == ["2026-03-01.delta.csv"]
    assert [row["change"] for row in rows(work, "2026-03-01.delta.csv", "utf-8-sig")] == ["entered"]


@pytest.mark.parametrize("name", [".2026-03-01.csv.staged", ".2026-03-01.csv.staged.building"])
def test_what_was_staged_and_never_logged_is_removed(work, name):
    folder = work.config.extracts / "everybody"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(b"customer_id")
    extract(with_segment(work))
    assert [path.name for path in folder.iterdir()] == ["2026-03-01.csv"]


def _full_disk(*_):
    raise OSError(errno.ENOSPC, "No space left on device")
