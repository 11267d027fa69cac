"""standard.identifier: values that point at persons, the strongest evidence of who is who."""

from quality.expectations import Severity, Suite, holds, present, shaped, unique_together
from quality.shapes import EMAIL, NOT_BLANK, PHONE

SUITE = Suite(
    table="standard.identifier",
    purpose="Values that point at persons",
    needs=("standard.record",),
    rows=f"""
        select
            i.record_id,
            i.namespace,
            i.issuer,
            case
                when i.namespace in ('email', 'phone') then i.issuer = ''
                when i.namespace in ('user_id', 'wechat_unionid', 'wechat_openid', 'wecom_external_userid')
                    then i.issuer <> ''
            end as issuer_goes_with_namespace,
            i.value,
            i.seen_first,
            i.seen_first <= i.seen_last as is_seen_first_before_last,
            i.seen_last <= i.revoked_at as is_revoked_after_seen,
            case when i.namespace = 'email' then regexp_full_match(i.value, '{EMAIL}') end
                as email_is_an_address,
            case when i.namespace = 'phone' then regexp_full_match(i.value, '{PHONE}') end
                as phone_is_e164,
            r.record_id is not null as is_of_known_record
        from standard.identifier as i
        left join standard.record as r using (record_id)
    """,
    expectations=(
        unique_together(("record_id", "namespace", "issuer", "value"), Severity.FAIL,
                        "A value counted twice weighs twice as evidence"),
        shaped("namespace", "[a-z][a-z0-9_]*", Severity.FAIL, "Namespaces are compared letter by letter"),
        holds("issuer_goes_with_namespace", Severity.WARN,
              "Numbers of different issuers may collide: a shop or platform names itself, e-mail and phone do not"),
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
