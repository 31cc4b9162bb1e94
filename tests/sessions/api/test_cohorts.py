"""`cohorts/`, `cohorts/{code}/` with its legs and quotas: shapes, refusals, roles."""

import pytest
from rest_framework.test import APIClient

from cohorts.models import Cohort, CohortRole, Leg, Quota
from tests.factories import (
    CohortFactory,
    LegFactory,
    OrganizationFactory,
    QuotaFactory,
    city,
    two_leg_cohort,
    user_with,
)

pytestmark = pytest.mark.django_db

NEW = {
    "code": "G60-2026-01",
    "edition": 1,
    "title": "高层次人才研修班",
    "title_en": "Leading talents",
    "seats": 45,
    "starts_on": "2026-06-08",
    "ends_on": "2026-06-13",
}


@pytest.fixture
def api() -> APIClient:
    return APIClient()


def lead_of(api: APIClient, cohort: Cohort) -> APIClient:
    api.force_authenticate(user_with("lead", cohort=cohort))
    return api


def test_cohort_when_created_then_draft_with_its_shape(api):
    user = user_with("lead")
    api.force_authenticate(user)
    answer = api.post("/api/v1/cohorts/", NEW, format="json")
    assert answer.status_code == 201
    releases = {"release_needs_consent": False, "wait_seconds": 60}
    assert answer.json() == {**NEW, **releases, "state": "draft", "legs": []}
    assert CohortRole.objects.filter(user=user, cohort__code="G60-2026-01", role="lead").exists()
    again = api.post("/api/v1/cohorts/", NEW, format="json")
    assert (again.status_code, again.json()["code"]) == (422, "code_taken")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"code": "g60"}, 422, "code_malformed"),
        ({"ends_on": "2026-06-07"}, 422, "dates_reversed"),
        ({"seats": 0}, 400, "malformed"),
        ({"starts_on": "8 June"}, 400, "malformed"),
    ],
)
def test_cohort_when_created_wrong_then_a_problem(api, change, status, code):
    api.force_authenticate(user_with("lead"))
    answer = api.post("/api/v1/cohorts/", NEW | change, format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert list(answer.json()["errors"]) == list(change)


def test_cohorts_when_listed_then_mine_only_newest_first(api):
    user = user_with("lead", cohort=CohortFactory(starts_on="2026-06-01"))
    newer = CohortFactory(starts_on="2026-07-01", ends_on="2026-07-05")
    CohortRole.objects.create(user=user, role="desk", cohort=newer)
    CohortFactory()
    api.force_authenticate(user)
    body = api.get("/api/v1/cohorts/").json()
    assert [row["starts_on"] for row in body["results"]] == ["2026-07-01", "2026-06-01"]


@pytest.mark.parametrize("count", [1, 3])
def test_cohorts_when_listed_then_the_same_queries(api, count, django_assert_num_queries):
    for _each in range(count):
        two_leg_cohort()
    api.force_authenticate(user_with("administrator"))
    with django_assert_num_queries(2):
        rows = api.get("/api/v1/cohorts/").json()["results"]
    assert [len(row["legs"]) for row in rows] == [2] * count


def test_cohort_when_patched_with_facts_and_state_then_both(api):
    cohort, songjiang, hefei = two_leg_cohort(title_en="")
    QuotaFactory(cohort=cohort, seats=45)
    answer = lead_of(api, cohort).patch(
        f"/api/v1/cohorts/{cohort.code}/",
        {"title_en": "Leading talents", "state": "approved"},
        format="json",
    )
    assert answer.status_code == 200
    assert (answer.json()["title_en"], answer.json()["state"]) == ("Leading talents", "approved")
    assert answer.json()["legs"] == [songjiang.pk, hefei.pk]


def test_cohort_when_the_move_is_refused_then_the_facts_stay_too(api):
    cohort = CohortFactory(seats=45)
    answer = lead_of(api, cohort).patch(
        f"/api/v1/cohorts/{cohort.code}/", {"seats": 40, "state": "approved"}, format="json"
    )
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "move_not_ready")
    assert [reason["code"] for reason in body["reasons"]] == ["no_leg", "no_quota"]
    assert Cohort.objects.get(pk=cohort.pk).seats == 45


def test_cohort_when_patched_with_its_own_state_then_no_move(api):
    cohort = CohortFactory()
    answer = lead_of(api, cohort).patch(
        f"/api/v1/cohorts/{cohort.code}/", {"state": "draft"}, format="json"
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": "G60-2099-01"}, "code_fixed"),
        ({"state": "running"}, "no_such_move"),
        ({"state": "cancelled"}, "reason_missing"),
    ],
)
def test_cohort_when_patched_against_the_rules_then_refused(api, body, code):
    cohort = CohortFactory()
    answer = lead_of(api, cohort).patch(f"/api/v1/cohorts/{cohort.code}/", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_legs_when_written_then_listed_in_the_order_of_days(api):
    cohort, host = CohortFactory(), OrganizationFactory(city=city("hefei"), kind="host")
    city()
    lead_of(api, cohort)
    path = f"/api/v1/cohorts/{cohort.code}/legs/"
    hefei = {"city": "hefei", "host": host.pk, "starts_on": "2026-06-11", "ends_on": "2026-06-13"}
    songjiang = {**hefei, "city": "songjiang", "starts_on": "2026-06-08", "ends_on": "2026-06-10"}
    assert api.post(path, hefei, format="json").status_code == 201
    answer = api.post(path, songjiang, format="json")
    assert (answer.status_code, answer.json()["position"]) == (201, 1)
    first, second = Leg.objects.order_by("position")
    assert api.get(path).json()["results"] == [
        {"id": first.pk, **songjiang, "position": 1},
        {"id": second.pk, **hefei, "position": 2},
    ]
    clash = api.post(path, {**hefei, "starts_on": "2026-06-10"}, format="json")
    assert (clash.status_code, clash.json()["code"]) == (422, "legs_overlap")
    assert clash.json()["legs"] == [first.pk, second.pk]


def test_leg_when_changed_and_removed_then_so(api):
    cohort, songjiang, _hefei = two_leg_cohort()
    lead_of(api, cohort)
    path = f"/api/v1/cohorts/{cohort.code}/legs/{songjiang.pk}/"
    answer = api.patch(path, {"ends_on": "2026-06-09"}, format="json")
    assert (answer.status_code, answer.json()["ends_on"]) == (200, "2026-06-09")
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    other = LegFactory()
    assert api.delete(f"/api/v1/cohorts/{cohort.code}/legs/{other.pk}/").status_code == 404


def test_quotas_when_one_or_some_are_posted_then_the_others_stay(api):
    cohort = CohortFactory(seats=45)
    QuotaFactory(cohort=cohort, city=city("wuhu"), seats=5)
    city("hefei"), city("jinhua")
    lead_of(api, cohort)
    path = f"/api/v1/cohorts/{cohort.code}/quotas/"
    one = {"city": "hefei", "seats": 5, "reserve": 2, "deadline": "2026-05-20T17:00:00+08:00"}
    answer = api.post(path, one, format="json")
    assert (answer.status_code, answer.json()) == (201, one)
    answer = api.post(path, [{"city": "jinhua", "seats": 3}], format="json")
    seats = {row["city"]: row["seats"] for row in answer.json()["results"]}
    assert (answer.status_code, seats) == (200, {"jinhua": 3, "wuhu": 5, "hefei": 5})
    answer = api.put(path, [{"city": "hefei", "seats": 4}], format="json")
    assert [(row["city"], row["seats"]) for row in answer.json()["results"]] == [("hefei", 4)]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ([{"city": "hefei", "seats": 46}], 422, "quotas_above_seats"),
        ([{"city": "hefei", "seats": 1}, {"city": "hefei", "seats": 2}], 422, "quota_twice"),
        ([{"city": "hefei", "seats": -1}], 400, "malformed"),
        ([{"city": "atlantis", "seats": 1}], 400, "malformed"),
        ("hefei", 400, "malformed"),
    ],
)
def test_quotas_when_wrong_then_refused_and_unchanged(api, body, status, code):
    city("hefei")
    cohort = CohortFactory(seats=45)
    answer = lead_of(api, cohort).post(
        f"/api/v1/cohorts/{cohort.code}/quotas/", body, format="json"
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Quota.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [
        ("administrator", 200, 200),
        ("lead", 200, 200),
        ("leg", 200, 403),
        ("desk", 200, 403),
        ("reader", 200, 403),
        ("coordinator", 200, 403),
        ("nobody", 404, 404),
    ],
)
def test_cohort_when_asked_by_role_then_as_designed(api, role, read, write):
    cohort, songjiang, _hefei = two_leg_cohort()
    scope = {
        "leg": {"cohort": cohort, "leg": songjiang},
        "coordinator": {"cohort": cohort, "city": city("jiaxing")},
        "nobody": {},
        "administrator": {},
    }
    api.force_authenticate(user_with(role, **scope.get(role, {"cohort": cohort})))
    path = f"/api/v1/cohorts/{cohort.code}/"
    assert api.get(path).status_code == read
    assert api.get(f"{path}legs/").status_code == read
    assert api.get(f"{path}quotas/").status_code == read
    assert api.patch(path, {"edition": 7}, format="json").status_code == write
    assert api.put(f"{path}quotas/", [], format="json").status_code == write


@pytest.mark.parametrize("role", ["desk", "reader", "coordinator", "nobody", "leg"])
def test_cohort_when_opened_by_somebody_else_then_403(api, role):
    cohort, songjiang, _hefei = two_leg_cohort()
    scope = {
        "leg": {"cohort": cohort, "leg": songjiang},
        "coordinator": {"city": city("jiaxing")},
        "nobody": {},
    }
    api.force_authenticate(user_with(role, **scope.get(role, {"cohort": cohort})))
    assert api.post("/api/v1/cohorts/", NEW, format="json").status_code == 403
    assert not Cohort.objects.filter(code=NEW["code"]).exists()
