"""The roll call at the keyboard, in a real browser."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from sessions.models import Attendance
from tests.factories import user_with
from tests.factories.studies import studied_cohort

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_roll_when_called_by_digits_then_counted_and_saved(phone_page: Page, live_server) -> None:
    study = studied_cohort(marked=False)
    client = Client()
    client.force_login(user_with("desk", cohort=study.cohort))
    session_key = client.cookies[settings.SESSION_COOKIE_NAME].value
    phone_page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session_key, "url": live_server.url}]
    )
    one, two, three = study.enrollments
    row = study.sessions[0]
    phone_page.goto(f"/console/cohorts/{study.cohort.code}/checkin/{row.pk}/")
    phone_page.locator(f"input[name=state-{one.pk}]").first.focus()
    phone_page.keyboard.press("2")
    phone_page.keyboard.press("4")
    expect(phone_page.locator("[data-count=late]")).to_have_text("1")
    expect(phone_page.locator("[data-count=absent]")).to_have_text("1")
    phone_page.locator("[data-roll-find]").fill("阿卜")
    expect(phone_page.locator("[data-roll-row]:visible")).to_have_count(1)
    phone_page.locator("[data-roll-find]").fill("")
    phone_page.locator("button[name=all_present]").click()
    phone_page.wait_for_load_state()
    expect(phone_page.locator("[data-count=present]")).to_have_text("1")
    marks = dict(Attendance.objects.values_list("enrollment_id", "state"))
    assert marks == {one.pk: "late", two.pk: "absent", three.pk: "present"}
