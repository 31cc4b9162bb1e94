"""The 45 people of the first cohort as the cities send them: invented, numbers of nobody.

Surnames are chosen by their number of strokes, so that the test knows the order of strokes without
asking the portal.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from g60portal.common.tables import stream_xlsx
from tests.participants.people import identity_number

CITIES = {
    "songjiang": "上海松江",
    "jiaxing": "嘉兴",
    "hangzhou": "杭州",
    "jinhua": "金华",
    "suzhou": "苏州",
    "huzhou": "湖州",
    "xuancheng": "宣城",
    "wuhu": "芜湖",
    "hefei": "合肥",
}
PER_CITY = 5
# 2, 3, 4, 5, 6, 7, 8, 9, 10 and 11 strokes.
SURNAMES = "丁马王田刘李周赵高黄"
GIVEN = ("若兰", "明轩", "嘉禾", "云舟", "知远", "清扬", "思齐", "立人", "文博")
FORMULA = '=HYPERLINK("https://example.com","总经理")'
HEADER = (
    "序号", "姓名", "性别", "城市", "单位", "职务/职称", "手机", "邮箱", "证件号码",
    "语言", "是否同意列入通讯录",
)  # fmt: skip


@dataclass(frozen=True)
class Invited:
    """One of the 45."""

    number: int
    name: str
    city: str
    organization: str
    title: str
    email: str
    phone: str
    identity: str
    language: str
    listed: bool

    @property
    def gender(self) -> str:
        return "男" if self.number % 2 else "女"

    @property
    def row(self) -> tuple[str, ...]:
        """As it stands in the file."""
        return (
            str(self.number), self.name, self.gender, CITIES[self.city], self.organization,
            self.title, self.phone, self.email, self.identity,
            {"en": "English", "zh-hans": "中文"}[self.language], "是" if self.listed else "否",
        )  # fmt: skip


KATRIN = Invited(
    number=15,
    name="Katrin Brandt",
    city="hangzhou",
    organization="杭州示例生物医药有限公司",
    title="研发总监",
    email="katrin.brandt@example.org",
    phone="15400000015",
    identity="C01X00T47",
    language="en",
    listed=True,
)


def _somebody(number: int) -> Invited:
    place, order = divmod(number - 1, PER_CITY)
    city = list(CITIES)[place]
    return Invited(
        number=number,
        name=SURNAMES[(number - 1) % len(SURNAMES)] + GIVEN[place],
        city=city,
        organization=f"{CITIES[city]}示例{number}号科技有限公司",
        title=FORMULA if number == 1 else "副总经理",
        email=f"p{number:02}@example.org",
        phone=f"154{number:08}",
        identity=identity_number(number),
        language="en" if order == PER_CITY - 1 else "zh-hans",
        listed=number % 3 == 0,
    )


IN_THE_FILE: Sequence[Invited] = [
    _somebody(number) for number in range(1, PER_CITY * len(CITIES) + 1) if number != KATRIN.number
]
EVERYBODY: Sequence[Invited] = (*IN_THE_FILE, KATRIN)
BY_EMAIL = {one.email: one for one in EVERYBODY}
BY_NAME = {one.name: one for one in EVERYBODY}


def roster_file() -> bytes:
    """A workbook with two title rows above the names of the columns, as departments send it."""
    title = ("G60科创走廊九城市高层次人才研修班（第一期）学员名单",)
    return b"".join(
        stream_xlsx(
            title, [("填报单位：松江区委组织部",), HEADER, *(one.row for one in IN_THE_FILE)]
        )
    )
