"""Personal names, Chinese and Western, whole and in parts."""

import pytest

from tests.transforms.cases import Case, draw
from transforms.names import standardise_names

# Split at the surname, compound ones first; traditional characters stay, their simplified form stands beside.
HANZI = """
full_name || given_name | family_name | name_simplified | name_pinyin     | name_pinyin_toned
王小明    || 小明       | 王          | 王小明          | wang xiaoming   | wang2 xiao3ming2
张伟      || 伟         | 张          | 张伟            | zhang wei       | zhang1 wei3
歐陽脩    || 脩         | 歐陽        | 欧阳修          | ouyang xiu      | ou1yang2 xiu1
諸葛亮    || 亮         | 諸葛        | 诸葛亮          | zhuge liang     | zhu1ge3 liang4
司馬遷    || 遷         | 司馬        | 司马迁          | sima qian       | si1ma3 qian1
葉問      || 問         | 葉          | 叶问            | ye wen          | ye4 wen4
陳大文    || 大文       | 陳          | 陈大文          | chen dawen      | chen2 da4wen2
上官婉儿  || 婉儿       | 上官        | 上官婉儿        | shangguan waner | shang4guan1 wan3er2
令狐冲    || 冲         | 令狐        | 令狐冲          | linghu chong    | ling2hu2 chong1
欧阳      ||            | 欧阳        |                 |                 |
张        ||            | 张          |                 |                 |
吕布      || 布         | 吕          | 吕布            | lv bu           | lv3 bu4
"""

# As surnames many characters are read otherwise than in words.
SURNAME_READINGS = """
full_name || family_name | name_pinyin_toned
单雄信    || 单          | shan4 xiong2xin4
曾国藩    || 曾          | zeng1 guo2fan1
查良镛    || 查          | zha1 liang2yong1
仇英      || 仇          | qiu2 ying1
解缙      || 解          | xie4 jin4
区建国    || 区          | ou1 jian4guo2
朴树      || 朴          | piao2 shu4
任我行    || 任          | ren2 wo3xing2
盖叫天    || 盖          | ge3 jiao4tian1
纪晓岚    || 纪          | ji3 xiao3lan2
华罗庚    || 华          | hua4 luo2geng1
尉迟恭    || 尉迟        | yu4chi2 gong1
万俟卨    || 万俟        | mo4qi2 xie4
长孙无忌  || 长孙        | zhang3sun1 wu2ji4
澹台灭明  || 澹台        | tan2tai2 mie4ming2
乐毅      || 乐          | yue4 yi4
缪小琴    || 缪          | miao4 xiao3qin2
翟志刚    || 翟          | zhai2 zhi4gang1
覃小龙    || 覃          | qin2 xiao3long2
宁静      || 宁          | ning2 jing4
那英      || 那          | na1 ying1
葛优      || 葛          | ge3 you1
李子涵    || 李          | li3 zi3han2
王长江    || 王          | wang2 chang2jiang1
高重阳    || 高          | gao1 chong2yang2
"""

# Forms of address, remarks, masks and damage: what is whole is kept, and no half name looks like a whole one.
ADDRESSED = """
full_name        || full_name | given_name | family_name | name_simplified | reason
王小明先生       || 王小明    | 小明       | 王          | 王小明          |
王小明 女士      || 王小明    | 小明       | 王          | 王小明          |
王先生           || 王        |            | 王          |                 |
李姐             || 李        |            | 李          |                 |
王总             || 王        |            | 王          |                 |
老王             || 王        |            | 王          |                 |
小花             || 小花      |            |             |                 | family name not known
先生             ||           |            |             |                 | no name in it
王小明(北京)     || 王小明    | 小明       | 王          | 王小明          |
王小明-客户      || 王小明    | 小明       | 王          | 王小明          |
A王小明          || 王小明    | 小明       | 王          | 王小明          |
李四 13800138000 || 李四      | 四         | 李          | 李四            |
王小明🌸         || 王小明    | 小明       | 王          | 王小明          |
王小明2          || 王小明    | 小明       | 王          | 王小明          |
王小明/李四      || 王小明    | 小明       | 王          | 王小明          | several names, the first was taken
王**             || 王        |            | 王          |                 | masked
王*明            || 王        |            | 王          |                 | masked
*小明            || 小明      | 小明       |             |                 | masked
王某某           || 王        |            | 王          |                 | masked
王XX             || 王        |            | 王          |                 | masked
王小�            || 王        |            | 王          |                 | characters lost in decoding
�明              ||           |            |             |                 | characters lost in decoding
欧阳**           || 欧阳      |            | 欧阳        |                 | masked
"""

# Blanks part the names, in either order; a dot parts transliterated ones.
ORDER = """
full_name           || full_name           | given_name | family_name
王 小明             || 王小明              | 小明       | 王
小明 王             || 小明 王             | 小明       | 王
明 王               || 明 王               | 明         | 王
王 明               || 王明                | 明         | 王
王 小 明            || 王小明              | 小明       | 王
王\u3000小明        || 王小明              | 小明       | 王
迪丽热巴·迪力木拉提 || 迪丽热巴 迪力木拉提 | 迪丽热巴   | 迪力木拉提
欧阳 修             || 欧阳修              | 修         | 欧阳
"""

# What is no name keeps its text, if any, and says why.
NICKNAMES = """
full_name                    || full_name  | family_name | reason
开心每一天                   || 开心每一天 |             | not the shape of a Chinese name
花开富贵                     || 花开富贵   |             | family name not known
快乐                         || 快乐       |             | family name not known
方方                         || 方方       |             |
深圳市腾讯计算机系统有限公司 ||            |             | looks like an organisation
客服小王                     ||            |             | looks like an organisation
北京大学                     ||            |             | looks like an organisation
张大学                       || 张大学     | 张          |
ACME Ltd                     ||            |             | looks like an organisation
Customer Service             ||            |             | looks like an organisation
微信用户                     ||            |             | not a name
用户1234                     ||            |             | not a name
姓名                         ||            |             | not a name
Test User                    ||            |             | not a name
13800138000                  ||            |             | not a name
bob@example.com              ||            |             | not a name
test                         ||            |             |
n/a                          ||            |             |
"""

# Titles, marks of generation, comma order, particles, case.
WESTERN = """
full_name                       || full_name              | given_name  | family_name   | name_suffix
Bob Smith                       || Bob Smith              | Bob         | Smith         |
Mr. Bob Smith                   || Bob Smith              | Bob         | Smith         |
Mr. Smith                       || Smith                  |             | Smith         |
Dr. Robert J. van der Berg, Jr. || Robert J van der Berg  | Robert      | van der Berg  | jr
Smith, Bob                      || Bob Smith              | Bob         | Smith         |
SMITH, BOB                      || Bob Smith              | Bob         | Smith         |
Smith, Bob J., Jr.              || Bob J Smith            | Bob         | Smith         | jr
Smith Jr., Robert               || Robert Smith           | Robert      | Smith         | jr
Martin Luther King III          || Martin Luther King     | Martin      | King          | iii
Prof. Mary-Jane O'Brien         || Mary-Jane O'Brien      | Mary-Jane   | O'Brien       |
mary o’brien                    || Mary O'Brien           | Mary        | O'Brien       |
SEAN O'CONNOR                   || Sean O'Connor          | Sean        | O'Connor      |
RONALD MCDONALD                 || Ronald McDonald        | Ronald      | McDonald      |
bob smith                       || Bob Smith              | Bob         | Smith         |
LaToya deSouza                  || LaToya deSouza         | LaToya      | deSouza       |
Ludwig van Beethoven            || Ludwig van Beethoven   | Ludwig      | van Beethoven |
VINCENT VAN GOGH                || Vincent van Gogh       | Vincent     | van Gogh      |
Maria de la Cruz                || Maria de la Cruz       | Maria       | de la Cruz    |
Jean-Claude Van Damme           || Jean-Claude Van Damme  | Jean-Claude | Van Damme     |
VAN MORRISON                    || Van Morrison           | Van         | Morrison      |
BERG, ROBERT VAN DER            || Robert van der Berg    | Robert      | van der Berg  |
Robert "Bob" Smith              || Robert Smith           | Robert      | Smith         |
Robert (Bob) Smith PhD          || Robert Smith           | Robert      | Smith         |
J. R. R. Tolkien                || J R R Tolkien          | J           | Tolkien       |
JP Morgan                       || JP Morgan              | JP          | Morgan        |
Gabriel García Márquez          || Gabriel García Márquez | Gabriel     | Márquez       |
MÃ¼ller, JÃ¶rg                  || Jörg Müller            | Jörg        | Müller        |
Bob                             || Bob                    | Bob         |               |
jean-luc picard                 || Jean-Luc Picard        | Jean-Luc    | Picard        |
"""

# Chinese names in Latin letters: surname found on either side, pinyin only where it is certain.
ROMANISED = """
full_name           || given_name | family_name | name_pinyin
Wang Xiaoming       || Xiaoming   | Wang        | wang xiaoming
Xiaoming Wang       || Xiaoming   | Wang        | wang xiaoming
XIAOMING WANG       || Xiaoming   | Wang        | wang xiaoming
Xiaoming WANG       || Xiaoming   | Wang        | wang xiaoming
Wang Xiao Ming      || Xiaoming   | Wang        | wang xiaoming
Wang Xiao-Ming      || Xiaoming   | Wang        | wang xiaoming
Ouyang Xiu          || Xiu        | Ouyang      | ouyang xiu
Ou-Yang Xiu         || Xiu        | Ouyang      | ouyang xiu
Ou Yang Xiu         || Xiu        | Ouyang      | ouyang xiu
Wáng Xiǎomíng       || Xiaoming   | Wang        | wang xiaoming
Lü Wei              || Wei        | Lv          | lv wei
Lv Wei              || Wei        | Lv          | lv wei
Li Xi'an            || Xi'an      | Li          | li xian
WangXiaoming        || Xiaoming   | Wang        | wang xiaoming
Dr. Wang Xiaoming   || Xiaoming   | Wang        | wang xiaoming
Xiaoming (Bob) Wang || Xiaoming   | Wang        | wang xiaoming
Wang, Li            || Li         | Wang        | wang li
Wang Li             || Li         | Wang        | wang li
Li Wang             || Wang       | Li          | li wang
WANG Li             || Li         | Wang        | wang li
Hsiao Mei-ling      || Mei Ling   | Hsiao       | xiao meiling
Mei-ling Hsiao      || Mei Ling   | Hsiao       | xiao meiling
Wang Hsiao-ming     || Hsiao Ming | Wang        | wang xiaoming
Tsai Ing-wen        || Ing Wen    | Tsai        |
Chan Tai Man        || Tai Man    | Chan        |
Tai-Man Chan        || Tai Man    | Chan        |
Szeto Wah           || Wah        | Szeto       |
Au Yeung Chun       || Chun       | Au Yeung    |
Wong Kar-wai        || Kar Wai    | Wong        |
Lee Xiaoming        || Xiaoming   | Lee         | li xiaoming
Tan Xiaoming        || Xiaoming   | Tan         | tan xiaoming
Mike Wang           || Mike       | Wang        |
Bruce Lee           || Bruce      | Lee         |
Jackie Chan         || Jackie     | Chan        |
Anna Long           || Anna       | Long        |
"""

# Given and family name in fields of their own: the source is believed unless it is plainly the wrong way round.
STATED = """
full_name    | given_name | family_name  || full_name         | given_name | family_name  | name_pinyin
             | 小明       | 王           || 王小明            | 小明       | 王           | wang xiaoming
             | 王         | 小明         || 王小明            | 小明       | 王           | wang xiaoming
             | 王         | 明           || 王明              | 明         | 王           | wang ming
             | 王小明     | 王           || 王小明            | 小明       | 王           | wang xiaoming
             |            | 王小明       || 王小明            | 小明       | 王           | wang xiaoming
             | 王小明     |              || 王小明            | 小明       | 王           | wang xiaoming
             | 小明       |              || 小明              | 小明       |              |
             | 文华       |              || 文华              | 文华       |              |
             | 太郎       | 佐藤         || 佐藤太郎          | 太郎       | 佐藤         | zuoteng tailang
王小明       | Xiaoming   | Wang         || 王小明            | 小明       | 王           | wang xiaoming
             | Bob        | Smith        || Bob Smith         | Bob        | Smith        |
             | Mary Jane  | Smith        || Mary Jane Smith   | Mary       | Smith        |
             | Bob Smith  | Smith        || Bob Smith         | Bob        | Smith        |
             | Bob        | Bob Smith    || Bob Smith         | Bob        | Smith        |
             |            | Bob Smith    || Bob Smith         | Bob        | Smith        |
             |            | Smith        || Smith             |            | Smith        |
             | Bob        |              || Bob               | Bob        |              |
Bob J. Smith | Bob        | Smith        || Bob J Smith       | Bob        | Smith        |
             | ANNA       | VAN DER BERG || Anna van der Berg | Anna       | van der Berg |
             | Xiaoming   | Wang         || Xiaoming Wang     | Xiaoming   | Wang         | wang xiaoming
             | Wang       | Xiaoming     || Wang Xiaoming     | Xiaoming   | Wang         | wang xiaoming
             | Wang       | Li           || Wang Li           | Wang       | Li           | li wang
             | Xiao Ming  | Wang         || Xiao Ming Wang    | Xiaoming   | Wang         | wang xiaoming
             | Tai Man    | Chan         || Tai Man Chan      | Tai Man    | Chan         |
             |            |              ||                   |            |              |
n/a          |            | -            ||                   |            |              |
"""

# Two scripts in one name, other scripts, characters lost in decoding.
SCRIPTS = """
full_name                || given_name | family_name | name_script | name_simplified | reason
Bob (王小明)             || 小明       | 王          | mixed       | 王小明          |
王小明 Bob               || 小明       | 王          | mixed       | 王小明          |
王Bob                    || Bob        | 王          | mixed       |                 |
Amy陈                    || Amy        | 陈          | mixed       |                 |
Иван Петров              || Иван       | Петров      | other       |                 |
山田 たろう              || たろう     | 山田        | other       |                 |
김민수                   ||            |             | other       |                 |
Jos� García              ||            | García      | latin       |                 | characters lost in decoding
王�明                    ||            | 王          | han         |                 | characters lost in decoding
ç\x8e\x8bå°\x8fæ\x98\x8e || 小明       | 王          | han         | 王小明          |
ＢＯＢ\u3000ＳＭＩＴＨ   || Bob        | Smith       | latin       |                 |
"""


@pytest.mark.parametrize("case", draw(HANZI))
def test_hanzi(case: Case) -> None:
    assert case.standardise(standardise_names) == case.expected


@pytest.mark.parametrize("case", draw(SURNAME_READINGS))
def test_surname_readings(case: Case) -> None:
    assert case.standardise(standardise_names) == case.expected


@pytest.mark.parametrize("case", draw(ADDRESSED))
def test_addressed(case: Case) -> None:
    assert case.standardise(standardise_names) == case.expected


@pytest.mark.parametrize("case", draw(ORDER))
def test_order(case: Case) -> None:
    assert case.standardise(standardise_names) == case.expected


@pytest.mark.parametrize("case", draw(NICKNAMES))
def test_nicknames(case: Case) -> None:
    assert case.standardise(standardise_names) == case.expected


@pytest.mark.parametrize("case", draw(WESTERN))
def test_western(case: Case) -> None:
    assert case.standardise(standardise_names) == case.expected


@pytest.mark.parametrize("case", draw(ROMANISED))
def test_romanised(case: Case) -> None:
    assert case.standardise(standardise_names) == case.expected


@pytest.mark.parametrize("case", draw(STATED))
def test_stated(case: Case) -> None:
    assert case.standardise(standardise_names) == case.expected


@pytest.mark.parametrize("case", draw(SCRIPTS))
def test_scripts(case: Case) -> None:
    assert case.standardise(standardise_names) == case.expected
