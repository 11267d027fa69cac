"""Rows of a segment as the lists of other systems want them: normalised, and hashed where they ask for it.

In: a segment of format meta, google, tencent or wecom. Out: SQL for its cells, by header, over `person` (a row of
mart.customer_360) and, for WeCom, `follow`.

Meta, customer list (Marketing API, "Hashing and normalization", and the help page on formatting a customer list):
SHA-256 in lower-case hexadecimal of e-mail in lower case without blanks around it; phone as digits with the country
code, no leading zeros; names in lower case without punctuation; city and state in lower case without punctuation and
blanks; ZIP in lower case without blanks and dashes, of the United States the first five digits; country as two
lower-case letters; gender f or m; birth year, month and day apart. EXTERN_ID is our customer id, which Meta takes
unhashed, as it does MADID (no column of customer_360 holds one). A state of the United States goes by its two letters;
what the sources write out in full is not abbreviated here.

Google, Customer Match (Google Ads Help 7659867; Data Manager API, "Format user data"): SHA-256 of e-mail in lower case
without any blanks, of gmail.com and googlemail.com without the dots before the @ and without + and what follows; of
the phone in E.164 with its plus; of names in lower case without blanks around. Country and ZIP are not hashed.

Tencent Ads, customer file (developers.e.qq.com, 客户文件人群): one value a line. HASH_MOBILE_PHONE is the MD5 of the
eleven digits of a mainland mobile number, WECHAT_OPENID is the id as it is and enabled for some advertisers only.
Unconfirmed: whether SHA-256 is taken too, and whether lists of the newer data platform (腾讯广告 DMP) differ.

WeCom, `externalcontact/mark_tag` (编辑客户企业标签): userid of the colleague, external_userid of the contact, and the
tags to add and to remove. The interface takes ids of tags: put the id in `tag`. A contact of two colleagues has a row
for each, because a tag is a colleague's.
"""

from warehouse.segments.definition import Segment

CHANGE = "change"

_PUNCTUATION = r"[[:punct:]，。、·’‘“”（）]"


def list_cells(segment: Segment) -> dict[str, str]:
    """Header → SQL, in the order of the file."""
    if segment.format == "wecom":
        return {"userid": "follow.userid", "external_userid": "follow.external_userid"}
    cells = {"meta": _META, "google": _GOOGLE, "tencent": _TENCENT}[segment.format]
    return {header: sql for column in segment.columns for header, sql in cells[column].items()}


def follow_sql() -> str:
    """SQL of who follows whom in WeCom: customer_id, userid, external_userid; the ids of one account go together."""
    return """
        select distinct interaction.customer_id, interaction.staff as userid, identifier.value as external_userid
        from customer.interaction as interaction
        inner join standard.identifier as identifier
            on identifier.record_id = interaction.record_id and identifier.issuer = interaction.source
        where interaction.kind = 'follow' and interaction.staff is not null and interaction.customer_id is not null
            and identifier.namespace = 'wecom_external_userid' and identifier.revoked_at is null
    """


def mobile_sql(phone: str) -> str:
    """SQL of a mainland mobile number as eleven digits; null for any other number."""
    return f"if(regexp_full_match({phone}, '[+]861[0-9]{{10}}'), right({phone}, 11), null)"


def _sha256(sql: str) -> str:
    # An empty value says nothing and its hash would be everybody's.
    return f"sha256(nullif({sql}, ''))"


def _plain(column: str) -> str:
    return f"regexp_replace(lower(trim(person.{column})), '{_PUNCTUATION}', '', 'g')"


def _bare(column: str) -> str:
    return f"regexp_replace({_plain(column)}, '\\s', '', 'g')"


_META_ZIP = """
    if(upper(person.country) = 'US', left(regexp_replace(person.postcode, '[^0-9]', '', 'g'), 5),
        regexp_replace(lower(person.postcode), '[\\s-]', '', 'g'))
"""
_META: dict[str, dict[str, str]] = {
    "email": {"EMAIL": _sha256("lower(trim(person.email))")},
    "phone": {"PHONE": _sha256("ltrim(regexp_replace(person.phone, '[^0-9]', '', 'g'), '0')")},
    "given_name": {"FN": _sha256(_plain("given_name"))},
    "family_name": {"LN": _sha256(_plain("family_name"))},
    "gender": {"GEN": _sha256("case person.gender when 'female' then 'f' when 'male' then 'm' end")},
    "birth_date": {
        "DOBY": _sha256("strftime(person.birth_date, '%Y')"),
        "DOBM": _sha256("strftime(person.birth_date, '%m')"),
        "DOBD": _sha256("strftime(person.birth_date, '%d')"),
    },
    "city": {"CT": _sha256(_bare("city"))},
    "region": {"ST": _sha256(_bare("region"))},
    "postcode": {"ZIP": _sha256(_META_ZIP)},
    "country": {"COUNTRY": _sha256("lower(trim(person.country))")},
    "customer_id": {"EXTERN_ID": "person.customer_id"},
}

_GOOGLE_EMAIL = """
    if(regexp_full_match(lower(trim(person.email)), '.*@(gmail|googlemail)[.]com'),
        replace(split_part(split_part(lower(trim(person.email)), '@', 1), '+', 1), '.', '')
            || '@' || split_part(lower(trim(person.email)), '@', 2),
        regexp_replace(lower(person.email), '\\s', '', 'g'))
"""
_GOOGLE: dict[str, dict[str, str]] = {
    "email": {"Email": _sha256(_GOOGLE_EMAIL)},
    "phone": {"Phone": _sha256("person.phone")},
    "given_name": {"First Name": _sha256("lower(trim(person.given_name))")},
    "family_name": {"Last Name": _sha256("lower(trim(person.family_name))")},
    "country": {"Country": "upper(person.country)"},
    "postcode": {"Zip": "trim(person.postcode)"},
}

_TENCENT: dict[str, dict[str, str]] = {
    "phone": {"HASH_MOBILE_PHONE": f"md5({mobile_sql('person.phone')})"},
    "wechat_openid": {"WECHAT_OPENID": "person.wechat_openid"},
}
