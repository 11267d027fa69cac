"""How far deliveries may go: the table [limits] of the configuration.

    [limits]
    unpacked_gib = 50             # most that a packed file, or the wanted members of an archive, may become
    unpacked_times = 1000         # how many times their packed size …
    unpacked_free_mib = 100       # … once they are larger than this

In: the TOML table. Out: checked, and as connectors/files/compressed.py takes it; what is not said stays as it is there.
The configuration is read while DAG files are parsed, so nothing heavy is imported here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connectors.files.compressed import Expansion

_UNITS = {
    "unpacked_gib": ("most_bytes", 1 << 30),
    "unpacked_times": ("most_times", 1),
    "unpacked_free_mib": ("free_bytes", 1 << 20),
}


def check_limits(table: Any) -> dict[str, float]:
    """The table; ValueError names the key to mend."""
    if not isinstance(table, dict):
        raise ValueError("limits must be a table, [limits]")
    if unknown := sorted(set(table) - set(_UNITS)):
        raise ValueError(f"[limits] has unknown keys {unknown}; known are {sorted(_UNITS)}")
    for key, value in table.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise ValueError(f"{key} in [limits] is a number above 0")
    return dict(table)


def expansion(limits: Mapping[str, float]) -> "Expansion":
    """How far a delivery may unpack."""
    from connectors.files.compressed import Expansion

    return Expansion(**{name: int(limits[key] * unit) for key, (name, unit) in _UNITS.items() if key in limits})
