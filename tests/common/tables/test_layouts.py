"""What is hidden, merged or failed in a spreadsheet, in each of the three formats."""

import datetime as dt

import pytest

from g60portal.common.sheet_parser.xls import xls_layouts
from g60portal.common.tables import Cell, Merge, TableRefused, read_table
from tests.common.tables.workbooks import Failed, Page, ods, xls, xlsx

PAGE = Page(
    rows=[
        ["长三角研修班", None, None, None],
        ["姓名", "联系方式", None, "出生"],
        [None, "手机", "邮箱", None],
        ["张三", 13800000001, "a@example.org", dt.date(1980, 5, 12)],
        ["李四", "13800000002", None, Failed("#REF!")],
        ["王䶮", 1.5, None, None],
    ],
    hidden_rows=[4],
    hidden_columns=[2, 3],
    merges=[(0, 0, 0, 3), (1, 1, 1, 2), (1, 0, 2, 0)],
)
FORMATS = pytest.mark.parametrize("write", [xlsx, ods, xls])


@FORMATS
def test_values_when_read_from_any_format_then_the_same(write):
    (sheet,) = read_table(write(PAGE), "a")
    assert sheet.name == "名单"
    assert [cell.text for cell in sheet.rows[3][:3]] == ["张三", "13800000001", "a@example.org"]
    assert sheet.rows[3][1].kind == "number"
    assert sheet.rows[3][3].text.startswith("1980-05-12")
    assert sheet.rows[5][0] == Cell("王䶮", "text")
    assert sheet.typed


@FORMATS
def test_layout_when_parts_are_hidden_or_merged_then_known(write):
    (sheet,) = read_table(write(PAGE), "a")
    assert sheet.layout_known
    assert sheet.hidden_rows == {4}
    assert sheet.hidden_columns == {2, 3}
    assert set(sheet.merges) == {Merge(*corners) for corners in PAGE.merges}
    assert not sheet.filtered


@FORMATS
def test_formula_when_its_result_is_an_error_then_never_an_empty_cell(write):
    (sheet,) = read_table(write(PAGE), "a")
    assert sheet.rows[4][3].kind == "error"


def test_formula_when_never_calculated_then_an_error_even_at_the_end():
    page = Page(rows=[["姓名", "手机"], ["张三", Failed("")], ["李四", None], [None, Failed("")]])
    (sheet,) = read_table(xlsx(page), "a")
    assert [row[1].kind for row in sheet.rows if len(row) > 1] == [
        "text", "error", "empty", "error",
    ]  # fmt: skip


@FORMATS
def test_rows_when_hidden_by_a_filter_then_said(write):
    (sheet,) = read_table(write(Page(rows=[["a"], ["b"]], hidden_rows=[1], filtered=True)), "a")
    assert (sheet.filtered, sheet.hidden_rows) == (True, {1})


@FORMATS
def test_sheets_when_several_then_each_has_its_own_layout(write):
    first = Page(rows=[["a"], ["b"]], name="一", hidden_rows=[0])
    second = Page(rows=[["c"], ["d"]], name="二 & 三", hidden_rows=[1])
    one, other = read_table(write(first, second), "a")
    assert (one.name, one.hidden_rows) == ("一", {0})
    assert (other.name, other.hidden_rows) == ("二 & 三", {1})


def test_xls_when_its_container_is_built_in_another_way_then_unknown_and_no_guess():
    data = bytearray(xls(PAGE))
    data[44:48] = (500).to_bytes(4, "little")
    assert xls_layouts(bytes(data)) is None


def test_long_xls_when_read_then_whole():
    page = Page(rows=[["姓名"], *[[f"人{number}"] for number in range(4000)]], hidden_rows=[3999])
    (sheet,) = read_table(xls(page), "a")
    assert len(sheet.rows) == 4001
    assert sheet.hidden_rows == {3999}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            "姓名,城市\n张三,嘉兴\n".encode()[:-4] + b"\xff\xfe\n" + "李四,合肥\n".encode(),
            "damaged",
        ),
        (b"\xef\xbb\xbf" + "姓名,城市\n张三".encode()[:-1], "encoding"),
        ("姓名,城市\n张三,嘉兴".encode("gb18030")[:-1], "encoding"),
        ("姓名,城市\n".encode("utf-16")[:-1], "encoding"),
        ('姓名,城市,单位\n"张三,嘉兴,甲\n李四,合肥,乙\n'.encode(), "quotes"),
        ('姓名,城市,单位\n"张三,嘉兴,甲\n李四,合肥,乙"\n王五,合肥,丙\n'.encode(), "quotes"),
    ],
)
def test_text_file_when_damaged_then_refused_and_not_guessed(data, reason):
    with pytest.raises(TableRefused) as refused:
        read_table(data, "a.csv")
    assert refused.value.reason == reason


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_when_without_a_mark_then_told_by_its_zeros(encoding):
    (sheet,) = read_table("姓名,城市\r\n张三,嘉兴\r\n".encode(encoding), "a.csv")
    assert sheet.rows[1][0].text == "张三"
    assert not sheet.typed


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_when_a_title_stands_above_then_found_in_the_table(delimiter):
    lines = ["长三角，名单, 2026; 第一期", *[delimiter.join(["张三", "嘉兴", "甲"])] * 3]
    (sheet,) = read_table("\n".join(lines).encode(), "a.csv")
    assert [cell.text for cell in sheet.rows[1]] == ["张三", "嘉兴", "甲"]


def test_delimiter_when_the_file_names_it_then_used_and_rows_keep_their_numbers():
    (sheet,) = read_table("sep=;\r\n姓名;城市\r\n张三;嘉兴\r\n".encode(), "a.csv")
    assert [cell.text for cell in sheet.rows[2]] == ["张三", "嘉兴"]
