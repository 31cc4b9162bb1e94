"""A timetable board in a browser, and what an organizer's hands do on it."""

import sys

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Locator, Page, expect

from cohorts.choices import Role
from g60portal.accounts.models import User
from sessions.models import SessionAudience, TrainingSession
from tests.factories import VenueFactory, at, city, training_session, two_leg_cohort, user_with

SHANGHAI = at(8, "00:00").tzinfo


class Week:
    """Two legs; in Songjiang a lecture, a lunch and a discussion that waits in the tray."""

    def __init__(self) -> None:
        self.cohort, self.leg, self.hefei = two_leg_cohort()
        self.lead = user_with(Role.LEAD, cohort=self.cohort)
        self.hall = VenueFactory(name="报告厅", name_en="Hall")
        self.lecture = training_session(
            self.leg, 8, "09:00", "11:00", venue=self.hall, title="区域规划", title_en="Planning"
        )
        self.lunch = training_session(
            self.leg, 8, "12:00", "13:00", kind="meal", title="午餐", title_en="Lunch"
        )
        self.waiting = TrainingSession.objects.create(
            cohort=self.cohort, leg=self.leg, kind="discussion", title="研讨", title_en="Discussion"
        )
        SessionAudience.objects.create(training_session=self.waiting, cohort=self.cohort)

    def hall_in_hefei(self):
        return VenueFactory(name="合肥厅", name_en="Hefei hall", city=city("hefei"))


class Desk:
    """One organizer at the board."""

    def __init__(self, page: Page, week: Week, url: str, user: User | None = None) -> None:
        self.page, self.week, self.url = page, week, url
        enter(page.context, url, user or week.lead)

    def open(self, query: str = "?view=leg") -> "Desk":
        self.page.goto(f"/console/cohorts/{self.week.cohort.code}/timetable/{query}")
        expect(self.page.locator("[data-board][data-layout]")).to_be_visible()
        return self

    def card(self, row: TrainingSession) -> Locator:
        return self.page.locator(f"[data-card][data-id='{row.pk}']")

    def face(self, row: TrainingSession) -> Locator:
        return self.card(row).locator("[data-face]")

    def time(self, row: TrainingSession) -> Locator:
        return self.card(row).locator("[data-time]")

    def lane(self, key: object) -> Locator:
        return self.page.locator(f"[data-lane][data-key='{key}']")

    @property
    def told(self) -> Locator:
        return self.page.locator("[data-live]")

    @property
    def dialog(self) -> Locator:
        return self.page.locator("#slot-dialog")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.insert_text(text)

    def focused(self) -> str:
        """What a screen reader would say first of what has the focus."""
        return self.page.evaluate(
            "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText"
        )

    def lift(self, row: TrainingSession, *, down: float = 12) -> tuple[float, float]:
        """The mouse goes down on a card, so far below its upper edge."""
        box = self.card(row).bounding_box()
        assert box
        spot = (box["x"] + 20, box["y"] + down)
        self.page.mouse.move(*spot)
        self.page.mouse.down()
        return spot

    def carry(self, spot: tuple[float, float], *, x: float = 0, y: float = 0) -> None:
        self.page.mouse.move(spot[0] + x / 2, spot[1] + y / 2, steps=3)
        self.page.mouse.move(spot[0] + x, spot[1] + y, steps=3)
        frames(self.page)

    def drag(self, row: TrainingSession, *, x: float = 0, y: float = 0, down: float = 12) -> None:
        self.carry(self.lift(row, down=down), x=x, y=y)
        self.page.mouse.up()


def enter(context: BrowserContext, url: str, user: User) -> None:
    """The context is signed in as this user and reads English."""
    client = Client()
    client.force_login(user)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [
            {"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url},
            {"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": url},
        ]
    )


def frames(page: Page, count: int = 2) -> None:
    """Wait until the browser has drawn so many frames."""
    page.evaluate(
        """count => new Promise(done => {
            const next = () => count-- > 0 ? requestAnimationFrame(next) : done();
            next();
        })""",
        count,
    )


def measured(words: str) -> None:
    """A figure for whoever runs the tests with `-s`."""
    sys.stdout.write(f"\n{words}\n")


def placed(row: TrainingSession) -> tuple[str, str] | None:
    """When a session lies in the timetable: day and time of its beginning and end."""
    row.refresh_from_db()
    if row.starts_at is None or row.ends_at is None:
        return None
    ends = [moment.astimezone(SHANGHAI) for moment in (row.starts_at, row.ends_at)]
    return (f"{ends[0]:%d %H:%M}", f"{ends[1]:%d %H:%M}")
