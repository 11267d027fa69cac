"""User agents: the string a browser or app sends in, browser, system and device out.

Out: `browser` (family, one name for the desktop and the mobile edition), `os` (family), `device` (model; "desktop" or
"mobile" where none is told, "bot" for crawlers and scripts) and `reason`. Families are those of ua-parser; the apps
inside which Chinese customers browse (WeChat, WeCom, Alipay, Douyin ...) are named here, because their pages run in
someone else's web view.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa

from transforms.columns import build_table
from transforms.text import clean_text

UNKNOWN = "no browser, system or device recognised"

FIELDS = [pa.field("browser", pa.string()), pa.field("os", pa.string()), pa.field("device", pa.string())]

# The first found wins: WeCom's string names WeChat too, and WeChat's names Chrome.
APPS = (
    ("wxwork/", "WeCom"),
    ("MicroMessenger", "WeChat"),
    ("AlipayClient", "Alipay"),
    ("DingTalk", "DingTalk"),
    ("Lark/", "Lark"),
    ("Weibo", "Weibo"),
    ("AliApp(TB", "Taobao"),
    ("AliApp(TM", "Tmall"),
    ("jdapp", "JD"),
    ("pinduoduo", "Pinduoduo"),
    ("aweme", "Douyin"),
    ("BytedanceWebview", "Douyin"),
    ("xiaohongshu", "Xiaohongshu"),
    ("discover/", "Xiaohongshu"),
    (" QQ/", "QQ"),
    ("MQQBrowser", "QQ Browser"),
    ("UCBrowser", "UC Browser"),
    ("MiuiBrowser", "MIUI Browser"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("baiduboxapp", "Baidu"),
    ("ArkWeb", "ArkWeb"),
)
# ua-parser counts each edition as a family of its own.
EDITION = re.compile(
    r"^Mobile (?=Safari)|^HeadlessChrome$| (?:Mobile(?: WebView)?(?: iOS)?|iOS|UI/WKWebView|WebView)\b"
)
HARMONY = re.compile(r"HarmonyOS|OpenHarmony|HMOS")
ROBOT = re.compile(
    r"(?i)bot\b|bot/|spider|crawl|slurp|monitor|preview|fetch|^curl|^wget|^python|^java/|^go-http|^okhttp$|headless|"
    r"^apache-httpclient|^libwww|^ruby|^node|^axios|^scrapy|^postman|facebookexternalhit"
)
DESKTOPS = frozenset(("Windows", "Mac OS X", "Linux", "Ubuntu", "Debian", "Fedora", "Chrome OS", "FreeBSD", "OpenBSD"))
MOBILES = frozenset(("Android", "iOS", "HarmonyOS", "Windows Phone"))
UNNAMED_DEVICES = frozenset(("Other", "Mac", "Generic Smartphone", "Smartphone", "K"))


def standardise_user_agents(values: pa.Array | pa.ChunkedArray | Sequence[str | None]) -> pa.Table:
    """Read each value as a user agent; see the module for columns."""
    return build_table((_read_value(value) for value in clean_text(values).to_pylist()), FIELDS)


def _read_value(text: str | None) -> tuple[str | None, ...]:
    """Read one string; ua-parser takes about 0.04 ms."""
    if not text:
        return (None,) * 4
    import ua_parser

    found = ua_parser.parse(text)
    family = found.user_agent.family if found.user_agent else None
    system = found.os.family if found.os else None
    browser = next((name for mark, name in APPS if mark in text), EDITION.sub("", family) if family else None)
    system = "HarmonyOS" if HARMONY.search(text) else system
    device = _name_device(text, found.device.family if found.device else None, system)
    if browser is None and system is None and device is None:
        return (None, None, None, UNKNOWN)
    return browser or None, system, device, None


def _name_device(text: str, family: str | None, system: str | None) -> str | None:
    if family == "Spider" or ROBOT.search(text):
        return "bot"
    if family and family not in UNNAMED_DEVICES:
        return family
    # Chrome on Android calls every phone "K" by now.
    return "desktop" if system in DESKTOPS else "mobile" if system in MOBILES else None
