"""How wide output is."""

import os
import sys

from rich.console import Console

_WIDE = 160


def make_wide_console() -> Console:
    """A console for wide tables: in a file, a pipe or a mail of cron, which have no width of their own, wider than the
    80 columns that Rich takes there."""
    has_width = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if has_width else _WIDE)
