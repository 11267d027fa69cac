"""Measurements in the terminal: one row each, ours beside the peer's."""

from rich.console import Console
from rich.table import Table

from benchmarks.measurement import Measurement


def print_measurements(console: Console, title: str, measurements: list[Measurement]) -> None:
    """Print the table; a figure without a unit is a count or a share."""
    table = Table(title=title, expand=False)
    for name in ("", "ours", "beside", "its", "ratio"):
        table.add_column(name, justify="left" if name in ("", "beside") else "right")
    for each in measurements:
        table.add_row(
            each.measure,
            f"{each.value:,.1f} {each.unit}",
            each.peer,
            f"{each.peer_value:,.1f} {each.unit}" if each.peer_value is not None else "",
            f"{each.ratio:.3f}" if each.ratio is not None else "",
        )
    console.print(table)
