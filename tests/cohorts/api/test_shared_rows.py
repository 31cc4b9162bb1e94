"""`cities/` and `organizations/`: read by staff, written by organizers."""

import pytest
from rest_framework.test import APIClient

from cohorts.models import City, Organization
from tests.factories import CohortFactory, LegFactory, OrganizationFactory, city, user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    return APIClient()


def signed_in(api: APIClient, role: str) -> APIClient:
    cohort = CohortFactory()
    scope = {
        "lead": {"cohort": cohort},
        "leg": {"cohort": cohort, "leg": LegFactory(cohort=cohort) if role == "leg" else None},
        "desk": {"cohort": cohort},
        "reader": {"cohort": cohort},
        "coordinator": {"city": city("jiaxing")},
    }
    api.force_authenticate(user_with(role, **scope.get(role, {})))
    return api


def test_cities_when_listed_then_in_the_official_order(api):
    for code in ("hefei", "songjiang", "jiaxing"):
        city(code)
    body = signed_in(api, "reader").get("/api/v1/cities/").json()
    codes = [row["code"] for row in body["results"]]
    assert codes == [row.code for row in City.objects.order_by("position")]
    assert set(body) == {"next", "previous", "results"}


def test_city_when_read_by_code_then_its_shape(api):
    row = city("hefei")
    body = signed_in(api, "reader").get("/api/v1/cities/hefei/").json()
    assert body == {
        "code": "hefei",
        "name": "合肥",
        "name_en": "Hefei",
        "province": row.province,
        "area_code": row.area_code,
        "position": 9,
        "latitude": row.latitude,
        "longitude": row.longitude,
    }


def test_city_when_added_and_changed_then_kept(api):
    signed_in(api, "lead")
    answer = api.post(
        "/api/v1/cities/", {"code": "ningbo", "name": "宁波", "name_en": "Ningbo"}, format="json"
    )
    assert answer.status_code == 201
    answer = api.patch("/api/v1/cities/ningbo/", {"latitude": 29.87}, format="json")
    assert (answer.status_code, answer.json()["latitude"]) == (200, 29.87)
    answer = api.post(
        "/api/v1/cities/", {"code": "ningbo", "name": "宁波", "name_en": "Ningbo"}, format="json"
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "city_code_taken")


def test_organization_when_created_then_its_shape(api, valid_credit_code):
    city("hefei")
    answer = signed_in(api, "lead").post(
        "/api/v1/organizations/",
        {"name": "示例公司", "city": "hefei", "kind": "site", "credit_code": valid_credit_code},
        format="json",
    )
    assert answer.status_code == 201
    row = Organization.objects.get()
    assert answer.json() == {
        "id": row.pk,
        "name": "示例公司",
        "name_en": "",
        "city": "hefei",
        "kind": "site",
        "credit_code": valid_credit_code,
    }


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"name": "示例", "city": "nowhere", "kind": "site"}, 400, "city"),
        ({"name": "示例", "city": "songjiang", "kind": "club"}, 400, "kind"),
        ({"city": "songjiang", "kind": "site"}, 400, "name"),
        (
            {"name": "示例", "city": "songjiang", "kind": "site", "credit_code": "123"},
            422,
            "credit_code",
        ),
    ],
)
def test_organization_when_created_wrong_then_a_problem_at_the_field(api, body, status, field):
    city()
    answer = signed_in(api, "lead").post("/api/v1/organizations/", body, format="json")
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/problem+json")
    assert list(answer.json()["errors"]) == [field]


def test_organizations_when_filtered_then_only_those(api):
    wanted = OrganizationFactory(name="合肥示例", city=city("hefei"), kind="site")
    OrganizationFactory(name="嘉兴示例", city=city("jiaxing"), kind="site")
    OrganizationFactory(name="合肥另一家", city=city("hefei"), kind="host")
    signed_in(api, "reader")
    for query in ("city=hefei&kind=site", "q=合肥示"):
        body = api.get(f"/api/v1/organizations/?{query}").json()
        assert [row["id"] for row in body["results"]] == [wanted.pk]


def test_organizations_when_paged_then_each_row_once_in_city_order(api):
    codes = ("hefei", "songjiang", "jiaxing", "songjiang", "hefei")
    for code in codes:
        OrganizationFactory(city=city(code))
    signed_in(api, "reader")
    url, seen = "/api/v1/organizations/?limit=2", []
    while url:
        body = api.get(url).json()
        seen += [row["city"] for row in body["results"]]
        url = body["next"]
    assert seen == ["songjiang", "songjiang", "jiaxing", "hefei", "hefei"]


@pytest.mark.parametrize("count", [1, 3])
def test_organizations_when_listed_then_the_same_queries(api, count, django_assert_num_queries):
    for _each in range(count):
        OrganizationFactory()
    signed_in(api, "reader")
    with django_assert_num_queries(2):
        assert len(api.get("/api/v1/organizations/").json()["results"]) == count


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [
        ("administrator", 200, 400),
        ("lead", 200, 400),
        ("leg", 200, 400),
        ("desk", 200, 403),
        ("reader", 200, 403),
        ("coordinator", 200, 403),
        ("nobody", 403, 403),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/cities/", "/api/v1/organizations/"])
def test_shared_rows_when_asked_by_role_then_as_designed(api, path, role, read, write):
    signed_in(api, role)
    assert api.get(path).status_code == read
    assert api.post(path, {}, format="json").status_code == write


def test_shared_rows_when_anonymous_then_401(api):
    assert api.get("/api/v1/organizations/").status_code == 401
