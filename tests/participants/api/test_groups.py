"""Groups by API: shapes, members, who sees whom."""

import pytest
from rest_framework.test import APIClient

from cohorts.choices import Role
from participants.actions.enrollments import withdraw_enrollment
from participants.models import Group
from tests.factories import CohortFactory, city, user_with
from tests.participants.people import enrolled

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory(seats=10)


@pytest.fixture
def lead(cohort):
    return api_of(Role.LEAD, cohort=cohort)


def api_of(role, **scope) -> APIClient:
    client = APIClient()
    client.force_authenticate(user_with(role, **scope))
    return client


def test_groups_when_made_filled_and_listed_then_shape(cohort, lead):
    rows = [enrolled(cohort, "王一"), enrolled(cohort, "王二", "hefei")]
    base = f"/api/v1/cohorts/{cohort.code}/groups/"
    made = lead.post(base, {"name": " 第一组 "}, format="json")
    assert made.status_code == 201
    group = made.json()
    assert group == {"id": group["id"], "name": "第一组", "position": 1, "members": []}
    ids = [row.pk for row in rows]
    put = lead.put(f"{base}{group['id']}/members/", {"members": ids}, format="json")
    assert put.json()["members"] == ids
    assert lead.get(base).json() == {"next": None, "previous": None, "results": [put.json()]}
    short = lead.put(f"/api/v1/groups/{group['id']}/members/", ids[:1], format="json")
    assert short.json()["members"] == ids[:1]


def test_groups_when_seen_by_coordinator_then_members_of_own_city(cohort, lead):
    rows = [enrolled(cohort, "王一"), enrolled(cohort, "王二", "hefei")]
    group = Group.objects.create(cohort=cohort, name="A", position=1)
    members = {"members": [row.pk for row in rows]}
    lead.put(f"/api/v1/groups/{group.pk}/members/", members, format="json")
    coordinator = api_of(Role.COORDINATOR, city=city("hefei"))
    base = f"/api/v1/cohorts/{cohort.code}/groups/"
    assert coordinator.get(base).json()["results"][0]["members"] == [rows[1].pk]
    assert coordinator.post(base, {"name": "B"}, format="json").status_code == 403


def test_members_when_of_another_cohort_or_withdrawn_then_refused(cohort, lead):
    group = Group.objects.create(cohort=cohort, name="A", position=1)
    gone = withdraw_enrollment(enrollment=enrolled(cohort, "王一"), reason="病假", by=None)
    stranger = enrolled(CohortFactory(), "王二")
    for pk in (gone.pk, stranger.pk, 10**12):
        response = lead.put(f"/api/v1/groups/{group.pk}/members/", {"members": [pk]}, format="json")
        assert (response.status_code, response.json()["enrollments"]) == (422, [pk])


def test_group_when_renamed_placed_and_removed_then_followed(cohort, lead):
    groups = [
        Group.objects.create(cohort=cohort, name=name, position=n) for n, name in enumerate("AB", 1)
    ]
    base = f"/api/v1/cohorts/{cohort.code}/groups/{groups[1].pk}/"
    changed = lead.patch(base, {"name": "C", "position": 1}, format="json")
    assert (changed.json()["name"], changed.json()["position"]) == ("C", 1)
    assert lead.patch(base, {"name": "A"}, format="json").json()["code"] == "group_name_taken"
    assert lead.delete(base).status_code == 204
    assert list(Group.objects.values_list("name", flat=True)) == ["A"]


def test_group_when_of_a_cohort_one_may_not_know_then_404(cohort):
    group = Group.objects.create(cohort=cohort, name="A", position=1)
    client = api_of(Role.LEAD, cohort=CohortFactory())
    for path in (f"groups/{group.pk}/", f"cohorts/{cohort.code}/groups/", "groups/999999/members/"):
        assert client.get(f"/api/v1/{path}").status_code == 404
