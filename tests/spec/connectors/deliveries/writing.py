"""The ways systems write files: objects a line, pages, comma-separated rows in some encoding, zip archives, Parquet."""

import csv
import io
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet


def lines(*objects: dict) -> bytes:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects).encode()


def page(document: dict) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def table(*rows: dict, encoding: str = "utf-8") -> bytes:
    """A CSV whose columns are the keys of the rows in order of appearance; what a row lacks is empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\r\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def archive(**members: bytes) -> bytes:
    """A zip archive of members, named without their `.csv`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in members.items():
            file.writestr(f"{name}.csv", content)
    return out.getvalue()


def parquet(*rows: dict) -> bytes:
    """A Parquet file of the rows, nested values as they are."""
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.Table.from_pylist(list(rows)), out)
    return out.getvalue()
