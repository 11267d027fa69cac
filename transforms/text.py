"""Text as a person meant it: raw strings in, one clean spelling out.

`clean_text` mends wrong decoding, folds full-width forms (Unicode NFKC), drops control and zero-width characters,
collapses blanks and turns placeholders into null. `is_placeholder` tells which values say "nothing here".
Both take any Arrow string column or a sequence of `str | None` and keep length and order.
"""

from __future__ import annotations

import codecs
import html
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

TEXT = pa.string()

# "na" is not among them: it is a surname (那) and the country code of Namibia.
PLACEHOLDERS = (
    *("n/a", "#n/a", "n.a.", "n\\a", "n/d", "null", "(null)", "[null]", "<null>", "{null}", "\\n", "#null!", "#value!"),
    *("none", "(none)", "<none>", "nil", "undefined", "unknown", "(unknown)", "unspecified", "not set", "(not set)"),
    *("not_set", "not provided", "not available", "not applicable", "no data", "no value", "#ref!", "tbd", "tba"),
    *(
        "test",
        "testing",
        "tester",
        "asdf",
        "qwerty",
        "测试",
        "測試",
        "无",
        "無",
        "未知",
        "暂无",
        "暫無",
        "没有",
        "沒有",
    ),
    *("空", "不详", "不詳", "未填", "未填写", "未填寫", "未提供", "不知道", "保密", "匿名", "待定", "待补充"),
)
# Case decides here: NaN is what pandas writes, Nan is a given name.
EXACT_PLACEHOLDERS = ("NaN", "nan", "<NA>")
ONLY_PUNCTUATION = r"^(?:[\pP=+|~^$<>`\s]+|[xX]{2,})$"

# ASCII words and unified ideographs parted by single blanks: nothing to do, unless the ideographs are mojibake.
CLEAN_SHAPE = r"^[!-%'-~\x{4e00}-\x{9fff}]+(?: [!-%'-~\x{4e00}-\x{9fff}]+)*$"

INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
EMOJI = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u20e3\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\U0001f000-\U0001faff]"
)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});")
# A first byte of UTF-8 followed by a later one, both read as Latin-1 or cp1252.
UTF8_AS_LATIN = re.compile("[\u00c2-\u00f4][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[Ãâ][ \ufffd]")
LATIN_RUN = re.compile("[\u00a1-\u00fe]{4}")
FOREIGN_RUN = re.compile("[^\x00-\x7f\ufffd]+[\ufffd?]*")
# The letters À..ÿ are C3 80..C3 BF in UTF-8; GBK shows one hanzi for the two bytes.
LETTERS_IN_GBK = "".join(bytes((0xC3, trail)).decode("gbk") for trail in range(0x80, 0xC0))
LATIN_IN_GBK = re.compile(f"(?<=[A-Za-z])(?:[{LETTERS_IN_GBK}](?=[a-z])|茅(?![^\\x00-\\x7f]))")


def clean_text(
    values: pa.Array | pa.ChunkedArray | Sequence[str | None], *, emoji: bool = True, placeholders: bool = True
) -> pa.Array:
    """Give each value its clean spelling; empty text becomes null, and so do placeholders unless they are to stay.

    A character whose bytes were lost on the way stays U+FFFD: what is left is true, the rest is not guessed.
    """
    text = as_strings(values)
    careful = pc.fill_null(pc.invert(_is_clean(text)), False)
    rows = pc.indices_nonzero(careful)
    if len(rows):
        mended = [_clean(value, emoji) for value in text.take(rows).to_pylist()]
        text = pc.replace_with_mask(text, careful, pa.array(mended, TEXT))
    gone = pc.equal(text, "")
    if placeholders:
        gone = pc.or_(gone, is_placeholder(text))
    return pc.if_else(pc.fill_null(gone, False), pa.scalar(None, TEXT), text)


def is_placeholder(values: pa.Array | pa.ChunkedArray | Sequence[str | None]) -> pa.BooleanArray:
    """Tell which values only say that there is none ("n/a", "无", "--", "test"); a null is not a placeholder."""
    text = pc.utf8_trim_whitespace(as_strings(values))
    known = pc.is_in(pc.utf8_lower(text), value_set=pa.array(PLACEHOLDERS))
    exact = pc.is_in(text, value_set=pa.array(EXACT_PLACEHOLDERS))
    marks = pc.match_substring_regex(text, ONLY_PUNCTUATION)
    return pc.and_(pc.is_valid(text), pc.fill_null(pc.or_(pc.or_(known, exact), marks), False))


def as_strings(values: pa.Array | pa.ChunkedArray | Sequence[str | None]) -> pa.Array:
    """Give one contiguous Arrow string array, whatever kind of column came in."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if not isinstance(values, pa.Array):
        return pa.array(values, TEXT)
    return values if values.type == TEXT else values.cast(TEXT)


def mend_encoding(text: str) -> str:
    """Undo a wrong decoding: UTF-8 read as Latin-1/cp1252 or as GBK, GBK read as Latin-1; else the text itself.

    A hanzi among Latin letters ("M眉ller") is one UTF-8 letter read as GBK; at a word's end only 茅 (é) is believed,
    because people do call themselves "Kitty猫".
    """
    if _gbk_leads().search(text):
        text = FOREIGN_RUN.sub(_from_gbk, text)
    text = LATIN_IN_GBK.sub(_letter_from_gbk, text)
    if LATIN_RUN.search(text):
        text = _from_latin(text)
    if UTF8_AS_LATIN.search(text):
        import ftfy

        text = ftfy.fix_encoding(text)
    return text


def _is_clean(text: pa.Array) -> pa.Array:
    suspect = f"[{_gbk_leads().pattern[1:-1]}]|[A-Za-z][{LETTERS_IN_GBK}]"
    return pc.and_not(pc.match_substring_regex(text, CLEAN_SHAPE), pc.match_substring_regex(text, suspect))


def _clean(value: str, emoji: bool) -> str:
    # Each step can open work for an earlier one (a zero-width blank parts a letter from its accent): until it rests.
    for _ in range(6):
        text = mend_encoding(value)
        text = ENTITY.sub(lambda found: html.unescape(found.group()), text)
        text = unicodedata.normalize("NFKC", text)
        text = INVISIBLE.sub("", text)
        if not emoji:
            text = EMOJI.sub(" ", text)
        text = " ".join(text.split())
        if text == value:
            break
        value = text
    return value


@cache
def _gbk_leads() -> re.Pattern[str]:
    """Characters GBK shows for the first two bytes of a Han character in UTF-8 (E4..E9, 80..BF)."""
    pairs = (bytes((lead, trail)) for lead in range(0xE4, 0xEA) for trail in range(0x80, 0xC0) if trail != 0x7F)
    return re.compile("[" + "".join(pair.decode("gbk", errors="ignore") for pair in pairs) + "]")


def _from_gbk(found: re.Match[str]) -> str:
    """Read the run's GBK bytes as UTF-8, if that turns rare characters into everyday ones; U+FFFD for a lost end."""
    run = found.group()
    kept = run.rstrip("\ufffd?")
    reader = codecs.getincrementaldecoder("utf-8")()
    try:
        mended = reader.decode(kept.encode("gb18030"))
    except UnicodeError:
        return run
    cut = "\ufffd" if reader.getstate()[0] or kept != run else ""
    return mended + cut if _is_hanzi(mended) and _commonness(mended) > _commonness(kept) else run


def _letter_from_gbk(found: re.Match[str]) -> str:
    return found.group().encode("gbk").decode("utf-8", errors="ignore") or found.group()


def _from_latin(text: str) -> str:
    """Read the text's Latin-1 bytes as GB 2312, unless they are UTF-8 or give anything but hanzi."""
    try:
        text.encode("latin-1").decode("utf-8")
        return text
    except UnicodeError:
        pass
    try:
        mended = text.encode("latin-1").decode("gb2312")
    except UnicodeError:
        return text
    return mended if _is_hanzi(mended) else text


def _is_hanzi(text: str) -> bool:
    """Tell whether everything beyond ASCII is a hanzi of GB 2312, every second one at least an everyday one."""
    foreign = [character.encode("gb2312", "ignore") for character in text if character > "\x7f"]
    return all(code >= b"\xb0" for code in foreign) and _commonness(text) >= 0.5


def _commonness(text: str) -> float:
    """Rank the characters beyond ASCII: 1 for everyday hanzi (first level of GB 2312), 0.6 for its others, else 0."""
    foreign = [character.encode("gb2312", "ignore") for character in text if character > "\x7f"]
    points = sum(1.0 if b"\xb0" <= code < b"\xd8" else 0.6 if code >= b"\xd8" else 0.0 for code in foreign)
    return points / len(foreign) if foreign else 0.0
