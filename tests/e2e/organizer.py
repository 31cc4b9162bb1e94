"""What the lead organizer does at the desk: one method for each errand, from the first form to the
certificates. It looks at the pages and at nothing behind them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Download, Locator, Page, expect

from tests.e2e.pages import fill, option_value, press, said, send


class Organizer:
    def __init__(self, page: Page, code: str) -> None:
        self.page = page
        self.code = code
        self.venues: dict[str, str] = {}

    def go(self, room: str = "") -> None:
        self.page.goto(f"/console/cohorts/{self.code}/{room}")

    def sign_in(self, email: str, password: str) -> None:
        self.page.goto("/accounts/login/")
        fill(self.page, {"login": email, "password": password})
        press(self.page, self.page.locator("main form .button-primary"))
        expect(self.page.locator(".site-user")).to_be_visible()

    # --- The cohort ---------------------------------------------------------------------------

    def open_cohort(self, **facts: str) -> None:
        self.page.goto("/console/cohorts/new/")
        send(self.page, {"code": self.code, **facts})

    def add_organization(self, **facts: str) -> None:
        self.page.goto("/console/organizations/new/")
        send(self.page, facts)

    def add_leg(self, **facts: str) -> None:
        self.go("settings/legs/")
        send(self.page, facts)

    def set_quotas(self, cities: Sequence[str], seats: int, deadline: str) -> None:
        """The same for each city; the page adds them up while they are typed."""
        self.go("settings/quotas/")
        for city in cities:
            fill(self.page, {f"seats_{city}": str(seats), f"deadline_{city}": deadline})
        expect(self.page.locator("[data-sum-total]")).to_have_text(str(seats * len(cities)))
        press(self.page, self.page.locator("main form .form-bar button[type=submit]"))

    def demand(self, **rules: str) -> None:
        """The rules for the certificate."""
        self.go("settings/rules/")
        send(self.page, rules)

    def ahead(self) -> Locator:
        """The button to the next state, on the overview."""
        self.go()
        return self.page.locator("section > form[action$='/move/'] button[name=state]")

    def move_to(self, *states: str) -> None:
        for state in states:
            button = self.ahead()
            expect(button).to_have_attribute("value", state)
            press(self.page, button)

    # --- People -------------------------------------------------------------------------------

    def add_person(self, **facts: str | bool) -> None:
        self.go("people/add/")
        send(self.page, facts)

    def preview_import(self, name: str, data: bytes) -> dict[str, str]:
        """Upload; what the page says of each person: the words of its row."""
        self.go("people/import/")
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        self.page.locator("input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]
        press(self.page, self.page.locator("main form[enctype] .form-bar button"))
        rows = self.page.locator("main tbody tr")
        return {
            row.locator("td").nth(1).inner_text(): row.locator("td").nth(2).inner_text()
            for row in rows.all()
        }

    def apply_import(self) -> None:
        press(self.page, self.page.locator("main form .form-bar button[type=submit]"))

    def people_shown(self) -> list[str]:
        """The names in the order of the list, over all its pages."""
        self.go("people/")
        names: list[str] = []
        while True:
            names += self.page.locator("td.column-name").all_inner_texts()
            further = self.page.locator(".pager-next")
            if not further.count():
                return names
            press(self.page, further)

    def spread_over_groups(self, count: int) -> dict[str, list[str]]:
        """The names of the members by the name of the group."""
        self.go("groups/")
        fill(self.page, {"count": str(count)})
        press(self.page, self.page.locator("form[action$='/spread/'] button"))
        return {
            group.locator("h2").inner_text(): group.locator(".group-members b").all_inner_texts()
            for group in self.page.locator("section.group").all()
        }

    # --- Places and speakers ------------------------------------------------------------------

    def add_venue(self, **facts: str) -> None:
        self.page.goto("/console/venues/new/")
        send(self.page, facts)
        link = self.page.get_by_role("link", name=facts["name"], exact=True)
        self.venues[facts["name"]] = str(link.get_attribute("href")).split("/")[-2]

    def add_speaker(self, **facts: str) -> None:
        self.page.goto("/console/speakers/new/")
        send(self.page, facts)

    def set_travel(self, city: str, origin: str, destination: str, minutes: int) -> None:
        self.page.goto(f"/console/travel/?city={city}")
        name = f"m-{self.venues[origin]}-{self.venues[destination]}"
        send(self.page, {name: str(minutes)})

    # --- The timetable ------------------------------------------------------------------------

    def add_session(
        self,
        title: str,
        *,
        groups: Sequence[str] = (),
        speaker: str = "",
        refused: bool = False,
        **facts: str | bool,
    ) -> str:
        """By the form; answers what the page says, which matters when it refuses."""
        self.go("timetable/new/")
        if speaker:
            speakers = self.page.locator("main [name=speakers]")
            speakers.select_option(value=option_value(speakers, speaker))
        for group in groups:
            self.page.get_by_role("checkbox", name=group, exact=True).check()
        send(self.page, {"title": title, **facts}, refused=refused)
        return said(self.page)

    def open_board(self, leg: str, *, view: str = "leg") -> None:
        """The board of the leg in that city."""
        self.go(f"timetable/?view={view}")
        words = self.page.locator(".board-words nav").first.get_by_role("link")
        press(self.page, words.filter(has_text=leg))
        expect(self.page.locator("[data-board]")).to_have_attribute("data-layout", "grid")

    def card(self, title: str) -> Locator:
        return self.page.locator(f"[data-card][data-title='{title}']")

    def lane(self, key: str) -> Locator:
        return self.page.locator(f"[data-lane][data-key='{key}']")

    def drag(self, title: str, *, day: str, time: str) -> None:
        """With the mouse: take the card at its upper edge and drop it at a day and time."""
        card, lane = self.card(title), self.lane(day)
        card.scroll_into_view_if_needed()
        board = self.page.locator("[data-board]")
        first, last = (int(str(board.get_attribute(f"data-{end}"))) for end in ("first", "last"))
        hour, minute = map(int, time.split(":"))
        share = (hour + minute / 60 - first) / (last - first)
        start, target = card.bounding_box(), lane.bounding_box()
        assert start
        assert target
        grab = 10
        self.page.mouse.move(start["x"] + 20, start["y"] + grab)
        self.page.mouse.down()
        y = target["y"] + share * target["height"] + grab + 2
        self.page.mouse.move(target["x"] + target["width"] / 2, y, steps=8)
        with self.page.expect_response("**/api/v1/sessions/**"):
            self.page.mouse.up()
        expect(self.page.locator("[data-card].is-saving")).to_have_count(0)

    def carry(self, title: str, *keys: str) -> None:
        """With the keyboard: pick up, press the keys, put down."""
        self.card(title).locator("[data-face]").focus()
        for key in ("Enter", *keys):
            self.page.keyboard.press(key)
        with self.page.expect_response("**/api/v1/sessions/**"):
            self.page.keyboard.press("Enter")
        expect(self.page.locator("[data-card].is-saving")).to_have_count(0)

    def times_of(self, title: str) -> str:
        return self.card(title).locator("[data-time]").inner_text()

    def marks_of(self, title: str) -> str:
        """The warnings and clashes that its card shows."""
        return self.card(title).locator("[data-marks]").inner_text()

    def edit_session(self, leg: str, title: str, **facts: str) -> None:
        self.open_session(leg, title)
        send(self.page, facts)

    def cancel_session(self, leg: str, title: str, reason: str) -> None:
        self.open_session(leg, title)
        cancel = self.page.locator("form[action$='/cancel/']")
        cancel.locator("[name=reason]").fill(reason)
        press(self.page, cancel.locator("button.button-danger"))

    def open_session(self, leg: str, title: str) -> None:
        """From the list: its card opens a dialog, and that leads to the whole form."""
        self.go("timetable/?view=list")
        words = self.page.locator(".board-words nav").first.get_by_role("link")
        press(self.page, words.filter(has_text=leg))
        self.card(title).locator("[data-face]").click()
        press(self.page, self.page.locator("#slot-dialog[open] form [data-slot-edit]"))

    # --- Releases and notices -----------------------------------------------------------------

    def preview_release(self) -> str:
        """What the next release would tell, in the words of the page."""
        self.go("releases/")
        return self.page.locator(".release-next").inner_text()

    def publish(self, comment: str) -> None:
        """Release; the messages leave at once instead of after the waiting time."""
        self.go("releases/")
        send(self.page, {"comment": comment})
        press(self.page, self.page.locator("form[action$='/send-now/'] button"))

    def notices(self) -> list[str]:
        self.go("notices/?kind=")
        return self.page.locator("main tbody tr").all_inner_texts()

    # --- Attendance and completion ------------------------------------------------------------

    def rolls(self) -> dict[str, str]:
        """The address of each roll by the title of its session, over all days."""
        self.go("checkin/")
        days = self.page.locator("main nav .filters a")
        found = {}
        for number in range(days.count()):
            press(self.page, days.nth(number))
            for link in self.page.locator(".roll-card-title a").all():
                found[link.inner_text()] = str(link.get_attribute("href"))
        return found

    def call_roll(self, address: str, exceptions: Mapping[str, str]) -> None:
        """Mark those who were away or late, then everybody else at once."""
        self.page.goto(address)
        for name, state in exceptions.items():
            row = self.page.locator("[data-roll-row]").filter(has_text=name)
            row.locator(f"label:has(input[value={state}])").click()
        press(self.page, self.page.locator("button[name=all_present]"))

    def run_completion(self) -> dict[str, str]:
        """The verdict on each person, in the words of the page."""
        self.go("certificates/")
        press(self.page, self.page.locator("form[action$='/run/'] button"))
        rows = self.page.locator("section[aria-labelledby=verdicts-title] tbody tr")
        return {row.locator("th").inner_text(): row.inner_text() for row in rows.all()}

    def issue_certificates(self) -> None:
        self.go("certificates/")
        press(self.page, self.page.locator("form[action$='/issue/'] button"))

    def certificate_row(self, name: str) -> Locator:
        self.go("certificates/")
        return self.page.locator("tr[id^=certificate-]").filter(has_text=name)

    def revoke(self, name: str, reason: str) -> None:
        press(self.page, self.certificate_row(name).locator("a[href$='/revoke/']"))
        send(self.page, {"reason": reason})

    # --- Files --------------------------------------------------------------------------------

    def download(self, words: str, folder: Path) -> bytes:
        """The roster by a button of the people page."""
        self.go("people/")
        with self.page.expect_download() as awaited:
            self.page.locator(".people-export a").filter(has_text=words).click()
        download: Download = awaited.value
        path = folder / download.suggested_filename
        download.save_as(path)
        return path.read_bytes()
