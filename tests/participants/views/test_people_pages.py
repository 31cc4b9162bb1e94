"""The pages about people and groups: who may enter, what they show, what they do."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cohorts.choices import Role
from g60portal.audit.models import AuditEvent
from participants.models import Enrollment, Group, Person, RosterImport
from tests.factories import CohortFactory, EnrollmentFactory, QuotaFactory, city, user_with
from tests.participants.people import HEADER, csv_file, enrolled, identity_number

pytestmark = pytest.mark.django_db

FORM = {
    "name": "李四",
    "city": "",
    "organization_name": "合肥示例",
    "gender": "0",
    "language": "zh-hans",
    "paper_kind": "resident_id",
}


@pytest.fixture
def cohort():
    return CohortFactory(code="G60-2026-78", seats=60)


@pytest.fixture
def lead(client, cohort):
    client.force_login(user_with(Role.LEAD, cohort=cohort))
    return client


def url(name, *args):
    return reverse(name, args=["G60-2026-78", *args])


PAGES = [
    ("people-list", ()),
    ("person-detail", (1,)),
    ("person-add", ()),
    ("person-edit", (1,)),
    ("roster-import", ()),
    ("roster-template", ()),
    ("group-list", ()),
]
READABLE = {"people-list", "person-detail", "group-list"}


@pytest.mark.parametrize("role", [Role.DESK, Role.READER])
def test_pages_when_role_reads_only_then_lists_open_and_forms_do_not(client, cohort, role):
    enrolled(cohort)
    client.force_login(user_with(role, cohort=cohort))
    for name, args in PAGES:
        expected = 200 if name in READABLE else 403
        assert client.get(url(name, *args)).status_code == expected, name
    for name, args in [("person-reveal", (1,)), ("person-withdraw", (1,)), ("group-spread", ())]:
        assert client.post(url(name, *args)).status_code == 403, name


def test_pages_when_nobody_or_anonymous_then_nothing_is_told(client, cohort):
    enrolled(cohort)
    for name, args in PAGES:
        assert client.get(url(name, *args)).status_code == 302
    client.force_login(user_with("nobody"))
    for name, args in PAGES:
        assert client.get(url(name, *args)).status_code == 404


def test_person_when_of_another_city_then_hidden_from_the_coordinator(client, cohort):
    enrolled(cohort, "王一", "songjiang")
    enrolled(cohort, "王二", "hefei")
    client.force_login(user_with(Role.COORDINATOR, city=city("hefei")))
    assert client.get(url("person-detail", 1)).status_code == 404
    assert client.get(url("person-detail", 2)).status_code == 200
    page = client.get(url("people-list"))
    assert (page.context["count"], [row["name"] for row in page.context["rows"]]) == (1, ["王二"])
    assert "王一" not in client.get(url("group-list")).content.decode()


@pytest.mark.parametrize("count", [1, 3, 45])
def test_list_when_rows_grow_then_queries_do_not(lead, cohort, count, django_assert_num_queries):
    for seat in range(1, count + 1):
        EnrollmentFactory(cohort=cohort, seat=seat)
    lead.get(url("people-list"))
    with django_assert_num_queries(9):
        page = lead.get(url("people-list"))
    assert page.context["count"] == count


def test_list_when_address_is_odd_then_back_to_the_plain_list(lead, cohort):
    assert lead.get(url("people-list"), {"ordering": "shoe"}).url == url("people-list")


def test_list_when_filtered_then_exports_and_orders_keep_the_filter(lead, cohort):
    enrolled(cohort)
    page = lead.get(url("people-list"), {"city": "songjiang", "q": "张"})
    assert page.context["exports"]["CSV"].startswith("export/?city=songjiang&q=")
    assert all("city=songjiang" in order.url for order in page.context["orders"])


def test_pages_when_names_hold_markup_then_it_is_only_text(lead, cohort):
    enrolled(cohort, "<img src=x onerror=alert(1)>", organization_name="<b>x</b>")
    for name, args in [("people-list", ()), ("person-detail", (1,)), ("group-list", ())]:
        text = lead.get(url(name, *args)).content.decode()
        assert "<img src=x" not in text
        assert "<b>x</b>" not in text


def test_add_when_facts_are_good_then_person_page(lead, cohort):
    data = {**FORM, "city": city("hefei").pk, "directory_consent": "on"}
    response = lead.post(url("person-add"), data)
    assert response.url == url("person-detail", 1)
    row = Enrollment.objects.select_related("person").get()
    assert (row.person.name, row.city.code) == ("李四", "hefei")
    assert row.person.consents.count() == 1


def test_add_when_facts_are_wrong_then_422_with_errors_at_fields(lead, cohort):
    data = {**FORM, "city": city("hefei").pk, "phone": "12", "identity": "1"}
    page = lead.post(url("person-add"), data)
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"phone", "identity"}


def test_add_when_perhaps_known_then_asked_and_answered(lead, cohort):
    known = enrolled(CohortFactory(), "李四", phone="13800000001")
    data = {**FORM, "city": city("hefei").pk, "phone": "13800000001"}
    page = lead.post(url("person-add"), data)
    assert page.status_code == 422
    values = re.findall(r'name="meaning" value="([^"]+)"', page.content.decode())
    assert values == [str(known.person_id), "new"]
    assert lead.post(url("person-add"), {**data, "meaning": values[0]}).status_code == 302
    assert Person.objects.count() == 1


def test_edit_when_saved_then_changed_and_paper_stays(lead, cohort):
    enrolled(cohort, identity=identity_number(1))
    page = lead.get(url("person-edit", 1))
    assert identity_number(1) not in page.content.decode()
    data = {**FORM, "name": "张三", "city": city("hefei").pk, "title": "董事长"}
    assert lead.post(url("person-edit", 1), data).status_code == 302
    row = Enrollment.objects.select_related("person__identity").get()
    assert (row.title, row.city.code) == ("董事长", "hefei")
    assert row.person.identity.masked.endswith(identity_number(1)[-4:])


def test_reveal_when_reason_is_given_then_shown_once(lead, cohort):
    enrolled(cohort, identity=identity_number(1))
    assert identity_number(1) not in lead.get(url("person-detail", 1)).content.decode()
    assert lead.post(url("person-reveal", 1), {"reason": ""}).status_code == 422
    page = lead.post(url("person-reveal", 1), {"reason": "办理入园"})
    assert identity_number(1) in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    assert AuditEvent.objects.get(verb="identity.revealed").reason == "办理入园"


def test_withdraw_when_reason_is_given_then_left(lead, cohort):
    enrolled(cohort)
    assert lead.post(url("person-withdraw", 1), {"withdraw-reason": ""}).status_code == 422
    assert lead.post(url("person-withdraw", 1), {"withdraw-reason": "病假"}).status_code == 302
    assert Enrollment.objects.get().state == "withdrawn"
    assert lead.get(url("person-detail", 1)).context["may_withdraw"] is False


def uploaded(lead, data, name="名册.csv"):
    return lead.post(url("roster-import"), {"file": SimpleUploadedFile(name, data)})


def test_import_when_walked_through_then_preview_and_people(lead, cohort):
    city("jiaxing")
    row = ["张三", "男", "嘉兴", "嘉兴示例", "总经理", "13800000001", "", identity_number(1)]
    response = uploaded(lead, csv_file([HEADER, row]))
    preview = RosterImport.objects.get()
    assert response.url == url("roster-preview", preview.pk)
    page = lead.get(response.url)
    assert page.context["plan"].counts["new"] == 1
    assert identity_number(1) not in page.content.decode()
    assert lead.post(response.url).url == url("people-list")
    assert Enrollment.objects.count() == 1
    assert lead.get(response.url).status_code == 302


def test_import_when_rows_are_wrong_then_shown_and_not_applied(lead, cohort):
    city("jiaxing")
    response = uploaded(lead, csv_file([["姓名", "城市"], ["", "嘉兴"], ["张三", "南京"]]))
    page = lead.get(response.url)
    text = page.content.decode()
    assert page.context["plan"].counts["error"] == 2
    assert "南京" in text
    assert 'class="form-bar"' not in text
    assert lead.post(response.url).status_code == 422
    assert not Enrollment.objects.exists()


def test_import_when_people_do_not_fit_then_seats_and_quotas_are_told(lead, cohort):
    QuotaFactory(cohort=cohort, city=city("jiaxing"), seats=1)
    cohort.seats = 1
    cohort.save()
    rows = [[name, "嘉兴", "嘉兴示例"] for name in ("张三", "李四", "王五")]
    response = uploaded(lead, csv_file([["姓名", "城市", "单位"], *rows]))
    page = lead.get(response.url, headers={"accept-language": "en"})
    for text in ("Not enough seats", "2 seats are missing.", "Jiaxing: 2 people too many."):
        assert text in page.text
    assert 'class="form-bar"' not in page.text


def test_import_when_file_is_no_table_then_error_at_the_field(lead, cohort):
    page = uploaded(lead, b"PK\x03\x04 broken", "a.xlsx")
    assert page.status_code == 422
    assert "file" in page.context["form"].errors


def test_import_of_another_cohort_when_asked_then_404(lead, cohort):
    other = RosterImport.objects.create(cohort=CohortFactory(), filename="a", sha256="")
    assert lead.get(url("roster-preview", other.pk)).status_code == 404


def test_template_when_opened_then_its_header_is_understood(lead, cohort):
    from participants.rules.roster_header import find_header

    for language in ("en", "zh-hans"):
        response = lead.get(url("roster-template"), headers={"accept-language": language})
        header = find_header([response.content.decode("utf-8-sig").strip().split(",")])
        assert header is not None
        assert header.strangers == ()
        assert len(header.columns) == 14


def test_groups_when_worked_with_then_made_spread_moved_and_removed(lead, cohort):
    for number, code in enumerate(["hefei", "songjiang"] * 3, start=1):
        enrolled(cohort, f"王{chr(0x4E00 + number)}", code)
    assert lead.post(url("group-list"), {"name": "甲组"}).status_code == 302
    assert lead.post(url("group-list"), {"name": "甲组"}).status_code == 422
    assert lead.post(url("group-spread"), {"count": 3}).status_code == 302
    groups = list(Group.objects.order_by("position"))
    assert [group.enrollments.count() for group in groups] == [2, 2, 2]
    assert all(
        set(group.enrollments.values_list("city__code", flat=True)) == {"hefei", "songjiang"}
        for group in groups
    )
    marked = [row.pk for row in groups[0].enrollments.all()]
    lead.post(url("group-move"), {"marked": marked, "target": groups[1].pk})
    assert groups[1].enrollments.count() == 4
    lead.post(url("group-place", groups[0].pk), {"to": "3"})
    assert Group.objects.order_by("position").last() == groups[0]
    lead.post(url("group-remove", groups[1].pk))
    lead.post(url("group-remove", groups[0].pk))
    assert set(Group.objects.all()) == set(groups[1:])
    assert lead.post(url("group-edit", groups[1].pk), {"name": "乙组"}).status_code == 302
    assert Group.objects.filter(name="乙组").exists()


def test_groups_when_read_by_a_coordinator_then_own_people_are_counted_and_named(client, cohort):
    group = Group.objects.create(cohort=cohort, name="一组", position=1)
    seated = [
        enrolled(cohort, f"王{chr(0x4E00 + number)}", code)
        for number, code in enumerate(["hefei", "jiaxing", "jiaxing"], start=1)
    ]
    Enrollment.objects.filter(pk__in=[row.pk for row in seated[:2]]).update(group=group)
    client.force_login(user_with(Role.COORDINATOR, cohort=cohort, city=city("jiaxing")))
    text = client.get(url("group-list"), headers={"accept-language": "en"}).content.decode()
    assert "2 people of your city hold a seat." in text
    assert "one of your city" in text
    assert "One person has no group" in text
    assert seated[0].person.name not in text


def test_groups_when_more_than_people_then_refused(lead, cohort):
    enrolled(cohort)
    page = lead.post(url("group-spread"), {"count": 2})
    assert page.status_code == 422
    assert "count" in page.context["spread_form"].errors


@pytest.mark.parametrize("count", [1, 3])
def test_groups_when_rows_grow_then_queries_do_not(lead, cohort, count, django_assert_num_queries):
    for number in range(count):
        group = Group.objects.create(cohort=cohort, name=f"g{number}", position=number + 1)
        EnrollmentFactory(cohort=cohort, seat=number + 1, group=group)
    lead.get(url("group-list"))
    with django_assert_num_queries(7):
        lead.get(url("group-list"))
