"""Columns named by hand and remembered, files nobody has seen before, employers that become
organizations.
"""

import datetime as dt

import pytest
from stdnum.cn import uscc

from cohorts.models import Organization
from g60portal.audit.models import AuditEvent
from g60portal.common.refusals import Running
from participants.actions.enrollments import change_person
from participants.actions.imports import (
    apply_import,
    choose_columns,
    keep_answers,
    preview_import,
    renew_preview,
    start_applying,
)
from participants.models import Enrollment, ImportMapping, Person, RosterImport
from participants.queries.roster_plan import plan_roster
from participants.refusals import (
    RosterColumnsOpen,
    RosterExpired,
    RosterMappingWrong,
    RosterMoved,
    RosterUndecided,
    RosterUnreadable,
)
from participants.rules.roster_mapping import RosterMapping
from tests.common.tables.workbooks import Failed, Page, ods, xls, xlsx
from tests.factories import CohortFactory, OrganizationFactory, UserFactory, city
from tests.participants.people import csv_file, enrolled, facts, identity_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    for code in ("songjiang", "jiaxing", "hefei"):
        city(code)
    return CohortFactory(seats=45)


@pytest.fixture
def by():
    return UserFactory()


def preview(cohort, data, *, by=None, **more):
    return preview_import(cohort=cohort, filename="a.xlsx", data=data, by=by, **more)


def applied(cohort, data, *, by=None, **more):
    row = preview(cohort, data, by=by, mapping=more.pop("mapping", None))
    return apply_import(roster_import=row, by=by, **more)


STRANGE = [["学员", "来自", "东家"], ["张三", "嘉兴", "甲公司"], ["李四", "合肥", "乙公司"]]
MEANING = RosterMapping({"来自": "city", "东家": "organization_name"})


def test_file_when_its_columns_are_strange_then_asked_and_remembered_for_the_sender(cohort, by):
    data = csv_file(STRANGE)
    with pytest.raises(RosterUnreadable):
        preview(cohort, data, by=by)
    row = preview(cohort, data, by=by, ask=True)
    assert row.state == "mapping"
    with pytest.raises(RosterColumnsOpen):
        apply_import(roster_import=row, by=by)
    with pytest.raises(RosterUnreadable):
        choose_columns(roster_import=row, mapping=RosterMapping({"来自": ""}), by=by)
    row = choose_columns(roster_import=row, mapping=MEANING, by=by)
    assert (row.state, row.summary["new"]) == ("previewed", 2)
    assert apply_import(roster_import=row, by=by).summary["new"] == 2

    again = csv_file([*STRANGE, ["王五", "合肥", "丙公司"]])
    assert preview(cohort, again, by=by).summary == {
        "new": 1, "same": 2, "changed": 0, "duplicate": 0, "error": 0,
    }  # fmt: skip
    with pytest.raises(RosterUnreadable):
        preview(cohort, again, by=UserFactory())
    assert ImportMapping.objects.get().columns == {
        "学员": "name", "来自": "city", "东家": "organization_name",
    }  # fmt: skip


def test_mapping_when_said_again_then_the_newer_one_is_remembered(cohort, by):
    row = preview(
        cohort, csv_file([[*STRANGE[0], "x"], ["张三", "嘉兴", "甲", "1"]]), by=by, ask=True
    )
    choose_columns(roster_import=row, mapping=MEANING, by=by)
    newer = RosterMapping({**MEANING.columns, "x": "group_name"})
    choose_columns(roster_import=row, mapping=newer, by=by)
    assert ImportMapping.objects.get().columns["x"] == "group_name"


def test_city_when_said_for_all_rows_then_used_where_the_file_is_silent_and_never_remembered(
    cohort, by
):
    data = csv_file([["姓名", "单位"], ["张三", "甲公司"]])
    row = applied(
        cohort, data, by=by, mapping=RosterMapping({"单位": "organization_name"}, city="hefei")
    )
    assert row.summary["new"] == 1
    assert Enrollment.objects.get().city.code == "hefei"
    with pytest.raises(RosterUnreadable):
        preview(cohort, data, by=by)
    with pytest.raises(RosterMappingWrong):
        preview(cohort, data, by=by, mapping=RosterMapping(city="atlantis"))


@pytest.mark.parametrize("write", [xlsx, ods, xls])
def test_file_when_it_is_what_people_really_send_then_read_right_and_all_told(cohort, write):
    data = write(
        Page(
            name="汇总",
            rows=[
                ["长三角G60科创走廊研修班推荐汇总表", *[None] * 7],
                ["序号", "姓名", "推荐城市", "工作单位", "联系方式", None, "身份证号", "出生年月"],
                [None, None, None, None, "手机", "邮箱", None, None],
                [1, "张 三", "浙江省嘉兴市", "甲公司", 13800000001, "A@example.org",
                 identity_number(1), dt.date(1980, 1, 1)],
                [2, "李四", "嘉兴市南湖区", "甲公司", "+86 138 0000 0002", None,
                 identity_number(2), 1980.01],
                [3, "王五", "合肥", "乙公司", "13800000003", None, 3.1010119800101e17, None],
                [4, "赵六", "合肥", Failed("#REF!"), None, None, None, "1980.05"],
                [5, "藏起", "合肥", "乙公司", None, None, None, None],
                ["注：请于6月1日前报送", *[None] * 7],
            ],
            merges=[(0, 0, 0, 7), (1, 4, 1, 5), *[(1, n, 2, n) for n in (0, 1, 2, 3, 6, 7)]],
            hidden_rows=[7],
        )
    )  # fmt: skip
    plan = plan_roster(cohort, data, "a.xlsx")
    assert [(row.row, row.name, row.status) for row in plan.rows] == [
        (4, "张三", "new"), (5, "李四", "new"), (6, "王五", "error"), (7, "赵六", "error"),
    ]  # fmt: skip
    first, second, third, fourth = plan.rows
    assert (first.facts.name, first.facts.phone, first.facts.email) == (
        "张三", "13800000001", "a@example.org",
    )  # fmt: skip
    assert first.facts.paper.number == identity_number(1)
    assert (second.facts.city_id, second.facts.phone) == (city("jiaxing").pk, "13800000002")
    assert [(one.letter, one.name) for one in third.problems] == [("G", "identity")]
    assert [(one.letter, one.name) for one in fourth.problems] == [("D", "organization_name")]
    assert any("8" in note and "隐藏" in note for note in plan.notes)
    assert any("9" in note for note in plan.notes)
    wanted = plan_roster(cohort, data, "a.xlsx", RosterMapping(hidden_rows=True))
    assert [row.name for row in wanted.rows][-1] == "藏起"
    assert any("隐藏" in warning for warning in wanted.rows[-1].warnings)


@pytest.mark.parametrize(
    ("write", "number", "status"),
    [
        (xlsx, "990198198001010003", "error"),
        (xlsx, identity_number(1), "new"),
        (xlsx, 990198198001010011, "error"),
        (xls, 990198198001010011, "error"),
        (csv_file, "9.90198E+17", "error"),
        (csv_file, "990198198001000000", "error"),
    ],
)
def test_identity_when_a_spreadsheet_has_spoiled_it_then_refused(cohort, write, number, status):
    rows = [["姓名", "城市", "单位", "证件号码"], ["张三", "嘉兴", "甲公司", number]]
    data = csv_file(rows) if write is csv_file else write(Page(rows=rows))
    (row,) = plan_roster(cohort, data, "a.csv").rows
    assert row.status == status
    assert [problem.name for problem in row.problems] == (["identity"] if status == "error" else [])


def spoiled_but_fitting() -> str:
    """A number that ends in 000 and passes its check, as one of eleven spoiled ones does."""
    from participants.rules.papers import check_character

    firsts = (f"990198198{number:06}00" for number in range(101010, 999999))
    for first in firsts:
        try:
            dt.date(int(first[6:10]), int(first[10:12]), int(first[12:14]))
        except ValueError:
            continue
        if check_character(first) == "0":
            return f"{first}0"
    raise AssertionError


def test_identity_when_it_ends_in_zeros_and_fits_then_refused_in_text_files_and_doubted_elsewhere(
    cohort,
):
    number = spoiled_but_fitting()
    assert number.endswith("000")
    rows = [["姓名", "城市", "单位", "证件号码"], ["张三", "嘉兴", "甲公司", number]]
    (row,) = plan_roster(cohort, csv_file(rows), "a.csv").rows
    assert row.status == "error"
    (row,) = plan_roster(cohort, xlsx(Page(rows=rows)), "a.xlsx").rows
    assert (row.status, row.facts.paper.number) == ("new", number)
    assert any("000" in warning for warning in row.warnings)


def test_cell_when_made_a_date_by_the_spreadsheet_then_refused(cohort):
    rows = [["姓名", "城市", "单位", "组别"], ["张三", "嘉兴", "甲公司", dt.date(2026, 3, 1)]]
    (row,) = plan_roster(cohort, xlsx(Page(rows=rows)), "a.xlsx").rows
    assert [problem.name for problem in row.problems] == ["group_name"]


def test_private_codes_when_in_any_text_then_replaced_with_a_warning(cohort):
    rows = [["姓名", "城市", "单位"], ["王\ue863", "嘉兴", "\ue863示例公司"]]
    (row,) = plan_roster(cohort, csv_file(rows), "a.csv").rows
    assert (row.facts.name, row.facts.organization_name) == ("王䶮", "䶮示例公司")
    assert len(row.warnings) == 2


def test_characters_when_no_font_has_them_then_said_in_the_preview(cohort):
    rows = [
        ["姓名", "城市", "单位"],
        ["王\U000323af", "嘉兴", "甲公司"],
        ["李四", "嘉兴", "甲公司"],
    ]
    first, second = plan_roster(cohort, csv_file(rows), "a.csv").rows
    assert any("\U000323af" in warning for warning in first.warnings)
    assert second.warnings == ()


def test_birth_date_when_it_stands_beside_a_passport_then_kept_and_changed(cohort):
    head = ["姓名", "城市", "单位", "证件类型", "证件号码", "出生日期"]
    row = ["Jane Smith", "嘉兴", "甲公司", "护照", "E12345678", "1980-05-12"]
    applied(cohort, csv_file([head, row]))
    assert Person.objects.get().birth_on == dt.date(1980, 5, 12)
    changed = csv_file([head, [*row[:5], "1980-05-13"]])
    assert [one.name for one in plan_roster(cohort, changed, "a.csv").rows[0].changes] == [
        "birth_on"
    ]
    applied(cohort, changed)
    assert Person.objects.get().birth_on == dt.date(1980, 5, 13)
    assert AuditEvent.objects.get(verb="person.changed").after == {"birth_on": "***"}


# What is applied is what was shown


def test_apply_when_people_were_changed_since_the_preview_then_refused_until_looked_at(cohort):
    row = enrolled(cohort, "张三", phone="13800000001", identity=identity_number(1))
    data = csv_file(
        [["姓名", "城市", "单位", "职务", "证件号码"],
         ["张三", "松江", "松江示例科技有限公司", "董事长", identity_number(1)]]
    )  # fmt: skip
    shown = preview(cohort, data)
    change_person(enrollment=row, facts=facts("张三", phone="13800000001", title="经理"), by=None)
    with pytest.raises(RosterMoved) as refused:
        apply_import(roster_import=shown, by=None)
    assert [one["row"] for one in refused.value.facts["rows"]] == [2]
    renewed = renew_preview(roster_import=shown)
    assert apply_import(roster_import=renewed, by=None).summary["changed"] == 1


def test_apply_when_the_same_was_said_in_the_meantime_then_nothing_is_left_to_do(cohort):
    data = csv_file([["姓名", "城市", "单位", "手机"], ["张三", "嘉兴", "甲", "13800000001"]])
    shown = preview(cohort, data)
    applied(cohort, data)
    assert apply_import(roster_import=shown, by=None).summary["same"] == 1


def test_answers_when_kept_page_by_page_then_added_up(cohort):
    row = preview(cohort, csv_file([["姓名", "城市", "单位"], ["张三", "嘉兴", "甲"]]))
    keep_answers(roster_import=row, decisions={"a:2": "new"}, employers={})
    row = keep_answers(roster_import=row, decisions={"a:3": "7"}, employers={"k": "open"})
    assert row.wishes["decisions"] == {"a:2": "new", "a:3": "7"}
    assert row.wishes["employers"] == {"k": "open"}


def test_duplicates_when_two_rows_are_decided_to_be_one_person_then_refused(cohort):
    elsewhere = enrolled(CohortFactory(), "张三", phone="13800000009")
    head = ["姓名", "城市", "单位", "手机", "证件号码"]
    rows = [
        ["张三", "嘉兴", "甲", "13800000009", identity_number(1)],
        ["张三", "嘉兴", "乙", "13800000009", identity_number(3)],
    ]
    row = preview(cohort, csv_file([head, *rows]))
    answers = {f"a:{number}": str(elsewhere.person_id) for number in (2, 3)}
    with pytest.raises(RosterUndecided):
        apply_import(roster_import=row, by=None, decisions=answers)
    assert Enrollment.objects.filter(cohort=cohort).count() == 0


def test_apply_when_a_worker_has_it_then_refused(cohort):
    row = preview(cohort, csv_file([["姓名", "城市", "单位"], ["张三", "嘉兴", "甲"]]))
    RosterImport.objects.update(state="planning")
    for act in (apply_import, start_applying):
        with pytest.raises(Running):
            act(roster_import=row, by=None)
    RosterImport.objects.update(state="failed")
    with pytest.raises(RosterExpired):
        apply_import(roster_import=row, by=None)


# Employers


def credit_code(number: int) -> str:
    first = f"91330000MA{number:07}"
    return first + uscc.calc_check_digit(first)


def employer_rows(*names, code=""):
    head = ["姓名", "城市", "单位", "统一社会信用代码"]
    return csv_file(
        [head, *[[f"人{chr(0x4E00 + n)}", "嘉兴", name, code] for n, name in enumerate(names)]]
    )


def organizations_of_people():
    return [
        one.organization.name if one.organization else None
        for one in Person.objects.select_related("organization").order_by("pk")
    ]


def test_employer_when_unknown_then_an_organization_once_for_all_its_spellings(cohort):
    data = employer_rows("嘉兴（示例）有限公司", "嘉兴(示例)有限公司", "示例大学")
    plan = plan_roster(cohort, data, "a.csv")
    assert [(one.name, one.status) for one in plan.employers] == [
        ("嘉兴（示例）有限公司", "new"), ("示例大学", "new"),
    ]  # fmt: skip
    applied(cohort, data)
    made = Organization.objects.filter(people__isnull=False).distinct()
    assert set(made.values_list("name", "city__code", "kind")) == {
        ("嘉兴（示例）有限公司", "jiaxing", "enterprise"),
        ("示例大学", "jiaxing", "university"),
    }
    assert AuditEvent.objects.filter(verb="organization.created").count() == 2
    names = Enrollment.objects.order_by("seat").values_list("organization_name", flat=True)
    assert list(names) == [
        "嘉兴（示例）有限公司", "嘉兴(示例)有限公司", "示例大学",
    ]  # fmt: skip
    before = Organization.objects.count()
    assert applied(cohort, data).summary["same"] == 3
    assert Organization.objects.count() == before


def test_employer_when_known_by_name_anywhere_or_by_its_code_then_linked(cohort):
    OrganizationFactory(name="禾芯(嘉兴)有限公司", city=city("hefei"))
    applied(cohort, employer_rows("禾芯（嘉兴）有限公司"))
    assert organizations_of_people() == ["禾芯(嘉兴)有限公司"]
    OrganizationFactory(name="全名公司", credit_code=credit_code(1), city=city("jiaxing"))
    plan = plan_roster(cohort, employer_rows("别名", code=credit_code(1)), "a.csv")
    assert [(one.status, bool(one.warning)) for one in plan.employers] == [("known", True)]


def test_employer_when_it_only_looks_alike_then_proposed_and_never_silently_linked(cohort):
    known = OrganizationFactory(
        name="科大讯飞股份有限公司", short_name="科大讯飞", city=city("hefei")
    )
    data = employer_rows("科大讯飞", "讯飞科大")
    plan = plan_roster(cohort, data, "a.csv")
    (alike, other) = plan.employers
    assert (alike.status, alike.candidates) == ("alike", ((known.pk, known.name),))
    before = Organization.objects.count()
    applied(cohort, data)
    assert organizations_of_people()[0] is None
    assert Organization.objects.count() == before + (other.status == "new")
    assert applied(cohort, data).summary["same"] == 2


@pytest.mark.parametrize(
    ("answer", "name"), [("known", "科大讯飞股份有限公司"), ("new", "科大讯飞")]
)
def test_employer_when_a_person_answers_then_linked_or_made(cohort, answer, name):
    known = OrganizationFactory(
        name="科大讯飞股份有限公司", short_name="科大讯飞", city=city("hefei")
    )
    data = employer_rows("科大讯飞")
    (plan,) = plan_roster(cohort, data, "a.csv").employers
    chosen = str(known.pk) if answer == "known" else "new"
    applied(cohort, data, employers={plan.key: chosen})
    assert organizations_of_people() == [name]
    assert Enrollment.objects.get().organization_name == "科大讯飞"


def test_employer_when_its_code_is_another_then_told(cohort):
    OrganizationFactory(name="示例公司", credit_code=credit_code(1), city=city("jiaxing"))
    data = employer_rows("示例公司", code=credit_code(2))
    (one,) = plan_roster(cohort, data, "a.csv").employers
    assert (one.status, bool(one.warning)) == ("known", True)


def test_employer_when_it_only_looks_alike_but_has_another_code_then_another_house(cohort):
    OrganizationFactory(
        name="示例智造股份有限公司", credit_code=credit_code(1), city=city("jiaxing")
    )
    (one,) = plan_roster(cohort, employer_rows("示例智造", code=credit_code(2)), "a.csv").employers
    assert one.status == "new"
    (one,) = plan_roster(cohort, employer_rows("示例智造"), "a.csv").employers
    assert one.status == "alike"


def test_employers_when_two_importers_bring_the_same_new_one_then_one_organization(cohort):
    OrganizationFactory(name="甲公司", city=city("jiaxing"))
    row = preview(cohort, employer_rows("乙公司"))
    made = OrganizationFactory(name="乙公司", city=city("jiaxing"))
    apply_import(roster_import=row, by=None)
    assert Person.objects.get().organization == made
