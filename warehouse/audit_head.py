"""The head of the audit chain, kept outside the warehouse: the newest hash, by which rows cut off at the end show.

In: an open warehouse. Out: `audit.head` in the data directory, a line of JSON, replaced in one step:

    {"hash": "…", "key_id": "…", "mac": "…", "sequence": 123}

With a key, `mac` is HMAC-SHA256 over sequence and hash with the sub-key for it, so that a head cannot be made without
the key. Without one, whoever can write to both the warehouse and this file can forge both: write the hash that
`guiyi audit verify` prints down elsewhere, and give it to `--head` later.

The head is written after a stage has ended; a kill between the two leaves one that is behind, which is no damage.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from warehouse.audit import Chain, chain_older, newest_act, verify_chain
from warehouse.vault.key import Key
from warehouse.vault.sealing import write_private

FILE = "audit.head"


@dataclass(frozen=True)
class _Head:
    """What the file says."""

    sequence: int
    hash: str
    key_id: str | None
    mac: str | None


def write_head(
    con: duckdb.DuckDBPyConnection, path: Path, key: Key | None, *, before: tuple[Key | None, ...] | None = None
) -> None:
    """Keep the newest hash; nothing is written before the first act.

    A head that does not fit the chain is left for `verify_audit` to find: to replace it would be to sign what was done
    to the rows. `before` are the keys that the head there may be signed with, when that changes; None: no signature.
    """
    chain_older(con)
    sequence, found = newest_act(con)
    allowed = (key,) if before is None else before
    if not sequence or (path.exists() and all(_find_problem(con, path, each) for each in allowed)):
        return
    head = {
        "hash": found, "sequence": sequence, "key_id": key.key_id if key else None, "mac": _mac(sequence, found, key),
    }  # fmt: skip
    content = json.dumps(head, sort_keys=True) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != content:
        write_private(path, content.encode(), None)


def head_key_id(path: Path) -> str | None:
    """The id of the key that the head is signed with; None without a signature or a head."""
    head = _read_head(path) if path.exists() else None
    return head.key_id if head else None


def verify_audit(con: duckdb.DuckDBPyConnection, path: Path, key: Key | None, known: str | None = None) -> Chain:
    """The chain checked, then against its head; `known` is a hash noted earlier, which must be in it."""
    chain = verify_chain(con)
    if chain.problem:
        return chain
    # A head without any act is one whose acts are all gone.
    problem = _find_problem(con, path, key) if chain.acts or path.exists() else None
    if problem is None and known is not None and _count(con, "hash = ?", known) == 0:
        problem = f"no row has the hash {known}: rows were cut off, or all of them written anew"
    return replace(chain, broken=chain.sequence + 1, problem=problem) if problem else chain


def _find_problem(con: duckdb.DuckDBPyConnection, path: Path, key: Key | None) -> str | None:
    if not path.exists():
        return f"{path} is missing, which holds the newest hash"
    head = _read_head(path)
    if head is None:
        return f"{path} cannot be read"
    if key and not hmac.compare_digest(head.mac or "", _mac(head.sequence, head.hash, key) or ""):
        return f"{path} is not signed with the configured key"
    newest, _ = newest_act(con)
    if head.sequence > newest:
        return f"rows {newest + 1} to {head.sequence} were cut off, {path} says"
    same = _count(con, "sequence = ? and hash = ?", head.sequence, head.hash)
    return None if same else f"row {head.sequence} is not the one that {path} knows"


def _read_head(path: Path) -> _Head | None:
    try:
        head = json.loads(path.read_text(encoding="utf-8"))
        return _Head(int(head["sequence"]), str(head["hash"]), head["key_id"], head["mac"])
    except (ValueError, KeyError, TypeError):
        return None


def _count(con: duckdb.DuckDBPyConnection, condition: str, *values: object) -> int:
    row = con.execute(f"select count(*) from ops.audit where {condition}", list(values)).fetchone()
    return int(row[0]) if row else 0


def _mac(sequence: int, found: str, key: Key | None) -> str | None:
    if key is None:
        return None
    return hmac.new(key.derive("audit"), f"{sequence}:{found}".encode(), hashlib.sha256).hexdigest()
