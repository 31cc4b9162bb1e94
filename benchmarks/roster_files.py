"""An XLSX roster of invented people, as large as wanted: for measuring imports."""

from collections.abc import Iterator

from g60portal.common.tables import stream_xlsx
from participants.rules.papers import check_character

HEADER = ("姓名", "性别", "城市", "工作单位", "职务/职称", "手机号码", "邮箱", "证件号码", "组别")
CITIES = ("松江", "嘉兴", "杭州", "金华", "苏州", "湖州", "宣城", "芜湖", "合肥")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华文辉力建国志新海燕玉红春梅晓东云飞"


def roster_xlsx(count: int) -> bytes:
    """Everybody with paper, phone and address; three people an employer."""
    return b"".join(stream_xlsx(HEADER, people(count), title="名册"))


def people(count: int) -> Iterator[tuple[str, ...]]:
    for number in range(count):
        name = (
            SURNAMES[number % len(SURNAMES)]
            + GIVEN[number // 7 % len(GIVEN)]
            + GIVEN[number // 3 % len(GIVEN)]
        )
        yield (
            name,
            "男" if number % 2 else "女",
            CITIES[number % len(CITIES)],
            f"{CITIES[number % len(CITIES)]}示例{number // 3}科技有限公司",
            "总经理",
            f"138{number:08}",
            f"person{number}@example.org",
            _identity(number),
            f"第{number % 9 + 1}组",
        )


def _identity(number: int) -> str:
    """Of nobody: the region 990198 is not assigned. The sex is that of the column beside it."""
    born = f"19{60 + number // 2800 % 40:02}{number // 100 % 12 + 1:02}{number // 8 % 28 + 1:02}"
    first = f"990198{born}{number // 2 % 500 * 2 + number % 2:03}"
    return first + check_character(first)
