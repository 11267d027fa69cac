"""TOML as a person would write it: strings that hold quotes in quotes of the other kind.

In: tables of texts, numbers, truths and lists of texts. Out: text.
"""

import json
import re
from typing import Any


def table(path: str, values: dict[str, Any], *, listed: bool = False, comment: bool = False) -> str:
    """A table, or one entry of a list of tables; with `comment` every line is one."""
    header = f"[[{path}]]" if listed else f"[{path}]"
    lines = [header, *(f"{key} = {value(each)}" for key, each in values.items())]
    return "".join(f"# {line}\n" if comment else f"{line}\n" for line in lines)


def key(name: str) -> str:
    """A key, quoted if it has to be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else value(name)


def value(each: Any) -> str:
    """A value."""
    if isinstance(each, bool):
        return "true" if each else "false"
    if isinstance(each, int):
        return str(each)
    if isinstance(each, list | tuple):
        return "[" + ", ".join(value(one) for one in each) + "]"
    return _text(str(each))


def _text(text: str) -> str:
    """A literal string where the text has double quotes or backslashes, else a basic one."""
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        return json.dumps(text, ensure_ascii=False)
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    if "'''" not in text and not text.endswith("'"):
        return f"'''{text}'''"
    return json.dumps(text, ensure_ascii=False)
