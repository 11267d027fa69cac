"""E-mail addresses: what people and exports write in, one lower-case address out.

Out: `email`, `email_local` and `email_domain` (the parts before and after the @), `is_disposable` (a throwaway
mailbox), `is_role` (info@, sales@: a desk, not a person), `reason`.

Only the dress comes off: full-width characters, mailto:, <…>, quotes, trailing punctuation. Nothing is corrected: a
domain with a typo (gmial.com) is still what the person wrote, and a "+tag" or a qq.com number stays. Of several
addresses in a field the first valid one is taken and the reason says so. Local parts are lower-cased although RFC 5321
lets them differ by case: no large provider tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from transforms.columns import build_table
from transforms.text import clean_text

MASKED = "part of the address is masked"
NO_AT = "no @"
INVALID = "not a valid address"
RESERVED = "a domain no mail reaches"
SEVERAL = "holds several addresses; the first valid one is used"

FIELDS = [
    pa.field("email", pa.string()),
    pa.field("email_local", pa.string()),
    pa.field("email_domain", pa.string()),
    pa.field("is_disposable", pa.bool_()),
    pa.field("is_role", pa.bool_()),
]

# A small list on purpose: the well-known ones; a missed throwaway mailbox is still a valid address.
THROWAWAYS = (
    "10minutemail.com 10minutemail.net 20minutemail.com 33mail.com burnermail.io dispostable.com emailondeck.com "
    "fakeinbox.com getairmail.com getnada.com grr.la guerrillamail.com guerrillamail.net guerrillamail.org "
    "guerrillamailblock.com inboxbear.com linshiyouxiang.net linshiyou.com mail-temp.com mailcatch.com maildrop.cc "
    "mailinator.com mailinator.net mailnesia.com mailnull.com mintemail.com moakt.com mohmal.com mytemp.email "
    "nwytg.net sharklasers.com spam4.me spamgourmet.com temp-mail.io temp-mail.org tempail.com tempinbox.com "
    "tempmail.com tempmail.net tempmailo.com throwawaymail.com trashmail.com trashmail.de yopmail.com yopmail.fr "
    "yopmail.net bccto.me chacuo.net 027168.com"
)
DESKS = (
    "abuse accounting accounts admin administrator billing bookings careers contact customerservice customer.service "
    "enquiries enquiry feedback finance hello help helpdesk hostmaster hr info information inquiries invoice invoices "
    "it jobs kefu legal mail marketing media no-reply noreply donotreply do-not-reply notifications office orders "
    "postmaster press privacy purchasing reception recruitment root sales sales.team security service services shop "
    "store support team webmaster welcome xiaoshou"
)
DISPOSABLE_DOMAINS = frozenset(THROWAWAYS.split())
ROLES = frozenset(DESKS.split())

DRESSING = (
    (r"^(?:(?i:mailto|e-?mail|邮箱|电子邮箱|电子邮件)\s*[::]\s*)", ""),
    (r"\s*[@]\s*", "@"),
    (r"[。｡]", "."),
    (r"^['`\"’‘“<(\[{\s]+|['`\"’‘“”>)\]}\s.,;:!、，；]+$", ""),
)
# Dot-atoms of RFC 5321 in lower-case ASCII; what it does not match is asked of email-validator.
PLAIN = r"^[a-z0-9_+&'=~-]+(?:\.[a-z0-9_+&'=~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$"
SPECIAL = r"@.*xn--|\.(?:test|invalid|local|localhost|example|onion|arpa)$|^.{65,}@|^.{255,}"
# A sub-address: sales+cn@… is the sales desk too.
TAG = re.compile(r"[+].*$")
MASK = re.compile(r"[*•●×＊]|…")
BETWEEN = re.compile(r"[\s,;|/、，；<>]+")


def standardise_emails(values: pa.Array | pa.ChunkedArray | Sequence[str | None]) -> pa.Table:
    """Read each value as one address; see the module for columns."""
    text = pc.utf8_lower(clean_text(values))
    for pattern, replacement in DRESSING:
        text = pc.replace_substring_regex(text, pattern=pattern, replacement=replacement)
    plain = pc.and_not(pc.match_substring_regex(text, PLAIN), pc.match_substring_regex(text, SPECIAL))
    rows = zip(text.to_pylist(), plain.to_pylist(), strict=True)
    return build_table((_read_value(value, is_plain) for value, is_plain in rows), FIELDS)


def _read_value(value: str | None, is_plain: bool | None) -> tuple[object, ...]:
    """Describe one address, or say why the field holds none."""
    if not value:
        return (None,) * 6
    if is_plain:
        return _describe(value, None)
    if MASK.search(value):
        return (*(None,) * 5, MASKED)
    if "@" not in value:
        return (*(None,) * 5, NO_AT)
    address, reason = _validate(value)
    if address:
        return _describe(address, None)
    parts = [part for part in BETWEEN.split(value) if "@" in part]
    for part in parts if len(parts) > 1 or parts != [value] else ():
        address, _ = _validate(part.strip(".,;:'\"()[]"))
        if address:
            # "Bob Smith <bob@example.com>" holds one address and a name.
            return _describe(address, SEVERAL if len(parts) > 1 else None)
    return (*(None,) * 5, reason)


def _describe(address: str, reason: str | None) -> tuple[object, ...]:
    local, _, domain = address.rpartition("@")
    return address, local, domain, domain in DISPOSABLE_DOMAINS, TAG.sub("", local) in ROLES, reason


def _validate(value: str) -> tuple[str | None, str | None]:
    """Ask email-validator; gives the address or the reason it is none."""
    import email_validator

    try:
        found = email_validator.validate_email(value, check_deliverability=False)
    except email_validator.EmailSyntaxError as error:
        return None, RESERVED if "special-use" in str(error) else INVALID
    except ValueError:
        return None, INVALID
    return found.normalized.lower(), None
