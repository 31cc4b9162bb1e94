"""Reading one row of a roster: what people write, and what spreadsheets make of it."""

import pytest

from g60portal.common.tables import Cell
from participants.rules.roster_header import find_header
from participants.rules.roster_rows import city_word, city_words, read_row

LABELS = [
    "姓名",
    "性别",
    "城市",
    "单位",
    "手机",
    "邮箱",
    "证件类型",
    "证件号码",
    "语言",
    "列入通讯录",
]
CITIES = {
    word: number
    for number, names in enumerate(
        [
            ("songjiang", "上海松江", "Songjiang, Shanghai"),
            ("hefei", "合肥", "Hefei"),
        ],
        start=1,
    )
    for word in city_words(*names)
}


def reading(**values):
    header = find_header([LABELS])
    cells = {"姓名": "张三", "城市": "合肥", "单位": "某公司"} | values
    return read_row(header, [cell(cells.get(label, "")) for label in LABELS], CITIES)


def cell(value):
    if value == "":
        return Cell("", "empty")
    return Cell(value, "text" if isinstance(value, str) else "number")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("松江", 1),
        ("上海市松江区", 1),
        ("上海松江", 1),
        ("Songjiang", 1),
        ("SONGJIANG, Shanghai", 1),
        ("合肥市", 2),
        ("安徽省合肥市", 2),
        ("安徽 合肥", 2),
        ("上海", None),
        ("南京", None),
    ],
)
def test_city_when_written_in_many_ways_then_one_city(written, number):
    assert CITIES.get(city_word(written)) == number


def test_row_when_words_are_usual_then_facts():
    row = reading(
        性别="女", 语言="英文", 列入通讯录="√", 证件类型="护照", 证件号码="G１２３４５６７８"
    )
    assert row.problems == {}
    assert (row.facts.gender, row.facts.language, row.facts.directory_consent) == ("2", "en", True)
    assert (row.facts.paper_kind, row.facts.city_id) == ("passport", 2)


def test_row_when_words_cannot_be_read_then_each_is_named():
    row = reading(性别="龙", 城市="南京", 语言="法文", 列入通讯录="也许", 证件类型="学生证")
    assert set(row.problems) == {"gender", "city", "language", "directory_consent", "paper_kind"}
    assert "南京" in str(row.problems["city"])


def test_row_when_numbers_come_as_numbers_then_their_values_reach_the_checks():
    row = reading(手机=13800000000.0, 证件号码=3.1010519491231e17)
    assert row.facts.phone == 13800000000.0
    assert row.facts.identity == 3.1010519491231e17


def test_row_when_values_are_masked_then_left_out_with_a_warning():
    row = reading(手机="138****0000", 邮箱="a***@example.org", 证件号码="989***********0012")
    assert (row.facts.phone, row.facts.email, row.facts.identity) == ("", "", "")
    assert len(row.warnings) == 3


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("M12345678", "home_return_permit"),
        ("H1234567801", "home_return_permit"),
        ("810000199001010014", "residence_permit"),
        ("E12345678", "passport"),
        ("989898198001010019", ""),
    ],
)
def test_row_when_kind_of_paper_is_not_given_then_taken_from_the_number(number, kind):
    assert reading(证件号码=number).facts.paper_kind == kind


def test_row_when_text_is_wrapped_as_formula_or_guarded_then_bare():
    row = reading(姓名="'=张三", 手机='="13800000000"')
    assert (row.facts.name, row.facts.phone) == ("=张三", "13800000000")
