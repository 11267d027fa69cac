"""User agents: browser, system and device; apps with a browser inside count as the app."""

import pytest

from tests.transforms.cases import Case, draw
from transforms.user_agents import standardise_user_agents

CASES = """
value || browser | os | device | reason
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 || Chrome | Windows | desktop |
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0 || Edge | Windows | desktop |
Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 Safari/605.1.15 || Safari | Mac OS X | desktop |
Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0 || Firefox | Linux | desktop |
Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1 || Safari | iOS | iPhone |
Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/118.0 Mobile/15E148 Safari/604.1 || Chrome | iOS | iPhone |
Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.44(0x18002c2f) NetType/WIFI || WeChat | iOS | iPhone |
Mozilla/5.0 (Linux; Android 13; V2227A Build/TP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116 Mobile Safari/537.36 MicroMessenger/8.0.43 || WeChat | Android | V2227A |
Mozilla/5.0 (Linux; Android 12; M2011K2C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86 Mobile Safari/537.36 wxwork/4.1.9 MicroMessenger/7.0.1 || WeCom | Android | M2011K2C |
Mozilla/5.0 (iPhone; CPU iPhone OS 16_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/20B82 AlipayClient/10.3 || Alipay | iOS | iPhone |
Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Mobile Safari/537.36 || Chrome | Android | mobile |
Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0 Safari/537.36 ArkWeb/4.1 Mobile || ArkWeb | HarmonyOS | mobile |
Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html) || Baiduspider | | bot |
Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html) || Googlebot | | bot |
curl/7.88.1 || curl | | bot |
python-requests/2.31.0 || Python Requests | | bot |
gibberish || | | | no browser, system or device recognised
- || | | |
 || | | |
"""


@pytest.mark.parametrize("case", draw(CASES))
def test_user_agent(case: Case) -> None:
    assert case.standardise(standardise_user_agents) == case.expected
