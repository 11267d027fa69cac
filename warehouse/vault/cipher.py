"""DuckDB files encrypted with a sub-key (AES-256-GCM, DuckDB 1.4's ENCRYPTION_KEY).

In: a path and the sub-key as text, or None for a plain file. Out: a connection whose current database is that file, or
the file attached to a connection. The key goes to DuckDB as a parameter: it stands in no statement, and so in no error
and no log of statements; duckdb_databases() does not show it.

DuckDB reads encrypted files by itself and writes them with the cipher of the httpfs extension, which is loaded from its
wheel: nothing is installed or fetched. Spilled rows are encrypted too and lie beside the file, as a plain file's do.
"""

import hashlib
from importlib.util import find_spec
from pathlib import Path

import duckdb

from warehouse.vault.key import KeyProblem

# Newer files know Zstandard and dictionaries over FSST, which write the same text in half of the time; the version is
# that of the DuckDB the project is locked to. A file made before keeps the version it was made with.
STORAGE_VERSION = "v1.5.0"
_WHEEL = "duckdb_extension_httpfs"
# Main header: 8 bytes checksum, "DUCK", version (8), flags (8) of which the lowest bit says encrypted.
_MAGIC = slice(8, 12)
_FLAGS = 20


def is_encrypted(path: Path) -> bool:
    """Whether an existing DuckDB file is encrypted, by its header."""
    with path.open("rb") as file:
        header = file.read(_FLAGS + 1)
    return header[_MAGIC] == b"DUCK" and len(header) > _FLAGS and bool(header[_FLAGS] & 1)


def connect_file(path: Path, key_text: str | None, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file; KeyProblem when the key does not fit it."""
    check_fit(path, key_text)
    if key_text is None:
        return duckdb.connect(str(path), read_only=read_only, config={"storage_compatibility_version": STORAGE_VERSION})
    # Readers of one process share one database: locks of a file are the process's, and one handle closed would release
    # them for the others too.
    name = f":memory:guiyi-{hashlib.sha256(str(path).encode()).hexdigest()[:16]}" if read_only else ":memory:"
    settings: dict[str, str | bool | int | float | list[str]] = {
        "storage_compatibility_version": STORAGE_VERSION,
        "temp_directory": f"{path}.tmp",
        "temp_file_encryption": True,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    con = duckdb.connect(name, config=settings)
    try:
        attach_file(con, path, path.stem, key_text, read_only=read_only)
        con.execute(f"use {_identifier(path.stem)}")
    except BaseException:
        con.close()
        raise
    return con


def attach_file(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    alias: str,
    key_text: str | None,
    *,
    read_only: bool = False,
    block_size: int | None = None,
    storage_version: str | None = None,
) -> None:
    """Attach a DuckDB file under a name; KeyProblem when the key does not fit it."""
    check_fit(path, key_text)
    options = ["read_only"] * read_only + ([f"block_size {block_size}"] if block_size else [])
    options += [f"storage_version '{storage_version}'"] if storage_version else []
    parameters = {}
    if key_text is not None:
        if not read_only:
            load_cipher(con)
        options.append("encryption_key $key")
        parameters["key"] = key_text
    # ATTACH takes no parameter for its file name; a quote in the path is doubled.
    name = str(path).replace("'", "''")
    listed = f" ({', '.join(options)})" if options else ""
    try:
        con.execute(f"attach if not exists '{name}' as {_identifier(alias)}{listed}", parameters)
    except duckdb.InvalidInputException as error:
        if "encryption key" in str(error):
            raise KeyProblem(
                f"{path} does not open with the configured key: configure the one it was made with; after "
                "`guiyi key rotate` that is the new one"
            ) from None
        raise


def check_fit(path: Path, key_text: str | None) -> None:
    """Encrypted files need a key, and a plain one is not taken for protected."""
    if not path.exists() or not path.stat().st_size:
        return
    encrypted = is_encrypted(path)
    if encrypted and key_text is None:
        raise KeyProblem(f"{path} is encrypted and no key is configured: set GUIYI_KEY or GUIYI_KEY_FILE to its key")
    if not encrypted and key_text is not None:
        raise KeyProblem(
            f"{path} is not encrypted though a key is configured: `guiyi key rotate` encrypts all that lies there"
        )


def load_cipher(con: duckdb.DuckDBPyConnection) -> None:
    """The cipher that writing needs."""
    con.execute("load '{}'".format(str(_extension()).replace("'", "''")))


def _extension() -> Path:
    spec = find_spec(_WHEEL)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        for file in Path(place).rglob("httpfs.duckdb_extension"):
            return file
    raise KeyProblem(
        f"writing encrypted files needs the package {_WHEEL.replace('_', '-')} in DuckDB's version {duckdb.__version__}"
    )


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
