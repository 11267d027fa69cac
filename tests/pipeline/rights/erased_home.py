"""An installation to erase people from, what to look for afterwards, and a scan that knows nothing of the code under
test: it unpacks what it finds with the standard library, pyarrow and DuckDB, and decrypts it where a key is given."""

import gzip
import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.pipeline.demo_home import DemoHome, enter, guiyi
from tests.warehouse.drawn import PROJECT
from warehouse.vault.cipher import connect_file, is_encrypted
from warehouse.vault.key import Key
from warehouse.vault.sealing import SUFFIX, unseal

PERSONS = 60


@cache
def full_home(base: Path) -> DemoHome:
    """The demo of every source after a run, made once; copies of it are erased from."""
    folder = base / "full_home"
    with pytest.MonkeyPatch.context() as patch:
        enter(patch, folder / "home")
        demo = guiyi("demo", folder / "home" / "inbox", "--customers", PERSONS, "--seed", 5, "--days", 2)
        run = guiyi("run")
    assert run.code == 0, run.err
    return DemoHome(folder / "home", PROJECT / "config" / "guiyi.toml", demo, run)


def without_strangers(home: DemoHome) -> DemoHome:
    """The installation without files of sources that it does not read, and with the truth beside it."""
    taken = {row[0].partition("!")[0] for row in home.rows("select file_name from ops.delivery")}
    inbox = home.home / "inbox"
    shutil.move(inbox / "truth.parquet", home.home.parent / "truth.parquet")
    for path in [each for each in inbox.rglob("*") if each.is_file()]:
        if path.relative_to(inbox).as_posix() not in taken:
            path.unlink()
    return home


@dataclass(frozen=True)
class Person:
    """Somebody of the demo's truth whose records are one customer and nobody else's."""

    person_id: str
    customer_id: str
    email: str
    sources: int


def choose_persons(home: DemoHome) -> list[Person]:
    """Those with most sources first, with an e-mail that only they have."""
    beside = home.home.parent / "truth.parquet"
    truth = (beside if beside.exists() else home.home / "inbox" / "truth.parquet").as_posix()
    rows = home.rows(
        f"""
        with known as (
            select truth.person_id, who.customer_id, who.record_id, who.source
            from '{truth}' as truth join identity.record_customer as who using (source, stream, source_record_id)
        ),
        whole as (
            select person_id, min(customer_id) as customer_id, count(distinct source) as sources
            from known group by all having count(distinct customer_id) = 1
        )
        select person_id, customer_id, min(mine.value), any_value(sources)
        from whole join customer.identifier as mine using (customer_id)
        where customer_id in (select customer_id from known group by all having count(distinct person_id) = 1)
            and namespace = 'email'
            and value not in (select value from customer.identifier as other where other.customer_id <> mine.customer_id)
        group by all order by any_value(sources) desc, person_id
        """
    )
    return [Person(*row) for row in rows]


def needles_of(home: DemoHome, person: Person) -> dict[str, set[str]]:
    """What nobody else carries: spellings by kind (digits, text)."""
    mine = {"who": person.customer_id}
    with duckdb.connect(str(home.home / "warehouse.duckdb"), read_only=True) as con:
        carried = con.execute(
            """
            select distinct namespace, value from customer.identifier where customer_id = $who
                and value not in (select value from customer.identifier where customer_id <> $who)
            """,
            mine,
        ).fetchall()
        names = con.execute(
            """
            select distinct full_name from standard.record join identity.record_customer as who using (record_id)
            where who.customer_id = $who and length(full_name) > 1 and lower(full_name) not in (
                select lower(full_name) from standard.record join identity.record_customer as other using (record_id)
                where other.customer_id <> $who and full_name is not null
            )
            """,
            mine,
        ).fetchall()
    digits = {value[-10:] for namespace, value in carried if namespace == "phone"}
    texts = {value.lower() for namespace, value in carried if namespace != "phone" and len(value) >= 8}
    return {"digits": digits, "text": texts | {name[0].lower() for name in names if len(name[0].encode()) >= 6}}


def find_needles(home: Path, needles: dict[str, set[str]], key: Key | None = None) -> list[str]:
    """Which file holds a needle of which kind; empty when none does. With a key what is encrypted is opened."""
    texts = {form for text in needles["text"] for form in (text.encode(), text.encode("gb18030"))}
    found = set()
    for path in sorted(each for each in home.rglob("*") if each.is_file()):
        for content in _contents_of(path, key):
            lowered = content.lower()
            if any(text in lowered for text in texts):
                found.add(f"{path.relative_to(home)}: text")
            bare = re.sub(rb"[\s().-]", b"", content)
            if any(digits.encode() in bare for digits in needles["digits"]):
                found.add(f"{path.relative_to(home)}: digits")
    return sorted(found)


def _contents_of(path: Path, key: Key | None) -> Iterator[bytes]:
    if path.suffix == ".duckdb":  # whose bytes are compressed, or encrypted
        yield from _tables(path, key)
    if key and path.name.endswith(SUFFIX):
        yield from _contents(b"".join(unseal(path, key, "extract" if "extracts" in path.parts else "archive")))
    else:
        yield from _contents(path.read_bytes())


def _tables(path: Path, key: Key | None) -> Iterator[bytes]:
    """The rows of every table."""
    if key is None and is_encrypted(path):
        return
    text = key.derive_text("snapshot" if "full" in path.name else "warehouse") if key and is_encrypted(path) else None
    with connect_file(path, text, read_only=True) as con:
        listed = "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
        for schema, table in con.execute(listed).fetchall():
            rows = con.execute(f'select * from "{schema}"."{table}"').fetchall()
            yield "\n".join(" | ".join(str(value) for value in row) for row in rows).encode()


def _contents(content: bytes) -> Iterator[bytes]:
    yield content
    if content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from _contents(archive.read(name))
    if content.startswith(b"PAR1"):
        for row in pq.read_table(io.BytesIO(content)).to_pylist():
            yield " | ".join(str(value) for value in row.values()).encode()


def keep_deliveries(home: Path, elsewhere: Path) -> Path:
    """The inbox as the sources delivered it, without the demo's truth."""
    shutil.copytree(home / "inbox", elsewhere)
    for name in ("truth.parquet", "truth_anonymous.parquet"):
        (elsewhere / name).unlink()
    return elsewhere


def deliver_again(delivered: Path, inbox: Path, *, changed: bool) -> None:
    """Every delivery once more under other names; `changed`: with an empty line behind it, so that its bytes are new."""
    mark = "changed" if changed else "again"
    for path in sorted(each for each in delivered.rglob("*") if each.is_file()):
        target = inbox / path.relative_to(delivered).with_name(f"{path.stem}-{mark}{path.suffix}")
        target.parent.mkdir(parents=True, exist_ok=True)
        if changed and path.suffix != ".zip":
            target.write_bytes(path.read_bytes() + b"\n")
        elif changed:
            _pack_again(path, target)
        else:
            shutil.copyfile(path, target)


def _pack_again(path: Path, target: Path) -> None:
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w") as out:
        for name in archive.namelist():
            out.writestr(name, archive.read(name) + b"\r\n")


def contents(home: Path) -> dict[str, bytes]:
    """Every file with what is in it."""
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def configure(home: DemoHome, folder: Path, rights: str, patch: pytest.MonkeyPatch) -> Path:
    """The installation's configuration with another rights.toml, in force from now on."""
    shutil.copytree(home.config.parent, folder / "config")
    (folder / "config" / "rights.toml").write_text(rights, encoding="utf-8")
    patch.setenv("GUIYI_CONFIG", str(folder / "config" / "guiyi.toml"))
    return folder / "config" / "guiyi.toml"
