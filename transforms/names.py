"""Personal names: what sources write in their name fields, as comparable parts.

In: a table of distinct rows with `full_name`, `given_name`, `family_name` (any may be null or not there).
Out, in the same order:

| column             | meaning                                                                                     |
|--------------------|---------------------------------------------------------------------------------------------|
| full_name          | clean name in the source's order, without titles, remarks and generation mark               |
| given_name         | first given name; a Chinese one whole ("Xiaoming", "Tai Man", 小明)                            |
| family_name        | family name with its particles                                                              |
| name_script        | han, latin, mixed (both) or other                                                           |
| name_simplified    | Chinese name in simplified characters, family first, no blanks; only when the name is whole |
| name_pinyin        | "wang xiaoming"; from hanzi, or from Latin letters when certainly Chinese                   |
| name_pinyin_toned  | "wang2 xiao3ming2"; only from hanzi                                                         |
| name_suffix        | jr, sr, ii, iii, iv                                                                         |
| reason             | what was not understood or left out, null otherwise                                         |

A masked, damaged or partial name ("王**", "王先生") gives the parts that are there and no `name_simplified` or pinyin:
equal halves of names must not look like equal names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from transforms.columns import build_table, read_column
from transforms.hanzi_names import HAN, LOST, REMARK, HanziName, simplify, split_hanzi_name, state_hanzi_name
from transforms.latin_names import LatinName, clean_words, latin_words, repair_words, split_latin_name
from transforms.pinyin import read_hanzi, without_tones
from transforms.romanised_names import Romanised, read_romanised
from transforms.surnames import rank_surname, read_surname
from transforms.text import clean_text

COLUMNS = (
    *("full_name", "given_name", "family_name", "name_script", "name_simplified", "name_pinyin", "name_pinyin_toned"),
    "name_suffix",
)
FIELDS = [pa.field(name, pa.string()) for name in COLUMNS]
Row = tuple[str | None, ...]
NOTHING: Row = (None,) * 9

# Patterns for whole columns, in RE2's syntax.
ORGANISATION = (
    "公司|集团|集團|客服|商行|商贸|商貿|贸易|工作室|旗舰|专卖|专营|官方|超市|银行|銀行|酒店|医院|醫院|学校|幼儿园|研究院|研究所|事务所"
    "|委员会|协会|基金会|俱乐部|服务部|营业部|经营部|门市部|服务中心|株式会社|.{2}(?:大学|中学|小学|中心$|厂$|[^小]店$)"
    r"|(?i:\b(?:ltd|limited|inc|llc|llp|plc|gmbh|corp|corporation|company|pty|pte|s\.?a\.?r\.?l|sdn bhd|holdings?"
    r"|customer (?:service|support|care)|support team|sales (?:team|department)|help ?desk|information desk"
    r"|hotel|university|hospital|foundation|warehouse|logistics)\b)"
)
NOT_A_NAME = (
    "(?i)^(?:(?:微信|淘宝|支付宝|抖音|微博|匿名|手机|京东|有赞|小红书|新|平台|普通|测试|默认|app|wx|tb|jd)?_?"
    r"(?:用户|用戶|访客|游客|买家|会员|顾客|粉丝|网友|客户)[^\pL]*[A-Za-z\d_*]*"
    r"|.*@.*\..*|https?:.*|www\..*|[^\pL\x{fffd}]+|[\pL\pN_]*\d{5,}[\pL\pN_]*|wxid_[\pL\pN_]+"
    r"|(?:tb|wx|jd|user|guest|member|customer)[^\pL]*[A-Za-z\d_*]*\d[A-Za-z\d_*]*"
    r"|(?:test|guest|admin|administrator|anonymous)\d*"
    r"|(?:test|guest|admin|anonymous|web|new|default|unknown|no|deleted)[\s_-]*"
    r"(?:user|customer|account|name|guest|member|test|visitor)\d*"
    r"|first ?name|last ?name|(?:full|your) ?name|name|姓名|昵称|收货人)$"
)
# "A王小明": what puts a contact at the top of a list in WeChat.
SORTING_MARK = r"^[Aa]{1,4}[^\pL]*([\x{3400}-\x{9fff}])"
# "王XX": the letters are a mask, not a second script.
MASKED_LETTERS = r"([\x{3400}-\x{9fff}])[xX]{1,3}\b"
HAN_SCRIPT = r"\p{Han}"
LATIN_SCRIPT = r"\p{Latin}"
OTHER_SCRIPT = r"[\x{370}-\x{1dff}\x{3040}-\x{30ff}\x{3130}-\x{318f}\x{ac00}-\x{d7af}]"
FAMILY_FIRST = re.compile("[\u3040-\u30ff\uac00-\ud7af]")


def standardise_names(names: pa.Table) -> pa.Table:
    """Give the columns of the module's table for each row of `full_name`, `given_name`, `family_name`."""
    columns = [clean_text(read_column(names, name), emoji=False) for name in ("full_name", "given_name", "family_name")]
    columns = [pc.replace_substring_regex(column, SORTING_MARK, r"\1") for column in columns]
    rows = zip(*(column.to_pylist() for column in [*columns, _kinds(columns)]), strict=True)
    return build_table((READERS[kind](full, given, family) for full, given, family, kind in rows), FIELDS)


def _kinds(columns: list[pa.Array]) -> pa.Array:
    """Tell for each row which reader it needs: a script, or why it is no name."""
    whole = pc.binary_join_element_wise(*columns, " ", null_handling="replace", null_replacement="")
    no_names = [pc.fill_null(pc.match_substring_regex(column, NOT_A_NAME), True) for column in columns]
    unmasked = pc.replace_substring_regex(whole, MASKED_LETTERS, r"\1")
    han, latin = (pc.match_substring_regex(unmasked, script) for script in (HAN_SCRIPT, LATIN_SCRIPT))
    other = pc.match_substring_regex(whole, OTHER_SCRIPT)
    kind = pc.if_else(han, pc.if_else(latin, "mixed", "han"), pc.if_else(latin, "latin", "other"))
    kind = pc.if_else(other, "other", kind)
    kind = pc.if_else(pc.match_substring_regex(whole, ORGANISATION), "organisation", kind)
    kind = pc.if_else(pc.and_(pc.and_(no_names[0], no_names[1]), no_names[2]), "no name", kind)
    missing = pc.and_(pc.and_(pc.is_null(columns[0]), pc.is_null(columns[1])), pc.is_null(columns[2]))
    return pc.if_else(missing, "missing", kind)


def _read_han(full: str | None, given: str | None, family: str | None, script: str = "han") -> Row:
    """Read a name with hanzi in it; Latin letters beside it serve only for a part the hanzi leave open."""
    if given and family and HAN.search(given) and HAN.search(family):
        name = state_hanzi_name(family, given)
        return _build_han(name, full or f"{name.family or ''}{name.given or ''}", script)
    text = next(field for field in (full, family, given) if field and HAN.search(field))
    name = split_hanzi_name(_hanzi_part(text) if script == "mixed" else text)
    if script == "mixed" and not (name.family and name.given):
        return _read_beside(name, text, given, family)
    if not full and rank_surname(simplify(name.family or "")) < 3 and len(text) <= 2 and HAN.fullmatch(text):
        # The field says which part it is: the given name 文华 need not be a Wen, 佐藤 is a family name.
        name = HanziName(None, text) if given else HanziName(text) if name.family is None else name
    return _build_han(name, text, script)


def _build_han(name: HanziName, text: str, script: str) -> Row:
    if name.reason == "no name in it" or (LOST in text and not (name.family or name.given)):
        return (*NOTHING[:8], name.reason)
    if not (name.family and name.given):
        known = name.family or name.given or text
        return (known, name.given, name.family, script, None, None, None, None, name.reason)
    full = text if script == "mixed" else _in_order(text, name.family, name.given)
    family, given = simplify(name.family), simplify(name.given)
    toned: str | None = f"{''.join(read_surname(family))} {''.join(read_hanzi(given))}"
    toned = toned if toned and toned.isascii() else None  # a character that no dictionary reads
    plain = without_tones(toned) if toned else None
    return (full, name.given, name.family, script, family + given, plain, toned, None, name.reason)


def _read_beside(name: HanziName, text: str, given: str | None, family: str | None) -> Row:
    """Fill the part that hanzi leave open from Latin words: "王Bob", "Amy 陈", 小明 with the family name Wang."""
    words = [
        word for field in (given, family, text) if field and not HAN.fullmatch(field) for word in latin_words(field)
    ]
    latin = repair_words(words[:1]) or None
    full = repair_words(text.split())
    if name.family:
        return (full, name.given or latin, name.family, "mixed", None, None, None, None, name.reason)
    if family and given and not HAN.search(family):
        return (f"{given} {family}", given, repair_words(latin_words(family)), "mixed", *NOTHING[4:])
    return (full, name.given or latin, None, "mixed", None, None, None, None, name.reason)


def _hanzi_part(text: str) -> str:
    outside = REMARK.sub(" ", text)
    return " ".join(HAN.findall(outside if HAN.search(outside) else text))


def _in_order(text: str, family: str, given: str) -> str:
    """Give the two parts as the text orders them."""
    turned = text.find(given) == 0 and family in text[len(given) :]
    return f"{given} {family}" if turned else family + given


def _read_undamaged(full: str | None, given: str | None, family: str | None) -> Row:
    """Read a Latin name; a part that lost characters in decoding is left out ("Jos\ufffd García" keeps García)."""
    row = _read_latin(full, given, family)
    if LOST not in "".join(field for field in (full, given, family) if field):
        return row
    whole, first, last, script, *_, suffix, _ = row
    kept = " ".join(word for word in (whole or "").split() if LOST not in word) or None
    first, last = (None if part and LOST in part else part for part in (first, last))
    return (kept, first, last, script, None, None, None, suffix, "characters lost in decoding")


def _read_latin(full: str | None, given: str | None, family: str | None) -> Row:
    if given and family:
        return _read_stated(full, given, family)
    name = split_latin_name(full or family or given or "")
    if name.reason:
        return (*NOTHING[:3], "latin", None, None, None, name.suffix, name.reason)
    words = list(name.words)
    chinese = read_romanised(words, stated=name.comma)
    written = " ".join(words) or None
    if chinese:
        return _build_romanised(chinese, written, name.suffix)
    if family and not full and name.given and not name.family:
        name = name._replace(given=None, family=name.given)  # one word in the field of the family name
    return _build_latin(name, written)


def _read_stated(full: str | None, given: str, family: str) -> Row:
    """Read a name whose parts the source states, each field cleaned of what belongs to the other."""
    family_words, suffix = clean_words(family)
    given_words, mark = clean_words(given)
    if len(family_words) > len(given_words) and _same(family_words[: len(given_words)], given_words):
        family_words = family_words[len(given_words) :]
    if len(given_words) > len(family_words) and _same(given_words[-len(family_words) :], family_words):
        given_words = given_words[: -len(family_words)]
    if not family_words or not given_words:
        return _read_latin(" ".join([*given_words, *family_words]) or given, None, None)
    words = [*given_words, *family_words]
    whole = split_latin_name(full) if full else LatinName()
    written = " ".join(whole.words) or repair_words(words)
    suffix = suffix or mark or whole.suffix
    chinese = read_romanised(words, stated=True)
    if chinese:
        return _build_romanised(chinese, written, suffix)
    name = LatinName(repair_words(given_words[:1]), repair_words(family_words, family=True), suffix)
    return _build_latin(name, written)


def _build_latin(name: LatinName, written: str | None) -> Row:
    return (written, name.given, name.family, "latin", None, None, None, name.suffix, name.reason)


def _build_romanised(name: Romanised, written: str | None, suffix: str | None) -> Row:
    return (written, name.given, name.family, "latin", None, name.pinyin, None, suffix, None)


def _read_other(full: str | None, given: str | None, family: str | None) -> Row:
    """Read a name in another script: its fields as they are, or its two words in the script's usual order."""
    written = full or " ".join(part for part in (given, family) if part)
    words = [word for word in written.split() if any(map(str.isalpha, word))]
    if not (given or family) and len(words) > 1:
        given, family = (words[1], words[0]) if FAMILY_FIRST.search(written) else (words[0], words[-1])
    return (written, given, family, "other", None, None, None, None, None)


def _same(left: list[str], right: list[str]) -> bool:
    return [word.lower() for word in left] == [word.lower() for word in right]


def _refuse(*_: str | None, reason: str | None) -> Row:
    return (*NOTHING[:8], reason)


READERS: dict[str, Callable[[str | None, str | None, str | None], Row]] = {
    "han": _read_han,
    "mixed": partial(_read_han, script="mixed"),
    "latin": _read_undamaged,
    "other": _read_other,
    "organisation": partial(_refuse, reason="looks like an organisation"),
    "no name": partial(_refuse, reason="not a name"),
    "missing": partial(_refuse, reason=None),
}
