"""From the coordinator over the enterprise and the nominee to the committee and the roster, in a
real browser."""

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, expect

from cohorts.choices import Role
from participants.actions.nomination_links import invite_nominee
from participants.models import Consent, Enrollment, Nomination, NominationLink
from participants.queries.nomination_links import link_path
from tests.factories import city, user_with
from tests.participants.nominating import open_cohort
from tests.participants.people import identity_number

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(context: BrowserContext, live_server, user) -> None:
    client = Client()
    client.force_login(user)
    value = client.cookies["sessionid"].value
    context.add_cookies(
        [
            {"name": "sessionid", "value": value, "url": live_server.url},
            {"name": "django_language", "value": "en", "url": live_server.url},
        ]
    )


def test_nomination_when_it_goes_the_whole_way_then_on_the_roster(open_context, live_server):
    cohort = open_cohort({"jiaxing": 1})
    place = f"/console/cohorts/{cohort.code}/"
    desk, outside, board = open_context(), open_context(), open_context()
    sign_in(desk, live_server, user_with(Role.COORDINATOR, cohort=cohort, city=city("jiaxing")))
    sign_in(board, live_server, user_with(Role.LEAD, cohort=cohort))
    outside.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])

    page = desk.new_page()
    page.goto(f"{place}nominations/links/")
    page.fill("[name=organization_name]", "嘉兴示例科技有限公司")
    page.click(".form-bar button")
    expect(page.locator("tbody tr")).to_have_count(1)

    firm = outside.new_page()
    firm.goto(link_path(NominationLink.objects.get()))
    firm.fill("[name=name]", "钱多多")
    firm.fill("[name=identity]", identity_number(1))
    firm.fill("[name=email]", "qian@example.org")
    firm.click(".form-bar button")
    expect(firm.locator(".draft-list li")).to_have_count(1)

    row = Nomination.objects.get()
    own = outside.new_page()
    own.goto(link_path(invite_nominee(nomination=row, by=None)))
    own.fill("[name=phone]", "13900001111")
    for purpose in ("processing", "identity", "directory"):
        own.check(f"[name=consent_{purpose}]")
    own.click(".form-bar button")
    expect(own.locator(".notice.tone-green")).to_be_visible()

    page.goto(f"{place}nominations/{row.pk}/")
    for state in ("handed in", "checked by the city"):
        page.click(".steps-offered .button-primary")
        expect(page.locator(".console-main .badge").first).to_have_text(state)

    lead = board.new_page()
    lead.goto(f"{place}nominations/")
    lead.check(f"input[name=marked][value='{row.pk}']")
    lead.click("button[name=action][value=admit]")
    expect(lead.locator(".nomination-table .badge")).to_have_text("admitted")
    lead.goto(f"{place}people/")
    expect(lead.locator(".people-table tbody tr")).to_have_count(1)

    enrollment = Enrollment.objects.get()
    assert enrollment.person.phone == "13900001111"
    given = set(Consent.objects.values_list("purpose", flat=True))
    assert given == {"processing", "identity", "directory"}
