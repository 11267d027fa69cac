"""`guiyi link` on tables as people have them: any header, separator and encoding, maps right and wrong."""

import duckdb
import pytest

from tests.pipeline.demo_home import enter, guiyi

PEOPLE = """\
key,first,last,dob,mail,street_no,street,job,passport
1,Robert,Smith,1980-02-01,robert.smith@x.com,12,Long Road,baker,P100
2,Bob,Smith,1980-02-01,robert.smith@x.com,12,Long Road,baker,
3,Robert,Smith,1980-02-01,,,,,P100
4,Anna,Fox,1991-07-30,anna.fox@y.com,3,Hill St,nurse,P200
5,Ana,Fox,1991-07-30,anna.fox@y.com,3,Hill Street,,P200
6,Ken,Ray,1975-11-11,ken.ray@z.com,9,River Ln,driver,P300
7,王小明,,1988-08-08,wxm@x.cn,,,教师,
8,王小明,,1988-08-08,wxm@x.cn,,,,
"""
PERSONS = {("1", "2", "3"), ("4", "5"), ("6",), ("7", "8")}
MAP = """
id = "key"
[columns]
given_name = "first"
family_name = "last"
birth_date = "dob"
email = "lower(mail)"
address = "street_no || ' ' || street"
identifier.passport = "passport"
[[comparison]]
column = "job"
kind = "category"
[[blocking]]
keys = ["family_name", "birth_date"]
[[blocking]]
keys = ["left(family_name, 1)", "birth_date"]
"""


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path):
    enter(monkeypatch, tmp_path / "home")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write(tmp_path):
    def write(name: str, content: str, encoding: str = "utf-8") -> str:
        (tmp_path / name).write_bytes(content.encode(encoding))
        return name

    return write


def link(*arguments: str):
    """Clusters as tuples of record ids."""
    told = guiyi("link", *arguments, "--out", "clusters.parquet")
    assert (told.code, told.err) == (0, "")
    return persons("clusters.parquet")


def persons(clusters: str) -> set[tuple[str, ...]]:
    with duckdb.connect() as con:
        rows = con.execute(
            "select list(record_id order by record_id) from read_parquet(?) group by customer_id", [clusters]
        ).fetchall()
    return {tuple(row[0]) for row in rows}


def refused(*arguments: str) -> str:
    """The text of the error."""
    told = guiyi("link", *arguments, "--out", "clusters.parquet")
    assert told.code == 1
    assert told.err.startswith("guiyi: ")
    assert "Traceback" not in told.err
    return told.err.removeprefix("guiyi: ").strip()


def test_columns_expressions_identifiers_comparisons_and_blocking(write):
    told = guiyi("link", write("people.csv", PEOPLE), "--columns", write("map.toml", MAP), "--out", "clusters.parquet",
                 "--pairs", "pairs.parquet")  # fmt: skip
    assert (told.code, told.err) == (0, "")
    assert "8 records → 4 customers; " in told.out
    assert persons("clusters.parquet") == PERSONS
    with duckdb.connect() as con:
        names = [row[0] for row in con.execute("describe from 'pairs.parquet'").fetchall()]
        odd = con.execute(
            "select count(*) from 'pairs.parquet' where match_probability not between 0 and 1 or record_id_l >= record_id_r"
        ).fetchall()
    assert names[:4] == ["record_id_l", "record_id_r", "match_weight", "match_probability"]
    levels = {name.removeprefix("level_") for name in names if name.startswith("level_")}
    assert levels == {name.removeprefix("weight_") for name in names if name.startswith("weight_")}
    assert {"birth_date", "email", "passport", "job"} <= levels
    assert odd == [(0,)]


def test_every_record_has_one_customer_and_the_file_is_sorted(write):
    link(write("people.csv", PEOPLE), "--columns", write("map.toml", MAP))
    with duckdb.connect() as con:
        described = con.execute("describe from 'clusters.parquet'").fetchall()
        ids = [row[0] for row in con.execute("select record_id from 'clusters.parquet'").fetchall()]
    assert [(row[0], row[1]) for row in described] == [("record_id", "VARCHAR"), ("customer_id", "VARCHAR")]
    assert ids == list("12345678")


def test_rows_in_another_order_give_the_same_customers(write):
    mapping = write("map.toml", MAP)
    header, *rows = PEOPLE.splitlines()
    first = link(write("people.csv", PEOPLE), "--columns", mapping)
    content = (write("again.csv", "\n".join([header, *reversed(rows)])), mapping)
    assert link(content[0], "--columns", content[1]) == first


NAMED = PEOPLE.replace("key,first,last,dob,mail", "ID,Given Name,FAMILY_NAME, birth-date ,Email", 1)
TABLES = {
    "names in any case, with blanks or dashes": (NAMED, "utf-8"),
    "semicolons": (NAMED.replace(",", ";"), "utf-8"),
    "tabs": (NAMED.replace(",", "\t"), "utf-8"),
    "bars, Windows line ends": (NAMED.replace(",", "|").replace("\n", "\r\n"), "utf-8"),
    "byte order mark": (NAMED, "utf-8-sig"),
    "everything quoted": ("\n".join('"' + line.replace(",", '","') + '"' for line in NAMED.splitlines()), "utf-8"),
}


@pytest.mark.parametrize("kind", TABLES)
def test_without_a_map_columns_of_standard_names_are_used(write, kind):
    content, encoding = TABLES[kind]
    assert link(write("table.csv", content, encoding)) == PERSONS


def test_what_was_used_without_a_map_is_told(write):
    told = guiyi("link", write("table.csv", "id,Email,nick\n1,a@x.com,x\n"), "--out", "clusters.parquet")
    assert told.out.splitlines()[0] == "without a map, these columns were used: email"


def test_gbk_is_read_when_named_and_told_when_not(write):
    table = write("table.csv", "id,full_name,email\n1,王小明,a@x.cn\n2,王小明,a@x.cn\n3,李娜,b@x.cn\n", "gbk")
    assert link(table, "--encoding", "gb18030") == {("1", "2"), ("3",)}
    said = refused(table)
    assert said.startswith(
        "table.csv, line 2: not valid utf-8 (3 such lines); name the file's encoding with --encoding"
    )


def test_parquet_with_numbers_lists_and_dates(tmp_path):
    with duckdb.connect() as con:
        con.execute(
            f"""
            copy (
                select i as id, 'a' || i // 2 || '@x.com' as email, ['x'] as tags, date '1980-01-01' + (i // 2)::integer as birth_date
                from range(2, 8) t(i)
            ) to '{tmp_path}/table.parquet' (format parquet)
            """
        )
    assert link("table.parquet") == {("2", "3"), ("4", "5"), ("6", "7")}


def test_a_column_called_record_id_that_is_not_the_id(write):
    table = write("table.csv", "record_id,no,email\nA,1,a@x.com\nA,2,a@x.com\nB,3,b@x.com\nB,4,c@x.com\n")
    assert "1 repeat" not in refused(table)
    assert "column 'record_id' is no id: 0 rows lack it and 2 repeat another's; name the column" in refused(table)
    mapping = write("map.toml", 'id = "no"\n[columns]\nemail = "email"\nidentifier.old = "record_id"\n')
    told = guiyi("link", table, "--columns", mapping, "--out", "clusters.parquet")
    assert told.code == 0
    assert {record for person in persons("clusters.parquet") for record in person} == set("1234")


def test_awkward_column_names_can_be_compared(write):
    header = 'The Key,"Job, ""last""",group,街道,street,mail'
    rows = [f"{i},baker{i // 2},g{i // 2},路{i // 2},Road {i // 2},m{i // 2}@x.com" for i in range(2, 10)]
    mapping = 'id = "the key"\n[columns]\nemail = "MAIL"\n' + "".join(
        f"[[comparison]]\ncolumn = '{name}'\nkind = \"text\"\n" for name in ('Job, "last"', "Group", "街道", "street")
    )
    told = guiyi("link", write("t.csv", "\n".join([header, *rows])), "--columns", write("map.toml", mapping),
                 "--out", "clusters.parquet", "--pairs", "pairs.parquet")  # fmt: skip
    assert (told.code, told.err) == (0, "")
    assert persons("clusters.parquet") == {("2", "3"), ("4", "5"), ("6", "7"), ("8", "9")}
    with duckdb.connect() as con:
        names = {row[0] for row in con.execute("describe from 'pairs.parquet'").fetchall()}
    assert {"level_job_last", "level_own_group", "level_own_street", "level_own_2"} <= names


def test_one_row_is_one_customer(write):
    assert link(write("table.csv", "id,email\n1,a@x.com\n")) == {("1",)}


def test_records_without_any_value_stay_alone(write):
    rows = "".join(f"{i},m{i // 2}@x.com\n" for i in range(2, 20))
    found = link(write("table.csv", "id,email\n" + rows + "20,\n21,\n"))
    assert {("20",), ("21",)} <= found
    assert len(found) == 11


def test_clusters_and_pairs_can_be_csv_in_a_new_folder(write, tmp_path):
    told = guiyi("link", write("table.csv", "id,email\n1,a@x.com\n2,b@x.com\n3,b@x.com\n"),
                 "--out", "new/clusters.csv", "--pairs", "new/pairs.csv")  # fmt: skip
    assert told.code == 0
    assert (tmp_path / "new" / "clusters.csv").read_text(encoding="utf-8").startswith("record_id,customer_id\n1,C")
    assert (tmp_path / "new" / "pairs.csv").read_text(encoding="utf-8").startswith("record_id_l,record_id_r,")


SOUND = "id,email\n1,a@x.com\n2,a@x.com\n"
# What the table holds → what is said of it.
BAD_TABLES = {
    "no bytes": ("", "table.csv holds no rows: it needs a header line and one line per record"),
    "a header alone": ("id,email\n", "table.csv holds no rows"),
    "no id": ("email\na@x.com\n", 'which one is the record\'s id, such as id = "…"; the table has email'),
    "ids alone": ("id\n1\n2\n", "table.csv holds nothing to compare: no filled column carries a standard name"),
    "nothing but missing values": ("id,email,phone\n1,,\n2,,\n", "the table has id, email, phone"),
    "unknown names": ("id,nick\n1,a\n", "say in a map (--columns MAP.toml) what they mean; the table has id, nick"),
    "repeated ids": (SOUND + "2,c@x.com\n", "column 'id' is no id: 0 rows lack it and 1 repeat another's"),
    "missing ids": ("id,email\n,a@x.com\n2,b@x.com\n", "column 'id' is no id: 1 rows lack it"),
    "ragged": (SOUND + "3,c@x.com,x\n4\n", "table.csv, line 4: 3 fields where the header has 2 (2 such lines)"),
    "open quote": (SOUND + '3,"c@x.com\n', "table.csv, line 4: a quote is opened and never closed"),
}


@pytest.mark.parametrize("case", BAD_TABLES)
def test_a_table_that_cannot_be_used_says_why(write, case):
    content, said = BAD_TABLES[case]
    assert said in refused(write("table.csv", content))


def test_files_of_other_kinds_say_what_to_do(write, tmp_path):
    (tmp_path / "folder").mkdir()
    assert refused(write("book.xlsx", "PK")) == "book.xlsx is a spreadsheet: save the sheet as CSV (UTF-8)"
    assert refused(write("rows.ndjson", "{}")) == "rows.ndjson is JSON: write it as CSV or Parquet"
    assert refused(write("wide.csv", SOUND, "utf-16")) == "wide.csv is UTF-16 text: save it as UTF-8"
    assert refused(write("rows.parquet", "no")) == "rows.parquet is not a readable Parquet file"
    assert refused("none.csv") == "none.csv does not exist"
    assert refused("folder") == "folder is a folder, not a file"


BAD_MAPS = {
    "no TOML": ("[columns", "map.toml: Expected"),
    "empty": ("", 'map.toml needs a [columns] table: standard_name = "source_column"'),
    "columns that are no table": ('columns = "email"', "map.toml needs a [columns] table"),
    "unknown standard name": ('[columns]\nnick = "email"', "[columns] does not know ['nick']; it knows given_name,"),
    "unknown entry": (
        'columns.email = "email"\n[[comparisons]]\n',
        "does not know ['comparisons']; it knows id, columns,",
    ),
    "missing id column": ('id = "no"\n[columns]\nemail = "email"', "no column 'no' for the id; it has id, email"),
    "missing column": (
        '[columns]\nemail = "emial"',
        "[columns] email = 'emial' is no column and no SQL expression over the columns",
    ),
    "broken expression": ('[columns]\nphone = "id ||"', "[columns] phone = 'id ||' is no column and no SQL expression"),
    "an aggregate": ('[columns]\nphone = "count(id)"', "[columns] phone = 'count(id)' is no column and no SQL"),
    "no text": ("[columns]\nemail = 3", "[columns] email must be text"),
    "single brackets": (
        'columns.email = "email"\n[comparison]\ncolumn = "id"',
        "write [[comparison]] with two brackets",
    ),
    "missing column of a comparison": (
        'columns.email = "email"\n[[comparison]]\ncolumn = "job"\nkind = "text"',
        "[[comparison]] names 'job', which is no column of the table and no standard name; the table has id, email",
    ),
    "unknown kind": (
        'columns.email = "email"\n[[comparison]]\ncolumn = "id"\nkind = "colour"',
        "kinds are name, date, category, text, number, identifier",
    ),
    "missing column of a rule": (
        'columns.email = "email"\n[[blocking]]\nkeys = ["job"]',
        "a key under [[blocking]] is no column or SQL expression",
    ),
}


@pytest.mark.parametrize("case", BAD_MAPS)
def test_a_map_that_cannot_be_used_says_why(write, case):
    content, said = BAD_MAPS[case]
    assert said in refused(write("table.csv", SOUND), "--columns", write("map.toml", content))


def test_an_error_never_quotes_a_value(write):
    mapping = write("map.toml", '[columns]\nbirth_date = "email::date"\n')
    said = refused(write("table.csv", SOUND), "--columns", mapping)
    assert "a@x.com" not in said
    assert "use try_cast where a value may not fit" in said


def test_other_arguments_that_cannot_be_used_say_why(write):
    table = write("table.csv", SOUND)
    assert refused(table, "--columns", "none.toml") == "none.toml does not exist"
    assert refused(table, "--settings", "none.toml") == "none.toml does not exist"
    assert refused(table, "--settings", write("bad.toml", "[")).startswith("bad.toml: ")
    assert "no ISO 3166 code of two letters" in refused(table, "--country", "Germany")
    assert "no encoding is called 'klingon'" in refused(table, "--encoding", "klingon")
    assert "must be different files" in refused(table, "--pairs", "clusters.parquet")
    assert "is a folder: name a file to write to" in refused(table, "--pairs", ".")


def test_the_table_itself_is_never_written_over(write, tmp_path):
    table = write("clusters.parquet", SOUND)
    assert "must be different files" in refused(table)
    assert (tmp_path / table).read_text(encoding="utf-8") == SOUND


def test_phones_are_read_with_the_country_given(write):
    table = write("table.csv", "id,full_name,phone\n1,王小明,139 8765 4321\n2,王小明,+8613987654321\n")
    levels = []
    for country in ([], ["--country", "cn"]):
        link(table, *country, "--pairs", "pairs.parquet")
        with duckdb.connect() as con:
            levels += con.execute("select level_phone from 'pairs.parquet'").fetchall()
    assert levels == [("same tail",), ("same",)]
