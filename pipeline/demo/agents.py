"""User agents of browsers, of phones and of bots."""

_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
_APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_GOOGLE = "AppleWebKit/537.36 (KHTML, like Gecko)"
_WECHAT_ON_IPHONE = "MicroMessenger/8.0.54(0x18003628) NetType/WIFI Language/zh_CN"

BROWSERS = (
    f"{_WINDOWS}) {_GOOGLE} Chrome/145.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_APPLE} Version/18.3 Safari/605.1.15",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) {_APPLE} Version/18.3 Mobile/15E148 Safari/604.1",
    f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {_GOOGLE} Chrome/145.0.0.0 Mobile Safari/537.36",
    f"{_WINDOWS}; rv:135.0) Gecko/20100101 Firefox/135.0",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) {_APPLE} Mobile/15E148 {_WECHAT_ON_IPHONE}",
    f"Mozilla/5.0 (Linux; Android 14; 23127PN0CC) {_GOOGLE} Version/4.0 Chrome/116.0.0.0 MicroMessenger/8.0.50",
    f"{_WINDOWS}) {_GOOGLE} Chrome/144.0.0.0 Safari/537.36 Edg/144.0.0.0",
    f"Mozilla/5.0 (iPad; CPU OS 18_2 like Mac OS X) {_APPLE} Version/18.2 Mobile/15E148 Safari/604.1",
)
BOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "curl/8.5.0",
)
# Maker, model, system and its version, as an app reports them.
PHONES = (
    ("HUAWEI", "ALN-AL10", "HarmonyOS", "4.2.0"),
    ("Xiaomi", "23127PN0CC", "Android", "14"),
    ("Apple", "iPhone15,2", "iOS", "17.6"),
    ("Apple", "iPhone17,1", "iOS", "18.3"),
    ("OPPO", "PHZ110", "Android", "14"),
    ("vivo", "V2309A", "Android", "14"),
    ("HONOR", "PGT-AN00", "Android", "13"),
    ("Samsung", "SM-S9280", "Android", "15"),
)
