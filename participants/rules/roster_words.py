"""The words that people write above the columns of a roster, and the field each of them means."""

import re
import unicodedata

# The fields that a column may stand for, in the order in which a person picks them.
FIELDS = (
    "name",
    "gender",
    "birth_on",
    "city",
    "organization_name",
    "organization_and_title",
    "credit_code",
    "title",
    "phone",
    "email",
    "paper_kind",
    "identity",
    "language",
    "directory_consent",
    "latin_name",
    "group_name",
)
# Fields that a row cannot do without.
NEEDED = ("name", "city")
# Titles of posts are often given in two columns; all others count once.
REPEATABLE = frozenset({"title"})

# The words above a column, in the spelling of `normalized`.
ALIASES: dict[str, tuple[str, ...]] = {
    name: tuple(words.split())
    for name, words in {
        "name": (
            "姓名 名字 学员姓名 人员姓名 参训人员 参训人员姓名 推荐人选 人选姓名 被推荐人 学员 "
            "中文姓名 name fullname participant"
        ),
        "gender": "性别 gender sex",
        "birth_on": (
            "出生日期 出生年月 出生年月日 出生时间 生日 birthday birthdate dateofbirth born"
        ),
        "city": (
            "城市 地区 市 区域 属地 地市 所在城市 所在地区 所在地 所在市 所属城市 所属地区 "
            "所属地市 推荐城市 推荐地区 选送城市 选派城市 选送地区 派出城市 报送城市 九城市 "
            "城市名称 city region"
        ),
        "organization_name": (
            "单位 单位名称 单位全称 工作单位 现工作单位 工作单位全称 所在单位 所属单位 任职单位 "
            "企业 企业名称 企业全称 所在企业 公司 公司名称 公司全称 就职单位 机构 机构名称 "
            "organization organisation company employer organizationname"
        ),
        "organization_and_title": (
            "单位及职务 单位和职务 单位职务 单位/职务 单位与职务 工作单位及职务 "
            "工作单位和职务 工作单位职务 "
            "现工作单位及职务 所在单位及职务 单位及职务职称 工作单位及职务职称 工作单位及职务/职称 "
            "工作单位与职务 organizationandpost unitandpost companyandtitle"
        ),
        "credit_code": (
            "统一社会信用代码 社会信用代码 信用代码 统一信用代码 单位统一社会信用代码 creditcode "
            "uscc unifiedsocialcreditcode"
        ),
        "title": (
            "职务 职称 职务职称 职务/职称 职称/职务 职务及职称 职位 岗位 现任职务 现任职位 "
            "行政职务 技术职称 专业技术职称 专业技术职务 技术职务 post title position jobtitle "
            "postandtitle"
        ),
        "phone": (
            "手机 手机号 手机号码 本人手机 联系手机 联系电话 电话 联系方式 移动电话 电话号码 "
            "联系电话/手机 手机/电话 phone mobile mobilephone phonenumber tel telephone"
        ),
        "email": (
            "邮箱 电子邮箱 电子邮件 邮件 邮件地址 电子信箱 邮箱地址 电邮 联系邮箱 email mail "
            "emailaddress"
        ),
        "paper_kind": (
            "证件类型 证件种类 证件类别 证件名称 paperkind papertype idtype documenttype "
            "kindofpaper"
        ),
        "identity": (
            "证件号码 证件号 身份证 身份证号 身份证号码 居民身份证号码 公民身份号码 "
            "公民身份证号码 身份证件号码 有效证件号码 护照号码 护照号 identity "
            "identitynumber idnumber idno papernumber documentnumber"
        ),
        "language": "语言 使用语言 通知语言 language",
        "directory_consent": (
            "同意列入通讯录 是否列入通讯录 列入通讯录 是否同意列入通讯录 通讯录 directory "
            "directoryconsent listed consent listedinthedirectory"
        ),
        "latin_name": (
            "拼音 姓名拼音 拼音姓名 英文名 英文姓名 外文姓名 latinname namelatin pinyin "
            "englishname nameinlatinletters"
        ),
        "group_name": "组别 小组 分组 组 group groupname",
    }.items()
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What stands in cells that are to be empty, and instead of a name that is not known yet.
_NOTHING = _words("无 没有 暂无 / \\ — – - —— -- none null nil n/a na")
_NOBODY = _NOTHING | _words("待定 空缺 待补 暂缺 tbd tbc")
# Cells that point to the one above.
_DITTO = _words("同上 同前 〃 ″ 々 \" '' ditto")

# Known words above columns that say nothing to the portal.
IGNORED = _words(
    "序号 编号 号 学号 座号 座位号 状态 备注 说明 导入结果 导入说明 seat seatnumber no state "
    "remark remarks note notes result"
)
# Heads over columns that speak of somebody else than the person of the row.
_OTHERS = _words(
    "紧急联系人 应急联系人 联系人 联络人 联络员 单位联系人 推荐单位 推荐单位联系人 家属 秘书 司机 "
    "填报人 emergencycontact contactperson contact liaison"
)
# Below the head "organization" these are those of the house, not of the person.
_OF_THE_HOUSE = frozenset({"phone", "email"})

_FIELD_OF = {alias: name for name, aliases in ALIASES.items() for alias in aliases}
_NOTE = re.compile(r"[(\[【<].*?[)\]】>]")
_MARKS = re.compile(r"[\s*:_\-.、,#'\"\u200b\ufeff]+")


def field_named(label: str) -> str | None:
    """The field that a column name means; None when unknown or of no interest. No column name
    begins with a figure, and most cells that are asked about do."""
    if label[:1].isdigit():
        return None
    plain = normalized(label)
    return _FIELD_OF.get(plain) or _FIELD_OF.get(plain.replace("/", ""))


def field_below(head: str, label: str) -> str | None:
    """The field of a column whose name stands below a common head; either may be empty."""
    if not head or not label or normalized(head) == normalized(label):
        return field_named(label or head)
    if normalized(head) in _OTHERS:
        return None
    joined = field_named(head + label)
    if joined:
        return joined
    found = field_named(label)
    if field_named(head) == "organization_name" and found in _OF_THE_HOUSE:
        return None
    return found


def speaks_of_others(head: str) -> bool:
    """Of somebody beside the person of the row."""
    return normalized(head) in _OTHERS


def says_nothing(text: str) -> bool:
    """A sign for an empty cell."""
    return text.strip().casefold() in _NOTHING


def names_nobody(text: str) -> bool:
    """A sign for somebody who is still to be named."""
    return text.strip().casefold() in _NOBODY


def points_above(text: str) -> bool:
    return text.strip().casefold() in _DITTO


def is_ignored(label: str) -> bool:
    return normalized(label) in IGNORED


def normalized(label: str) -> str:
    """Small half-width letters without spaces, marks and remarks in brackets."""
    if label.isalnum() and unicodedata.is_normalized("NFKC", label):
        return label.casefold()
    text = unicodedata.normalize("NFKC", label).casefold()
    return _MARKS.sub("", _NOTE.sub("", text))
