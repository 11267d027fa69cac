"""National number plans: digits in, (E.164, kind, country) out.

The plans are libphonenumber's (package `phonenumbers`). Its parser takes about 0.1 ms a number, so plain digits are
held against the same patterns here, in the order libphonenumber asks (`phonenumberutil`: `parse`,
`_maybe_strip_national_prefix_carrier`, `region_code_for_number`, `number_type`). Letters, and countries whose numbers
are rewritten when dialled (Argentina, Brazil, Mexico ...), are left to libphonenumber itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

# E.164, kind, country alpha-2; all null when the digits are no number.
Number = tuple[str | None, str | None, str | None]
NOTHING: Number = (None, None, None)

# Kinds libphonenumber looks for before it asks whether a number is fixed or mobile.
SERVICES = ("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail")


@dataclass(frozen=True)
class Plan:
    """What the numbers of one region look like, national prefix stripped."""

    region: str
    calling_code: str
    prefix: re.Pattern[str] | None
    plain: bool
    leading: re.Pattern[str] | None
    general: re.Pattern[str]
    services: re.Pattern[str] | None
    fixed: re.Pattern[str] | None
    mobile: re.Pattern[str] | None

    def kind(self, national: str) -> str | None:
        """Name the kind of this national number; null if the plan has no such number."""
        if not self.general.fullmatch(national):
            return None
        if self.services and self.services.fullmatch(national):
            return "other"
        fixed = bool(self.fixed and self.fixed.fullmatch(national))
        mobile = bool(self.mobile and self.mobile.fullmatch(national))
        if fixed and mobile:
            return "other"
        return "landline" if fixed else "mobile" if mobile else None

    def strip(self, digits: str) -> str:
        """Take off the national prefix, unless only the digits with it are a number."""
        found = self.prefix.match(digits) if self.prefix else None
        if not found or not found.end():
            return digits
        rest = digits[found.end() :]
        if self.general.fullmatch(digits) and not self.general.fullmatch(rest):
            return digits
        return rest


def read_international(digits: str, text: str) -> Number:
    """Read digits that begin with a calling code; `text` is the whole spelling, for libphonenumber."""
    for length in (1, 2, 3):
        plans = _plans_of_code(digits[:length])
        if plans:
            return _match(plans, digits[length:]) if plans[0].plain else ask_library(text, None)
    return NOTHING


def read_national(digits: str, country: str, text: str) -> Number:
    """Read digits as dialled within this country, or with its calling code but without a plus."""
    plan = plan_of_region(country)
    if plan is None:
        return NOTHING
    if not plan.plain:
        return ask_library(text, country)
    plans = _plans_of_code(plan.calling_code)
    # A number that is already good as it stands is not searched for a calling code.
    if digits.startswith(plan.calling_code) and not plan.general.fullmatch(digits):
        rest = digits[len(plan.calling_code) :]
        number = _match(plans, rest) if plan.general.fullmatch(plan.strip(rest)) else NOTHING
        if number[0]:
            return number
    return _match(plans, digits, plan)


def _match(plans: tuple[Plan, ...], digits: str, home: Plan | None = None) -> Number:
    """Find the first of the regions sharing a calling code that has this number."""
    national = (home or plans[0]).strip(digits)
    for plan in plans:
        if plan.leading:
            if plan.leading.match(national):
                kind = plan.kind(national)
                return (f"+{plan.calling_code}{national}", kind, plan.region) if kind else NOTHING
            continue
        kind = plan.kind(national)
        if kind:
            return f"+{plan.calling_code}{national}", kind, plan.region
    return NOTHING


@cache
def _plans_of_code(calling_code: str) -> tuple[Plan, ...]:
    """Plans of the regions with this calling code, the main one first; empty if there is no such code."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    if not calling_code.isascii() or not calling_code.isdigit() or calling_code.startswith("0"):
        return ()
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(calling_code), ())
    plans = (plan_of_region(region) for region in regions if region != "001")
    return tuple(plan for plan in plans if plan)


@cache
def plan_of_region(region: str) -> Plan | None:
    """The plan of one region (alpha-2); null if it has none."""
    from phonenumbers import PhoneMetadata

    data = PhoneMetadata.metadata_for_region(region)
    general = data.general_desc.national_number_pattern if data and data.general_desc else None
    if data is None or not general:
        return None

    def compile_all(*names: str) -> re.Pattern[str] | None:
        patterns = [getattr(data, name) and getattr(data, name).national_number_pattern for name in names]
        kept = [f"(?:{pattern})" for pattern in patterns if pattern]
        return re.compile("|".join(kept)) if kept else None

    return Plan(
        region=region,
        calling_code=str(data.country_code),
        prefix=re.compile(data.national_prefix_for_parsing) if data.national_prefix_for_parsing else None,
        plain=not data.national_prefix_transform_rule,
        leading=re.compile(data.leading_digits) if data.leading_digits else None,
        general=re.compile(general),
        services=compile_all(*SERVICES),
        fixed=compile_all("fixed_line"),
        mobile=compile_all("mobile"),
    )


def ask_library(text: str, country: str | None) -> Number:
    """Let libphonenumber read the text; about 0.1 ms."""
    import phonenumbers as library

    try:
        number = library.parse(text, country)
    except library.NumberParseException:
        return NOTHING
    if not library.is_valid_number(number):
        return NOTHING
    kind = {library.PhoneNumberType.MOBILE: "mobile", library.PhoneNumberType.FIXED_LINE: "landline"}
    return (
        library.format_number(number, library.PhoneNumberFormat.E164),
        kind.get(library.number_type(number), "other"),
        library.region_code_for_number(number),
    )
