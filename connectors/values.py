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


def element(array: str, shape: str, key: str, wanted: str, value: str) -> str:
    """`value` of the first element whose `key` is `wanted`, in an expression that yields a JSON array; else null.

    `shape` is from_json's structure of the array; `key` and `value` are SQL over `each`, an element of it. What is no
    array, or no JSON, has no elements. Written so that DuckDB parses the array once a row however many elements of it
    are asked for: ten take one and a half times as long as one.
    """
    listed = elements(array, shape)
    return (
        f"list_transform({listed}, lambda each: {value})"
        f"[list_position(list_transform({listed}, lambda each: {key}), '{wanted}')]"
    )


def elements(array: str, shape: str) -> str:
    """The elements of a JSON array as a list of the given structure; null when it is none."""
    return f"from_json(case when json_valid({array}) then {array} end, '{shape}')"


def device(value: str) -> str:
    """The id of a cookie or device as transforms/identifiers spells it, UUIDs in lower case, so that an event's finds
    the one a record carries."""
    uuid = "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
    return f"case when regexp_full_match({value}, '{uuid}') then lower({value}) else {value} end"


def system(value: str) -> str:
    """The name of a phone's system, spelled as user agents are read."""
    return f"case lower({value}) when 'ios' then 'iOS' when 'android' then 'Android' else {value} end"


def once(value: str, of: str, order: str = "_line") -> str:
    """`value` on the first row of a delivery for each `of`, null on its others: an order that a tracker's retry, or a
    page loaded again, tells twice has its lines once."""
    return f"case when dense_rank() over (partition by _batch_id, {of} order by {order}, _line) = 1 then {value} end"


def is_true(column: str) -> str:
    """Whether a column says yes, as true, TRUE, 1 or yes; missing is no."""
    return f"coalesce(lower(trim(\"{column}\")) in ('true', '1', 'yes'), false)"


def form_decoded(column: str) -> str:
    """JSON of a column that web forms percent-encoded, blanks as plus signs; JSON that is not encoded stays, what
    cannot be decoded is null."""
    decoded = f"try(url_decode(replace(\"{column}\", '+', ' ')))"
    return f"case when left(\"{column}\", 3) in ('%7B', '%7b') then {decoded} else \"{column}\" end"


def hashed(*values: str) -> str:
    """A key made of personal values, for files that give their rows none: the first value there is, as a hash."""
    return f"left(sha256({first_of(*values)}), 32)"
