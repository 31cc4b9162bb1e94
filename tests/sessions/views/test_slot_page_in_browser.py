"""The private page in a real browser: with and without scripts, on a phone and a desktop; that a
page that sends no referrer can still send its forms.
"""

from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.conftest import DESKTOP, PHONE
from tests.sessions.confirming import BEFORE, confirming

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
EVIL = "<img src=x onerror=\"document.title='taken'\">"


@pytest.fixture
def world(frozen_clock):
    frozen_clock(BEFORE)
    return confirming()


def width_of(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_page_when_used_then_opened_answered_and_changed(world, open_context, viewport, scripts):
    link = world.ask()
    page = open_context(viewport=viewport, java_script_enabled=scripts).new_page()
    origins = []
    page.on(
        "request",
        lambda request: request.method == "POST" and origins.append(request.headers.get("origin")),
    )
    page.goto(world.path(link))
    expect(page.get_by_text("Industry")).to_have_count(0)
    page.get_by_role("button", name="Show what you are asked for").click()
    lecture = page.get_by_role("article", name="Industry")
    second = page.get_by_role("article", name="Chip design")
    lecture.get_by_role("button", name="I confirm Industry").click()
    expect(lecture.get_by_text("confirmed", exact=True)).to_be_visible()
    second.get_by_text("I cannot, or need another time").click()
    second.get_by_label("Why?").fill("On duty")
    second.locator("input[name=day-0]").fill("2026-06-10")
    second.locator("input[name=from-0]").fill("14:00")
    second.locator("input[name=until-0]").fill("16:00")
    second.get_by_role("button", name="I cannot at this time").click()
    expect(second.get_by_text("refused", exact=True)).to_be_visible()
    expect(second.get_by_text("On duty", exact=True).first).to_be_visible()
    assert world.slot(world.lecture).state == "confirmed"
    assert world.slot(world.second).times[0]["starts_at"] == "2026-06-10T14:00:00+08:00"
    assert origins == ["null"] * 3
    assert width_of(page) <= viewport["width"]


def test_page_when_texts_are_markup_then_nothing_runs(world, phone_page):
    world.lecture.title_en = EVIL
    world.lecture.save()
    world.made.speaker.name_en = EVIL
    world.made.speaker.save()
    link = world.ask()
    phone_page.goto(world.path(link))
    phone_page.get_by_role("button", name="Show what you are asked for").click()
    card = phone_page.locator(".slot-card").first
    card.get_by_text("I cannot, or need another time").click()
    card.get_by_label("Why?").fill(EVIL)
    card.get_by_role("button", name="I cannot at this time").click()
    expect(card.get_by_text(EVIL).first).to_be_visible()
    assert phone_page.title() != "taken"
    assert phone_page.locator("img[src=x]").count() == 0


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (npm ci)")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_when_looked_at_by_axe_then_nothing_is_found(world, open_context, scheme):
    link = world.ask()
    context = open_context(viewport=PHONE, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(world.path(link))

    def findings():
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("() => axe.run(document).then(found => found.violations)")
        return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]

    assert findings() == []
    page.get_by_role("button", name="Show what you are asked for").click()
    for summary in page.locator("summary").all():
        summary.click()
    assert findings() == []
