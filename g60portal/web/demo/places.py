"""Places, speakers and journeys of the demo. Sites and halls are the real ones of the first cohort
with rounded coordinates; rooms, speakers and capacities are invented."""

from dataclasses import dataclass

_BASE_SJ = ("上海市松江区广富林路示例段1号", "1 Guangfulin Road (sample), Songjiang")
_BASE_HF = ("合肥市蜀山区示例路2号", "2 Sample Road, Shushan, Hefei")


@dataclass(frozen=True)
class DemoVenue:
    key: str
    city: str
    name: str
    name_en: str
    kind: str
    address: tuple[str, str]
    capacity: int
    place: tuple[float, float]
    largest_party: int | None = None
    margin_minutes: int = 5
    hours: tuple[str, str] | None = None


VENUES = (
    DemoVenue(
        "sj-hall",
        "songjiang",
        "松江培训基地报告厅",
        "Songjiang Training Base, Main Hall",
        "lecture_hall",
        _BASE_SJ,
        80,
        (31.061, 121.221),
    ),
    DemoVenue(
        "sj-room-1",
        "songjiang",
        "松江培训基地研讨室一",
        "Songjiang Training Base, Room 1",
        "meeting_room",
        _BASE_SJ,
        30,
        (31.061, 121.221),
    ),
    DemoVenue(
        "sj-room-2",
        "songjiang",
        "松江培训基地研讨室二",
        "Songjiang Training Base, Room 2",
        "meeting_room",
        _BASE_SJ,
        30,
        (31.061, 121.221),
    ),
    DemoVenue(
        "sj-canteen",
        "songjiang",
        "松江培训基地餐厅",
        "Songjiang Training Base, Canteen",
        "restaurant",
        _BASE_SJ,
        120,
        (31.061, 121.221),
    ),
    DemoVenue(
        "sj-g60",
        "songjiang",
        "长三角G60科创走廊展示馆",
        "G60 S&T Innovation Corridor Exhibition Hall",
        "exhibition_hall",
        ("上海市松江区G60科创云廊", "G60 Cloud Corridor, Songjiang"),
        60,
        (31.049, 121.272),
        50,
        5,
        ("09:00", "17:00"),
    ),
    DemoVenue(
        "sj-haier",
        "songjiang",
        "海尔卡奥斯工业互联网平台",
        "Haier COSMOPlat Industrial Internet Platform",
        "company",
        ("上海市松江区", "Songjiang District, Shanghai"),
        60,
        (31.022, 121.243),
        30,
        10,
        ("09:00", "17:30"),
    ),
    DemoVenue(
        "sj-ev",
        "songjiang",
        "恒大新能源汽车研究院",
        "Evergrande New Energy Automobile Research Institute",
        "company",
        ("上海市松江区", "Songjiang District, Shanghai"),
        60,
        (31.037, 121.312),
        30,
        10,
        ("09:00", "17:30"),
    ),
    DemoVenue(
        "hf-hall",
        "hefei",
        "合肥培训基地报告厅",
        "Hefei Training Base, Main Hall",
        "lecture_hall",
        _BASE_HF,
        80,
        (31.835, 117.196),
    ),
    DemoVenue(
        "hf-room-1",
        "hefei",
        "合肥培训基地研讨室一",
        "Hefei Training Base, Room 1",
        "meeting_room",
        _BASE_HF,
        30,
        (31.835, 117.196),
    ),
    DemoVenue(
        "hf-room-2",
        "hefei",
        "合肥培训基地研讨室二",
        "Hefei Training Base, Room 2",
        "meeting_room",
        _BASE_HF,
        30,
        (31.835, 117.196),
    ),
    DemoVenue(
        "hf-canteen",
        "hefei",
        "合肥培训基地餐厅",
        "Hefei Training Base, Canteen",
        "restaurant",
        _BASE_HF,
        120,
        (31.835, 117.196),
    ),
    DemoVenue(
        "hf-boe",
        "hefei",
        "京东方第10.5代线",
        "BOE Gen-10.5 Line",
        "company",
        ("合肥市新站区", "Xinzhan District, Hefei"),
        60,
        (31.921, 117.381),
        50,
        15,
        ("09:00", "17:00"),
    ),
    DemoVenue(
        "hf-iflytek",
        "hefei",
        "科大讯飞",
        "iFlytek",
        "company",
        ("合肥市高新区望江西路", "Wangjiang West Road, Hefei"),
        60,
        (31.829, 117.141),
        50,
        10,
        ("09:00", "17:30"),
    ),
    DemoVenue(
        "hf-anhui",
        "hefei",
        "安徽创新馆",
        "Anhui Innovation Hall",
        "exhibition_hall",
        ("合肥市滨湖新区", "Binhu New District, Hefei"),
        80,
        (31.737, 117.284),
        60,
        5,
        ("09:00", "17:00"),
    ),
)

# Door to door, in minutes.
JOURNEYS = (
    ("sj-hall", "sj-g60", 20),
    ("sj-hall", "sj-haier", 25),
    ("sj-hall", "sj-ev", 30),
    ("sj-g60", "sj-haier", 20),
    ("sj-g60", "sj-ev", 15),
    ("sj-haier", "sj-ev", 25),
    ("sj-canteen", "sj-g60", 20),
    ("sj-canteen", "sj-haier", 25),
    ("sj-canteen", "sj-ev", 30),
    ("sj-room-1", "sj-g60", 20),
    ("sj-room-2", "sj-g60", 20),
    ("sj-room-1", "sj-haier", 25),
    ("sj-room-2", "sj-ev", 30),
    ("hf-hall", "hf-boe", 40),
    ("hf-hall", "hf-iflytek", 15),
    ("hf-hall", "hf-anhui", 30),
    ("hf-canteen", "hf-boe", 40),
    ("hf-canteen", "hf-iflytek", 15),
    ("hf-canteen", "hf-anhui", 30),
    ("hf-iflytek", "hf-anhui", 35),
    ("hf-boe", "hf-anhui", 45),
    ("sj-hall", "sj-room-1", 3),
    ("sj-hall", "sj-room-2", 3),
    ("sj-hall", "sj-canteen", 3),
    ("sj-room-1", "sj-canteen", 3),
    ("sj-room-2", "sj-canteen", 3),
    ("hf-hall", "hf-room-1", 3),
    ("hf-hall", "hf-room-2", 3),
    ("hf-hall", "hf-canteen", 3),
    ("hf-room-1", "hf-canteen", 3),
    ("hf-room-2", "hf-canteen", 3),
)


@dataclass(frozen=True)
class DemoSpeaker:
    key: str
    city: str
    name: str
    name_en: str
    title: str
    title_en: str


SPEAKERS = (
    DemoSpeaker(
        "zhou",
        "songjiang",
        "周衡之",
        "Zhou Hengzhi",
        "区域经济研究员",
        "Researcher, regional economics",
    ),
    DemoSpeaker(
        "li", "songjiang", "李沐阳", "Li Muyang", "产业政策教授", "Professor, industrial policy"
    ),
    DemoSpeaker(
        "wang",
        "songjiang",
        "王嘉铭",
        "Wang Jiaming",
        "工业互联网总工程师",
        "Chief engineer, industrial internet",
    ),
    DemoSpeaker(
        "shen", "songjiang", "沈知微", "Shen Zhiwei", "科创金融专家", "Expert, innovation finance"
    ),
    DemoSpeaker(
        "he", "hefei", "何以宁", "He Yining", "显示产业研究员", "Researcher, display industry"
    ),
    DemoSpeaker(
        "xu", "hefei", "许承安", "Xu Cheng'an", "人工智能教授", "Professor, artificial intelligence"
    ),
    DemoSpeaker(
        "fang",
        "hefei",
        "方致远",
        "Fang Zhiyuan",
        "科技成果转化主任",
        "Director, technology transfer",
    ),
    DemoSpeaker(
        "tang",
        "hefei",
        "唐若溪",
        "Tang Ruoxi",
        "集成电路高级工程师",
        "Senior engineer, integrated circuits",
    ),
)
