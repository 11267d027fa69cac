"""Chinese names written in hanzi: one text in, family and given name out.

`split_hanzi_name` takes a clean text without Latin letters. Characters come back as they were written (traditional
stays traditional); the tables of surnames are asked in simplified characters.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from transforms.surnames import is_surname, rank_surname, split_compound
from transforms.vocabulary import list_words

if TYPE_CHECKING:
    from opencc import OpenCC

# Longest first: 总经理 is one title.
TITLES = tuple(
    sorted(
        list_words(
            """
            先生/女士 先生 女士 小姐 太太 夫人 女史 老师 老師 同学 同學 同志 师傅 師傅 师父 医生 醫生 大夫 护士
            教授 博士 律师 律師 总经理 總經理 经理 經理 总监 總監 董事长 董事長 主任 主管 工程师 工程師 院长
            院長 校长 校長 阿姨 叔叔 大哥 大姐 老板 老闆 小朋友 宝宝 亲启
            """
        ),
        key=lambda title: (-len(title), title),
    )
)
# Forms of address that are also last characters of names: only after a bare family name ("王总", "李姐").
SHORT_TITLES = frozenset("总總哥姐工董叔姨嫂爷")
PREFIXES = frozenset("小老阿")
# "王**", "王某某", "王×明": parts kept back on purpose. U+FFFD: lost in a wrong decoding.
MASK = re.compile("[*×○〇●•?某]|[xX]{1,3}")
LOST = "\ufffd"
REMARK = re.compile(r"[(\[【{<《「].*?[)\]】}>》」]|[(\[【{].*$|(?<=[\u3400-\u9fff])[-_—–~#@+].*$")
SEVERAL = re.compile(r"[/、,，;；&|]")
MARKS = re.compile(r"^[^\u3400-\u9fff\U00020000-\U000323af]+|[^\u3400-\u9fff\U00020000-\U000323af*×○●?〇]+$")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af〇々]+")
PLAIN = re.compile("[\u3400-\u67cf\u67d1-\u9fff]+")  # hanzi without 某, which hides a part
DOTS = re.compile("[·・‧∙•．.]")


class HanziName(NamedTuple):
    """The parts of a name in the characters of the source, and what is wrong with it."""

    family: str | None = None
    given: str | None = None
    reason: str | None = None


def split_hanzi_name(text: str) -> HanziName:
    """Split a full name written in hanzi; parts that are not known are None.

    1. Remarks in brackets and forms of address fall off; of several names the first is read.
    2. Masked and damaged names give the part that is whole.
    3. Blanks part the names where the source writes them, in either order; a dot parts transliterated names.
    4. Otherwise the family name is a compound one if there is one, else the first character if it is a surname.
    """
    if PLAIN.fullmatch(text):
        return _split_plain(text)
    parts = [part for part in SEVERAL.split(REMARK.sub("", text).strip()) if HAN.search(part)]
    if not parts:
        return HanziName(reason="no name in it")
    name = _split_one(parts[0].strip())
    if len(parts) > 1 and name.reason is None:
        return name._replace(reason="several names, the first was taken")
    return name


def simplify(text: str) -> str:
    """Give the simplified form of each character (OpenCC t2s, character by character: names are not phrases)."""
    return text.translate(_simplified())


def state_hanzi_name(family: str, given: str) -> HanziName:
    """Take family and given name as the source states them, unless they are clearly the wrong way round.

    Wrong way round: the given name is a very common family name and the family name is a rare one or none.
    A family name repeated at the start of the given name ("王" + "王小明") is dropped there.
    """
    family, given = (_strip_titles("".join(HAN.findall(part))) for part in (family, given))
    if not (family and given):
        return HanziName(family or None, given or None)
    if given.startswith(family) and len(given) > len(family):
        given = given[len(family) :]
    elif family.endswith(given) and len(family) > len(given) and is_surname(simplify(family[: -len(given)])):
        family = family[: -len(given)]
    elif rank_surname(simplify(given)) == 3 and rank_surname(simplify(family)) < 2:
        family, given = given, family
    return HanziName(family or None, given or None)


def _split_plain(text: str) -> HanziName:
    text = _strip_titles(text)
    return _split_unspaced(text) if text else HanziName(reason="no name in it")


def _split_one(text: str) -> HanziName:
    if LOST in text:
        return _split_partial(text.split(LOST)[0], "", "characters lost in decoding")
    if MASK.search(text):
        begin, end = MASK.split(text)[0], MASK.split(text)[-1]
        return _split_partial(begin, "" if begin else end, "masked")
    text = _strip_titles(MARKS.sub("", text))
    if not text:
        return HanziName(reason="no name in it")
    if DOTS.search(text):
        first, *_, last = [part.strip() for part in DOTS.split(text)]
        return HanziName(last, first) if first and last else HanziName(reason="not the shape of a Chinese name")
    words = text.split()
    if not all(HAN.fullmatch(word) for word in words):
        return HanziName(reason="not the shape of a Chinese name")
    return _order_words(*words) if len(words) == 2 else _split_unspaced("".join(words))


def _split_partial(begin: str, end: str, reason: str) -> HanziName:
    """Read what stands before the first hidden character; the whole given name only if just the family name hides."""
    begin, end = "".join(HAN.findall(begin)), "".join(HAN.findall(end))
    simplified = simplify(begin)
    compound = split_compound(simplified)
    if compound:
        return HanziName(begin[: len(compound[0])], None, reason)
    return HanziName(begin[:1] if is_surname(simplified[:1]) else None, end or None, reason)


def _strip_titles(text: str) -> str:
    """Drop forms of address: "王小明先生" is 王小明, "王总", "老王" and "王先生" are 王."""
    while text.endswith(TITLES):
        text = text.removesuffix(next(title for title in TITLES if text.endswith(title))).strip()
    if len(text) > 1 and text[-1] in SHORT_TITLES and is_surname(simplify(text[:-1])):
        return text[:-1]
    if len(text) == 2 and text[0] in PREFIXES and rank_surname(simplify(text[1])) == 3:
        return text[1]
    return text


def _order_words(first: str, second: str) -> HanziName:
    """Tell which of two words is the family name: the likelier surname, the first one on a draw."""
    ranks = [_rank_word(first), _rank_word(second)]
    if max(ranks) == 0:
        return HanziName(reason="family name not known")
    return HanziName(first, second) if ranks[0] >= ranks[1] else HanziName(second, first)


def _rank_word(word: str) -> int:
    return rank_surname(simplify(word))


def _split_unspaced(text: str) -> HanziName:
    simplified = simplify(text)
    compound = split_compound(simplified)
    if compound and len(compound[1]) <= 3:
        cut = len(compound[0])
        return HanziName(text[:cut], text[cut:] or None)
    if len(text) > 4:
        return HanziName(reason="not the shape of a Chinese name")
    if len(text) == 2 and text[0] == text[1]:
        return HanziName(None, text)  # 丹丹, 方方: what a person is called, the family name is not said
    # Four characters with a rare surname in front are more often a phrase ("花开富贵") than a name.
    if rank_surname(simplified[0]) < (3 if len(text) == 4 else 1):
        return HanziName(reason="family name not known")
    return HanziName(text[0], text[1:] or None)


class _Simplified(dict[int, str]):
    """The simplified form of each character, asked of OpenCC once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        # 乾 is two characters in one: in names it is qián and stays.
        form = character if code < 0x3400 or character == "乾" else str(_simplifier().convert(character))
        self[code] = form
        return form


@cache
def _simplified() -> _Simplified:
    return _Simplified()


@cache
def _simplifier() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")
