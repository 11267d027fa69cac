"""The stages in their order: one of them (as a DAG calls it) or all in this process (as `guiyi run` does).

Functions of the stages are imported when called, so that a DAG file or `guiyi --help` stays quick.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path

from pipeline.config import Config
from pipeline.stage import Count, Options, Progress, StageFailed, StageReport, Work, execute, execute_apart, new_run_id
from warehouse.tables import order_derived, table_files


@dataclass(frozen=True)
class StageDefinition:
    """Where a stage's function is, which stages' changes it waits for, and whose settings and tables it depends on."""

    module: str
    after: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()

    def files(self, config: Config) -> tuple[Path, ...]:
        """The settings files and the SQL of the derived tables: an edit of one is a reason to run again."""
        tables = tuple(table_files()[name].path for name in order_derived(self.schemas))
        return tuple(getattr(config, setting) for setting in self.settings) + tables


# Before the others, and only where a source has an API or a location.
PULL = "pull"

# Between standardise and resolve, and only where rights.toml says how long something is kept.
RETENTION = "retention"

STAGES: dict[str, StageDefinition] = {
    "ingest": StageDefinition("pipeline.ingest"),
    "standardise": StageDefinition("pipeline.standardise"),
    "resolve": StageDefinition("pipeline.resolve", ("standardise", "decide", "train", "erase"), ("identity_settings",)),
    "profile": StageDefinition(
        "pipeline.profile",
        ("standardise", "resolve", "erase", "suppress", RETENTION),
        ("customer_settings", "rights_settings"),
        ("customer", "mart"),
    ),
    # Extract goes first, so that the snapshot holds the segments' members.
    "extract": StageDefinition("pipeline.extract", ("profile",), ("segment_settings",)),
    "publish": StageDefinition("pipeline.publish", ("profile", "extract"), ("published_columns",)),
}


def run_stage(
    name: str,
    config: Config,
    *,
    run_id: str | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
) -> StageReport:
    """Run one stage and its quality gate."""
    if name == PULL:
        pull = import_module("pipeline.pull").pull
        return execute_apart(name, pull, config, run_id=run_id, options=options, progress=progress)
    definition = STAGES[name] if name != RETENTION else StageDefinition("pipeline.rights.retention")
    function: Callable[[Work], dict[str, Count]] = getattr(import_module(definition.module), name)
    return execute(
        name,
        function,
        config,
        after=definition.after,
        gate=lambda work: _gate(name, work),
        settings=definition.files(config),
        run_id=run_id,
        options=options,
        progress=progress,
    )


def run_all(
    config: Config,
    *,
    options: Options | None = None,
    progress: Callable[[str, str], None] | None = None,
    done: Callable[[StageReport], None] | None = None,
) -> list[StageReport]:
    """Run every stage under one run id; `progress` gets the stage and a line of text, `done` each finished report.

    A pull that fails does not keep what is in the inbox from being taken in: its error is raised at the end.
    """
    from pipeline.api_settings import has_api
    from pipeline.location_settings import has_location

    run_id, reports = new_run_id(), []
    options, failure = options or Options(), None
    sources = options.sources
    pulls = (PULL,) if has_api(config, sources) or has_location(config, sources) else ()
    for name in (*pulls, *_order(config)):
        tell = partial(progress, name) if progress else None
        # Standardising anew is no reason to fetch everything anew.
        asked = replace(options, full_refresh=False) if name == PULL else options
        try:
            report = run_stage(name, config, run_id=run_id, options=asked, progress=tell)
        except StageFailed as error:
            if name != PULL:
                raise
            failure = error
            continue
        if done:
            done(report)
        reports.append(report)
    if failure:
        raise failure
    return reports


def _order(config: Config) -> list[str]:
    from pipeline.rights.settings import read_rights

    names = list(STAGES)
    if read_rights(config).retention:
        names.insert(names.index("resolve"), RETENTION)
    return names


def _gate(name: str, work: Work) -> dict[str, Count]:
    from pipeline.gate import SUITES_AFTER, gate

    suites = SUITES_AFTER.get(name)
    return gate(work, suites) if suites else {}
