"""What `guiyi run` prints at the end: the counts of every stage, the time it took, and for demo data the score."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.config import Config
from pipeline.overlap import find_overlaps, purchases_told
from pipeline.stage import Count, StageReport
from warehouse.connection import open_readonly

# Shown only when there is something to tell.
_NEWS = ("suppressed", "files_to_remove", "drift", "drift_warnings", "streams_late", "streams_unusual", "removed")
_LINES = (
    ("rows delivered", "ingest", "rows_in"),
    ("rows loaded", "ingest", "rows_out"),
    ("rows quarantined", "ingest", "quarantined"),
    ("rows of erased people dropped", "ingest", "suppressed"),
    ("files outside that still hold erased people", "ingest", "files_to_remove"),
    ("columns that changed", "ingest", "drift"),
    ("columns changed that are read", "ingest", "drift_warnings"),
    ("streams late or missing", "ingest", "streams_late"),
    ("streams of unusual size", "ingest", "streams_unusual"),
    ("values not understood", "standardise", "unparsed"),
    ("records", "resolve", "rows_in"),
    ("candidate pairs", "resolve", "candidate_pairs"),
    ("customers", "resolve", "customers"),
    ("merges of existing customers", "resolve", "merged"),
    ("customers removed (deleted at their sources)", "resolve", "removed"),
    ("conflicts set aside", "resolve", "conflicts_set_aside"),
    ("decisions contradicted by others", "resolve", "decisions_contradicted"),
    ("decisions on records that are gone", "resolve", "decisions_without_record"),
    ("doubtful merges for review", "resolve", "review"),
    ("largest customer (records)", "resolve", "largest_customer"),
    ("share of records in customers over 20", "resolve", "share_in_customers_over_20"),
    ("events", "profile", "events"),
    ("events with a customer", "profile", "events_with_customer"),
    ("purchases", "profile", "purchases"),
    ("segment members", "extract", "members"),
    ("extracted", "extract", "consented"),
    ("withheld (consent, address, suppressed, minor, holdout)", "extract", "withheld"),
    ("quality warnings", "all", "quality_warnings"),
)


def print_summary(console: Console, config: Config, reports: list[StageReport]) -> None:
    """Print counts, times, and the score when the inbox holds a truth."""
    counts = {report.stage: report.counts for report in reports}
    warnings = sum(int(each.get("quality_warnings", 0)) for each in counts.values())
    counts["all"] = {"quality_warnings": warnings}
    console.print()
    console.print(_count_table(counts))
    console.print(_time_table(reports))
    _print_drift(console, config, reports)
    _print_overlaps(console, config, counts)
    truth = config.inbox / "truth.parquet"
    if truth.exists():
        console.print(_score_table(config, truth))
    console.print(f"analysts open {config.published / 'customers.duckdb'}", highlight=False, soft_wrap=True)
    if config.key is None:
        console.print("data at rest are not encrypted: see `guiyi key --help`", style="dim", highlight=False)


def _count_table(counts: dict[str, dict[str, Count]]) -> Table:
    table = Table(title="run", title_justify="left", show_header=False)
    table.add_column("what")
    table.add_column("count", justify="right")
    for label, stage, name in _LINES:
        value = counts.get(stage, {}).get(name)
        if value is not None and (value or name not in _NEWS):
            table.add_row(label, f"{value:,}" if isinstance(value, int) else str(value))
    return table


def _print_drift(console: Console, config: Config, reports: list[StageReport]) -> None:
    """Columns of this run's deliveries that the connectors read and that are not what they were; keys in bold."""
    if not any(report.counts.get("drift_warnings") for report in reports):
        return
    with open_readonly(config.warehouse) as con:
        rows = con.execute(
            """
            select drift.source || '/' || drift.stream, column_name, kind, detail, severity, count(*), max(file_name)
            from ops.drift as drift join ops.batch as batch using (batch_id)
            where severity <> 'info' and run_id = $run_id
            group by all order by severity, 1, 2
            """,
            {"run_id": reports[0].run_id},
        ).fetchall()
    for stream, column, kind, detail, severity, files, file in rows:
        where = file if files == 1 else f"{files} files, last {file}"
        style = "bold white on red" if severity == "alarm" else "red"
        console.print(Text(f"{stream}: column {column} {kind} ({where}): {detail}", style=style))


def _print_overlaps(console: Console, config: Config, counts: dict[str, dict[str, Count]]) -> None:
    """Sources whose purchases may be the same, in a run that wrote some."""
    if not counts.get("standardise", {}).get("purchases"):
        return
    with open_readonly(config.warehouse) as con:
        told = purchases_told(con)
    for each in find_overlaps(config, told):
        console.print(Text(str(each), style="red"))


def _time_table(reports: list[StageReport]) -> Table:
    table = Table(title="time", title_justify="left")
    table.add_column("stage")
    table.add_column("status")
    table.add_column("seconds", justify="right")
    for report in reports:
        table.add_row(report.stage, report.status, f"{report.seconds:.1f}")
    table.add_section()
    table.add_row("all", "", f"{sum(report.seconds for report in reports):.1f}")
    return table


def _score_table(config: Config, truth: Path) -> Table:
    from pipeline.judgement import judge_warehouse

    measures = judge_warehouse(config.warehouse, truth)
    table = Table(title="against the demo's truth", title_justify="left", show_header=False)
    table.add_column("measure")
    table.add_column("value", justify="right")
    for name, value in measures.items():
        table.add_row(name.replace("_", " "), f"{value:.4f}" if isinstance(value, float) else f"{value:,}")
    return table
