"""Two entries that are one person: found, compared, merged and taken back on a phone."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext

from cohorts.choices import Role
from participants.models import Person, PersonMerge
from tests.conftest import PHONE
from tests.e2e.test_accessibility import AXE, findings
from tests.factories import (
    CohortFactory,
    EnrollmentFactory,
    OrganizationFactory,
    PersonFactory,
    user_with,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_merge_when_done_on_a_phone_then_it_can_be_taken_back(
    open_context: Callable[..., BrowserContext], live_server: object
) -> None:
    people = [PersonFactory(name="欧阳娜", phone="13912345678", email="") for _ in range(2)]
    cohort = CohortFactory(seats=500)
    for person in people:
        EnrollmentFactory(cohort=cohort, person=person, organization_name="松江示例科技有限公司")
    houses = [OrganizationFactory(name=f"{region}示例科技有限公司") for region in ("", "上海")]
    client = Client()
    lead = user_with(Role.LEAD, cohort=cohort)
    client.force_login(lead, backend="g60portal.accounts.backends.PortalBackend")
    context = open_context(viewport=PHONE)
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": str(live_server)}])
    page = context.new_page()
    looked_at = [
        reverse("duplicate-list"),
        reverse("organization-compare", args=[house.pk for house in houses]),
        reverse("duplicate-compare", args=[person.pk for person in people]),
    ]
    if AXE.is_file():
        assert [line for url in looked_at for line in findings(page, url, "dark")] == []
    page.goto(looked_at[0])
    page.locator(".doubt a.button").click()
    page.locator("[name^=seat-]").first.check()
    page.locator("form.stack-large button").click()
    page.wait_for_url("**/console/merges/*/")
    assert PersonMerge.objects.get().undone_at is None
    if AXE.is_file():
        assert findings(page, page.url, "light") == []
    page.locator("[data-confirm]").click()
    page.locator("dialog[open] .button-primary, dialog[open] [value=confirm]").first.click()
    page.wait_for_function("!document.querySelector('[data-confirm]')")
    assert Person.objects.filter(pk__in=[person.pk for person in people]).count() == 2
