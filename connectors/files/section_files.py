"""The file system through which DuckDB opens sections of a file (sections.py) by name, as if each were a file.

DuckDB takes any file system of fsspec's kind; this one follows fsspec's documentation of AbstractFileSystem, as far as
DuckDB asks: open, size, time of change, and that a name stands for itself.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from fsspec import AbstractFileSystem

from connectors.files.sections import Section, SectionFile


class SectionFiles(AbstractFileSystem):
    """The sections of one file, as files that DuckDB opens by name."""

    protocol = "guiyi-section"
    cachable = False

    def __init__(self, path: Path) -> None:
        """Of the file at `path`."""
        super().__init__()
        self.path = path
        self._sections: dict[str, tuple[Section, np.ndarray | None]] = {}

    def name_of(self, section: Section, hidden: np.ndarray | None = None) -> str:
        """What a section is called from now on, in which the lines at `hidden` are not to be seen."""
        name = f"{self.protocol}://{len(self._sections)}.ndjson"
        self._sections[name] = (section, hidden)
        return name

    def open(self, path: str, *_: Any, **__: Any) -> SectionFile:
        """The section of that name."""
        return SectionFile(self.path, *self._sections[path])

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Its size."""
        section, _hidden = self._sections[path]
        return {"name": path, "size": section.end - section.start + section.cut, "type": "file"}

    def glob(self, path: str, **_: Any) -> list[str]:
        """A name stands for itself."""
        return [path]

    def exists(self, path: str, **_: Any) -> bool:
        """Only names that were given out here are asked for."""
        return path in self._sections

    def modified(self, path: str) -> datetime:
        """When the file was changed last."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
