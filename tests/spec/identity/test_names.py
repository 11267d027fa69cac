"""Names, Western and Chinese: what counts as how much alike."""

import pytest

from tests.identity.tables import compare, draw

WESTERN = """
left given | left family | right given | right family | given      | family
Robert     | Smith       | robert      | SMITH        | exact      | exact
José       | Núñez       | Jose        | Nunez        | exact      | exact
Bob        | Smith       | Robert      | Smith        | nickname   | exact
Rob        | Smith       | Bob         | Smith        | nickname   | exact
Smith      | Robert      | Robert      | Smith        | swapped    | swapped
Smiht      | Robert      | Robert      | Smith        | swapped    | swapped
Robret     | Smith       | Robert      | Smith        | typo       | exact
Robert     | Smyth       | Robert      | Smith        | exact      | typo
Mary Ann   | Jones       | Mary        | Jones        | shortened  | exact
Konstantin | Weber       | Konst       | Weber        | shortened  | exact
J          | Baker       | John        | Baker        | initial    | exact
Johannes   | Weber       | Jhoannez    | Weber        | near       | exact
Mary       | Baker       | John        | Baker        | different  | exact
Mary       | Baker       | Mary        | Cooper       | exact      | different
           | Baker       | Mary        | Baker        | missing    | exact
Mary       | Baker       | John        | Cooper       | other name | other name
Li Jia     | Guo         | Jia Guo     | Li           | swapped    | swapped
O'Neill    | Baker       | ONeill      | Baker        | exact      | exact
"""

CHINESE = """
left name | left pinyin   | right name | right pinyin  | given      | family
王/小明   | wang xiaoming | 王/小明    | wang xiaoming | exact      | exact
王/小明   | wang xiaoming | Wang/Xiaoming | wang xiaoming | romanised | romanised
欧阳/娜   | ouyang na     | Ouyang/Na  | ouyang na     | romanised  | romanised
单/雄信   | shan xiongxin | Shan/Xiongxin | shan xiongxin | romanised | romanised
王/小明   | wang xiaoming | 王/晓明    | wang xiaoming | same sound | exact
王/小明   | wang xiaoming | 王/小红    | wang xiaohong | near       | exact
王/小明   | wang xiaoming | 王/建国    | wang jianguo  | different  | exact
王/伟     | wang wei      | 李/伟      | li wei        | exact      | different
冯/朝     | feng chao     | Chao/Feng  |               | swapped    | swapped
任/东昊   | ren donghao   | Ren/Dnghao |               | typo       | romanised
刘/天     | liu tian      | Lau/Tin    |               | other name | other name
"""


def _split(name: str, pinyin: str | None) -> dict[str, str | None]:
    family, given = name.split("/")
    simplified = family + given if "一" <= family[0] <= "鿿" else None
    return {"family_name": family, "given_name": given, "name_simplified": simplified, "name_pinyin": pinyin}


def test_western_names() -> None:
    cases = draw(WESTERN)
    pairs = [
        tuple(
            {"given_name": case[f"{side} given"], "family_name": case[f"{side} family"]} for side in ("left", "right")
        )
        for case in cases
    ]
    found = compare(pairs)  # type: ignore[arg-type]
    assert [(level["given_name"], level["family_name"]) for level in found] == [
        (case["given"], case["family"]) for case in cases
    ]


def test_chinese_names() -> None:
    cases = draw(CHINESE)
    pairs = [
        tuple(_split(str(case[f"{side} name"]), case[f"{side} pinyin"]) for side in ("left", "right")) for case in cases
    ]
    found = compare(pairs)  # type: ignore[arg-type]
    assert [(level["given_name"], level["family_name"]) for level in found] == [
        (case["given"], case["family"]) for case in cases
    ]


@pytest.mark.parametrize(
    ("full_name", "given", "family"),
    [("Robert Smith", "robert", "smith"), ("Mary Ann Jones", "mary ann", "jones"), ("Madonna", "madonna", None)],
)
def test_full_name_alone_is_split(full_name: str, given: str, family: str | None) -> None:
    split = {"given_name": given, "family_name": family}
    levels = compare([({"full_name": full_name}, split)])[0]
    assert levels["given_name"] == "exact"
    assert levels.get("family_name") == ("exact" if family else "missing")
