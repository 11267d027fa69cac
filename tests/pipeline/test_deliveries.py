"""What counts as a delivery: names of all kinds, links, pipes, folders, archives of any stream."""

import bz2
import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from connectors.declared import declared_stream
from connectors.files.compressed import Expansion
from pipeline.config import SourceConfig
from pipeline.deliveries import deliveries

pytestmark = pytest.mark.usefixtures("ungated")

RECORD = {"record": {"key": "id", "full_name": "name"}}
ROW = "id,name\n1,Ann\n"


@pytest.fixture
def museum(make_installation):
    def make(**stream) -> object:
        declared = {"files": "museum/*.csv*", "format": "csv", **RECORD, **stream}
        source = SourceConfig(name="museum", connector=None, country="GB", streams={"members": declared})
        return make_installation(sources={"museum": source})

    return make


def taken(museum) -> list[tuple]:
    museum.run("ingest")
    return museum.rows(
        "select file_name, rows_loaded, rows_quarantined from ops.batch order by file_name"
    ) + museum.rows("select reason from ops.quarantine order by all")


def archive(**members: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


NAMES = [
    pytest.param(b"a\nb.csv", "museum/a\nb.csv", id="line break"),
    pytest.param(b"a'\";drop table raw;--%s{}.csv", "museum/a'\";drop table raw;--%s{}.csv", id="quotes and percent"),
    pytest.param(b"\xb6\xa9\xb5\xa5.csv", r"museum/\xb6\xa9\xb5\xa5.csv", id="GBK"),
    pytest.param(b"x[1]*?.csv", "museum/x[1]*?.csv", id="pattern characters"),
    pytest.param("客户 名单 🎉.csv".encode(), "museum/客户 名单 🎉.csv", id="Chinese"),
    pytest.param(b"=cmd|'.csv", "museum/=cmd|'.csv", id="formula"),
    pytest.param(b"x." + b"y" * 200 + b".csv", "museum/x." + "y" * 200 + ".csv", id="long"),
]


@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_names(name, shown, museum):
    museum = museum()
    museum.deliver("museum/" + os.fsdecode(name), ROW)
    assert taken(museum) == [(shown, 1, 0)]


def test_a_parquet_file_whose_name_is_a_pattern_is_read_alone(museum):
    import duckdb

    museum = museum(format="parquet", files="museum/*.parquet")
    for name, number in (("x[12].parquet", 1), ("x1.parquet", 2), ("x2.parquet", 3)):
        with duckdb.connect() as con:
            con.execute(f"copy (select {number} as id) to '{museum.config.inbox / 'p'}' (format parquet)")
        museum.deliver(f"museum/{name}", (museum.config.inbox / "p").read_bytes())
    assert [loaded for _, loaded, _ in taken(museum)] == [1, 1, 1]


def test_links_inside_the_inbox_are_followed_and_others_are_refused(museum, tmp_path):
    museum = museum()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_text("id,name\n7,Secret\n")
    inside = museum.deliver("museum/real.csv", ROW)
    (inside.parent / "alias.csv").symlink_to(inside)
    (inside.parent / "leak.csv").symlink_to(outside / "secret.csv")
    (inside.parent / "nowhere.csv").symlink_to(outside / "missing.csv")
    (inside.parent / "itself.csv").symlink_to(inside.parent / "itself.csv")
    (inside.parent / "zero.csv").symlink_to("/dev/zero")
    assert taken(museum) == [
        ("museum/alias.csv", 1, 0),
        ("museum/leak.csv", 0, 1),
        ("a link that leads out of the inbox is not followed",),
    ]
    kept = [path.read_bytes() for path in museum.config.archive.rglob("*") if path.is_file()]
    assert not any(b"Secret" in content for content in kept)
    assert museum.run("ingest")["ingest"]["files"] == 0


def test_a_folder_that_is_a_link_out_of_the_inbox(museum, tmp_path):
    museum = museum()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.csv").write_text(ROW)
    (museum.config.inbox / "museum").symlink_to(tmp_path / "outside")
    assert taken(museum) == [("museum/x.csv", 0, 1), ("a link that leads out of the inbox is not followed",)]


def test_an_inbox_that_is_a_link_is_an_inbox(museum, tmp_path):
    museum = museum()
    museum.config.inbox.rmdir()
    (tmp_path / "mounted").mkdir()
    museum.config.inbox.symlink_to(tmp_path / "mounted")
    museum.deliver("museum/x.csv", ROW)
    assert taken(museum) == [("museum/x.csv", 1, 0)]


def test_pipes_folders_and_files_being_written_are_no_deliveries(museum):
    museum = museum()
    folder = museum.deliver("museum/x.csv.part", ROW).parent
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.csv").mkdir()
    museum.deliver("museum/.x.csv", ROW)
    museum.deliver("museum/~$x.csv", ROW)
    assert taken(museum) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_yet_is_left_for_the_next_run(museum):
    museum = museum()
    museum.deliver("museum/x.csv", ROW).chmod(0)
    assert museum.run("ingest")["ingest"]["unsettled_files"] == 1


PACKED = [
    pytest.param("x.csv.zip", archive(whatever_dot_csv=ROW), [("museum/x.csv.zip!whatever.csv", 1, 0)],
                 id="a member with the format's suffix"),
    pytest.param("x.csv.zip", archive(a__b_dot_csv=ROW, a__c_dot_TXT=ROW.replace("1", "2"), a__d_dot_jpg="x"),
                 [("museum/x.csv.zip!a/b.csv", 1, 0)], id="one called like the stream's files goes before others"),
    pytest.param("x.csv.zip", archive(**{"__MACOSX__._b_dot_csv": ROW, "_dot_b_dot_csv": ROW, "b_dot_csv": ROW}),
                 [("museum/x.csv.zip!b.csv", 1, 0)], id="hidden files are none"),
    pytest.param("x.csv.zip", archive(a_dot_pdf="x", inner_dot_zip=archive(b_dot_csv=ROW)),
                 [("museum/x.csv.zip", 0, 1), ("the zip archive holds no file of this stream's kind",)],
                 id="nothing of the kind; archives in archives stay packed"),
    pytest.param("x.csv.zip", archive(b_dot_csv=archive(c_dot_csv=ROW)),
                 [("museum/x.csv.zip!b.csv", 0, 1), ("an archive or a workbook where text should be",)],
                 id="an archive called csv in an archive"),
    pytest.param("x.csv.zip", archive(**{"b_dot_csv_dot_gz": gzip.compress(ROW.encode())}),
                 [("museum/x.csv.zip!b.csv.gz", 1, 0)], id="a packed member"),
    pytest.param("x.csv", archive(b_dot_csv=ROW), [("museum/x.csv!b.csv", 1, 0)], id="an archive without the suffix"),
    pytest.param("x.csv.zip", b"id,name\n1,Ann\n", [("museum/x.csv.zip", 0, 1),
                 ("the zip archive is damaged or needs a password",)], id="no archive at all"),
    pytest.param("x.csv.zip", archive(), [("museum/x.csv.zip", 0, 1),
                 ("the zip archive holds no file of this stream's kind",)], id="an empty archive"),
    pytest.param("x.csv.bz2", bz2.compress(ROW.encode()), [("museum/x.csv.bz2", 1, 0)], id="bzip2"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "batches"), PACKED)
def test_archives_of_any_stream(name, content, batches, museum):
    museum = museum()
    museum.deliver(f"museum/{name}", content)
    assert taken(museum) == batches


@pytest.mark.parametrize("member", ["../../evil.csv", "/tmp/evil.csv", "C:\\evil.csv", "..\\..\\evil.csv"])
def test_members_that_point_elsewhere_write_nothing_there(member, museum, tmp_path):
    museum = museum()
    museum.deliver("museum/x.csv.zip", archive(**{member: ROW}))
    ((name, loaded, _),) = taken(museum)
    assert (loaded, "evil" in name) == (1, True)
    assert {path.parent for path in tmp_path.rglob("*evil*")} <= {museum.config.archive / "museum" / "members"}
    assert not Path("/tmp/evil.csv").exists()


def test_a_workbook_is_no_archive(museum):
    museum = museum(format="xlsx", files="museum/*.xlsx*")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for y, row in enumerate((["id", "name"], ["1", "Ann"])):
        book.add_worksheet() if not book.worksheets() else None
        book.worksheets()[0].write_row(y, 0, row)
    book.close()
    museum.deliver("museum/a.xlsx", out.getvalue())
    museum.deliver("museum/b.xlsx.zip", archive(inner_dot_xlsx=out.getvalue() + b"\0"))
    assert taken(museum) == [("museum/a.xlsx", 1, 0), ("museum/b.xlsx.zip!inner.xlsx", 1, 0)]


def test_an_archive_that_is_a_bomb_is_refused(museum):
    museum = museum()
    museum.deliver("museum/x.csv.zip", archive(b_dot_csv=b"\x00" * (2 << 20)))
    stream = declared_stream("museum", "members", museum.config.sources["museum"].streams["members"])
    (found,) = deliveries(museum.config.inbox, stream, Expansion(most_times=10, free_bytes=1 << 20))
    assert "unpacks to more than 10 times its size" in found.damage


def test_nothing_temporary_is_left(museum, tmp_path, monkeypatch):
    museum = museum()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    museum.deliver("museum/x.csv.zip", archive(b_dot_csv=ROW, c_dot_csv=ROW + "\xff\n"))
    museum.deliver("museum/y.csv.zip", archive(b_dot_csv=ROW)[:-30])
    taken(museum)
    assert list((tmp_path / "temporary").iterdir()) == []
