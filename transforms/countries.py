"""Countries: codes and names as sources write them in, ISO 3166-1 alpha-2 out.

`find_country_codes` reads a column; `read_country` one text. Known are every alpha-2 code, the alpha-3 codes and the
English and Chinese names of the countries customers are likely to live in, and what people call them at home.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

import pyarrow as pa

from transforms.text import as_strings

# Every alpha-2 code assigned in ISO 3166-1, and XK, which everyone uses for Kosovo.
CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA "
    "CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA "
    "GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP "
    "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS "
    "MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS "
    "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW "
    "TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
)
ALPHA2 = frozenset(CODES.split())

# code: other spellings, lower case, without dots
NAMES = {
    "AE": "are, united arab emirates, uae, 阿联酋, 阿拉伯联合酋长国",
    "AF": "afg, afghanistan, 阿富汗",
    "AL": "alb, albania, 阿尔巴尼亚",
    "AM": "arm, armenia, 亚美尼亚",
    "AR": "arg, argentina, 阿根廷",
    "AT": "aut, austria, österreich, oesterreich, 奥地利",
    "AU": "aus, australia, commonwealth of australia, 澳大利亚, 澳洲, 澳大利亞",
    "AZ": "aze, azerbaijan, 阿塞拜疆",
    "BA": "bih, bosnia and herzegovina, bosnia, 波黑",
    "BD": "bgd, bangladesh, 孟加拉国, 孟加拉",
    "BE": "bel, belgium, belgique, belgië, belgien, 比利时",
    "BG": "bgr, bulgaria, 保加利亚",
    "BH": "bhr, bahrain, 巴林",
    "BN": "brn, brunei, 文莱",
    "BO": "bol, bolivia, 玻利维亚",
    "BR": "bra, brazil, brasil, 巴西",
    "BS": "bhs, bahamas, the bahamas, 巴哈马",
    "BY": "blr, belarus, 白俄罗斯",
    "CA": "can, canada, 加拿大",
    "CH": "che, switzerland, schweiz, suisse, svizzera, 瑞士",
    "CL": "chl, chile, 智利",
    "CM": "cmr, cameroon, 喀麦隆",
    "CN": "chn, china, pr china, prc, p r china, p r c, people's republic of china, peoples republic of china, "
    "the people's republic of china, mainland china, china mainland, china (mainland), cn china, 中国, 中國, "
    "中华人民共和国, 中華人民共和國, 中国大陆, 中國大陸, 大陆, 内地, zhongguo",
    "CO": "col, colombia, 哥伦比亚",
    "CR": "cri, costa rica, 哥斯达黎加",
    "CU": "cub, cuba, 古巴",
    "CY": "cyp, cyprus, 塞浦路斯",
    "CZ": "cze, czechia, czech republic, česko, 捷克",
    "DE": "deu, ger, germany, deutschland, federal republic of germany, 德国, 德國",
    "DK": "dnk, denmark, danmark, 丹麦",
    "DO": "dom, dominican republic, 多米尼加",
    "DZ": "dza, algeria, 阿尔及利亚",
    "EC": "ecu, ecuador, 厄瓜多尔",
    "EE": "est, estonia, eesti, 爱沙尼亚",
    "EG": "egy, egypt, 埃及",
    "ES": "esp, spain, españa, espana, 西班牙",
    "ET": "eth, ethiopia, 埃塞俄比亚",
    "FI": "fin, finland, suomi, 芬兰",
    "FJ": "fji, fiji, 斐济",
    "FR": "fra, france, 法国, 法國",
    "GB": "gbr, uk, united kingdom, the united kingdom, great britain, britain, england, scotland, wales, "
    "northern ireland, united kingdom of great britain and northern ireland, "
    "英国, 英國, 英格兰, 苏格兰, 威尔士, 北爱尔兰",
    "GE": "geo, 格鲁吉亚",
    "GH": "gha, ghana, 加纳",
    "GR": "grc, greece, hellas, 希腊",
    "GT": "gtm, guatemala, 危地马拉",
    "HK": "hkg, hong kong, hongkong, hong kong sar, hong kong sar china, hong kong s a r, hong kong china, "
    "香港, 中国香港, 中國香港, 香港特别行政区, 香港特別行政區",
    "HN": "hnd, honduras, 洪都拉斯",
    "HR": "hrv, croatia, hrvatska, 克罗地亚",
    "HU": "hun, hungary, magyarország, 匈牙利",
    "ID": "idn, indonesia, 印度尼西亚, 印尼",
    "IE": "irl, ireland, republic of ireland, éire, eire, 爱尔兰",
    "IL": "isr, israel, 以色列",
    "IN": "ind, india, bharat, 印度",
    "IQ": "irq, iraq, 伊拉克",
    "IR": "irn, iran, islamic republic of iran, 伊朗",
    "IS": "isl, iceland, 冰岛",
    "IT": "ita, italy, italia, 意大利",
    "JM": "jam, jamaica, 牙买加",
    "JO": "jor, jordan, 约旦",
    "JP": "jpn, japan, nippon, 日本",
    "KE": "ken, kenya, 肯尼亚",
    "KG": "kgz, kyrgyzstan, 吉尔吉斯斯坦",
    "KH": "khm, cambodia, 柬埔寨",
    "KP": "prk, north korea, 朝鲜",
    "KR": "kor, korea, south korea, republic of korea, korea republic of, 韩国, 韓國, 大韩民国",
    "KW": "kwt, kuwait, 科威特",
    "KZ": "kaz, kazakhstan, 哈萨克斯坦",
    "LA": "lao, laos, 老挝",
    "LB": "lbn, lebanon, 黎巴嫩",
    "LK": "lka, sri lanka, 斯里兰卡",
    "LT": "ltu, lithuania, 立陶宛",
    "LU": "lux, luxembourg, 卢森堡",
    "LV": "lva, latvia, 拉脱维亚",
    "MA": "mar, morocco, 摩洛哥",
    "MC": "mco, monaco, 摩纳哥",
    "MD": "mda, moldova, 摩尔多瓦",
    "ME": "mne, montenegro, 黑山",
    "MK": "mkd, north macedonia, macedonia, 北马其顿",
    "MM": "mmr, myanmar, burma, 缅甸",
    "MN": "mng, mongolia, 蒙古, 蒙古国",
    "MO": "mac, macau, macao, macau sar, macao sar, macao sar china, macau china, 澳门, 澳門, 中国澳门, 澳门特别行政区",
    "MT": "mlt, malta, 马耳他",
    "MU": "mus, mauritius, 毛里求斯",
    "MV": "mdv, maldives, 马尔代夫",
    "MX": "mex, mexico, méxico, 墨西哥",
    "MY": "mys, malaysia, 马来西亚, 馬來西亞",
    "NA": "nam, namibia, 纳米比亚",
    "NG": "nga, nigeria, 尼日利亚",
    "NL": "nld, netherlands, the netherlands, holland, nederland, 荷兰, 荷蘭",
    "NO": "nor, norway, norge, 挪威",
    "NP": "npl, nepal, 尼泊尔",
    "NZ": "nzl, new zealand, aotearoa, 新西兰, 紐西蘭",
    "OM": "omn, oman, 阿曼",
    "PA": "pan, panama, 巴拿马",
    "PE": "per, peru, perú, 秘鲁",
    "PH": "phl, philippines, the philippines, 菲律宾",
    "PK": "pak, pakistan, 巴基斯坦",
    "PL": "pol, poland, polska, 波兰",
    "PR": "pri, puerto rico, 波多黎各",
    "PT": "prt, portugal, 葡萄牙",
    "PY": "pry, paraguay, 巴拉圭",
    "QA": "qat, qatar, 卡塔尔",
    "RO": "rou, romania, românia, 罗马尼亚",
    "RS": "srb, serbia, 塞尔维亚",
    "RU": "rus, russia, russian federation, россия, 俄罗斯, 俄羅斯",
    "SA": "sau, saudi arabia, 沙特阿拉伯, 沙特",
    "SE": "swe, sweden, sverige, 瑞典",
    "SG": "sgp, singapore, 新加坡",
    "SI": "svn, slovenia, 斯洛文尼亚",
    "SK": "svk, slovakia, slovak republic, 斯洛伐克",
    "TH": "tha, thailand, 泰国, 泰國",
    "TN": "tun, tunisia, 突尼斯",
    "TR": "tur, turkey, türkiye, turkiye, 土耳其",
    "TT": "tto, trinidad and tobago, 特立尼达和多巴哥",
    "TW": "twn, taiwan, taiwan china, taiwan province of china, taiwan roc, "
    "台湾, 台灣, 臺灣, 中国台湾, 中國台灣, 台湾省",
    "TZ": "tza, tanzania, 坦桑尼亚",
    "UA": "ukr, ukraine, 乌克兰",
    "UG": "uga, uganda, 乌干达",
    "US": "usa, united states, united states of america, the united states, america, u s a, u s, "
    "美国, 美國, 美利坚合众国",
    "UY": "ury, uruguay, 乌拉圭",
    "UZ": "uzb, uzbekistan, 乌兹别克斯坦",
    "VE": "ven, venezuela, 委内瑞拉",
    "VN": "vnm, vietnam, viet nam, 越南",
    "ZA": "zaf, south africa, 南非",
    "ZM": "zmb, zambia, 赞比亚",
    "ZW": "zwe, zimbabwe, 津巴布韦",
}
MARKS = re.compile(r"[\s.,，。·]+")


def find_country_codes(values: pa.Array) -> list[str | None]:
    """Give each text its alpha-2 code; null where it is empty or names no country."""
    column = as_strings(values).dictionary_encode()
    codes = [read_country(text) for text in column.dictionary.to_pylist()]
    return [None if index is None else codes[index] for index in column.indices.to_pylist()]


@lru_cache(maxsize=100_000)
def read_country(text: str | None) -> str | None:
    """Read one code or name ("PRC", "England", "中国"); null if it is none."""
    if not text:
        return None
    return _spellings().get(MARKS.sub(" ", text).strip().casefold())


@cache
def _spellings() -> dict[str, str]:
    """Every spelling in lower case and its code."""
    named = {name.strip(): code for code, names in NAMES.items() for name in names.split(",")}
    return {code.lower(): code for code in ALPHA2} | named
