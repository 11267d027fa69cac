"""Companies: a clean name, and a key without the legal form under which spellings of one company meet.

In: a column of raw values. Out: `company`, `company_key`, `reason`.
`company_key` is lower case, simplified, without accents, punctuation and legal form: "ACME Co., Ltd." and
"Acme Limited" are both "acme", "腾讯科技（深圳）有限公司" is "腾讯科技深圳".
Region and trade stay: they tell namesakes apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa

from transforms.columns import build_table
from transforms.text import clean_text
from transforms.vocabulary import list_words

if TYPE_CHECKING:
    from opencc import OpenCC

FIELDS = [pa.field("company", pa.string()), pa.field("company_key", pa.string())]

HAN_FORMS = (
    "(?:有限责任公司|有限合伙企业|有限公司|股份公司|无限公司|特殊普通合伙|普通合伙|有限合伙|总公司|公司|集团|控股|股份"
    "|株式会社|有限会社|合同会社)"
)
LAST_FORMS = re.compile(f"(?<=..){HAN_FORMS}+$")
FIRST_FORMS = re.compile("^(?:株式会社|有限会社|合同会社|株|有)(?=..)")
SHORT_FORM = re.compile("(?<=..)株$")
# A branch is told apart from its company: "…有限公司深圳分公司" keeps "深圳分公司".
BRANCH = re.compile("(.{4,}?)(分公司|子公司|分行|支行|分店|门店|办事处|营业部)")
WESTERN_FORMS = list_words(
    """
    ltd limited inc incorporated llc llp lp plc corp corporation co company cos gmbh mbh ag kg kgaa ohg gbr ug ev eg se
    sa sas sasu sarl srl spa bv nv vof ab oy oyj as asa aps is pty pte pvt private public sdn bhd kk gk yk ltda sl slu
    scs sro spzoo doo kft zrt nyrt ooo oao zao pao lda eirl cv pt tbk jsc pjsc holding holdings group und
    """
)
DOTTED = re.compile(r"(?<=\b\w)[./](?=\w\b)")
NOT_A_COMPANY = frozenset(
    (
        *("self", "self employed", "selfemployed", "freelance", "freelancer", "individual", "personal", "private"),
        *("private person", "retired", "student", "unemployed", "home", "housewife", "myself", "me"),
        *(
            "个人",
            "个体",
            "个体户",
            "自由职业",
            "自由职业者",
            "无业",
            "学生",
            "退休",
            "家庭主妇",
            "待业",
            "自己",
            "本人",
        ),
    )
)


def standardise_companies(values: pa.Array | pa.ChunkedArray | Sequence[str | None]) -> pa.Table:
    """Give `company`, `company_key` and `reason` for each value."""
    return build_table((_read(value) for value in clean_text(values, emoji=False).to_pylist()), FIELDS)


def _read(value: str | None) -> tuple[str | None, str | None, str | None]:
    if value is None:
        return None, None, None
    company = value.strip(" ,;'\"")
    key = _key(company)
    if key in NOT_A_COMPANY:
        return None, None, "not a company"
    if not key:
        return None, None, "no company name in it"
    return company, key, None


def _key(company: str) -> str:
    """The company's name without legal form; the whole name where nothing else is in it."""
    text = company.lower()
    if not text.isascii():
        text = _without_accents(_simplifier().convert(text))
    text = DOTTED.sub("", text).replace("&", " and ").replace("+", " and ").replace("'", "").replace("’", "")
    words = "".join(sign if sign.isalnum() else " " for sign in text).split()
    if any("\u4e00" <= sign <= "\u9fff" for sign in text):
        return _han_key(words)
    return " ".join(_western_words(words))


def _han_key(words: list[str]) -> str:
    text = FIRST_FORMS.sub("", SHORT_FORM.sub("", "".join(words)))
    branch = BRANCH.fullmatch(text)
    if branch:
        return re.sub(HAN_FORMS, "", branch[1]) + branch[2]
    return LAST_FORMS.sub("", text)


def _western_words(words: list[str]) -> list[str]:
    kept = words[1:] if len(words) > 1 and words[0] == "the" else list(words)
    while len(kept) > 1 and (kept[-1] in WESTERN_FORMS or kept[-1] == "and"):
        kept.pop()
    return kept


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    return unicodedata.normalize("NFC", "".join(sign for sign in parts if not unicodedata.combining(sign)))


@cache
def _simplifier() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")
