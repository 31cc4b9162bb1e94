"""The pages of organizations entered twice."""

import pytest
from django.test import Client
from django.urls import reverse

from cohorts.models import NotSameOrganization, Organization, OrganizationMerge
from tests.factories import CohortFactory, OrganizationFactory, user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    lead = user_with("lead", cohort=CohortFactory())
    client.force_login(lead, backend="g60portal.accounts.backends.PortalBackend")
    return client


@pytest.fixture
def two() -> tuple[Organization, Organization]:
    return (
        OrganizationFactory(name="示例科技有限公司", name_en=""),
        OrganizationFactory(name="上海示例科技有限责任公司", name_en="Example"),
    )


def test_pages_when_merged_and_undone_then_old_links_lead_on(client, two) -> None:
    kept, gone = two
    [[pair]] = client.get(reverse("organization-duplicate-list")).context["groups"]
    page = client.get(pair.url)
    preset = {
        row.name: value.id
        for row in page.context["comparison"].rows
        for value in row.values
        if value.checked
    }
    assert (preset["name"], preset["name_en"]) == (kept.pk, gone.pk)
    done = client.post(pair.url, {"keep": kept.pk, "name_en": gone.pk})
    merge = OrganizationMerge.objects.get()
    assert done.url == reverse("organization-merge", args=[merge.pk])
    assert Organization.objects.get(pk=kept.pk).name_en == "Example"
    edit = client.get(reverse("organization-edit", args=[gone.pk]))
    assert edit.url == reverse("organization-edit", args=[kept.pk])
    assert client.get(done.url).context["until"] is not None
    client.post(reverse("organization-merge-undo", args=[merge.pk]))
    assert client.get(done.url).context["until"] is None
    assert Organization.objects.count() == 2


def test_dismiss_when_a_reason_is_given_then_the_list_is_empty(client, two) -> None:
    url = reverse("organization-dismiss", args=[two[0].pk, two[1].pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "两家"}).status_code == 302
    assert NotSameOrganization.objects.count() == 1
    assert not client.get(reverse("organization-duplicate-list")).context["groups"]
