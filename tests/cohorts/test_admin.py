"""Cohorts in the admin: to look up; only roles outside a cohort are written, by their action."""

import pytest

from cohorts.models import CohortRole
from g60portal.audit.models import AuditEvent
from tests.factories import UserFactory, city, two_leg_cohort, user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(user_with("administrator"))
    return client


def test_admin_when_a_cohort_is_opened_then_read_only(admin):
    cohort, _songjiang, _hefei = two_leg_cohort()
    page = f"/admin/cohorts/cohort/{cohort.pk}/change/"
    assert admin.get(page).status_code == 200
    assert admin.post(page, {"title": "x"}).status_code == 403
    assert admin.get("/admin/cohorts/cohort/add/").status_code == 403


def test_admin_when_a_role_everywhere_is_given_and_taken_then_audited(admin):
    user = UserFactory()
    body = {"user": user.pk, "role": "coordinator", "city": city().pk}
    assert admin.post("/admin/cohorts/cohortrole/add/", body).status_code == 302
    role = CohortRole.objects.get()
    assert (role.user, role.role, role.city, role.cohort) == (user, "coordinator", city(), None)
    again = admin.post("/admin/cohorts/cohortrole/add/", body)
    assert list(again.context["adminform"].form.errors) == ["user"]
    path = f"/admin/cohorts/cohortrole/{role.pk}/delete/"
    assert admin.post(path, {"post": "yes"}).status_code == 302
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == [
        "role.granted",
        "role.revoked",
    ]


@pytest.mark.parametrize(("role", "field"), [("desk", "role"), ("coordinator", "city")])
def test_admin_when_a_role_cannot_be_everywhere_then_shown_at_the_field(admin, role, field):
    answer = admin.post("/admin/cohorts/cohortrole/add/", {"user": UserFactory().pk, "role": role})
    assert list(answer.context["adminform"].form.errors) == [field]
    assert CohortRole.objects.count() == 0
