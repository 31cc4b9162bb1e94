"""Undoing an import: everything back as it was, unless somebody has changed it since."""

from decimal import Decimal

import pytest
from django.db import models
from django.test import override_settings

from cohorts.models import Organization
from g60portal.accounts.models import User
from g60portal.audit.models import AuditEvent
from g60portal.common import clock
from participants.actions.certificates import CertificateEntry, issue_certificates
from participants.actions.enrollments import change_person, withdraw_enrollment
from participants.actions.import_papers import KEPT_FOR, forget_old
from participants.actions.import_undo import undo_import, undo_until
from participants.actions.imports import apply_import, preview_import
from participants.models import Consent, Enrollment, Group, Person, RosterImport, SealedIdentity
from participants.queries.identities import opened_number
from participants.refusals import ImportInUse, ImportNotApplied, QuotaFull, UndoTooLate
from tests.factories import CohortFactory, QuotaFactory, city
from tests.participants.people import csv_file, enrolled, facts, identity_number

pytestmark = pytest.mark.django_db
HEADER = ["姓名", "城市", "单位", "职务", "手机", "邮箱", "证件号码", "组别", "列入通讯录"]


@pytest.fixture
def cohort():
    for code in ("songjiang", "jiaxing", "hefei"):
        city(code)
    return CohortFactory(seats=45)


def line(number, **more):
    values = {
        "姓名": f"王{chr(0x4E00 + number)}",
        "城市": "嘉兴",
        "单位": f"示例{number}公司",
        "职务": "总经理",
        "手机": f"138{number:08}",
        "邮箱": f"person{number}@example.org",
        "证件号码": identity_number(number),
        "组别": "甲组",
        "列入通讯录": "是",
    }
    return [{**values, **more}[label] for label in HEADER]


def applied(cohort, *rows):
    data = csv_file([HEADER, *rows])
    row = preview_import(cohort=cohort, filename="a.csv", data=data, by=None)
    return apply_import(roster_import=row, by=None)


def stored():
    """Everything an import may touch, without its own traces."""
    models_: tuple[type[models.Model], ...] = (
        Person, Enrollment, Group, Organization, User,
    )  # fmt: skip
    rows = {model.__name__: list(model.objects.order_by("pk").values()) for model in models_}
    papers = [
        (row.person_id, row.kind, opened_number(row))
        for row in SealedIdentity.objects.order_by("pk")
    ]
    in_force = set(
        Consent.objects.filter(withdrawn_at__isnull=True).values_list("person_id", "purpose")
    )
    return rows, papers, in_force


def test_undo_when_everybody_was_new_then_as_if_nothing_had_been(cohort):
    before = stored()
    row = applied(cohort, line(1), line(2))
    assert stored() != before
    undone = undo_import(roster_import=row, by=None)
    assert stored() == before
    assert undone.state == "undone"
    assert undone.summary["undo"] == {
        "removed": 2, "people": 2, "organizations": 2, "put_back": 0, "kept": [],
    }  # fmt: skip
    assert AuditEvent.objects.filter(verb="enrollment.removed").count() == 2
    assert AuditEvent.objects.get(verb="roster.undone").after["removed"] == 2
    assert applied(cohort, line(1), line(2)).summary["new"] == 2
    assert list(Enrollment.objects.order_by("seat").values_list("seat", flat=True)) == [1, 2]


def test_undo_when_fields_were_changed_then_put_back_field_by_field(cohort):
    applied(cohort, line(1), line(2))
    before = stored()
    row = applied(
        cohort,
        line(1, 姓名="李四", 城市="合肥", 单位="别家公司", 职务="董事长", 手机="13900000001",
             邮箱="other@example.org", 组别="乙组", 列入通讯录="否"),
        line(3),
    )  # fmt: skip
    assert row.summary == {"new": 1, "same": 0, "changed": 1, "duplicate": 0, "error": 0}
    undo_import(roster_import=row, by=None)
    rows, papers, consents = stored()
    # The account of the new address stays with its owner, that of the old one is attached again.
    assert (papers, consents) == before[1:]
    for name in ("Person", "Enrollment", "Group", "Organization"):
        assert rows[name] == before[0][name], name
    assert AuditEvent.objects.filter(verb="person.put_back").exists()


def test_undo_when_the_first_paper_came_with_it_then_none_again(cohort):
    enrolled(cohort, "李四", phone="13800000002")
    before = stored()
    head = ["姓名", "城市", "单位", "手机", "证件号码"]
    line_ = ["李四", "松江", "松江示例科技有限公司", "13800000002", identity_number(7)]
    data = csv_file([head, line_])
    row = preview_import(cohort=cohort, filename="a.csv", data=data, by=None)
    row = apply_import(roster_import=row, by=None)
    assert row.summary["changed"] == 1
    assert SealedIdentity.objects.count() == 1
    undo_import(roster_import=row, by=None)
    assert stored() == before


def test_undo_when_a_field_was_changed_since_then_it_stays_and_is_reported(cohort):
    applied(cohort, line(1))
    row = applied(cohort, line(1, 职务="董事长", 手机="13900000001"))
    enrollment = Enrollment.objects.get()
    change_person(
        enrollment=enrollment,
        facts=facts(
            enrollment.person.name, "jiaxing", title="顾问",
            organization_name="示例1公司", phone="13900000001", email="person1@example.org",
            identity=identity_number(1), group_name="甲组",
        ),
        by=None,
    )  # fmt: skip
    undone = undo_import(roster_import=row, by=None)
    assert Enrollment.objects.get().title == "顾问"
    assert Person.objects.get().phone == "13800000001"
    kept = {field for _name, field in undone.summary["undo"]["kept"]}
    assert kept == {"title"}


def test_undo_when_somebody_known_from_elsewhere_came_then_only_the_seat_goes(cohort):
    elsewhere = enrolled(CohortFactory(), "王丁", phone="13700000001", identity=identity_number(3))
    before = stored()
    row = applied(cohort, line(3, 姓名="王丁"))
    assert Person.objects.get().phone == "13800000003"
    undo_import(roster_import=row, by=None)
    rows, papers, consents = stored()
    assert (rows["Person"], rows["Enrollment"], papers, consents) == (
        before[0]["Person"], before[0]["Enrollment"], *before[1:],
    )  # fmt: skip
    assert Enrollment.objects.get() == elsewhere


@override_settings(PORTAL_URL="https://portal.example.org")
def test_undo_when_certificates_exist_then_refused_by_name_and_nothing_is_touched(cohort):
    row = applied(cohort, line(1), line(2))
    enrollment = Enrollment.objects.get(seat=2)
    issue_certificates(
        cohort=cohort, entries=[CertificateEntry(enrollment.pk, Decimal(38))], by=None
    )
    before = stored()
    with pytest.raises(ImportInUse) as refused:
        undo_import(roster_import=row, by=None)
    (use,) = refused.value.facts["uses"]
    assert (use["kind"], use["seats"]) == ("participants.certificate", [2])
    assert stored() == before


def test_undo_when_somebody_came_to_a_session_then_refused_by_name(cohort):
    from sessions.models import Attendance
    from tests.factories import LegFactory, training_session

    row = applied(cohort, line(1))
    leg = LegFactory(cohort=cohort)
    Attendance.objects.create(
        training_session=training_session(leg, 8, "09:00", "11:00"),
        enrollment=Enrollment.objects.get(),
        state="present",
    )
    with pytest.raises(ImportInUse) as refused:
        undo_import(roster_import=row, by=None)
    (use,) = refused.value.facts["uses"]
    assert (use["kind"], use["seats"]) == ("training_sessions.attendance", [1])


def test_undo_when_a_day_has_passed_then_too_late_and_the_journal_is_forgotten(
    cohort, frozen_clock
):
    row = applied(cohort, line(1))
    assert undo_until(row) == row.applied_at + KEPT_FOR
    frozen_clock(clock.now() + KEPT_FOR * 1.01)
    with pytest.raises(UndoTooLate):
        undo_import(roster_import=row, by=None)
    forget_old()
    row.refresh_from_db()
    assert (row.journal, undo_until(row)) == (None, None)
    assert Enrollment.objects.count() == 1


def test_undo_when_not_applied_or_done_already_then_named_or_nothing(cohort):
    data = csv_file([HEADER, line(1)])
    shown = preview_import(cohort=cohort, filename="a.csv", data=data, by=None)
    with pytest.raises(ImportNotApplied):
        undo_import(roster_import=shown, by=None)
    row = apply_import(roster_import=shown, by=None)
    undo_import(roster_import=row, by=None)
    before = stored()
    assert undo_import(roster_import=row, by=None).state == "undone"
    assert stored() == before
    with pytest.raises(ImportNotApplied):
        apply_import(roster_import=RosterImport.objects.get(), by=None)


def test_undo_when_the_city_they_came_from_has_been_filled_then_refused_as_a_whole(cohort):
    QuotaFactory(cohort=cohort, city=city("jiaxing"), seats=1)
    QuotaFactory(cohort=cohort, city=city("hefei"), seats=1)
    applied(cohort, line(1))
    row = applied(cohort, line(1, 城市="合肥"))
    enrolled(cohort, "李四", "jiaxing", phone="13800000009")
    with pytest.raises(QuotaFull):
        undo_import(roster_import=row, by=None)
    assert Enrollment.objects.get(seat=1).city.code == "hefei"


def test_undo_when_an_account_was_used_or_a_group_filled_then_they_stay(cohort):
    row = applied(cohort, line(1), line(2))
    User.objects.filter(email="person1@example.org").update(last_login=clock.now())
    other = enrolled(cohort, "李四", phone="13800000009", group_name="甲组")
    undo_import(roster_import=row, by=None)
    assert set(User.objects.values_list("email", flat=True)) >= {"person1@example.org"}
    assert not User.objects.filter(email="person2@example.org").exists()
    assert Group.objects.get().enrollments.get() == other


def test_undo_when_somebody_was_withdrawn_since_then_removed_all_the_same(cohort):
    row = applied(cohort, line(1))
    withdraw_enrollment(enrollment=Enrollment.objects.get(), reason="工作调动", by=None)
    undo_import(roster_import=row, by=None)
    assert not Person.objects.exists()
