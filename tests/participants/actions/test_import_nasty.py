"""Rosters as nine cities really send them: read right, or refused with the cell and the reason."""

import io
import zipfile

import pytest

from g60portal.common.tables import TableRefused
from participants.queries.roster_plan import plan_roster
from participants.rules.employer_titles import employer_and_title
from participants.rules.roster_mapping import RosterMapping
from tests.common.tables.workbooks import Page, packed, xlsx
from tests.factories import CohortFactory, city
from tests.participants.people import csv_file

pytestmark = pytest.mark.django_db
HEADER = ["姓名", "城市", "单位", "手机"]


@pytest.fixture
def cohort():
    for code in ("jiaxing", "hefei"):
        city(code)
    return CohortFactory(seats=500)


def plan(cohort, *rows, header=HEADER, **more):
    return plan_roster(cohort, csv_file([header, *rows]), "a.csv", **more)


def only(cohort, *row, header=HEADER):
    (found,) = plan(cohort, row, header=header).rows
    return found


def problems(row):
    return {problem.name for problem in row.problems}


@pytest.mark.parametrize(
    ("written", "name", "gender"),
    [
        ("买买提.艾力", "买买提·艾力", ""),
        ("买买提●艾力", "买买提·艾力", ""),
        ("欧阳 娜娜", "欧阳娜娜", ""),
        ("王 小 明", "王小明", ""),
        ("李明（女）", "李明", "2"),
        ("王丽（女，回族）", "王丽", "2"),
        ("Smith, Jane", "Smith, Jane", ""),
        ("O’Connor", "O’Connor", ""),
        ("𠮷野", "𠮷野", ""),
    ],
)
def test_name_when_written_in_a_usual_way_then_the_bare_name(cohort, written, name, gender):
    row = only(cohort, written, "嘉兴", "甲公司", "")
    assert (row.status, row.name, row.facts.name, row.facts.gender) == ("new", name, name, gender)


@pytest.mark.parametrize(
    "written",
    ["张三\n李四", "张三、李四", "张三 李四", "1.张三", "李四*", "待定", "无", "null", "同上", "-"],
)
def test_name_when_it_is_none_or_two_then_an_error_in_its_cell(cohort, written):
    row = only(cohort, written, "嘉兴", "甲公司", "")
    assert (row.status, problems(row)) == ("error", {"name"})
    assert row.problems[0].letter == "A"


def test_cell_when_it_points_to_the_one_above_then_refused_and_signs_for_nothing_are_empty(cohort):
    first, second = plan(cohort, ["张三", "嘉兴", "甲公司", "无"], ["李四", "同上", "〃", "—"]).rows
    assert (first.status, first.facts.phone) == ("new", "")
    assert problems(second) == {"city", "organization_name"}


def test_formula_when_a_writer_left_an_empty_value_then_an_error_and_never_an_empty_cell(cohort):
    data = xlsx(Page(rows=[[*HEADER, "证件号码"], ["张三", "嘉兴", "甲", "13800000001", "X"]]))
    uncalculated = '<c r="E2"><f>A9</f><v></v></c>'
    assert problems(plan_roster(cohort, with_cell(data, uncalculated), "a.xlsx").rows[0]) == {
        "identity"
    }
    said_empty = '<c r="E2" t="str"><f>A9</f><v></v></c>'
    (row,) = plan_roster(cohort, with_cell(data, said_empty), "a.xlsx").rows
    assert (row.status, row.facts.paper) == ("new", None)


def with_cell(data, cell):
    """The package with another cell E2."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    path = "xl/worksheets/sheet1.xml"
    begin = parts[path].index('<c r="E2"')
    end = parts[path].index("</c>", begin) + len("</c>")
    parts[path] = parts[path][:begin] + cell + parts[path][end:]
    return packed(parts)


def test_city_when_no_column_tells_it_then_from_the_sheet_or_the_caption(cohort):
    rows = [["姓名", "单位"], ["张三", "甲公司"]]
    more = [["姓名", "单位"], ["李四", "甲公司"]]
    data = xlsx(Page(rows=rows, name="嘉兴市"), Page(rows=more, name="合肥推荐名单"))
    found = plan_roster(cohort, data, "a.xlsx")
    assert [row.facts.city_id for row in found.rows] == [city("jiaxing").pk, city("hefei").pk]
    assert len(found.notes) == 2
    captions = [
        ["姓名", "单位"],
        ["一、嘉兴市（1人）"],
        ["张三", "甲"],
        ["二、合肥"],
        ["李四", "乙"],
    ]
    found = plan_roster(cohort, xlsx(Page(rows=captions)), "a.xlsx")
    assert [row.facts.city_id for row in found.rows] == [city("jiaxing").pk, city("hefei").pk]
    said = plan_roster(cohort, data, "a.xlsx", RosterMapping(city="hefei"))
    assert {row.facts.city_id for row in said.rows} == {city("hefei").pk}


@pytest.mark.parametrize(
    ("both", "employer", "post"),
    [
        ("嘉兴市示例科技有限公司总经理", "嘉兴市示例科技有限公司", "总经理"),
        ("甲集团有限公司 董事长、总裁", "甲集团有限公司", "董事长、总裁"),
        ("嘉兴学院副教授", "嘉兴学院", "副教授"),
        ("某某研究所所长", "某某研究所", "所长"),
        ("嘉兴市第一医院", "嘉兴市第一医院", ""),
        ("甲（上海）有限公司北京分公司经理", "甲（上海）有限公司北京分公司", "经理"),
    ],
)
def test_employer_and_post_when_in_one_cell_then_taken_apart(both, employer, post):
    assert employer_and_title(both) == (employer, post)


def test_employer_and_post_when_in_one_column_then_both_and_a_word_about_it(cohort):
    row = only(cohort, "张三", "嘉兴", "甲公司总经理", header=["姓名", "城市", "工作单位及职务"])
    assert (row.facts.organization_name, row.facts.title) == ("甲公司", "总经理")
    assert len(row.warnings) == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html><table><tr><td>x</td></tr></table></html>", "web_page"),
        (b"%PDF-1.7\n1 0 obj", "document"),
        ("姓名,城市,單位\n陳一,嘉興,甲公司\n".encode("big5"), "encoding"),
        ("姓名,城市,单位\n".encode(), "nobody"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_file_when_it_is_no_roster_then_refused_by_what_it_is(cohort, data, reason):
    with pytest.raises(TableRefused) as refused:
        plan_roster(cohort, data, "a.xlsx")
    assert refused.value.reason == reason
