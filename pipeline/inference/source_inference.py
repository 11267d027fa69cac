"""From a file to a tried proposal: the steps of this package in their order.

In: a path and what the user states. Out: a Proposal with its sample; and the outcome of a dry run of its TOML, read
back as a configuration file would be.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pipeline.config import load_config
from pipeline.inference.dry_run import Outcome, try_files
from pipeline.inference.file_shape import Choices, find_shape, opened, slug, suffix_of
from pipeline.inference.sample import Sample, take_sample
from pipeline.inference.source_proposal import Proposal, propose
from pipeline.inference.understanding import Context
from warehouse.connection import open_memory


@dataclass(frozen=True)
class Inference:
    """What was proposed for a file, and what it was proposed from."""

    path: Path
    sample: Sample
    proposal: Proposal

    @property
    def delivery(self) -> str:
        """Where in the inbox the file would lie."""
        return f"{PurePosixPath(self.proposal.stream['files']).parent}/{self.path.name}"

    def toml(self) -> str:
        """The proposed tables."""
        return self.proposal.toml(self.path.name)


def infer_source(
    path: Path,
    name: str | None = None,
    *,
    kind: str | None = None,
    choices: Choices | None = None,
    stated: Context | None = None,
) -> Inference:
    """Propose a source for a file."""
    name = name or slug(path.name)
    with opened(path) as (inner, member, remarks), open_memory() as con:
        shape = find_shape(inner, choices)
        files = f"{name}/*{suffix_of(path.name)}*"
        shape = replace(shape, files=files, member=member, remarks=(*remarks, *shape.remarks))
        sample = take_sample(con, inner, shape)
        return Inference(path, sample, propose(con, sample, shape, name, kind=kind, stated=stated))


def try_inference(found: Inference, progress: Callable[[str], None] | None = None) -> Outcome:
    """The file through its proposal, as a configuration of its own would read it."""
    with tempfile.TemporaryDirectory(prefix="guiyi-") as folder:
        path = Path(folder) / "guiyi.toml"
        path.write_text(found.toml(), encoding="utf-8")
        config = load_config(path)
    return try_files(config, [(found.path, found.delivery)], progress)
