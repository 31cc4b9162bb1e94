"""The pages of organizations."""

import pytest

from cohorts.models import Organization
from tests.factories import CohortFactory, OrganizationFactory, city, user_with

pytestmark = pytest.mark.django_db

PATH = "/console/organizations/"


@pytest.fixture
def lead(client):
    client.force_login(user_with("lead"))
    return client


def test_organization_when_added_then_listed(lead, valid_credit_code):
    body = {
        "name": "示例公司",
        "city": city().pk,
        "kind": "enterprise",
        "credit_code": valid_credit_code,
    }
    assert lead.post(f"{PATH}new/", body).status_code == 302
    assert [row.credit_code for row in lead.get(PATH).context["rows"]] == [valid_credit_code]


def test_organization_when_credit_code_is_wrong_then_shown_at_the_field(lead):
    body = {"name": "示例公司", "city": city().pk, "kind": "site", "credit_code": "12345"}
    answer = lead.post(f"{PATH}new/", body)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["credit_code"])
    assert Organization.objects.count() == 0


def test_organization_when_changed_then_kept(lead):
    row = OrganizationFactory(name="旧名")
    form = lead.get(f"{PATH}{row.pk}/").context["form"]
    assert form.initial["name"] == "旧名"
    body = {"name": "新名", "city": row.city_id, "kind": row.kind}
    assert lead.post(f"{PATH}{row.pk}/", body).status_code == 302
    row.refresh_from_db()
    assert row.name == "新名"


def test_organizations_when_searched_then_only_those(lead):
    wanted = OrganizationFactory(name="合肥示例")
    OrganizationFactory(name="嘉兴公司")
    assert list(lead.get(PATH, {"q": "示例"}).context["rows"]) == [wanted]
    assert lead.get(PATH, {"q": "无此单位"}).status_code == 200
    assert list(lead.get(PATH, {"kind": "host"}).context["rows"]) == []


@pytest.mark.parametrize("count", [1, 3])
def test_organizations_when_listed_then_the_same_queries(lead, count, django_assert_num_queries):
    for _each in range(count):
        OrganizationFactory()
    lead.get(PATH)
    with django_assert_num_queries(6):
        assert len(lead.get(PATH).context["rows"]) == count


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [
        ("administrator", 200, 200),
        ("lead", 200, 200),
        ("desk", 200, 403),
        ("reader", 200, 403),
        ("coordinator", 200, 403),
        ("nobody", 403, 403),
    ],
)
def test_organizations_when_asked_by_role_then_as_designed(client, role, read, write):
    row = OrganizationFactory()
    scope = {"coordinator": {"city": city("jiaxing")}, "nobody": {}}
    client.force_login(user_with(role, **scope.get(role, {"cohort": CohortFactory()})))
    assert client.get(PATH).status_code == read
    assert client.get(f"{PATH}new/").status_code == write
    assert client.get(f"{PATH}{row.pk}/").status_code == write
