"""Finding the columns of a roster that nobody has seen before."""

import pytest

from participants.rules.roster_header import (
    begins_another_table,
    column_letter,
    field_named,
    find_header,
    likely_header,
    mapped_header,
    repeats_header,
)


def test_header_when_titles_stand_above_then_found_by_its_words():
    header = find_header(
        [
            ["长三角G60科创走廊研修班学员名册", "", ""],
            ["填报单位：嘉兴", "", ""],
            ["序号", "姓 名*", "所在城市", "工作单位", "备注"],
            ["1", "张三", "嘉兴", "某公司", ""],
        ]
    )
    assert header is not None
    assert header.row == 2
    assert [(column.index, column.name) for column in header.columns] == [
        (1, "name"),
        (2, "city"),
        (3, "organization_name"),
    ]
    assert header.strangers == ()


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("手机号码（必填）", "phone"),
        ("Ｅ－ｍａｉｌ", "email"),
        ("E-mail address", "email"),
        ("身份证\n号码", "identity"),
        ("证件号码 (ID number)", "identity"),
        ("统一社会信用代码", "credit_code"),
        ("职务/职称", "title"),
        ("职务／职称", "title"),
        ("Job title", "title"),
        ("【组别】", None),
        ("是否同意列入通讯录", "directory_consent"),
        ("Name in Latin letters", "latin_name"),
        ("血型", None),
        ("", None),
    ],
)
def test_label_when_written_by_people_then_its_field(label, name):
    assert field_named(label) == name


def test_header_when_name_or_city_is_missing_then_none():
    assert find_header([["姓名", "单位"], ["张三", "某公司"]]) is None
    assert find_header([]) is None


def test_header_when_columns_are_strange_or_twice_then_named():
    header = find_header([["姓名", "城市", "血型", "手机", "联系电话", "职务", "职称"]])
    assert header is not None
    assert header.strangers == ("血型",)
    assert header.repeated == ("联系电话",)
    assert [column.index for column in header.columns if column.name == "title"] == [5, 6]


# Two lines, mappings


def columns_of(header):
    return {column.index: column.name for column in header.columns}


@pytest.mark.parametrize(
    "rows",
    [
        # Merged in the spreadsheet: each cell of the range holds the text.
        [
            ["长三角研修班学员名册"] * 6,
            ["序号", "姓名", "地区", "单位", "联系方式", "联系方式"],
            ["序号", "姓名", "地区", "单位", "手机", "邮箱"],
        ],
        # The same saved as CSV: only the first cell of the range holds it.
        [
            ["长三角研修班学员名册", "", "", "", "", ""],
            ["序号", "姓名", "地区", "单位", "联系方式", ""],
            ["", "", "", "", "手机", "邮箱"],
        ],
    ],
)
def test_header_when_it_has_two_lines_then_both_are_read(rows):
    header = find_header([*rows, ["1", "张三", "嘉兴", "甲", "13800000001", "a@example.org"]])
    assert header is not None
    assert header.first_data_row == 3
    assert columns_of(header) == {
        1: "name", 2: "city", 3: "organization_name", 4: "phone", 5: "email",
    }  # fmt: skip


def test_header_when_a_head_speaks_of_somebody_else_then_its_columns_are_not_the_persons():
    header = find_header(
        [
            ["姓名", "城市", "单位", "", "手机", "紧急联系人", ""],
            ["", "", "名称", "电话", "", "姓名", "手机"],
            ["张三", "嘉兴", "甲", "0573-1", "13800000001", "李四", "13900000001"],
        ]
    )
    assert header is not None
    assert header.height == 2
    assert columns_of(header) == {0: "name", 1: "city", 2: "organization_name", 4: "phone"}
    assert header.strangers == ("单位/电话", "紧急联系人/姓名", "紧急联系人/手机")


def test_header_when_data_follow_at_once_then_one_line():
    header = find_header([["姓名", "城市", "", "备注"], ["张三", "嘉兴", "手机", "组长"]])
    assert header is not None
    assert (header.height, columns_of(header)) == (1, {0: "name", 1: "city"})


def test_column_when_hidden_and_given_twice_then_the_visible_one_is_read():
    rows = [["姓名", "城市", "手机", "联系电话"]]
    assert columns_of(find_header(rows))[2] == "phone"
    assert columns_of(find_header(rows, hidden_columns={2})) == {0: "name", 1: "city", 3: "phone"}
    assert columns_of(find_header([["姓名", "城市", "手机"]], {2}))[2] == "phone"


def test_mapping_when_given_by_words_letters_or_keys_then_used():
    header = likely_header([["学员", "来自", "电话1", "", "手机"]])
    assert not header.complete
    mapped = mapped_header(
        header, {"来自": "city", "c": "phone", "#D": "title", "手机": "", "没有": "email"}
    )
    assert columns_of(mapped) == {0: "name", 1: "city", 2: "phone", 3: "title"}
    assert mapped.complete
    assert mapped.strangers == ()


def test_mapping_when_a_field_is_given_by_hand_then_the_guess_gives_way():
    header = find_header([["姓名", "城市", "手机", "常用手机"]])
    mapped = mapped_header(header, {"常用手机": "phone"})
    assert columns_of(mapped) == {0: "name", 1: "city", 3: "phone"}
    twice = mapped_header(header, {"手机": "phone", "常用手机": "phone"})
    assert columns_of(twice) == {0: "name", 1: "city", 3: "phone"}


def test_keys_when_words_are_missing_or_double_then_letters_tell_them_apart():
    header = likely_header([["姓名", "备注", "备注", "", "城市"]])
    assert header.keys == ("姓名", "备注#B", "备注#C", "#D", "城市")
    other = likely_header([["姓名", "备注", "备注", "", "城市 "]])
    assert other.signature == header.signature
    assert likely_header([["姓名", "城市"]]).signature != header.signature


@pytest.mark.parametrize(
    ("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (59, "BH"), (701, "ZZ"), (702, "AAA")]
)
def test_letter_of_a_column_when_counted_then_as_spreadsheets_do(index, letter):
    assert column_letter(index) == letter


def test_rows_when_they_hold_column_names_then_told_from_people():
    header = find_header([["姓名", "城市", "单位"]])
    assert repeats_header(header, ["姓名", "城市", "单位"])
    assert repeats_header(header, ["Name", "City", "Organization"])
    assert not repeats_header(header, ["张三", "城市", "单位科技"])
    assert begins_another_table(header, ["单位", "姓名", "城市"])
    assert not begins_another_table(header, ["张三", "嘉兴", "甲"])
