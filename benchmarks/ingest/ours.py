"""Our side: ingest and standardise what lies in the inbox of GUIYI_HOME, one source alone.

    python -m benchmarks.ingest.ours

The stages run as the pipeline runs them, without the quality gate after them, which is no part of loading. Prints the
seconds of both, what they counted, the events in standard.event and the peak memory.
"""

import json
import sys
from dataclasses import replace

from benchmarks.measurement import own_peak_bytes
from pipeline.config import load_config
from pipeline.ingest import ingest
from pipeline.stage import execute
from pipeline.standardise import standardise
from warehouse.connection import open_readonly

SOURCE = "segment"


def main() -> None:
    """Both stages."""
    config = load_config()
    config = replace(config, sources={SOURCE: config.sources[SOURCE]})
    taken, standardised = execute("ingest", ingest, config), execute("standardise", standardise, config)
    peak = own_peak_bytes()
    with open_readonly(config.warehouse) as con:
        row = con.execute("select count(*), count(distinct event_id) from standard.event").fetchone()
    report = {
        "ingest_seconds": taken.seconds,
        "standardise_seconds": standardised.seconds,
        "rows_in": taken.counts["rows_in"],
        "rows_out": taken.counts["rows_out"],
        "quarantined": taken.counts["quarantined"],
        "written": standardised.counts["events"],
        "events": row[0] if row else 0,
        "different": row[1] if row else 0,
        "database_bytes": config.warehouse.stat().st_size,
        "peak_bytes": peak,
    }
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
