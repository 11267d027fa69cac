"""The part of a stream that makes records of people: key, fields, identifiers, consents.

In: roles. Out: tables as connectors/declared.py takes them, and remarks. Values are SQL over the raw columns.
"""

from dataclasses import dataclass, field
from typing import Any

from connectors.values import hashed
from pipeline.inference.column_roles import Roles
from pipeline.inference.sample import Column
from pipeline.inference.understanding import IDENTIFIERS

# Where a key is missing in more rows, it is none.
_FILLED = 0.9
_ALIKE = 0.01
# Fewer rows differ by chance.
_ENOUGH = 5
_LONGEST_KEY = 64
DETAILS = (
    *("full_name", "given_name", "family_name", "email", "phone", "birth_date", "gender", "full_address", "street"),
    *("national_id", "company", "wechat_unionid", "wechat_openid", "wecom_external_userid"),
)
_PLAIN = (
    *("full_name", "given_name", "family_name", "gender", "birth_date", "city", "region", "district", "postcode"),
    *("country", "company", "national_id", "language"),
)
CONSENTS = {
    **{f"consent_{channel}": (channel, False) for channel in ("email", "sms", "any")},
    **{f"refusal_{channel}": (channel, True) for channel in ("email", "sms", "any")},
}


@dataclass(frozen=True)
class RecordProposal:
    """A record's table, its identifiers, statements of consent to be confirmed, and remarks."""

    record: dict[str, Any]
    identifiers: tuple[dict[str, Any], ...] = ()
    consents: tuple[dict[str, Any], ...] = ()
    remarks: tuple[str, ...] = field(default=())

    @property
    def key(self) -> str:
        """The record's key."""
        return str(self.record["key"])


def propose_record(roles: Roles, columns: tuple[Column, ...]) -> RecordProposal:
    """A file of people, one a row."""
    key, remark = _own_key(roles, columns)
    times = {name: plain(column) for name in ("updated_at", "created_at") if (column := roles.get(name))}
    if "updated_at" not in times and "created_at" in times:
        times = {"updated_at": times["created_at"], **times}
    return _proposal(roles, key, None, times, remark)


def propose_customer(roles: Roles, seen_at: str | None, stream: str) -> RecordProposal | None:
    """Whom the rows of another kind of file are about; None when they do not say."""
    column = roles.get("person_key")
    key = id_of(column) if column else _contact_key(roles)
    if key is None:
        return None
    remark = () if column else ("rows name nobody by a key: the hash of e-mail or phone is it",)
    return _proposal(roles, key, stream, {"updated_at": seen_at} if seen_at else {}, remark)


def plain(column: Column) -> str:
    """The column's own expression."""
    return column.expression


def id_of(column: Column) -> str:
    """A key; without the `.0` of a number column that once held a blank."""
    texts = column.values.to_pylist()
    rounded = [text for text in texts if text.endswith(".0")]
    whole = all(text.removesuffix(".0").isdigit() for text in texts)
    return f"regexp_replace({column.expression}, '[.]0+$', '')" if rounded and whole else column.expression


def _proposal(
    roles: Roles, key: str, stream: str | None, times: dict[str, str], remarks: tuple[str, ...]
) -> RecordProposal:
    record: dict[str, Any] = {"stream": stream} if stream else {}
    record |= {"key": key, **times, **_fields(roles)}
    about = {"record": key, **({"stream": stream} if stream else {})}
    seen = {"seen_at": times["updated_at"]} if "updated_at" in times else {}
    return RecordProposal(record, tuple(_identifiers(roles, about, seen)), tuple(_consents(roles, about)), remarks)


def _fields(roles: Roles) -> dict[str, Any]:
    found: dict[str, Any] = {name: plain(column) for name in _PLAIN if (column := roles.get(name))}
    for name in ("email", "phone"):
        if columns := roles.all(name):
            found[f"{name}s"] = [plain(column) for column in columns]
    if address := _address(roles):
        found["address"] = address
    return found


def _address(roles: Roles) -> str | None:
    """The full address, else the street with its house number and what follows it."""
    full, street, more, house = (
        roles.get(name) for name in ("full_address", "street", "street_more", "house_number")
    )  # fmt: skip
    line = plain(street) if street else None
    if street and house:
        line = f"concat_ws(' ', {plain(house)}, {plain(street)})"
    if line and more:
        line = f"concat_ws(', ', {line}, {plain(more)})"
    if full and line:
        return f"coalesce({plain(full)}, {line})"
    return plain(full) if full else line


def _identifiers(roles: Roles, about: dict[str, str], seen: dict[str, str]) -> list[dict[str, Any]]:
    wanted = [("user_id", roles.get("person_key"))]
    wanted += [(name, roles.get(name)) for name in (*IDENTIFIERS, "anonymous_id")]
    return [
        {"namespace": name, "value": id_of(column), "issuer": _issuer(name, column), **about, **seen}
        for name, column in wanted
        if column
    ]


def _issuer(namespace: str, column: Column) -> str:
    # As the WeChat connectors tell the open platform account.
    return f"left(trim({column.expression}), 6)" if namespace == "wechat_unionid" else "{source}"


def _consents(roles: Roles, about: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            **about,
            "channel": f"'{channel}'",
            "value": plain(column),
            **({"asks_refusal": True} if asks_refusal else {}),
        }
        for name, (channel, asks_refusal) in CONSENTS.items()
        if (column := roles.get(name))
    ]


def _own_key(roles: Roles, columns: tuple[Column, ...]) -> tuple[str, tuple[str, ...]]:
    """The key of a file of people: an id, else a column that differs in every row, else contacts, else the line."""
    ids = [column for name in ("record_key", "person_key") if (column := roles.get(name)) and column.filled >= _FILLED]
    unique = [column for column in ids if column.repeated <= _ALIKE] or ids
    if unique:
        return id_of(unique[0]), _key_remark(unique[0])
    known = {role.column.label for role in roles.roles if role.meaning}
    for column in columns:
        if _is_unique(column) and column.label not in known:
            return id_of(column), (f"the key is {column.label}: no header says so, but it differs in every row",)
    if key := _contact_key(roles):
        return key, ("no column is a key: the hash of e-mail or phone is, so who changes it becomes another record",)
    return "_batch_id || ':' || _line", (
        "no column is a key: every row of every delivery is a record of its own; name one in `key` if there is one",
    )


def _key_remark(column: Column) -> tuple[str, ...]:
    if column.repeated <= _ALIKE:
        return ()
    return (
        f"{column.label} is the key, and {column.repeated:.0%} of its rows repeat it: they are versions of a record",
    )


def _is_unique(column: Column) -> bool:
    lengths = [len(text) for text in column.values.to_pylist()]
    return column.filled == 1.0 and not column.repeated and len(lengths) >= _ENOUGH and max(lengths) <= _LONGEST_KEY


def _contact_key(roles: Roles) -> str | None:
    contacts = [f"lower({plain(each)})" for each in roles.all("email")] + [plain(each) for each in roles.all("phone")]
    contacts = [plain(each) for name in ("wechat_unionid", "wechat_openid") if (each := roles.get(name))] + contacts
    return hashed(*contacts) if contacts else None
