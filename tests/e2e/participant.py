"""What a participant does on the phone: sign in with a mailed code, look, subscribe."""

import datetime as dt
from urllib.request import urlopen

from icalendar import Calendar, Event
from playwright.sync_api import Page, expect

from tests.e2e.mails import events_of
from tests.e2e.pages import fill, press


class Participant:
    def __init__(self, page: Page) -> None:
        self.page = page

    def ask_for_code(self, email: str) -> None:
        self.page.goto("/accounts/login/code/")
        fill(self.page, {"email": email})
        press(self.page, self.page.locator("main form .button-primary"))

    def enter_code(self, code: str) -> None:
        fill(self.page, {"code": code})
        press(self.page, self.page.locator("main form .button-primary").first)

    def look(self, path: str, at: dt.datetime) -> str:
        """Open a page with the phone's clock at this instant; its words."""
        self.page.clock.set_fixed_time(at)
        self.page.goto(path)
        expect(self.page.locator("main h1")).to_be_visible()
        assert self.page.evaluate("document.documentElement.scrollWidth") == 390
        return self.page.locator("main").inner_text()

    def now(self, at: dt.datetime) -> str:
        """What is on now or comes next, in the words of the page."""
        self.look("/my/", at)
        return self.page.locator(".now").inner_text()

    def map_address(self) -> str:
        return str(self.page.locator(".now a.button-primary").get_attribute("href"))

    def feed_address(self) -> str:
        return str(self.page.locator(".itinerary-feed [data-copy]").get_attribute("data-copy"))

    def feed(self, address: str) -> list[Event]:
        """As a calendar program asks for it: without the cookies of the browser."""
        with urlopen(address, timeout=10) as answer:
            assert answer.headers.get_content_type() == "text/calendar"
            return events_of(Calendar.from_ical(answer.read()))

    def download_certificate(self) -> bytes:
        self.page.goto("/my/certificate/")
        address = self.page.locator("main .certificate a.button-primary").get_attribute("href")
        answer = self.page.request.get(str(address))
        assert answer.headers["content-type"] == "application/pdf"
        return bytes(answer.body())
