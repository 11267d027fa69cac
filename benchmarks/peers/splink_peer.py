# mypy: ignore-errors
"""Splink 5 on records.parquet and identifiers.parquet of a folder, with one of three settings.

    python splink_peer.py FOLDER examples|strong|rules [--link-only]

Writes <variant>.parquet (record_id, customer_id, threshold) and <variant>_pairs.parquet there. Runs in .venv-bench, so
it imports nothing of ours.
"""

import json
import logging
import sys
import time
import warnings
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import splink_examples
import splink_strong
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from splink import DuckDBAPI, Linker
from splink.internals.exceptions import EMTrainingException
from splink_model import Model, make_settings
from splink_records import read_records

TIMED = 0.95  # as Splink's examples do
THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999)
VARIANTS = {
    "examples": splink_examples.make_model,
    "strong": splink_strong.make_model,
    "rules": splink_strong.make_model_of_our_rules,
}


def main(folder: Path, variant: str, link_only: bool) -> None:
    """Train, predict, cluster; then, outside the time that counts, everything only the judge wants."""
    con = duckdb.connect()
    con.execute("set enable_progress_bar = false")
    con.execute(f"set temp_directory = '{folder / 'spilled'}'")
    filled, namespaces, extra = read_records(con, folder, variant == "rules")
    model = VARIANTS[variant](filled, namespaces, extra, folder.name)
    linker = Linker(_inputs(con, link_only), make_settings(model, link_only))
    _train(linker, model)
    blocked = linker.inference.compute_blocked_pairs_for_predict()
    pairs = con.execute(f"select count(*) from {blocked.physical_name}").fetchall()[0][0]
    predictions = linker.inference.predict(threshold_match_probability=THRESHOLDS[0])
    blocked.drop_table_from_database_and_remove_from_cache()
    _write(con, folder, variant, [_cluster(linker, predictions)])
    peak, began = _peak_bytes(), time.perf_counter()
    _write(con, folder, variant, _cluster_all(con, predictions, link_only))
    con.execute(
        f"copy (select unique_id_l as record_id_l, unique_id_r as record_id_r, match_probability "
        f"from {predictions.physical_name}) to '{folder / variant}_pairs.parquet' (format parquet)"
    )
    _report(peak_bytes=peak, pairs=pairs, extra_seconds=time.perf_counter() - began)


def _inputs(con: duckdb.DuckDBPyConnection, link_only: bool):
    """The table, or, for two files without duplicates of their own, one table per source."""
    api = DuckDBAPI(connection=con)
    if not link_only:
        return api.register("records")
    tables = []
    for number, (source,) in enumerate(con.execute("select distinct source from records order by 1").fetchall()):
        con.execute(f"create table file_{number} as select * exclude (source) from records where source = ?", [source])
        tables.append(api.register(f"file_{number}", dataset_display_name=f"file_{number}"))
    return tables


def _train(linker: Linker, model: Model) -> None:
    if model.surest:
        linker.training.estimate_probability_two_random_records_match(model.surest, recall=model.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=model.random_pairs, seed=1)
    for rule in model.training:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(
                rule, estimate_without_term_frequencies=model.plain_training
            )
        except (EMTrainingException, ValueError):
            continue  # no pair of records agrees on it, or so few that a level's share vanishes


def _cluster(linker: Linker, predictions) -> str:
    """The query of the clusters at the timed threshold."""
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predictions, threshold_match_probability=TIMED
    )
    return (
        f"select unique_id as record_id, cluster_id::varchar as customer_id, {TIMED} as threshold "
        f"from {clusters.physical_name}"
    )


def _cluster_all(con: duckdb.DuckDBPyConnection, predictions, link_only: bool) -> list[str]:
    """Queries of the clusters at every threshold: connected components by scipy, which finds the same ones sooner.

    Of two files without duplicates of their own, only links that are the best of both their records are followed.
    """
    con.execute(
        "create table numbered as select unique_id, row_number() over (order by unique_id) - 1 as n from records"
    )
    nodes = con.execute("select count(*) from numbered").fetchall()[0][0]
    best = [f"row_number() over (partition by {ends} order by p desc, l, r) = 1" for ends in "lr"]
    edges = con.execute(
        f"select l.n as l, r.n as r, match_probability as p from {predictions.physical_name} "
        "join numbered l on l.unique_id = unique_id_l join numbered r on r.unique_id = unique_id_r "
        + (f"qualify {' and '.join(best)}" if link_only else "")
    ).fetchnumpy()
    queries = []
    for number, threshold in enumerate(THRESHOLDS):
        ends = [edges[side][edges["p"] >= threshold] for side in "lr"]
        _, component = connected_components(coo_array((np.ones(len(ends[0]), bool), ends), (nodes, nodes)), False)
        con.register(f"components_{number}", pa.table({"n": np.arange(nodes), "component": component}))
        queries.append(
            f"select unique_id as record_id, component::varchar as customer_id, {threshold} as threshold "
            f"from numbered join components_{number} using (n)"
        )
    return queries


def _write(con: duckdb.DuckDBPyConnection, folder: Path, variant: str, queries: list[str]) -> None:
    con.execute(f"copy ({' union all '.join(queries)}) to '{folder / variant}.parquet' (format parquet)")


def _peak_bytes() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def _report(**figures) -> None:
    sys.stdout.write("\n" + json.dumps(figures) + "\n")


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    try:
        main(Path(sys.argv[1]), sys.argv[2], "--link-only" in sys.argv[3:])
    except (duckdb.OutOfMemoryException, MemoryError):
        _report(failure="out of memory")
