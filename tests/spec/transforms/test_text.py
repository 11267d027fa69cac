"""Text as a person meant it."""

import pyarrow as pa
import pytest

from tests.transforms.cases import Case, draw
from transforms.text import clean_text, is_placeholder

# Width, blanks, invisible characters, entities.
CLEANED = """
value                  || text
王小明                 || 王小明
" 王\u3000小明 "       || 王 小明
Ｂｏｂ\u3000Ｓｍｉｔｈ || Bob Smith
１３８００１３８０００ || 13800138000
zero\u200bwidth        || zerowidth
\ufeffBob              || Bob
a\xa0b                 || a b
tab\x09between         || tab between
A&amp;B                || A&B
O&#39;Brien            || O'Brien
㈱トヨタ               || (株)トヨタ
ﬁne                    || fine
e\u0301                || é
👍 good                || 👍 good
O’Brien                || O’Brien
                       ||
                       ||
"   "                  ||
"""

# UTF-8 read as Latin-1, cp1252 or GBK, and GBK read as Latin-1; a lost byte leaves the mark of a lost character.
MENDED = """
value                    || text
JosÃ©                    || José
MÃ¼ller                  || Müller
Jos茅                    || José
M眉ller                  || Müller
Fran莽ois                || François
ç\x8e\x8bå°\x8fæ\x98\x8e || 王小明
å¼\xa0ä¼Ÿ                || 张伟
å¼\xa0ä¼\x9f             || 张伟
寮犱紵                   || 张伟
鎴存芳                   || 戴淼
鐜嬪皬鏄�                || 王小�
娆ч槼淇�                 || 欧阳�
闄� 灏忎附               || 闄� 小丽
ÍõÐ¡Ã÷                   || 王小明
ÕÅÎ°                     || 张伟
±±¾©ÊÐ³¯ÑôÇø½¨¹úÂ·88ºÅ   || 北京市朝阳区建国路88号
"""

# What only looks damaged stays.
LEFT = """
value        || text
Tony猫       || Tony猫
Müller       || Müller
ÅÄÖ          || ÅÄÖ
Þórðarson    || Þórðarson
naïve café   || naïve café
涓生         || 涓生
濮阳         || 濮阳
Na           || Na
Nan          || Nan
None of them || None of them
"""

# Values that say there is none.
PLACEHOLDERS = """
value        || text
n/a          ||
N/A          ||
null         ||
(null)       ||
None         ||
undefined    ||
NaN          ||
-            ||
--           ||
???          ||
...          ||
xxx          ||
无           ||
未知         ||
暂无         ||
保密         ||
ｔｅｓｔ     ||
Unknown      ||
not provided ||
"""

# Names carry pictures nobody types twice.
WITHOUT_EMOJI = """
value                     || text
王小明🌸                  || 王小明
😀 Bob 👨\u200d👩\u200d👧 || Bob
Bob😀Smith                || Bob Smith
❤                         ||
北京☎                     || 北京
©Acme                     || Acme
"""


def _clean(values: pa.Array) -> pa.Table:
    return pa.table({"text": clean_text(values)})


def _clean_without_emoji(values: pa.Array) -> pa.Table:
    return pa.table({"text": clean_text(values, emoji=False)})


@pytest.mark.parametrize("case", draw(CLEANED))
def test_cleaned(case: Case) -> None:
    assert case.standardise(_clean) == case.expected


@pytest.mark.parametrize("case", draw(MENDED))
def test_mended(case: Case) -> None:
    assert case.standardise(_clean) == case.expected


@pytest.mark.parametrize("case", draw(LEFT))
def test_left(case: Case) -> None:
    assert case.standardise(_clean) == case.expected


@pytest.mark.parametrize("case", draw(PLACEHOLDERS))
def test_placeholders(case: Case) -> None:
    assert case.standardise(_clean) == case.expected


@pytest.mark.parametrize("case", draw(WITHOUT_EMOJI))
def test_without_emoji(case: Case) -> None:
    assert case.standardise(_clean_without_emoji) == case.expected


def test_placeholders_may_stay() -> None:
    assert clean_text(["test", " - "], placeholders=False).to_pylist() == ["test", "-"]


def test_a_missing_value_is_no_placeholder() -> None:
    assert is_placeholder([None, "n/a", "Bob", ""]).to_pylist() == [False, True, False, False]


def test_any_string_column_is_taken() -> None:
    column = pa.chunked_array([pa.array([" a "], pa.large_string()), pa.array([None], pa.large_string())])
    assert clean_text(column).to_pylist() == ["a", None]
