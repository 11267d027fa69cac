"""What must not, or must, come together: steward decisions and identifiers a person has only one of."""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt

from identity.clustering import Vetoes
from identity.engines.duckdb import read_numpy
from identity.settings import Settings


def read_vetoes(con: duckdb.DuckDBPyConnection, decisions: str | None, settings: Settings) -> Vetoes:
    """The decisions table (record_id_l, record_id_r, verdict) and identity_value as dense record numbers."""
    return Vetoes(
        same=_read_decisions(con, decisions, "same"),
        different=_read_decisions(con, decisions, "different"),
        unique=_read_unique(con, settings),
    )


def _read_decisions(con: duckdb.DuckDBPyConnection, decisions: str | None, verdict: str) -> npt.NDArray[np.int64]:
    """Pairs of dense record numbers under a verdict; records that are gone are left out."""
    if decisions is None:
        return np.empty((0, 2), np.int64)
    query = f"""
        select distinct least(l.rid, r.rid) as low, greatest(l.rid, r.rid) as high
        from {decisions} d
        join identity_person l on l.record_id = d.record_id_l
        join identity_person r on r.record_id = d.record_id_r
        where d.verdict = $verdict and l.rid <> r.rid
        order by low, high
    """
    rows = read_numpy(con, query, {"verdict": verdict})
    return np.stack([np.asarray(rows["low"], np.int64), np.asarray(rows["high"], np.int64)], axis=1)


def _read_unique(con: duckdb.DuckDBPyConnection, settings: Settings) -> tuple[npt.NDArray[np.int32], ...]:
    """Per namespace and issuer with one value per person: code per record, -1 without a value or with several."""
    names = sorted(name for name, namespace in settings.namespaces.items() if namespace.unique_per_person)
    query = """
        select rid, min(code) as code, min(kind) as kind
        from (
            select namespace, issuer, rid,
                cast(dense_rank() over (partition by namespace, issuer order by value) as integer) as code,
                cast(dense_rank() over (order by namespace, issuer) as integer) - 1 as kind
            from identity_value where list_contains($names, namespace)
        )
        group by namespace, issuer, rid
        having count(*) = 1
    """
    rows = read_numpy(con, query, {"names": names})
    rid, code, kind = (np.asarray(rows[name], np.int32) for name in ("rid", "code", "kind"))
    count = con.execute("select count(*) from identity_person").fetchone()
    found = []
    for number in range(int(kind.max(initial=-1)) + 1):
        codes = np.full(int((count or (0,))[0]), -1, np.int32)
        codes[rid[kind == number]] = code[kind == number]
        found.append(codes)
    return tuple(found)
