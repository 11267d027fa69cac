"""`make bench`: run every part, or the ones named."""

import argparse
import sys
from collections.abc import Callable

from benchmarks.identity.ablation import measure_ablation
from benchmarks.identity.run import measure_identity
from benchmarks.ingest.run import measure_ingest
from benchmarks.options import Options
from benchmarks.scenarios.run import measure_generality
from benchmarks.warehouse.run import measure_warehouse

PARTS: dict[str, Callable[[Options], None]] = {
    "identity": measure_identity,
    "generality": measure_generality,
    "ablation": measure_ablation,
    "ingest": measure_ingest,
    "warehouse": measure_warehouse,
}


def main() -> int:
    """Parse the parts and run them."""
    default = Options()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default all)")
    parser.add_argument(
        "--records", type=int, default=default.records, metavar="N",
        help=f"identity: records of the largest demo (default {default.records:,})",
    )  # fmt: skip
    parser.add_argument(
        "--events", type=int, default=default.events, metavar="N",
        help=f"ingest: events of the large file (default {default.events:,})",
    )  # fmt: skip
    parser.add_argument(
        "--rounds", type=int, default=default.rounds, metavar="N",
        help=f"ingest: how often both are measured; the best of each counts (default {default.rounds})",
    )  # fmt: skip
    parser.add_argument(
        "--customers", type=int, default=default.customers, metavar="N",
        help=f"warehouse: customers of the warehouse, with ten events each (default {default.customers:,})",
    )  # fmt: skip
    parser.add_argument(
        "--seed",
        type=int,
        default=default.seed,
        metavar="S",
        help=f"generality, ingest and warehouse: of the tables and events (default {default.seed})",
    )
    parser.add_argument(
        "--minutes", type=float, default=default.minutes, metavar="M",
        help=f"how long one run of a peer may take (default {default.minutes:g})",
    )  # fmt: skip
    parser.add_argument("--only", default="", metavar="TEXT", help="only data sets whose name holds this text")
    chosen = vars(parser.parse_args())
    parts = chosen.pop("parts")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    for name in parts or PARTS:
        PARTS[name](Options(**chosen))
    return 0


if __name__ == "__main__":
    sys.exit(main())
