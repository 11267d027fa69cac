"""Compressed files read like plain ones, damage named, bombs refused before they go off."""

import bz2
import gzip
import io
import lzma
import tracemalloc
import zipfile

import duckdb
import pyarrow as pa
import pytest

from connectors.files import archive
from connectors.files.chunk import UnreadableFile
from connectors.files.columnar import Columnar
from connectors.files.compressed import Expansion, open_plain, plain_file
from connectors.files.delimited import Delimited
from connectors.files.reading import read_file

PACKERS = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": lambda data: pa.compress(data, codec="zstd", asbytes=True),
}
TABLE = b"a,b\n" + b"".join(b"%d,x\n" % i for i in range(5000))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file.csv"


def read(path, **options) -> list:
    with duckdb.connect() as con:
        return [row["a"] for chunk in read_file(con, path, Delimited(), **options) for row in chunk.rows.to_pylist()]


@pytest.mark.parametrize("name", PACKERS)
def test_packed_is_read_like_plain(name, path):
    path.write_bytes(
        PACKERS[name](TABLE) if name == "zstd" else PACKERS[name](TABLE[:999]) + PACKERS[name](TABLE[999:])
    )
    assert read(path) == [str(i) for i in range(5000)]


@pytest.mark.parametrize("name", PACKERS)
def test_a_cut_or_damaged_one_is_an_error(name, path):
    packed = PACKERS[name](TABLE)
    middle = len(packed) // 2
    # Zstandard as pyarrow writes it has no checksum.
    damaged = packed[:-9] if name == "zstd" else packed[:middle] + b"\x00" * 40 + packed[middle + 40 :]
    for broken in (packed[:-9], damaged):
        path.write_bytes(broken)
        with pytest.raises(UnreadableFile, match="damaged or cut off"):
            read(path)


@pytest.mark.parametrize("name", PACKERS)
def test_a_bomb_is_refused_before_it_fills_memory(name, path):
    path.write_bytes(PACKERS[name](b"\x00" * (16 << 20)) * 20)
    limits = Expansion(most_times=100, free_bytes=4 << 20)
    tracemalloc.start()
    with pytest.raises(UnreadableFile, match="unpacks to more than 100 times its size"):
        read(path, limits=limits)
    with pytest.raises(UnreadableFile, match="unpacks"), plain_file(path, limits):
        pass
    assert tracemalloc.get_traced_memory()[1] < 200 << 20
    tracemalloc.stop()


def test_a_file_may_shrink_well_and_be_long():
    limits = Expansion()
    assert limits.allows(1, 100 << 20)
    assert not limits.allows(1000, 101 << 20)
    assert limits.allows(1 << 20, 1000 << 20)
    assert not limits.allows(50 << 30, 51 << 30)


def test_a_packed_parquet_is_unpacked_beside_and_removed(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with duckdb.connect() as con:
        con.execute(f"copy (select 7 as n) to '{tmp_path / 'x.parquet'}' (format parquet)")
        packed = tmp_path / "x.parquet.gz"
        packed.write_bytes(gzip.compress((tmp_path / "x.parquet").read_bytes()))
        (chunk,) = read_file(con, packed, Columnar())
        assert chunk.rows.to_pylist() == [{"_line": 1, "n": "7"}]
        packed.write_bytes(gzip.compress(b"no parquet"))
        with pytest.raises(UnreadableFile):
            list(read_file(con, packed, Columnar()))
    assert list((tmp_path / "temporary").iterdir()) == []


def test_an_archive_where_text_should_be_is_not_read_as_text(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.csv", "a,b\n1,2\n")
    with pytest.raises(UnreadableFile, match="an archive or a workbook"):
        read(path)


def test_a_plain_file_is_opened_as_it_is(path):
    path.write_bytes(b"plain")
    with open_plain(path) as file:
        assert file.read() == b"plain"


NAMES = [
    pytest.param("../../evil.csv", ["../../evil.csv"], id="up"),
    pytest.param("/etc/evil.csv", ["/etc/evil.csv"], id="absolute"),
    pytest.param("..\\evil.csv", ["..\\evil.csv"], id="backslashes"),
    pytest.param("a'; drop table x;--.csv", ["a'; drop table x;--.csv"], id="SQL"),
    pytest.param("__MACOSX/._a.csv", [], id="a Mac's leftovers"),
    pytest.param(".hidden.csv", [], id="hidden"),
    pytest.param("~$open.csv", [], id="an open document's lock"),
    pytest.param("folder.csv/", [], id="folder"),
    pytest.param("inner.csv.zip", [], id="an archive in the archive"),
]


@pytest.mark.parametrize(("name", "found"), NAMES)
def test_members_by_name(name, found, tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(name, "a\n")
    assert [each.name for each in archive.members(path, lambda name: ".csv" in name)] == found


def test_a_chinese_windows_names_its_members_in_its_own_code_page(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("XXXXXXXX-1.csv", "a\n")
    path = tmp_path / "x.zip"
    path.write_bytes(packed.getvalue().replace(b"XXXXXXXX", "订单导出".encode("gbk")))
    assert [each.name for each in archive.members(path, lambda name: name.startswith("订单"))] == ["订单导出-1.csv"]


def test_an_archive_that_is_a_bomb(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.csv", b"\x00" * (8 << 20))
        file.writestr("b.csv", "a\n")
    limits = Expansion(most_times=100, free_bytes=1 << 20)
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        archive.members(path, lambda name: True, limits)
    assert [each.name for each in archive.members(path, lambda name: name == "b.csv", limits)] == ["b.csv"]


def test_a_member_that_says_it_is_small_is_read_no_further(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.csv", b"\x00" * (8 << 20))
    size = (8 << 20).to_bytes(4, "little")
    path = tmp_path / "x.zip"
    path.write_bytes(packed.getvalue().replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(UnreadableFile, match="damaged"):
        archive.members(path, lambda name: True)
