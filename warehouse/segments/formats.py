"""The shapes a segment's file can have, and what each asks of the segment.

In: a format's name. Out: which channels, purposes and columns it is for. How its rows look is in extract_file.py and,
for the lists of other systems, audience.py.
"""

from dataclasses import dataclass

from warehouse.segments.condition import KEY
from warehouse.segments.errors import SegmentError


@dataclass(frozen=True)
class Format:
    """One shape. `columns` are those of mart.customer_360 it can carry; None: any. `is_list`: another system's list."""

    name: str
    suffix: str
    channels: tuple[str, ...] = ("email", "sms", "phone", "wechat")
    columns: tuple[str, ...] | None = None
    leaves_company: bool = False
    is_list: bool = False
    tells_changes: bool = True


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("csv", "csv"),
        Format("xlsx", "xlsx"),
        Format("parquet", "parquet"),
        Format(
            "meta", "csv", ("email", "sms", "phone"),
            ("email", "phone", "given_name", "family_name", "gender", "birth_date", "city", "region", "postcode",
             "country", "customer_id"),
            leaves_company=True, is_list=True,
        ),
        Format(
            "google", "csv", ("email", "sms", "phone"),
            ("email", "phone", "given_name", "family_name", "country", "postcode"),
            leaves_company=True, is_list=True,
        ),
        # One value a line: there is no room for a column that tells what changed.
        Format("tencent", "txt", ("sms", "phone", "wechat"), ("phone", "wechat_openid"), leaves_company=True,
               is_list=True, tells_changes=False),
        Format("wecom", "csv", ("wechat",), (), is_list=True),
    )
}  # fmt: skip

# Google matches a postal address by these four together or not at all.
_GOOGLE_ADDRESS = {"given_name", "family_name", "country", "postcode"}


def check_format(name: str, *, purpose: str, channel: str, columns: tuple[str, ...], delta: bool) -> None:
    """SegmentError unless a file of this format may be made for the purpose, from the columns."""
    shape = FORMATS[name]
    if shape.leaves_company and purpose != "sharing":
        raise SegmentError(
            f"format {name} is a list for another company, which needs purpose sharing: people who granted {purpose} "
            "did not grant that"
        )
    if channel not in shape.channels:
        raise SegmentError(f"format {name} reaches people by {', '.join(shape.channels)}, not by {channel}")
    if delta and not shape.tells_changes:
        raise SegmentError(
            f"format {name} has one value a line and no room to say who left: a delta is for "
            f"{', '.join(each.name for each in FORMATS.values() if each.tells_changes)}"
        )
    if delta and not shape.is_list and KEY not in columns:
        raise SegmentError(f"a delta needs {KEY} among its columns, which says who left")
    if shape.columns is not None:
        _check_columns(shape, columns)


def _check_columns(shape: Format, columns: tuple[str, ...]) -> None:
    known = shape.columns or ()
    if unknown := [column for column in columns if column not in known]:
        carried = f"carries {', '.join(known)}" if known else "has columns of its own: leave out columns"
        raise SegmentError(f"format {shape.name} has no place for {', '.join(unknown)}; it {carried}")
    if shape.name == "google" and 0 < len(_GOOGLE_ADDRESS & set(columns)) < len(_GOOGLE_ADDRESS):
        raise SegmentError(f"format google needs {', '.join(sorted(_GOOGLE_ADDRESS))} together or none of them")
    if shape.name == "tencent" and len(columns) > 1:
        raise SegmentError("format tencent is a file of one kind of value: name one column, phone or wechat_openid")
