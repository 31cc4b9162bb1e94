"""What a phone keeps: one's own pages without a network, and nothing for the next one who signs in.

The worker answers from what it kept only when the network fails, so each test cuts it off.
"""

import datetime as dt
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page

from g60portal.accounts.models import User
from participants.actions.consents import give_consent
from participants.choices import ConsentPurpose
from sessions.queries.check_in_codes import check_in_code_of
from tests.conftest import PHONE
from tests.factories import EnrollmentFactory, PersonFactory, UserFactory, at
from tests.sessions.participant import Participant, a_participant, a_timetable

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "A-long-password-42"
PATHS_KEPT = """async () => {
    const paths = [];
    for (const name of await caches.keys()) {
        if (!name.startsWith("own-")) continue;
        const requests = await (await caches.open(name)).keys();
        paths.push(...requests.map(request => new URL(request.url).pathname));
    }
    return paths;
}"""


@pytest.fixture
def participant(frozen_clock: Callable[[dt.datetime], dt.datetime]) -> Participant:
    frozen_clock(at(8, "08:35"))
    made = a_participant()
    a_timetable(made)
    made.release()
    return made


@pytest.fixture
def phone(open_context: Callable[..., BrowserContext]) -> BrowserContext:
    # The portal's policy is held against the pages of the worker too.
    return open_context(viewport=PHONE, locale="en")


def signed_in(phone: BrowserContext, user: User, address: object) -> Page:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    value = client.cookies[name].value
    phone.add_cookies([{"name": name, "value": value, "url": str(address)}])
    return phone.new_page()


def opened(page: Page, path: str = "/my/") -> None:
    """Open a page, and wait until the phone has kept the pages that it leads to."""
    page.goto(path)
    page.locator("html[data-kept]").wait_for(state="attached")
    kept = set(page.evaluate(PATHS_KEPT))
    assert {"/my/", "/my/itinerary/", "/my/code/", "/my/people/"} <= kept


def test_pages_when_there_is_no_network_then_readable_with_the_time_of_the_last_sync(
    phone, participant, live_server
):
    neighbor = EnrollmentFactory(cohort=participant.cohort, person=PersonFactory(name="欧阳娜"))
    give_consent(person=neighbor.person, purpose=ConsentPurpose.DIRECTORY, by=None)
    page = signed_in(phone, participant.user, live_server)
    opened(page)
    phone.set_offline(True)
    page.goto("/my/itinerary/")
    note = page.locator("[data-offline-note]")
    note.wait_for()
    assert "As of" in note.inner_text()
    assert page.get_by_role("heading", name="Planning").first.is_visible()
    page.get_by_role("link", name="University Town hall").first.click()
    card = page.locator("#place-1")
    assert card.get_by_text("上海市松江区文汇路1000号").is_visible()
    assert card.bounding_box()["height"] == PHONE["height"]
    page.goto("/my/code/")
    code = check_in_code_of(participant.cohort.pk, participant.enrollment.pk)
    assert page.get_by_text(code).is_visible()
    page.goto("/my/people/")
    assert page.get_by_text("欧阳娜").is_visible()


def test_pages_when_signed_out_then_nothing_of_the_reader_is_left(phone, participant, live_server):
    page = signed_in(phone, participant.user, live_server)
    opened(page)
    page.goto(reverse("account-own"))
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: reverse("account-own") not in url)
    assert page.evaluate(PATHS_KEPT) == []
    phone.set_offline(True)
    with pytest.raises(Exception, match=r"ERR_INTERNET_DISCONNECTED|ERR_FAILED"):
        page.goto("/my/itinerary/")


def test_pages_when_somebody_else_signs_in_then_the_first_ones_are_gone(
    phone, participant, live_server
):
    other = UserFactory(email="second@example.org")
    other.set_password(PASSWORD)
    other.save()
    page = signed_in(phone, participant.user, live_server)
    opened(page)
    first = participant.enrollment.person.name
    phone.clear_cookies()
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(other.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    phone.set_offline(True)
    page.goto("/my/code/")
    assert first not in page.content()
    assert page.get_by_role("heading", name="No network").is_visible()
