"""Importing rosters: what a preview says, what applying writes, and that it is all or nothing."""

import threading

import pytest
from django.db import IntegrityError, transaction

from g60portal.audit.models import AuditEvent
from g60portal.common import clock
from participants.actions.enrollments import change_person, withdraw_enrollment
from participants.actions.imports import (
    KEPT_FOR,
    apply_import,
    opened_file,
    preview_import,
    write_plan,
)
from participants.models import Enrollment, Group, Person, RosterImport, SealedIdentity
from participants.queries.roster_plan import plan_roster
from participants.refusals import (
    CohortFull,
    QuotaFull,
    RosterExpired,
    RosterHasErrors,
    RosterUndecided,
    RosterUnreadable,
)
from tests.factories import CohortFactory, OrganizationFactory, QuotaFactory, city
from tests.participants.people import (
    HEADER,
    at_once,
    csv_file,
    enrolled,
    facts,
    identity_number,
    xlsx_file,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    for code in ("songjiang", "jiaxing", "hefei"):
        city(code)
    return CohortFactory(seats=45)


def person(number: int, *, name: str = "", **more: str) -> list[str]:
    values = {
        "姓名": name or f"王{chr(0x4E00 + number)}",
        "性别": "",
        "城市": "嘉兴",
        "单位": f"嘉兴示例{number}有限公司",
        "职务/职称": "总经理",
        "手机": f"138{number:08}",
        "邮箱": f"person{number}@example.org",
        "证件号码": identity_number(number),
    }
    return [{**values, **more}[label] for label in HEADER]


def roster(*rows: list[str]) -> bytes:
    return csv_file([HEADER, *rows])


def imported(cohort, data, *, name="名册.csv", decisions=None):
    row = preview_import(cohort=cohort, filename=name, data=data, by=None)
    return apply_import(roster_import=row, by=None, decisions=decisions)


def everything() -> tuple[object, ...]:
    return (
        list(Person.objects.order_by("pk").values_list()),
        list(Enrollment.objects.order_by("pk").values_list()),
        list(SealedIdentity.objects.order_by("pk").values_list("pk", "blind_index", "masked")),
    )


def test_import_when_new_then_enrolled_in_the_order_of_the_file(cohort):
    row = imported(cohort, roster(person(2), person(1), person(3)))
    assert row.summary == {"new": 3, "same": 0, "changed": 0, "duplicate": 0, "error": 0}
    assert list(Enrollment.objects.order_by("seat").values_list("seat", "organization_name")) == [
        (1, "嘉兴示例2有限公司"),
        (2, "嘉兴示例1有限公司"),
        (3, "嘉兴示例3有限公司"),
    ]
    assert Person.objects.filter(user__isnull=False, gender="1").count() == 2
    assert AuditEvent.objects.filter(verb="enrollment.created").count() == 3
    assert AuditEvent.objects.get(verb="roster.imported").after["new"] == 3


def test_preview_when_made_then_nothing_is_written_and_the_file_is_sealed(cohort):
    data = roster(person(1))
    before = everything()
    row = preview_import(cohort=cohort, filename="名册.csv", data=data, by=None)
    assert everything() == before
    assert identity_number(1).encode() not in bytes(row.sealed)
    assert opened_file(row) == data


def test_import_when_same_file_comes_twice_then_nothing_changes(cohort):
    data = roster(person(1), person(2, 手机="", 证件号码=""), person(3, 证件号码=""))
    imported(cohort, data)
    before = everything()
    assert imported(cohort, data).summary["same"] == 3
    assert everything() == before


def test_import_when_applied_twice_then_the_second_does_nothing(cohort):
    row = preview_import(cohort=cohort, filename="a.csv", data=roster(person(1)), by=None)
    apply_import(roster_import=row, by=None)
    before = everything()
    apply_import(roster_import=row, by=None)
    assert everything() == before
    assert RosterImport.objects.get().sealed is None


def test_import_when_fields_differ_then_changed_field_by_field(cohort):
    imported(cohort, roster(person(1), person(2)))
    data = roster(person(1, **{"职务/职称": "董事长"}, 手机="13900000001"), person(2, 手机=""))
    plan = plan_roster(cohort, data, "b.csv")
    assert [row.status for row in plan.rows] == ["changed", "same"]
    assert {change.name: change.after for change in plan.rows[0].changes} == {
        "title": "董事长",
        "phone": "13900000001",
    }
    imported(cohort, data)
    assert set(Person.objects.values_list("title", "phone")) == {
        ("董事长", "13900000001"),
        ("总经理", "13800000002"),
    }


def test_import_when_a_row_is_wrong_then_nothing_at_all_and_each_cell_is_named(cohort):
    data = csv_file(
        [
            ["长三角G60科创走廊研修班", *[""] * 7],
            HEADER,
            person(1),
            person(2, 城市="南京", 手机="12"),
            person(3, 证件号码="990198198001010031"),
        ]
    )
    row = preview_import(cohort=cohort, filename="名册.csv", data=data, by=None)
    with pytest.raises(RosterHasErrors) as refused:
        apply_import(roster_import=row, by=None)
    found = [
        (one["sheet"], one["row"], problem["column"], problem["field"])
        for one in refused.value.facts["rows"]
        for problem in one["problems"]
    ]
    assert found == [
        ("名册", 4, "手机", "phone"),
        ("名册", 4, "城市", "city"),
        ("名册", 5, "证件号码", "identity"),
    ]
    assert not Person.objects.exists()


def test_import_when_seats_or_quotas_are_short_then_refused_as_a_whole(cohort):
    QuotaFactory(cohort=cohort, city=city("jiaxing"), seats=2)
    data = roster(person(1), person(2), person(3))
    assert not plan_roster(cohort, data, "a.csv").can_apply
    with pytest.raises(QuotaFull):
        imported(cohort, data)
    cohort.quotas.update(seats=5)
    cohort.seats = 2
    cohort.save()
    with pytest.raises(CohortFull):
        imported(cohort, data)
    assert not Person.objects.exists()


def test_import_when_somebody_elsewhere_shares_name_and_phone_then_to_be_decided(cohort):
    elsewhere = enrolled(CohortFactory(), "张三", phone="13800000009")
    data = roster(person(9, name="张三", 证件号码=""))
    with pytest.raises(RosterUndecided) as refused:
        imported(cohort, data)
    assert refused.value.facts["rows"][0]["candidates"] == [elsewhere.person_id]
    same = imported(cohort, data, decisions={"名册:2": str(elsewhere.person_id)})
    assert same.summary["new"] == 1
    assert Person.objects.count() == 1
    imported(CohortFactory(), data, decisions={"名册:2": "new"})
    assert Person.objects.count() == 2


def test_import_when_one_person_stands_twice_in_the_file_then_an_error(cohort):
    plan = plan_roster(
        cohort,
        roster(person(1), person(1, name="别人"), person(2), person(2, 证件号码="")),
        "a.csv",
    )
    assert [row.status for row in plan.rows] == ["new", "error", "new", "error"]
    assert "2" in plan.rows[1].problems[0].text


def test_import_when_two_share_name_and_phone_but_not_the_paper_then_two_people(cohort):
    data = roster(
        person(1, name="张伟", 手机="13800000000"), person(3, name="张伟", 手机="13800000000")
    )
    assert imported(cohort, data).summary["new"] == 2


def test_import_when_somebody_has_left_then_stays_so(cohort):
    data = roster(person(1))
    imported(cohort, data)
    withdraw_enrollment(enrollment=Enrollment.objects.get(), reason="工作调动", by=None)
    plan = plan_roster(cohort, data, "a.csv")
    assert [row.status for row in plan.rows] == ["same"]
    assert plan.rows[0].warnings


def test_import_when_groups_and_credit_codes_are_named_then_added_and_linked(cohort):
    organization = OrganizationFactory(
        name="嘉兴禾芯", credit_code="91330000MA00000A1X", city=city("jiaxing")
    )
    header = [*HEADER, "组别", "列入通讯录"]
    data = csv_file([header, [*person(1, 单位="嘉兴禾芯"), "第一组", "是"]])
    plan = plan_roster(cohort, data, "a.csv")
    assert any("第一组" in note for note in plan.notes)
    imported(cohort, data)
    row = Enrollment.objects.select_related("group", "person").get()
    assert row.group == Group.objects.get(name="第一组")
    assert row.person.organization == organization
    assert row.person.consents.count() == 1


def test_import_when_file_is_a_day_old_then_to_be_uploaded_again(cohort, frozen_clock):
    row = preview_import(cohort=cohort, filename="a.csv", data=roster(person(1)), by=None)
    frozen_clock(clock.now() + KEPT_FOR * 1.1)
    preview_import(cohort=cohort, filename="b.csv", data=roster(person(2)), by=None)
    row.refresh_from_db()
    with pytest.raises(RosterExpired):
        apply_import(roster_import=row, by=None)


def test_import_when_no_columns_are_known_then_the_found_ones_are_told(cohort):
    with pytest.raises(RosterUnreadable) as refused:
        plan_roster(cohort, csv_file([["a", "b"], ["1", "2"]]), "a.csv")
    assert refused.value.facts == {"headers": ["a", "b"]}


def test_import_when_hidden_or_other_sheets_lie_beside_then_said(cohort):
    plan = plan_roster(cohort, xlsx_file([HEADER, person(1)]), "a.xlsx")
    assert plan.counts["new"] == 1


STRANGE = f"""附件2
  长三角Ｇ60科创走廊九城市高层次人才研修班  学员推荐汇总表
序号|推荐城市|姓　名|性别|工作单位（全称）|现任职务|手机号码*|身份证号码|Ｅ－mail
1|上海市松江区|张 三|男|松江 示例|总经理|１３８０００００００１| {identity_number(1)} |A@Example.org
2|合肥市|欧阳·娜娜|女|合肥示例||+86 138-0000-0002|{identity_number(2).lower()}|

3|嘉兴|李四||嘉兴示例|董事|13800000003|3.10101E+17|
注：请于6月1日前报送"""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_import_when_a_roster_is_strange_then_right_or_clear(cohort, encoding):
    plan = plan_roster(
        cohort,
        csv_file([line.split("|") for line in STRANGE.splitlines()], encoding=encoding),
        "推荐表.csv",
    )
    first, second, third = plan.rows
    assert (first.row, first.status, first.facts.name) == (4, "new", "张三")
    assert first.facts.phone == "13800000001"
    assert first.facts.paper.number == identity_number(1)
    assert first.facts.email == "a@example.org"
    assert first.facts.city_id == city("songjiang").pk
    assert (second.facts.name, second.facts.phone) == ("欧阳·娜娜", "13800000002")
    assert (third.row, third.status) == (7, "error")
    assert [(one.column, one.name) for one in third.problems] == [("身份证号码", "identity")]


def test_import_when_an_export_comes_back_then_everything_is_the_same(cohort):
    row = enrolled(cohort, "张三", phone="13800000001", identity=identity_number(1), title="=1+1")
    change_person(
        enrollment=row,
        facts=facts("张三", phone="13800000001", title="=1+1", group_name="A"),
        by=None,
    )
    exported = """座号|姓名|城市|单位|职务/职称|组别|状态|手机|证件号码
1|张三|上海松江|松江示例科技有限公司|'=1+1|A|已确认|138****0001|990***********0011"""
    data = csv_file([line.split("|") for line in exported.splitlines()])
    plan = plan_roster(cohort, data, "a.csv")
    assert [row.status for row in plan.rows] == ["same"]


# Two at once


@pytest.mark.django_db(transaction=True)
def test_import_when_two_bring_the_same_people_then_they_are_enrolled_once():
    city("jiaxing")
    cohort = CohortFactory(seats=45)
    rows = [person(number) for number in range(1, 21)]
    previews = [
        preview_import(cohort=cohort, filename=f"{name}.csv", data=roster(*rows), by=None)
        for name in "ab"
    ]
    answers = at_once(
        *(lambda row=row: apply_import(roster_import=row, by=None) for row in previews)
    )
    assert answers == ["RosterImport", "RosterImport"]
    assert sorted(row.summary["new"] for row in RosterImport.objects.all()) == [0, 20]
    assert Enrollment.objects.count() == Person.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_import_when_the_lock_is_off_then_two_plans_collide():
    """The control: both plan before either writes, as they would without the lock."""
    city("jiaxing")
    cohort = CohortFactory(seats=45)
    data = roster(*[person(number, 证件号码="") for number in range(1, 21)])
    barrier = threading.Barrier(2, timeout=20)

    def without_lock():
        with transaction.atomic():
            plan = plan_roster(cohort, data, "a.csv")
            assert plan.counts["new"] == 20
            barrier.wait()
            return write_plan(cohort, plan, by=None)

    answers = at_once(without_lock, without_lock)
    doubled = Person.objects.count() == 40
    assert doubled or IntegrityError.__name__ in answers
