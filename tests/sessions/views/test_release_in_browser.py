"""In a real browser: the countdown of the messages, and a mail shown with nothing let in."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, expect

from cohorts.choices import Role
from g60portal.notices.models import Notice
from sessions.actions.releases import publish_release
from tests.factories import user_with
from tests.factories.timetables import Timetabled, messages_arrive, timetabled_cohort

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def made() -> Timetabled:
    return timetabled_cohort(wait_seconds=600)


@pytest.fixture
def lead(
    made: Timetabled, open_context: Callable[..., BrowserContext], live_server: object
) -> BrowserContext:
    client = Client()
    client.force_login(user_with(Role.LEAD, cohort=made.cohort))
    context = open_context(locale="en-US")
    values = {"django_language": "en", "sessionid": client.cookies["sessionid"].value}
    context.add_cookies(
        [{"name": name, "value": value, "url": str(live_server)} for name, value in values.items()]
    )
    return context


def test_messages_when_they_wait_then_counted_down_and_sent_when_pressed(made, lead):
    publish_release(cohort=made.cohort, name="", comment="", by=None)
    page = lead.new_page()
    page.goto(reverse("release-detail", args=[made.cohort.code, 1]))
    expect(page.locator("[data-leave]")).to_contain_text("in 9 min")
    page.get_by_role("button", name="Send now").click()
    expect(page.locator("[data-leave]")).to_have_text("leaving now")
    messages_arrive()
    expect(page.locator(".release-counts")).to_contain_text("5 sent", timeout=10_000)
    expect(page.get_by_role("button", name="Send now")).to_have_count(0)


def test_messages_when_taken_back_then_asked_first_and_none_waits(made, lead):
    publish_release(cohort=made.cohort, name="", comment="", by=None)
    page = lead.new_page()
    page.goto(reverse("release-detail", args=[made.cohort.code, 1]))
    page.get_by_role("button", name="Take back the messages").click()
    page.locator("#confirm [data-confirm-yes]").click()
    expect(page.locator(".release-counts")).to_have_text("5 taken back")
    assert set(Notice.objects.values_list("state", flat=True)) == {"cancelled"}


def test_mail_when_previewed_then_it_shows_and_no_script_of_it_runs(made, lead):
    made.lecture.title_en = "<img src=x onerror=alert(1)>"
    made.lecture.save()
    page = lead.new_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    seat = made.people[1].seat
    page.goto(reverse("release-preview-person", args=[made.cohort.code, seat]))
    mail = page.frame_locator("iframe.sample-frame").first
    expect(mail.locator("h1")).to_contain_text("G60 Corridor Training")
    expect(mail.locator("body")).to_contain_text("<img src=x")
    expect(mail.locator("img")).to_have_count(0)
