"""What a table's columns mean: MAP.toml of `guiyi link`, or a guess from the column names.

In: the map's path and the names of the table's columns. Out: a ColumnMap. Column names are found whatever their case.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STANDARD_NAMES = (
    *("given_name", "family_name", "full_name", "birth_date", "gender", "email", "phone", "address", "city", "region"),
    *("postcode", "country", "company", "national_id", "source", "updated_at"),
)
_IDS = ("record_id", "unique_id", "rec_id", "id")
_KEYS = ("id", "columns", "comparison", "blocking")


class MapError(ValueError):
    """The map cannot be used; the text says what to change."""


@dataclass(frozen=True)
class ColumnMap:
    """The id column, standard name → column or SQL expression, and the engine's extra entries."""

    id: str
    columns: dict[str, str]
    comparisons: tuple[dict[str, Any], ...] = ()
    blocking: tuple[dict[str, Any], ...] = ()


def read_map(path: Path | None, available: list[str]) -> ColumnMap:
    """The map of a file, or, without one, the columns that already carry standard names."""
    return _guess(available) if path is None else _read(path, available)


def find_column(name: str, available: list[str]) -> str | None:
    """The table's column of that name, whatever its case and the blanks around it."""
    wanted = name.strip().lower()
    return name if name in available else next((each for each in available if each.lower() == wanted), None)


def _guess(available: list[str]) -> ColumnMap:
    """Columns named like standard ones; `Given Name` is given_name."""
    spelled = {re.sub(r"[\s-]+", "_", name.lower()): name for name in reversed(available)}
    identifiers = {name.lower(): name for name in available if name.lower().startswith("identifier.")}
    found = {name: spelled[name] for name in STANDARD_NAMES if name in spelled}
    return ColumnMap(_guess_id(available), found | identifiers)


def _guess_id(available: list[str]) -> str:
    for name in _IDS:
        if column := find_column(name, available):
            return column
    raise MapError(
        f"no column is called {', '.join(_IDS[:-1])} or {_IDS[-1]}: say in a map (--columns MAP.toml) which one is the "
        f'record\'s id, such as id = "…"; the table has {", ".join(available)}'
    )


def _read(path: Path, available: list[str]) -> ColumnMap:
    data = _parse(path)
    if unknown := set(data) - set(_KEYS):
        raise MapError(f"{path} does not know {sorted(unknown)}; it knows {', '.join(_KEYS)}")
    columns = _columns(path, data.get("columns", {}))
    named = str(data["id"]) if "id" in data else _guess_id(available)
    column = find_column(named, available)
    if column is None:
        raise MapError(f"{path}: the table has no column {named!r} for the id; it has {', '.join(available)}")
    comparisons, blocking = _entries(path, data, "comparison"), _entries(path, data, "blocking")
    for entry in comparisons:
        name = str(entry.get("column", ""))
        if name and name not in STANDARD_NAMES and find_column(name, available) is None:
            raise MapError(
                f"{path}: [[comparison]] names {name!r}, which is no column of the table and no standard name; "
                f"the table has {', '.join(available)}"
            )
    return ColumnMap(column, columns, comparisons, blocking)


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise MapError(f"{path} does not exist") from None
    except UnicodeDecodeError:
        raise MapError(f"{path} is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise MapError(f"{path}: {error}") from None


def _columns(path: Path, table: Any) -> dict[str, str]:
    """[columns] with `identifier.x` written as a key or as a nested table."""
    if not isinstance(table, dict) or not table:
        raise MapError(f'{path} needs a [columns] table: standard_name = "source_column"')
    flat: dict[str, Any] = {}
    for name, value in table.items():
        flat |= {f"{name}.{inner}": each for inner, each in value.items()} if isinstance(value, dict) else {name: value}
    if unknown := [name for name in flat if name not in STANDARD_NAMES and not name.startswith("identifier.")]:
        raise MapError(
            f"{path}: [columns] does not know {unknown}; it knows {', '.join(STANDARD_NAMES)} and "
            "identifier.<namespace>"
        )
    if wrong := [name for name, value in flat.items() if not isinstance(value, str) or not value.strip()]:
        raise MapError(f"{path}: [columns] {wrong[0]} must be text: a column of the table, or a SQL expression")
    return flat


def _entries(path: Path, data: dict[str, Any], key: str) -> tuple[dict[str, Any], ...]:
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise MapError(f"{path}: write [[{key}]] with two brackets, once per entry")
    return tuple(found)
