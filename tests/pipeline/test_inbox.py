"""What is archived leaves the inbox where the configuration says so, and nothing else does."""

import zipfile
from dataclasses import replace

import pytest

from pipeline import inbox
from pipeline.archive import find_copy, opened_copy, replace_copy
from pipeline.config import SourceConfig
from warehouse.vault.key import new_key, parse_key
from warehouse.vault.keyring import hold_key
from warehouse.vault.sealing import read_seal

MEMBERS = {"files": "museum/members*", "format": "csv", "record": {"key": "no", "full_name": "name"}}
GUESTS = {"files": "museum/*guests*", "format": "csv", "record": {"key": "no", "full_name": "name"}}


@pytest.fixture
def museum(make_installation, ungated):
    made = make_installation(sources={"museum": SourceConfig("museum", streams={"members": MEMBERS, "guests": GUESTS})})
    made.config = replace(made.config, security={"inbox": "remove"})
    return made


def left(museum) -> list[str]:
    root = museum.config.inbox
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir())


def ingest(museum, **options) -> dict:
    return museum.run("ingest", **options)["ingest"]


def test_a_file_goes_when_it_is_in_the_archive_and_is_no_news_afterwards(museum):
    museum.deliver("museum/members-2026-03-01.csv", "no,name\n1,Ann\n")
    assert ingest(museum)["files"] == 1
    assert left(museum) == []
    again = ingest(museum)
    assert (again["changed"], again["files"], again["known_files"]) == (0, 0, 0)
    museum.deliver("museum/members-2026-03-01.csv", "no,name\n1,Ann\n")
    assert (ingest(museum)["known_files"], left(museum)) == (1, [])


def test_it_stays_where_the_configuration_keeps_it(museum):
    museum.deliver("museum/members.csv", "no,name\n1,Ann\n")
    for security in ({"inbox": "keep"}, {}):
        museum.config = replace(museum.config, security=security)
        ingest(museum)
        assert left(museum) == ["museum/members.csv"]


def test_with_a_key_it_goes_unless_it_is_kept(museum):
    hold_key(museum.config.home, lambda: parse_key(new_key(), "test"))
    museum.config = replace(museum.config, security={})
    assert museum.config.empties_inbox
    assert not replace(museum.config, security={"inbox": "keep"}).empties_inbox


def test_a_row_that_cannot_be_read_keeps_its_file_in_the_archive_alone(museum):
    museum.deliver("museum/members.csv", b"no,name\n1,\xff\xfe\n")
    assert ingest(museum)["quarantined"] == 1
    assert left(museum) == []


def test_what_is_unknown_or_being_written_stays(museum):
    for name in ("museum/other.csv", "museum/members.csv.part", "readme.txt"):
        museum.deliver(name, "no,name\n1,Ann\n")
    ingest(museum)
    assert left(museum) == ["museum/members.csv.part", "museum/other.csv", "readme.txt"]


def zipped(museum, name: str, **members: str) -> None:
    path = museum.deliver(name, b"")
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in members.items():
            archive.writestr(f"{member}.csv", text)


def test_a_zip_archive_goes_with_its_last_member(museum):
    zipped(museum, "museum/members.zip", a="no,name\n1,Ann\n", b="no,name\n2,Bob\n")
    assert ingest(museum)["files"] == 2
    assert left(museum) == []


def test_a_zip_archive_with_a_member_nobody_takes_stays(museum):
    zipped(museum, "museum/members.zip", members="no,name\n1,Ann\n", minutes="no,name\n2,Bob\n")
    assert ingest(museum)["files"] == 1
    assert left(museum) == ["museum/members.zip"]


def test_a_file_of_two_sources_waits_for_both(museum, monkeypatch):
    other = SourceConfig("gallery", streams={"members": {**MEMBERS, "files": "museum/*.csv"}})
    museum.config = replace(museum.config, sources={**museum.config.sources, "gallery": other})
    museum.deliver("museum/members.csv", "no,name\n1,Ann\n")
    ingest(museum, sources=("museum",))
    assert left(museum) == ["museum/members.csv"]
    ingest(museum)
    assert left(museum) == []


def test_a_delivery_of_a_later_day_waits(museum):
    from datetime import date

    museum.deliver("museum/members-2026-03-02.csv", "no,name\n1,Ann\n")
    ingest(museum, delivered_until=date(2026, 3, 1))
    assert left(museum) == ["museum/members-2026-03-02.csv"]


def test_a_link_and_what_it_leads_to_stay(museum, tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text("no,name\n1,Ann\n")
    (museum.config.inbox / "museum").mkdir()
    (museum.config.inbox / "museum" / "members.csv").symlink_to(outside)
    ingest(museum)
    assert left(museum) == ["museum/members.csv"]
    assert outside.exists()


def test_a_file_written_anew_meanwhile_stays(museum, monkeypatch):
    path = museum.deliver("museum/members.csv", "no,name\n1,Ann\n")
    remove = inbox.Emptying.remove

    def write_and_remove(self):
        path.write_text("no,name\n1,Ann\n2,Bob\n")
        return remove(self)

    monkeypatch.setattr(inbox.Emptying, "remove", write_and_remove)
    ingest(museum)
    assert left(museum) == ["museum/members.csv"]
    monkeypatch.setattr(inbox.Emptying, "remove", remove)
    assert ingest(museum)["rows_in"] == 2
    assert left(museum) == []


def test_a_file_whose_copy_is_gone_stays(museum):
    museum.deliver("museum/members.csv", "no,name\n1,Ann\n")
    museum.config = replace(museum.config, security={"inbox": "keep"})
    ingest(museum)
    for copy in museum.config.archive.rglob("*.csv"):
        copy.unlink()
    museum.config = replace(museum.config, security={"inbox": "remove"})
    ingest(museum)
    assert left(museum) == ["museum/members.csv"]


def test_a_sealed_copy_is_opened_replaced_and_known_by_its_original_size(museum):
    key = parse_key(new_key(), "test")
    hold_key(museum.config.home, lambda: key)
    museum.deliver("museum/members.csv", "no,name\n1,Ann\n")
    ingest(museum)
    (held,) = (path for path in museum.config.archive.rglob("*") if path.is_file())
    named = held.with_name(held.name.removesuffix(".sealed"))
    assert (held.suffix, find_copy(named), read_seal(held).size_bytes) == (".sealed", held, 14)
    assert b"Ann" not in held.read_bytes()
    with opened_copy(named, key, museum.config.opened) as path:
        assert path.read_bytes() == b"no,name\n1,Ann\n"
        assert path.stat().st_mode & 0o077 == 0
    assert list(museum.config.opened.iterdir()) == []
    other = museum.config.home / "other"
    other.write_bytes(b"no,name\n")
    before = held.stat().st_mtime_ns
    replaced = replace_copy(named, other, key)
    assert (replaced.path, replaced.size_bytes, held.stat().st_mtime_ns) == (held, 8, before)
    with opened_copy(named, key, museum.config.opened) as path:
        assert path.read_bytes() == b"no,name\n"


def test_a_delivery_cannot_call_itself_sealed(museum):
    museum.deliver("museum/members.sealed", "no,name\n1,Ann\n")
    ingest(museum)
    (held,) = (path for path in museum.config.archive.rglob("*") if path.is_file())
    assert not held.name.endswith(".sealed")
