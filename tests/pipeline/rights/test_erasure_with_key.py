"""Erasure where everything is encrypted: decrypted, no layer holds the person, and nothing was left unencrypted."""

from tests.pipeline.demo_home import demo_home, guiyi
from tests.pipeline.rights.erased_home import choose_persons, find_needles, needles_of, without_strangers
from warehouse.connection import open_readonly
from warehouse.vault.key import new_key, read_key_file, write_key_file

OTHERS = "select * from identity.record_customer where customer_id <> ? order by record_id"


def test_nothing_of_the_person_is_left_below_the_encryption(tmp_path_factory, tmp_path, monkeypatch):
    home = without_strangers(demo_home(tmp_path_factory.getbasetemp()).copy(tmp_path / "home"))
    person = choose_persons(home)[0]
    needles, others = needles_of(home, person), home.rows(OTHERS, person.customer_id)
    home.enter(monkeypatch)
    write_key_file(tmp_path / "key", new_key())
    key = read_key_file(tmp_path / "key", "test")
    monkeypatch.setenv("GUIYI_KEY_FILE", str(tmp_path / "key"))
    for command in ("key rotate", "ingest"):  # which empties the inbox
        assert guiyi(*command.split()).code == 0
    assert find_needles(home.home, needles) == []
    found = {name.split("/")[0] for name in find_needles(home.home, needles, key)}
    assert found >= {"warehouse.duckdb: text", "archive", "published"}

    told = guiyi("erase", "--identifier", f"email:{person.email}", "--yes", "--by", "dpo", "--reason", "asked")
    assert told.code == 0, told.err
    assert "still holds" not in told.out
    assert find_needles(home.home, needles, key) == []
    with open_readonly(home.home / "warehouse.duckdb") as con:
        assert con.execute(OTHERS, [person.customer_id]).fetchall() == others
    archived = [path for path in (home.home / "archive").rglob("*") if path.is_file()]
    assert [path.name for path in archived if path.suffix != ".sealed"] == []
    assert any(".remaining." in path.name for path in archived)
    assert guiyi("audit", "verify").code == 0
