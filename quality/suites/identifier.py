"""standard.identifier: values that point at persons, the strongest evidence of who is who."""

from quality.expectations import Severity, Suite, holds, one_of, present, shaped, unique_together
from quality.shapes import NOT_BLANK

NAMESPACES = (
    *("email", "phone", "national_id", "user_id", "member_id", "external_id"),
    *("wechat_unionid", "wechat_openid", "wecom_external_userid"),
    *("anonymous_id", "device_id", "buyer_nick", "alipay_account", "crm_id", "contact_id", "lead_id"),
)

SUITE = Suite(
    table="standard.identifier",
    purpose="Values that point at persons",
    needs=("standard.record",),
    rows=r"""
        select
            i.record_id,
            i.namespace,
            i.issuer,
            i.value,
            i.seen_first,
            i.seen_first <= i.seen_last as is_seen_first_before_last,
            i.seen_last <= i.revoked_at as is_revoked_after_seen,
            case when i.namespace = 'email' then regexp_full_match(i.value, '[^\s@A-Z]+@[^\s@A-Z]+\.[^\s@A-Z.]+') end
                as email_is_an_address,
            case when i.namespace = 'phone' then regexp_full_match(i.value, '\+[1-9][0-9]{6,14}') end
                as phone_is_e164,
            r.record_id is not null as is_of_known_record
        from standard.identifier as i
        left join standard.record as r using (record_id)
    """,
    expectations=(
        unique_together(("record_id", "namespace", "issuer", "value"), Severity.FAIL,
                        "A value counted twice weighs twice as evidence"),
        one_of("namespace", NAMESPACES, Severity.WARN,
               "A namespace that config/identity.toml may not know: say there whether it marks a person or a device"),
        shaped("value", NOT_BLANK, Severity.FAIL, "A blank shared by many records would make them one person"),
        holds("email_is_an_address", Severity.FAIL, "A wrongly mapped column joins strangers", at_least=0.99),
        holds("email_is_an_address", Severity.WARN, "A malformed address matches nothing and receives nothing"),
        holds("phone_is_e164", Severity.FAIL, "A wrongly mapped column joins strangers", at_least=0.99),
        holds("phone_is_e164", Severity.WARN, "A number without its country is a different number abroad"),
        present("seen_first", Severity.WARN, "Undated evidence cannot be ordered or expire", at_least=0.95),
        holds("is_seen_first_before_last", Severity.FAIL, "An identifier cannot be last seen before it was first seen"),
        holds("is_revoked_after_seen", Severity.WARN, "A link that was used again after it was taken back is in force"),
        holds("is_of_known_record", Severity.WARN, "An identifier of no record is evidence about nobody"),
    ),
)  # fmt: skip
