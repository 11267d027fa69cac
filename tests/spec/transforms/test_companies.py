"""Companies: a clean name, and the key under which its spellings meet."""

import pytest

from tests.transforms.cases import Case, draw
from transforms.companies import standardise_companies

# Legal forms, punctuation, accents and script fall out of the key; region and trade stay.
READ = """
value                                  || company                                | company_key
ACME Co., Ltd.                         || ACME Co., Ltd.                         | acme
Acme Limited                           || Acme Limited                           | acme
The Acme Corporation                   || The Acme Corporation                   | acme
acme, inc.                             || acme, inc.                             | acme
Müller GmbH & Co. KG                   || Müller GmbH & Co. KG                   | muller
A.B.C. S.p.A.                          || A.B.C. S.p.A.                          | abc
AT&T Inc.                              || AT&T Inc.                              | at and t
Procter + Gamble                       || Procter + Gamble                       | procter and gamble
L'Oréal S.A.                           || L'Oréal S.A.                           | loreal
Acme Pty Ltd                           || Acme Pty Ltd                           | acme
3M                                     || 3M                                     | 3m
Ltd                                    || Ltd                                    | ltd
腾讯科技（深圳）有限公司               || 腾讯科技(深圳)有限公司                 | 腾讯科技深圳
騰訊科技(深圳)有限公司                 || 騰訊科技(深圳)有限公司                 | 腾讯科技深圳
北京字节跳动科技有限公司               || 北京字节跳动科技有限公司               | 北京字节跳动科技
招商银行股份有限公司                   || 招商银行股份有限公司                   | 招商银行
阿里巴巴集团控股有限公司               || 阿里巴巴集团控股有限公司               | 阿里巴巴
中国移动通信集团广东有限公司深圳分公司 || 中国移动通信集团广东有限公司深圳分公司 | 中国移动通信广东深圳分公司
北京创新(有限合伙)                     || 北京创新(有限合伙)                     | 北京创新
㈱トヨタ自動車                         || (株)トヨタ自動車                       | トヨタ自动车
トヨタ自動車株式会社                   || トヨタ自動車株式会社                   | トヨタ自动车
公司                                   || 公司                                   | 公司
ＡＣＭＥ\u3000Ｉｎｃ                   || ACME Inc                               | acme
" Acme \u200bLLC "                     || Acme LLC                               | acme
"""

# What people write who have no company.
REFUSED = """
value         || company | company_key | reason
学生          ||         |             | not a company
自由职业      ||         |             | not a company
Self-Employed ||         |             | not a company
freelance     ||         |             | not a company
个体户        ||         |             | not a company
n/a           ||         |             |
无            ||         |             |
              ||         |             |
???           ||         |             |
"""


@pytest.mark.parametrize("case", draw(READ))
def test_read(case: Case) -> None:
    assert case.standardise(standardise_companies) == case.expected


@pytest.mark.parametrize("case", draw(REFUSED))
def test_refused(case: Case) -> None:
    assert case.standardise(standardise_companies) == case.expected
