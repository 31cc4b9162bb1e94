"""Which sheets and rows are the roster, and what was left out and why."""

import pytest

from g60portal.common.tables import Cell, Merge, Sheet
from participants.rules.roster_mapping import MappingUnusable, RosterMapping, mapping_from
from participants.rules.roster_sheets import (
    likeliest,
    roster_sheets,
    row_spans,
    rows_of,
    usable,
)

HEADER = ["序号", "姓名", "城市", "单位"]
PLAIN = RosterMapping()


def sheet(*rows, name="名单", **more):
    width = max(len(row) for row in rows)
    cells = [
        [
            Cell(text, "text") if text else Cell("", "empty")
            for text in [*row, *[""] * width][:width]
        ]
        for row in rows
    ]
    return Sheet(name, cells, **more)


def read(one, *, hidden_too=False, mapping=PLAIN):
    (found,) = roster_sheets([one], mapping)
    rows, skipped = rows_of(found, hidden_too=hidden_too)
    return [row.row for row in rows], [(one.row, one.reason) for one in skipped]


def test_rows_when_notes_sums_and_captions_stand_between_then_left_out_and_told():
    rows, skipped = read(
        sheet(
            HEADER,
            ["", "一、松江", "", ""],
            ["1", "张三", "松江", "甲"],
            ["", "", "", ""],
            HEADER,
            ["2", "李四", "嘉兴", "乙"],
            ["3", "", "", ""],
            ["合计", "2人", "", ""],
            ["", "注：请于6月1日前报送", "", ""],
            ["", "", "", "填表人：王五 电话：0573-1"],
        )
    )
    assert rows == [3, 6]
    assert skipped == [
        (2, "caption"), (5, "repeated"), (7, "elsewhere"), (8, "note"), (9, "note"), (10, "note"),
    ]  # fmt: skip


def test_row_when_a_name_only_looks_like_a_note_then_kept():
    rows, _skipped = read(sheet(HEADER, ["1", "注册成", "嘉兴", "甲"], ["2", "总计", "嘉兴", "甲"]))
    assert rows == [2, 3]


def test_rows_when_hidden_then_left_out_unless_wanted():
    one = sheet(
        HEADER, ["1", "张三", "松江", "甲"], ["2", "李四", "松江", "甲"], hidden_rows=frozenset({2})
    )
    assert read(one) == ([2], [(3, "hidden")])
    assert read(one, hidden_too=True) == ([2, 3], [])


def test_cells_when_merged_downward_then_each_row_has_the_value_and_empty_rows_stay_empty():
    one = sheet(
        HEADER,
        ["1", "张三", "嘉兴", "甲"],
        ["2", "李四", "", "乙"],
        ["", "", "", ""],
        merges=[Merge(1, 2, 3, 2)],
    )
    (found,) = roster_sheets([one], PLAIN)
    rows, _skipped = rows_of(found, hidden_too=False)
    assert [(row.row, row.cells[2].text) for row in rows] == [(2, "嘉兴"), (3, "嘉兴")]


def test_row_when_merged_across_then_a_caption():
    one = sheet(
        HEADER, ["松江区推荐人选", "", "", ""], ["1", "张三", "松江", "甲"],
        merges=[Merge(1, 0, 1, 3)],
    )  # fmt: skip
    assert read(one) == ([3], [(2, "caption")])


def test_row_when_another_table_begins_then_marked():
    (found,) = roster_sheets(
        [sheet(HEADER, ["1", "张三", "松江", "甲"], ["单位", "城市", "姓名", ""])], PLAIN
    )
    rows, _skipped = rows_of(found, hidden_too=False)
    assert [row.foreign for row in rows] == [False, True]


def test_sheets_when_several_then_the_best_and_those_with_the_same_columns():
    people = sheet(HEADER, ["1", "张三", "松江", "甲"], name="松江")
    more = sheet(HEADER, ["1", "李四", "嘉兴", "乙"], name="嘉兴")
    hidden = sheet(HEADER, ["1", "王五", "嘉兴", "乙"], name="旧", hidden=True)
    other = sheet(["姓名", "城市"], ["赵六", "合肥"], name="联络")
    text = sheet(["说明"], ["请填写"], name="说明")
    found = roster_sheets([text, people, other, more, hidden], PLAIN)
    assert [one.name for one in found if one.read] == ["松江", "嘉兴"]
    chosen = roster_sheets([people, other], RosterMapping(sheets=("联络",)))
    assert [one.name for one in chosen if one.read] == ["联络"]
    assert likeliest(found).name == "松江"


def test_sheet_when_the_city_is_said_for_all_rows_then_usable_without_a_column():
    (found,) = roster_sheets([sheet(["姓名", "单位"], ["张三", "甲"])], PLAIN)
    assert not usable(found.header, PLAIN)
    assert usable(found.header, RosterMapping(city="jiaxing"))


def test_hidden_columns_when_read_then_named():
    one = sheet(HEADER, ["1", "张三", "松江", "甲"], hidden_columns=frozenset({0, 3}))
    (found,) = roster_sheets([one], PLAIN)
    assert found.hidden_labels == ("单位",)


@pytest.mark.parametrize(
    ("numbers", "text"), [([3], "3"), ([3, 4, 5, 8], "3–5, 8"), ([9, 2, 1], "1–2, 9"), ([], "")]
)
def test_row_numbers_when_told_then_neighbors_are_joined(numbers, text):
    assert row_spans(numbers) == text


@pytest.mark.parametrize(
    "raw",
    [
        "[]",
        "nonsense",
        {"columns": {"a": "password"}},
        {"columns": ["a"]},
        {"columns": {"a": 5}},
        {"sheets": "a"},
        {"city": 5},
        {"hidden_rows": "yes"},
        {"more": 1},
        {"columns": {"a" * 400: "name"}},
        {"columns": {str(number): "" for number in range(61)}},
    ],
)
def test_mapping_when_it_is_none_then_refused(raw):
    with pytest.raises(MappingUnusable):
        mapping_from(raw)


def test_mapping_when_it_is_one_then_comes_back_as_said():
    mapping = mapping_from('{"columns": {"手机": "phone", "B": ""}, "city": "hefei"}')
    assert mapping == RosterMapping({"手机": "phone", "B": ""}, (), "hefei", hidden_rows=False)
    assert mapping_from(mapping.as_json()) == mapping
    assert mapping_from("") == RosterMapping()
