"""Surnames: the Chinese family names, how they are read, and how they are spelled outside China.

`is_surname`, `rank_surname` and `split_compound` answer for hanzi (simplified), `read_surname` gives the pinyin,
`rank_pinyin` and `ROMANISED` answer for Latin letters. Facts only: the Hundred Family Surnames, the frequency order of
the household registers, and dictionaries' readings of surnames that differ from the everyday one.
"""

from __future__ import annotations

from functools import cache

from transforms.pinyin import read_hanzi, without_tones
from transforms.vocabulary import list_pairs, list_words

# By frequency, most frequent first: about 85 % of the population, then the next 200.
COMMON = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔"
    "谭陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴代严莫孔向常"
)
FREQUENT = (
    "汤康易乔赖文庞樊兰殷施洪翟安颜倪牛温芦季俞章鲁葛伍申尤毕聂柴焦柳邢岳齐梅庄辛管祝左涂谷祁耿牟卜路詹关苗凌费纪靳盛"
    "童欧甄项曲成游阳裴席卫查屈鲍位霍翁隋植甘景薄单包司柏宁柯阮桂闵解强丛华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫"
    "苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原楚佟"
    "栗匡宗应台巫鞠僧桑荆谌银扬沙伏岑习胥保和蔺时佘宣满区朴官来衣"
)
# The rest of the Hundred Family Surnames and others in use. Not in it: surnames that are foremost everyday words
# (有 空 爱 家 …), since nicknames begin with them.
OTHER = (
    "水云昌凤酆皮元平湛禹狄贝茅舒麻危骆支昝经裘缪干贲杭诸钮嵇滑荣荀羊於惠芮羿储汲邴松富乌弓牧隗山宓蓬郗班仰秋伊暴钭厉"
    "戎祖束幸韶蓟印宿怀蒲邰从鄂索咸籍阴鬱能苍闻莘贡劳逄扶堵宰郦雍郤璩濮寿通扈浦尚农慕茹宦鱼容慎戈庾暨居衡步弘国寇广禄"
    "阙东殳沃利蔚越夔隆师厍晁融訾阚那毋乜丰巢蒯后权逯桓仉督法汝钦归海帅缑亢况琴佴谯笪年撒但承初粟矫巴尉折过贠员郇召祭"
    "繁种黑哈洗秘呙句眭占肇恽逢庹普玉麦展战修仝揣曙勾杞邝岭庆赫荤忻郄凡泽尧隽矣皇才火俸随宛沐仁玄甯鹿岱冻明双郏红墨言"
    "福养令行观长教谦宝相"
)
COMPOUND = list_words(
    """
    欧阳 司马 上官 诸葛 夏侯 东方 皇甫 尉迟 公羊 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 公孙 仲孙 轩辕 令狐 钟离
    宇文 长孙 慕容 鲜于 闾丘 司徒 司空 亓官 丌官 司寇 子车 颛孙 端木 巫马 公西 漆雕 乐正 壤驷 公良 拓跋 夹谷 宰父
    谷梁 段干 百里 东郭 南门 呼延 羊舌 微生 梁丘 左丘 西门 东门 伯赏 南宫 第五 万俟 闻人 赫连 独孤 纳兰 叶赫 完颜
    耶律 爱新觉罗 那拉 富察 钮祜禄 赫舍里 瓜尔佳 索绰罗 乌雅 有琴 归海 哥舒 贺兰 屈突 斛律 长鱼 相里 即墨 达奚
    """
)
# Where the reading as a surname is not the everyday one, or dictionaries disagree.
READINGS = list_pairs(
    """
    柏 bai3; 秘 bi4; 薄 bo2; 卜 bu3; 长 chang2; 晁 chao2; 车 che1; 谌 chen2; 种 chong2; 都 du1; 费 fei4;
    干 gan1; 盖 ge3; 葛 ge3; 句 gou1; 勾 gou1; 观 guan4; 过 guo1; 呙 guo1; 哈 ha3; 黑 he4; 华 hua4; 纪 ji3;
    阚 kan4; 令 ling2; 宓 mi4; 缪 miao4; 牟 mou2; 那 na1; 佴 nai4; 能 nai4; 乜 nie4; 甯 ning4; 区 ou1;
    逄 pang2; 朴 piao2; 繁 po2; 强 qiang2; 覃 qin2; 仇 qiu2; 曲 qu1; 瞿 qu2; 任 ren2; 撒 sa3; 单 shan4;
    召 shao4; 折 she2; 莘 shen1; 沈 shen3; 盛 sheng4; 石 shi2; 宿 su4; 眭 sui1; 钭 tou3; 万 wan4; 隗 wei3;
    尉 wei4; 郗 xi1; 冼 xian3; 洗 xian3; 相 xiang4; 肖 xiao1; 解 xie4; 行 xing2; 郇 xun2; 燕 yan1; 叶 ye4;
    尹 yin3; 应 ying1; 於 yu1; 乐 yue4; 员 yun4; 贠 yun4; 曾 zeng1; 查 zha1; 翟 zhai2; 祭 zhai4; 占 zhan1;
    单于 chan2 yu2; 淳于 chun2 yu2; 段干 duan4 gan1; 公冶 gong1 ye3; 谷梁 gu3 liang2; 呼延 hu1 yan2;
    皇甫 huang2 fu3; 丌官 ji1 guan1; 夹谷 jia2 gu3; 令狐 ling2 hu2; 万俟 mo4 qi2; 慕容 mu4 rong2; 那拉 na1 la1;
    欧阳 ou1 yang2; 亓官 qi2 guan1; 上官 shang4 guan1; 司徒 si1 tu2; 澹台 tan2 tai2; 拓跋 tuo4 ba2;
    夏侯 xia4 hou2; 鲜于 xian1 yu2; 尉迟 yu4 chi2; 乐正 yue4 zheng4; 宰父 zai3 fu3; 长孙 zhang3 sun1;
    仲孙 zhong4 sun1; 诸葛 zhu1 ge3; 颛孙 zhuan1 sun1; 子车 zi3 ju1
    """,
    between=";",
    inside=" ",
)

# Spellings of Cantonese, Hokkien and Hakka and the pinyin of the surnames written so. Wade-Giles follows from rules.
ROMANISED = list_pairs(
    """
    ang=hong au=ou auyeung=ouyang chai=cai chan=chen chau=zhou chee=xu cheng=zheng|cheng cheung=zhang chew=zhou
    chia=xie chin=qian|chen chiu=zhao|qiu choi=cai chong=zhang|zhuang chow=zhou choy=cai chu=zhu chua=cai chui=xu
    eng=wu fong=fang foo=fu fung=feng gan=yan gee=zhu goh=wu hau=hou heng=wang ho=he hui=xu hung=hong|kong
    hwang=huang jhang=zhang jheng=zheng jhou=zhou kam=jin kan=jian kee=ji keung=jiang khoo=qiu kiu=qiao ko=gao
    koh=xu|gao kong=jiang|kong kwan=guan kwek=guo kwok=guo kwong=kuang lai=li|lai lam=lin lau=liu law=luo lee=li
    leong=liang leung=liang liew=liu lim=lin lo=luo|lu loh=luo louie=lei low=liu|lu lui=lv luk=lu lye=lai mah=ma
    mak=mai man=wen mok=mo moy=mei mui=mei neo=liang ng=wu|huang ngai=wei ngan=yan oei=huang ong=wang ooi=huang
    pak=bai pang=peng phua=pan poh=fu poon=pan quek=guo seah=xie sham=cen shek=shi shum=cen sia=xie siao=xiao
    sie=xie sim=shen sin=xian siong=xiong siu=xiao so=su soh=su soo=su soong=song suen=sun sum=shen syu=xu sze=shi
    szeto=situ tam=tan tang=deng|tang tay=zheng tchen=chen teh=zheng teo=zhang teoh=zhang thum=tan tiong=zhang
    to=du toh=du|zhuo tong=tang tsang=zeng tse=xie tso=cao tsoi=cai tsui=xu wan=yin|wen wee=huang wong=wang|huang
    woo=hu|wu yam=ren yap=ye yau=qiu|you yee=yu yeung=yang yim=yan yip=ye yiu=yao young=yang yuen=yuan|ruan
    """,
    between=" ",
    inside="=",
)


# Compound surnames that may be written as two words; not those whose first half is a common surname of its own
# (Zhang Sun Li is 张孙丽 sooner than 长孙丽).
BROKEN_COMPOUNDS = list_words(
    """
    ouyang auyeung situ szeto sima shangguan gongsun linghu duanmu nangong dugu murong dongguo ximen xianyu chunyu
    huyan tantai moqi yuchi wenren helian
    """
)


def is_surname(hanzi: str) -> bool:
    """Tell whether these simplified hanzi are a family name, single or compound."""
    return hanzi in COMPOUND or hanzi in _ranks()


def rank_surname(hanzi: str) -> int:
    """Give 3 for a very common family name or a compound one, 2 for a frequent, 1 for a rare one, 0 for none."""
    return 3 if hanzi in COMPOUND else _ranks().get(hanzi, 0)


def split_compound(hanzi: str) -> tuple[str, str] | None:
    """Split off a compound family name at the start of a name, None when there is none."""
    for length in (4, 3, 2):
        if hanzi[:length] in COMPOUND:
            return hanzi[:length], hanzi[length:]
    return None


@cache
def read_surname(hanzi: str) -> tuple[str, ...]:
    """Give the family name's syllables with tone digits, as surnames are read."""
    return tuple(READINGS[hanzi].split(" ")) if hanzi in READINGS else tuple(read_hanzi(hanzi))


def rank_pinyin(letters: str) -> int:
    """Rank pinyin letters like `rank_surname` ranks hanzi."""
    return list_pinyin().get(letters, 0)


@cache
def list_pinyin() -> dict[str, int]:
    """Give all surnames in pinyin letters ("wang", "ouyang") with the rank of the best one read so."""
    ranks: dict[str, int] = {}
    for hanzi in [*_ranks(), *sorted(COMPOUND)]:
        letters = without_tones("".join(read_surname(hanzi)))
        ranks[letters] = max(ranks.get(letters, 0), rank_surname(hanzi))
    return ranks


@cache
def _ranks() -> dict[str, int]:
    return {
        **dict.fromkeys(OTHER, 1),
        **dict.fromkeys(FREQUENT, 2),
        **dict.fromkeys(COMMON, 3),
    }
