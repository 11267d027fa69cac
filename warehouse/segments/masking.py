"""Values of persons shown so that a column can be judged and nobody recognised.

In: a column of mart.customer_360. Out: SQL of what is shown for it: of an address, number or name the beginning and how
it goes on in kind; of a birth date the year; of text nobody has looked at, nothing.
"""

# Shown as they are: what many people share.
_SHARED = frozenset(
    {
        *("city", "region", "country", "language", "gender", "name_script", "sources", "channels"),
        *("rfm_segment", "lifecycle_stage"),
        *("marketing_email", "marketing_sms", "marketing_phone", "marketing_wechat"),
    }
)
_MASKS = {
    "customer_id": "left({0}, 4) || '…'",
    "email": "left({0}, 1) || '***@' || left(split_part({0}, '@', 2), 1) || '***'",
    "phone": "left({0}, 3) || repeat('*', greatest(length({0}) - 5, 0)) || right({0}, 2)",
    "birth_date": "year({0})::varchar",
}


def masked_cell(column: str, kind: str) -> str:
    """SQL of the masked value of a column of mart.customer_360; `kind` is its DuckDB type."""
    name = f'person."{column}"'
    if column in _MASKS:
        return _MASKS[column].format(name)
    if column in _SHARED or kind != "VARCHAR":
        return f"{name}::varchar"
    return f"if({name} is null, null, left({name}, 1) || '***')"
