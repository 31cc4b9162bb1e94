"""The itinerary on a phone: what one needs is on the first screen, and it counts by itself."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from g60portal.accounts.models import User
from sessions.models import TrainingSession
from tests.conftest import PHONE
from tests.factories import VenueFactory, at
from tests.sessions.participant import Participant, a_participant, a_timetable

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
NOW = at(8, "08:35")


@pytest.fixture
def participant(frozen_clock: Callable[[dt.datetime], dt.datetime]) -> Participant:
    """25 minutes before the first lecture; the second release has moved a visit."""
    frozen_clock(NOW)
    made = a_participant()
    a_timetable(made)
    made.release()
    hall = VenueFactory(name="安徽创新馆", name_en="Innovation Hall")
    TrainingSession.objects.filter(title="海尔现场教学").update(venue=hall)
    made.release()
    return made


@pytest.fixture
def opened(
    open_context: Callable[..., BrowserContext], live_server: object, participant: Participant
) -> Callable[..., Page]:
    def page_for(user: User, **options: object) -> Page:
        context = open_context(viewport=PHONE, locale="en", **options)
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        address = {"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": str(live_server)}
        context.add_cookies([address])
        page = context.new_page()
        page.clock.install(time=NOW)
        return page

    return page_for


def test_itinerary_on_a_phone_then_now_and_changes_without_scrolling(opened, participant):
    page = opened(participant.user)
    page.goto("/my/itinerary/")
    for words in ("in 25 minutes", "Planning", "University Town hall", "Professor Zhou"):
        box = page.get_by_text(words).first.bounding_box()
        assert box, words
        assert box["y"] + box["height"] <= PHONE["height"], words
    changes = page.get_by_role("heading", name="Changed since you last looked").bounding_box()
    assert changes["y"] + changes["height"] <= PHONE["height"]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_itinerary_as_a_minute_passes_then_counted_without_asking_the_server(opened, participant):
    page = opened(participant.user)
    page.goto("/my/itinerary/")
    page.get_by_text("in 25 minutes").wait_for()
    page.clock.run_for(60_000)
    page.get_by_text("in 24 minutes").wait_for()


def test_itinerary_without_scripts_then_times_but_no_stale_minutes(opened, participant):
    page = opened(participant.user, java_script_enabled=False)
    page.goto("/my/itinerary/")
    assert page.get_by_role("heading", name="Planning").first.is_visible()
    assert not page.get_by_text("in 25 minutes").is_visible()
    page.get_by_role("link", name="Taxi card").click()
    assert page.locator("#place-1").get_by_text("上海市松江区文汇路1000号").is_visible()
    page.locator("#place-1").get_by_role("link", name="Close").click()
    assert not page.locator("#place-1").is_visible()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (npm ci)")
@pytest.mark.parametrize(
    "address", ["/my/", "/my/#place-1", "/my/itinerary/", "/my/people/", "/my/code/"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_my_pages_then_axe_finds_nothing(opened, participant, address, scheme):
    page = opened(participant.user, color_scheme=scheme, bypass_csp=True)
    page.goto(address)
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document).then(result => result.violations)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
