"""The publish stage: snapshots for readers, so that they never wait for the pipeline.

In: customer.*, mart.*, segment.* and identity.*. Out: published/customers.duckdb, which analysts open and in which
direct identifiers are hashed, masked or left out (warehouse/published_columns.py), and published/customers_full.duckdb
with every column, encrypted where a key is configured.
"""

import secrets

from pipeline.config import Config
from pipeline.stage import Count, Work
from warehouse.audit import record_act
from warehouse.publishing import publish_pseudonymised, publish_snapshot
from warehouse.vault.sealing import write_private

ANALYSTS = "customers.duckdb"
FULL = "customers_full.duckdb"
SALT = "pseudonym.salt"
_SALT_BYTES = 32


def publish(work: Work) -> dict[str, Count]:
    """Replace both snapshots; counts are tables, rows and customers published."""
    directory, key = work.config.published, work.config.key
    work.progress("copying tables")
    rows = publish_snapshot(work.con, directory / FULL, key_text=key.derive_text("snapshot") if key else None)
    work.progress("pseudonymising")
    publish_pseudonymised(work.con, directory / ANALYSTS, pseudonym_secret(work.config))
    counts: dict[str, Count] = {
        "tables": len(rows),
        "rows": sum(rows.values()),
        "customers": rows["customer.customer"],
        "rows_in": sum(rows.values()),
        "rows_out": sum(rows.values()),
        "bytes": (directory / FULL).stat().st_size,
    }
    record_act(
        work.con, acted_at=work.now, actor=work.options.actor, action="publish", subject=f"{ANALYSTS}, {FULL}",
        detail=counts,
    )  # fmt: skip
    return counts


def pseudonym_secret(config: Config) -> bytes:
    """What pseudonyms are made with: a sub-key, or without a key a random salt that the owner alone can read.

    It stays the same from run to run, so that an analyst's notes of last month still mean the same people.
    """
    if config.key:
        return config.key.derive("pseudonym")
    path = config.home / SALT
    if not path.exists():
        write_private(path, secrets.token_bytes(_SALT_BYTES), None)
    return path.read_bytes()
