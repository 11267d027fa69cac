"""Addresses: the same place and street come out whatever mixture of fields came in."""

import pyarrow as pa
import pytest

from tests.transforms.cases import Case, draw
from transforms.addresses import standardise_addresses

CHINESE_LINES = """
address                           || region             | city       | district  | street           | ambiguous
北京市朝阳区建国路88号            || 北京市             | 北京市     | 朝阳区    | 建国路88号       | False
北京朝阳区建国路８８号            || 北京市             | 北京市     | 朝阳区    | 建国路88号       | False
北京北京市朝阳区建国路88号        || 北京市             | 北京市     | 朝阳区    | 建国路88号       | False
北京市市辖区朝阳区建国路88号      || 北京市             | 北京市     | 朝阳区    | 建国路88号       | False
中国北京市朝阳区建国路88号        || 北京市             | 北京市     | 朝阳区    | 建国路88号       | False
收货地址：北京市朝阳区建国路88号  || 北京市             | 北京市     | 朝阳区    | 建国路88号       | False
建国路88号, 朝阳区, 北京市        || 北京市             | 北京市     | 朝阳区    | 建国路88号       | False
朝阳区北京                        || 北京市             | 北京市     | 朝阳区    |                  | False
广东省深圳市南山区科技园1号       || 广东省             | 深圳市     | 南山区    | 科技园1号        | False
深圳南山科技园1号                 || 广东省             | 深圳市     | 南山区    | 科技园1号        | False
广东 深圳 南山 科技园1号          || 广东省             | 深圳市     | 南山区    | 科技园1号        | False
广東省廣州市天河區體育西路        || 广东省             | 广州市     | 天河区    | 体育西路         | False
江苏昆山市花桥镇                  || 江苏省             | 苏州市     | 昆山市    | 花桥镇           | False
昆山花桥镇                        || 江苏省             | 苏州市     | 昆山市    | 花桥镇           | False
江苏省苏州市工业园区星湖街        || 江苏省             | 苏州市     |           | 工业园区星湖街   | False
广西南宁青秀区民族大道            || 广西壮族自治区     | 南宁市     | 青秀区    | 民族大道         | False
内蒙古呼和浩特市                  || 内蒙古自治区       | 呼和浩特市 |           |                  | False
恩施州利川市                      || 湖北省 | 恩施土家族苗族自治州 | 利川市    |                  | False
吉林省吉林市船营区                || 吉林省             | 吉林市     | 船营区    |                  | False
吉林船营区南京路                  || 吉林省             | 吉林市     | 船营区    | 南京路           | False
台湾台北市信义区                  || 台湾省             | 台北市     | 信义区    |                  | False
香港九龙弥敦道                    || 香港特别行政区     |            |           | 九龙弥敦道       | False
上海浦东南路100号                 || 上海市             | 上海市     |           | 浦东南路100号    | False
上海浦东新区世纪大道1号           || 上海市             | 上海市     | 浦东新区  | 世纪大道1号      | False
浙江湖州南浔区中山东路676号       || 浙江省             | 湖州市     | 南浔区    | 中山东路676号    | False
河北唐山路南区建设大街1号         || 河北省             | 唐山市     | 路南区    | 建设大街1号      | False
四川省乐山市市中区解放路2号       || 四川省             | 乐山市     | 市中区    | 解放路2号        | False
四川乐山市中区解放路2号           || 四川省             | 乐山市     | 市中区    | 解放路2号        | False
陕西咸阳乾县人民路                || 陕西省             | 咸阳市     | 乾县      | 人民路           | False
西安新城大厦                      || 陕西省             | 西安市     |           | 新城大厦         | False
西安市新城区                      || 陕西省             | 西安市     | 新城区    |                  | False
朝阳区建国路88号                  ||                    |            | 朝阳区    | 建国路88号       | True
南山区科技园                      ||                    |            | 南山区    | 科技园           | True
吉林省朝阳区                      || 吉林省             | 长春市     | 朝阳区    |                  | False
上海路12号                        ||                    |            |           | 上海路12号       | False
深圳湾1号                         ||                    |            |           | 深圳湾1号        | False
"""

CHINESE_FIELDS = """
address                 | city     | region | district | country || address                    | city   | region | reason
科技园1号               | 深圳     | 广东   | 南山     | 中国    || 广东省深圳市南山区科技园1号 | 深圳市 | 广东省 |
南山区科技园1号         | 深圳     |        |          | PRC     || 广东省深圳市南山区科技园1号 | 深圳市 | 广东省 |
广东省深圳市南山区科技园1号 | 深圳市 | 广东省 | 南山区 | CN      || 广东省深圳市南山区科技园1号 | 深圳市 | 广东省 |
                        | 北京     |        |          | China   ||                            | 北京市 | 北京市 |
                        | 广东省深圳市 |    |          |         ||                            | 深圳市 | 广东省 |
深圳湾1号               | 深圳     |        |          |         || 广东省深圳市深圳湾1号      | 深圳市 | 广东省 |
朝阳区建国路88号        | 长春     |        |          |         || 吉林省长春市朝阳区建国路88号 | 长春市 | 吉林省 |
朝阳区建国路88号        |          |        |          | CN      || 朝阳区建国路88号           |        |        | the district lies in several cities
上海市徐汇区虹漕路      | 北京市   |        |          | CN      || 上海市徐汇区虹漕路         | 北京市 | 北京市 | names of places contradict each other
不知道什么地方          |          |        |          | CN      || 不知道什么地方             |        |        | no province, city or district recognised
88 Jianguo Rd           | Beijing  |        |          | China   || 88 Jianguo Road, Beijing   | 北京市 | 北京市 |
88 Jianguo Rd           | Suzhou   | Jiangsu |         | China   || 88 Jianguo Road, Suzhou, Jiangsu | 苏州市 | 江苏省 |
88 Jianguo Rd           | Suzhou   |        |          | China   || 88 Jianguo Road, Suzhou    | Suzhou |        |
"""

WESTERN = """
address                              | city        | region     | postcode   | country || street | city | region | postcode | country
12 main st., apt 4                   | springfield | illinois   | 62701-1234 | usa     || 12 Main Street Apartment 4 | Springfield | IL | 62701 | US
12 MAIN STREET APT. 4                | SPRINGFIELD | IL         | 62701      | U.S.    || 12 Main Street Apartment 4 | Springfield | IL | 62701 | US
12 Main Street Apartment 4           | Springfield | Ill.       | 62701.0    | America || 12 Main Street Apartment 4 | Springfield | IL | 62701 | US
P.O. Box 12                          | Boston      | MA         | 2139       | US      || PO Box 12 | Boston | MA | 02139 | US
100 N Main St, Los Angeles, CA 90012 |             |            |            |         || 100 North Main Street | Los Angeles | CA | 90012 | US
350 5th Ave Fl 21                    | New York    | New York   | '10118     | US      || 350 5th Avenue Floor 21 | New York | NY | 10118 | US
10 downing st                        | London      |            | sw1a2aa    | England || 10 Downing Street | London | | SW1A 2AA | GB
10 Downing St, London SW1A 2AA, UK   |             |            |            |         || 10 Downing Street | London | | SW1A 2AA | GB
1 St John St                         | London      |            |            | GB      || 1 St John Street | London | | | GB
12 high street, london               | London      |            |            | GB      || 12 High Street | London | | | GB
5 George St, Sydney NSW 2000, Australia |          |            |            |         || 5 George Street | Sydney | NSW | 2000 | AU
Unit 3/45 smith rd                   | perth       | western australia | 6000 | AU     || Unit 3/45 Smith Road | Perth | WA | 6000 | AU
24 sussex dr                         | Ottawa      | Ontario    | k1m1m4     | Canada  || 24 Sussex Drive | Ottawa | ON | K1M 1M4 | CA
123 O'CONNELL STREET                 | DUBLIN      |            |            | Ireland || 123 O'Connell Street | Dublin | | | IE
Hauptstr. 5, 10115 Berlin            |             |            |            | Germany || Hauptstr 5 | Berlin | | 10115 | DE
                                     |             | california |            |         || | | CA | |
                                     |             | WA         |            |         || | | WA | |
千代田1-1                            | 東京        |            | 1000001    | 日本    || 千代田1-1 | 東京 | | 100-0001 | JP
"""

REASONS = """
address   | postcode | country  || country | postcode | reason
12 Oak St |          | Atlantis ||         |          | the country is not known by this name
          | abc      | CN       || CN      |          | the postal code does not fit the country
          | 10118    | GB       || GB      |          | the postal code does not fit the country
518000 深圳市 |      |          || CN      | 518000   |
深圳市 (邮编：518000) |  |      || CN      | 518000   |
香港中环  |          | CN       || HK      |          |
n/a       |          |          ||         |          |
          |          |          ||         |          |
"""


@pytest.mark.parametrize("case", draw(CHINESE_LINES) + draw(CHINESE_FIELDS) + draw(WESTERN) + draw(REASONS))
def test_address(case: Case) -> None:
    assert case.standardise(standardise_addresses) == case.expected


def test_a_district_many_cities_have_is_not_given_to_one_of_them() -> None:
    found = standardise_addresses(pa.table({"address": ["鼓楼区中山路1号"]})).to_pylist()[0]
    assert (found["district"], found["city"], found["region"], found["ambiguous"]) == ("鼓楼区", None, None, True)
