"""Small SQL expressions that connectors share, so that their field maps stay readable."""


def inside(column: str, path: str) -> str:
    """Text at `path` (JSON path without the `$.`) inside a raw column that holds JSON; null when it holds none."""
    return f"try(json_extract_string(\"{column}\", '$.{path}'))"


def first_of(*values: str) -> str:
    """The first value that is neither null nor blank."""
    return f"coalesce({', '.join(f'nullif(trim({value}), {chr(39) * 2})' for value in values)})"


def seconds(column: str) -> str:
    """An epoch in seconds; 0 means none."""
    return f"nullif(\"{column}\", '0')"


def union_issuer(unionid: str) -> str:
    """Who gave a WeChat unionid out. Those of one open platform account share their first six characters in every
    documented sample; nothing else in the payloads names the account."""
    return f"left(trim({unionid}), 6)"
