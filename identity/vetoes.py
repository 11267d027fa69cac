"""What must not, or must, come together: steward decisions and identifiers a person has only one of."""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt

from identity.clustering import Vetoes
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
    rows = con.execute(query, {"verdict": verdict}).fetchnumpy()
    return np.stack([np.asarray(rows["low"], np.int64), np.asarray(rows["high"], np.int64)], axis=1)


def _read_unique(con: duckdb.DuckDBPyConnection, settings: Settings) -> tuple[npt.NDArray[np.int32], ...]:
    """Per namespace and issuer with one value per person: code per record, -1 without a value or with several."""
    names = sorted(name for name, namespace in settings.namespaces.items() if namespace.unique_per_person)
    query = """
        select namespace, issuer, rid, min(code) as code
        from (
            select namespace, issuer, rid, dense_rank() over (partition by namespace, issuer order by value) as code
            from identity_value where list_contains($names, namespace)
        )
        group by namespace, issuer, rid
        having count(*) = 1
        order by namespace, issuer, rid
    """
    rows = con.execute(query, {"names": names}).to_arrow_table()
    count = con.execute("select count(*) from identity_person").fetchone()
    records = int(count[0]) if count else 0
    rid, code = rows["rid"].to_numpy(), rows["code"].to_numpy().astype(np.int32)
    issuers = rows.select(["namespace", "issuer"]).to_pandas().apply(tuple, axis=1).to_numpy() if len(rid) else []
    found = []
    for issuer in sorted(set(issuers)):
        codes = np.full(records, -1, np.int32)
        mine = np.array([name == issuer for name in issuers])
        codes[rid[mine]] = code[mine]
        found.append(codes)
    return tuple(found)
