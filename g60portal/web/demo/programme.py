"""The week of a cohort, by day number from 0: three days in Songjiang, four in Hefei.

Times are Shanghai times. `groups` are group numbers from 1; none = everyone.
"""

from dataclasses import dataclass
from decimal import Decimal

FIRST_HEFEI_DAY = 3
LAST_DAY = 6
GROUPS = ("第一组", "第二组", "第三组", "第四组", "第五组")


@dataclass(frozen=True)
class DemoSession:
    day: int
    start: str
    end: str
    kind: str
    title: str
    title_en: str
    venue: str = ""
    speakers: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()
    theme: str = ""
    hours: Decimal = Decimal(0)
    compulsory: bool = False


def _taught(
    day: int,
    times: tuple[str, str],
    kind: str,
    titles: tuple[str, str],
    venue: str,
    theme: str,
    *,
    by: tuple[str, ...] = (),
    groups: tuple[int, ...] = (),
    hours: str = "2",
) -> DemoSession:
    return DemoSession(day, *times, kind, *titles, venue, by, groups, theme, Decimal(hours), True)


def _meal(day: int, start: str, end: str, venue: str) -> DemoSession:
    titles = ("午餐", "Lunch") if start < "15:00" else ("晚餐", "Dinner")
    return DemoSession(day, start, end, "meal", *titles, venue)


def _transfer(
    day: int, start: str, end: str, title: str, title_en: str, groups: tuple[int, ...] = ()
) -> DemoSession:
    return DemoSession(day, start, end, "transfer", title, title_en, groups=groups)


WEEK = (
    # Day 1, Songjiang
    _taught(
        0, ("09:00", "09:40"), "ceremony", ("开班式", "Opening ceremony"), "sj-hall", "", hours="0"
    ),
    _taught(
        0,
        ("10:00", "11:45"),
        "lecture",
        (
            "长三角一体化与G60科创走廊规划",
            "Integration of the Delta and the plan of the G60 corridor",
        ),
        "sj-hall",
        "planning",
        by=("zhou",),
    ),
    _meal(0, "12:00", "13:00", "sj-canteen"),
    _transfer(0, "13:15", "13:45", "前往G60科创走廊展示馆", "To the G60 exhibition hall"),
    _taught(
        0,
        ("14:00", "15:30"),
        "exhibition",
        ("参观长三角G60科创走廊展示馆", "G60 S&T Innovation Corridor exhibition"),
        "sj-g60",
        "innovation",
    ),
    _transfer(0, "15:40", "16:10", "返回培训基地", "Back to the training base"),
    _taught(
        0,
        ("16:30", "17:30"),
        "discussion",
        ("分组见面：我的企业与产业链", "Groups meet: my company and its chain"),
        "sj-room-1",
        "industry",
        groups=(1, 2),
        hours="1",
    ),
    _taught(
        0,
        ("16:30", "17:30"),
        "discussion",
        ("分组见面：我的企业与产业链", "Groups meet: my company and its chain"),
        "sj-room-2",
        "industry",
        groups=(3, 4, 5),
        hours="1",
    ),
    _meal(0, "17:45", "18:45", "sj-canteen"),
    # Day 2, Songjiang
    _taught(
        1,
        ("09:00", "10:20"),
        "lecture",
        ("制造业高质量发展政策解读", "Policies for high-quality manufacturing"),
        "sj-hall",
        "industry",
        by=("li",),
    ),
    _taught(
        1,
        ("10:40", "11:45"),
        "lecture",
        ("工业互联网与产业链协同", "Industrial internet and cooperation along the chain"),
        "sj-hall",
        "innovation",
        by=("wang",),
        hours="1.5",
    ),
    _meal(1, "12:00", "13:00", "sj-canteen"),
    _transfer(1, "13:10", "13:50", "前往海尔卡奥斯", "To Haier COSMOPlat", (1, 2, 3)),
    _transfer(
        1, "13:10", "13:50", "前往恒大新能源汽车研究院", "To the Evergrande institute", (4, 5)
    ),
    _taught(
        1,
        ("14:10", "15:40"),
        "site_visit",
        ("现场教学：海尔卡奥斯工业互联网平台", "On site: Haier COSMOPlat"),
        "sj-haier",
        "innovation",
        by=("wang",),
        groups=(1, 2, 3),
    ),
    _taught(
        1,
        ("14:10", "15:40"),
        "site_visit",
        ("现场教学：恒大新能源汽车研究院", "On site: Evergrande New Energy Automobile Institute"),
        "sj-ev",
        "industry",
        groups=(4, 5),
    ),
    _taught(
        1,
        ("16:40", "17:30"),
        "discussion",
        ("分组研讨：平台如何进车间", "Discussion: platforms on the shop floor"),
        "sj-room-1",
        "innovation",
        groups=(1, 2, 3),
        hours="1",
    ),
    _taught(
        1,
        ("16:40", "17:30"),
        "discussion",
        ("分组研讨：新能源汽车供应链", "Discussion: the supply chain of electric cars"),
        "sj-room-2",
        "industry",
        groups=(4, 5),
        hours="1",
    ),
    _meal(1, "17:45", "18:45", "sj-canteen"),
    # Day 3, Songjiang, then by rail to Hefei
    _taught(
        2,
        ("09:00", "10:30"),
        "lecture",
        ("科创金融：从路演到投后", "Innovation finance: from pitch to portfolio"),
        "sj-hall",
        "industry",
        by=("shen",),
    ),
    _taught(
        2,
        ("10:45", "11:45"),
        "lecture",
        ("九城市人才政策与合作机制", "Talent policies of the nine cities"),
        "sj-hall",
        "planning",
        by=("li",),
        hours="1.5",
    ),
    _meal(2, "12:00", "13:00", "sj-canteen"),
    _transfer(2, "14:00", "18:00", "转场合肥（高铁）", "By rail to Hefei"),
    _meal(2, "18:10", "19:00", "hf-canteen"),
    # Day 4, Hefei
    _taught(
        3,
        ("09:00", "10:30"),
        "lecture",
        ("合肥模式：资本招商与产业集群", "The Hefei model: capital and clusters"),
        "hf-hall",
        "planning",
        by=("fang",),
    ),
    _taught(
        3,
        ("10:45", "11:45"),
        "lecture",
        ("新型显示产业前沿", "Frontiers of display technology"),
        "hf-hall",
        "innovation",
        by=("he",),
        hours="1.5",
    ),
    _meal(3, "12:00", "13:00", "hf-canteen"),
    _transfer(3, "13:10", "14:00", "前往京东方", "To BOE"),
    _taught(
        3,
        ("14:30", "16:30"),
        "site_visit",
        ("现场教学：京东方第10.5代线", "On site: BOE Gen-10.5 line"),
        "hf-boe",
        "innovation",
        by=("he",),
        hours="2.5",
    ),
    _meal(3, "17:45", "18:45", "hf-canteen"),
    # Day 5, Hefei
    _taught(
        4,
        ("09:00", "10:30"),
        "lecture",
        ("人工智能大模型与行业应用", "Large models in industry"),
        "hf-hall",
        "innovation",
        by=("xu",),
    ),
    _taught(
        4,
        ("10:45", "11:45"),
        "lecture",
        ("存储芯片与设备国产化", "Memory chips and domestic equipment"),
        "hf-hall",
        "industry",
        by=("tang",),
        hours="1.5",
    ),
    _meal(4, "12:00", "13:00", "hf-canteen"),
    _taught(
        4,
        ("13:45", "15:15"),
        "site_visit",
        ("现场教学：科大讯飞", "On site: iFlytek"),
        "hf-iflytek",
        "innovation",
        by=("xu",),
    ),
    _taught(
        4,
        ("16:10", "17:00"),
        "exhibition",
        ("参观安徽创新馆", "Anhui Innovation Hall"),
        "hf-anhui",
        "innovation",
        hours="1",
    ),
    _meal(4, "17:45", "18:45", "hf-canteen"),
    # Day 6, Hefei
    _taught(
        5,
        ("09:00", "10:30"),
        "lecture",
        ("科技成果转化实务", "Technology transfer in practice"),
        "hf-hall",
        "innovation",
        by=("fang",),
    ),
    _taught(
        5,
        ("10:45", "11:45"),
        "discussion",
        ("分组研讨：产业链上的合作清单", "Discussion: what we can do together"),
        "hf-room-1",
        "industry",
        groups=(1, 2, 3),
        hours="1",
    ),
    _taught(
        5,
        ("10:45", "11:45"),
        "discussion",
        ("分组研讨：融资与市场对接", "Discussion: finance and markets"),
        "hf-room-2",
        "industry",
        groups=(4, 5),
        hours="1",
    ),
    _meal(5, "12:00", "13:00", "hf-canteen"),
    DemoSession(
        5, "14:00", "17:00", "self_study", "自习：撰写学习总结", "Self-study: writing up", "hf-hall"
    ),
    _meal(5, "17:45", "18:45", "hf-canteen"),
    # Day 7, Hefei
    _taught(
        6,
        ("09:00", "10:30"),
        "discussion",
        ("小组汇报与交流", "Groups report"),
        "hf-hall",
        "planning",
    ),
    _taught(
        6,
        ("10:45", "11:45"),
        "ceremony",
        ("结业仪式", "Completion ceremony"),
        "hf-hall",
        "",
        hours="0",
    ),
    _meal(6, "12:00", "13:00", "hf-canteen"),
)
