"""The first cohort from an empty plan to a certificate that checks out, as people live through it:
an organizer at a desk, a participant with a phone, a stranger with a certificate in hand. In a real
browser, with a real Celery worker and a real mail server.

One test, because each step stands on what the one before has made; each step is a function. The
server and the phone live in the days of June 2026, as the test says; the worker lives today.
"""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from django.core.management import call_command
from playwright.sync_api import BrowserContext, Page, expect
from python_calamine import CalamineWorkbook

from cohorts.choices import Role
from tests.conftest import PHONE
from tests.e2e.documents import pages_of, qr_code_of
from tests.e2e.mails import (
    address_of,
    calendars_of,
    document_of,
    html_of,
    sequences,
    sign_in_code,
    text_of,
    uid_of,
)
from tests.e2e.organizer import Organizer
from tests.e2e.participant import Participant
from tests.e2e.people import (
    BY_EMAIL,
    CITIES,
    EVERYBODY,
    FORMULA,
    IN_THE_FILE,
    KATRIN,
    SURNAMES,
    roster_file,
)
from tests.factories import CohortFactory, at, user_with
from tests.notices.mailserver import Mailbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CODE = "G60-2026-01"
TITLE, TITLE_EN = (
    "长三角G60科创走廊九城市高层次人才研修班",
    "G60 Corridor Training for Leading Talents",
)
PASSWORD = "correct horse battery"

HALL, HALL_EN = "松江大学城报告厅", "Songjiang University Town Hall"
HAIER, HAIER_EN = "海尔卡奥斯创新平台", "Haier COSMOPlat"
EVERGRANDE, EVERGRANDE_EN = "恒大新能源汽车研究院", "Evergrande Automobile Institute"
CORRIDOR, CORRIDOR_EN = "G60科创走廊展示馆", "G60 Corridor Exhibition Hall"
BOE, BOE_EN = "京东方10.5代线", "BOE Gen 10.5"

OPENING, PLANNING, VISIT, HALL_VISIT = (
    "开班仪式",
    "区域规划一体化",
    "工业互联网现场教学",
    "走廊展示馆参观",
)
LUNCH, DISCUSSION, FINANCE = "第一天午餐", "产业链小组讨论", "科创金融专题"
TRANSFER, FACTORY, CLOSING = "转场合肥", "显示产业现场教学", "结业仪式"
ENGLISH = {
    OPENING: "Opening ceremony",
    PLANNING: "Regional planning",
    VISIT: "Inside the industrial internet",
    HALL_VISIT: "The corridor's hall",
    LUNCH: "Lunch of the first day",
    DISCUSSION: "Chains of industry",
    FINANCE: "Finance for science",
    TRANSFER: "On to Hefei",
    FACTORY: "Inside a display plant",
    CLOSING: "Completion ceremony",
}
REFUSED = "撞期讲座"
CANCEL_REASON = "主讲人临时出访"


@dataclass
class Walk:
    """What the steps hand on to each other."""

    mailbox: Mailbox
    stop_clock: Callable[..., object]
    organizer: Organizer
    participant: Participant
    stranger: Page
    folder: Path
    token: str = ""
    groups: dict[str, list[str]] = field(default_factory=dict)
    own_group: str = ""
    other_group: str = ""
    invited: dict[str, dict[str, int]] = field(default_factory=dict)
    feed_address: str = ""

    def mails_after(self, count: int, more: int) -> list[EmailMessage]:
        """The next so many mails, and no others."""
        self.mailbox.wait_for(count + more, seconds=40)
        return self.mailbox.mails[count:]

    def names_of(self, *groups: str) -> set[str]:
        return {name for group in groups for name in self.groups[group]}


@pytest.fixture
def walk(
    open_context: Callable[..., BrowserContext], live_server, mailbox, frozen_clock, tmp_path: Path
) -> Walk:
    """Browsers for the three, and a lead of an earlier edition who may open the next one."""
    frozen_clock(at(1, "09:00"))
    earlier = CohortFactory(code="G60-2025-09", edition=9)
    lead = user_with(Role.LEAD, cohort=earlier)
    token = io.StringIO()
    call_command("token", lead.email, stdout=token)
    organizer = Organizer(open_context().new_page(), CODE)
    organizer.sign_in(lead.email, PASSWORD)
    phone = open_context(viewport=PHONE, is_mobile=True, has_touch=True, locale="en-GB")
    return Walk(
        mailbox=mailbox,
        stop_clock=frozen_clock,
        organizer=organizer,
        participant=Participant(phone.new_page()),
        stranger=open_context(locale="en-GB").new_page(),
        folder=tmp_path,
        token=token.getvalue().strip(),
    )


def test_first_cohort_when_run_from_the_empty_plan_then_its_certificate_checks_out(walk: Walk):
    plan_the_cohort(walk)
    enroll_everybody(walk)
    keep_the_places(walk)
    plan_the_sessions(walk)
    move_cards_on_the_board(walk)
    release_the_timetable(walk)
    look_at_the_phone(walk)
    change_and_release_again(walk)
    call_the_rolls(walk)
    complete_and_issue(walk)
    open_the_certificate(walk)
    verify_and_revoke(walk)
    export_the_roster(walk)
    close_the_cohort(walk)


def plan_the_cohort(walk: Walk) -> None:
    organizer = walk.organizer
    organizer.open_cohort(
        edition="1",
        title=TITLE,
        title_en=TITLE_EN,
        seats="45",
        starts_on="2026-06-08",
        ends_on="2026-06-14",
    )
    expect(organizer.ahead()).to_be_disabled()
    organizer.add_organization(
        name="中共上海市松江区委组织部", name_en="Songjiang Talent Office", city="松江", kind="host"
    )
    organizer.add_organization(
        name="中共合肥市委组织部", name_en="Hefei Talent Office", city="合肥", kind="host"
    )
    organizer.add_leg(city="松江", host="松江", starts_on="2026-06-08", ends_on="2026-06-10")
    organizer.add_leg(city="合肥", host="合肥", starts_on="2026-06-11", ends_on="2026-06-14")
    organizer.set_quotas(list(CITIES), seats=5, deadline="2026-05-31")
    organizer.demand(required_hours="6", attendance_percent="85")
    organizer.move_to("approved", "announced", "nominating")
    expect(organizer.ahead()).to_be_disabled()


def enroll_everybody(walk: Walk) -> None:
    organizer = walk.organizer
    organizer.add_person(
        name=KATRIN.name,
        gender="2",
        city=CITIES[KATRIN.city],
        organization_name=KATRIN.organization,
        title=KATRIN.title,
        phone=KATRIN.phone,
        email=KATRIN.email,
        language=KATRIN.language,
        paper_kind="passport",
        identity=KATRIN.identity,
        directory_consent=True,
    )
    preview = organizer.preview_import("学员名单.xlsx", roster_file())
    assert list(preview) == [one.name for one in IN_THE_FILE]
    assert len(set(preview.values())) == 1
    assert organizer.people_shown() == [KATRIN.name]
    organizer.preview_import("学员名单.xlsx", roster_file())
    organizer.apply_import()
    assert sorted(organizer.people_shown()) == sorted(one.name for one in EVERYBODY)
    assert KATRIN.identity not in organizer.page.content()
    walk.groups = organizer.spread_over_groups(5)
    assert {len(names) for names in walk.groups.values()} == {9}
    [walk.own_group] = [name for name, names in walk.groups.items() if KATRIN.name in names]
    walk.other_group = next(name for name in walk.groups if name != walk.own_group)
    organizer.move_to("confirmed")
    expect(organizer.ahead()).to_be_disabled()


def keep_the_places(walk: Walk) -> None:
    organizer = walk.organizer
    for name, name_en, city, kind in (
        (HALL, HALL_EN, "松江", "lecture_hall"),
        (HAIER, HAIER_EN, "松江", "company"),
        (EVERGRANDE, EVERGRANDE_EN, "松江", "company"),
        (CORRIDOR, CORRIDOR_EN, "松江", "exhibition_hall"),
        (BOE, BOE_EN, "合肥", "company"),
    ):
        organizer.add_venue(
            name=name,
            name_en=name_en,
            city=city,
            kind=kind,
            address=f"{name}路1号",
            capacity="60",
            latitude="31.05",
            longitude="121.21",
        )
    organizer.add_speaker(name="陈思远", name_en="Chen Siyuan", title="教授")
    organizer.set_travel("songjiang", HALL, HAIER, 50)


def plan_the_sessions(walk: Walk) -> None:
    """By the form: some for everybody, some for groups, two that wait in the tray."""
    add = walk.organizer.add_session
    two_groups = [walk.own_group, walk.other_group]
    rest = [name for name in walk.groups if name not in two_groups]
    here, there = {"leg": "松江"}, {"leg": "合肥"}
    first = {**here, "day": "2026-06-08"}
    third = {**here, "day": "2026-06-10", "start": "09:00", "end": "10:30", "groups": two_groups}
    at_haier = {**first, "start": "11:50", "end": "13:50", "venue": HAIER}
    at_the_hall = {**first, "start": "14:00", "end": "15:30", "venue": CORRIDOR, "groups": rest}
    on_the_road = {**there, "day": "2026-06-11", "start": "09:00", "end": "12:30"}
    at_boe = {**there, "day": "2026-06-12", "start": "09:00", "end": "11:00", "venue": BOE}
    last = {**there, "day": "2026-06-14", "start": "10:00", "end": "11:00"}
    lecture = {"kind": "lecture", "speaker": "陈思远"}
    for title, facts in {
        OPENING: {**first, "kind": "ceremony", "start": "9:00", "end": "9:30", "venue": HALL},
        PLANNING: {**first, **lecture, "start": "1000", "end": "1130", "venue": HALL},
        VISIT: {**at_haier, "kind": "site_visit", "groups": [walk.own_group]},
        HALL_VISIT: {**at_the_hall, "kind": "exhibition"},
        LUNCH: {**here, "kind": "meal", "compulsory": False},
        DISCUSSION: {**here, "kind": "discussion"},
        FINANCE: {**third, **lecture},
        TRANSFER: {**on_the_road, "kind": "transfer", "compulsory": False},
        FACTORY: {**at_boe, "kind": "site_visit"},
        CLOSING: {**last, "kind": "ceremony"},
    }.items():
        add(title, title_en=ENGLISH[title], **facts)
    clash = {**first, "kind": "lecture", "start": "10:30", "end": "12:00", "venue": HALL}
    taken = add(REFUSED, refused=True, **clash)
    assert [words in taken for words in (HALL, PLANNING)] == [True] * 2


def move_cards_on_the_board(walk: Walk) -> None:
    organizer = walk.organizer
    organizer.open_board("松江")
    expect(organizer.card(REFUSED)).to_have_count(0)
    assert "50" in organizer.marks_of(VISIT), "The journey takes longer than the break."
    organizer.drag(VISIT, day="2026-06-08", time="14:00")
    expect(organizer.card(VISIT).locator("[data-time]")).to_have_text("14:00–16:00")
    expect(organizer.card(VISIT).locator("[data-marks] > *")).to_have_count(0)
    organizer.drag(DISCUSSION, day="2026-06-09", time="09:00")
    organizer.drag(VISIT, day="2026-06-08", time="10:30")
    expect(organizer.card(VISIT).locator("[data-time]")).to_have_text("14:00–16:00")
    expect(organizer.page.locator("[data-live]")).to_contain_text(PLANNING)
    organizer.drag(LUNCH, day="2026-06-08", time="12:00")
    organizer.carry(LUNCH, "ArrowUp", "-")
    expect(organizer.card(LUNCH).locator("[data-time]")).to_have_text("11:45–12:30")
    organizer.open_board("松江")
    placed = {title: organizer.times_of(title) for title in (VISIT, LUNCH, DISCUSSION)}
    assert placed[VISIT] == "14:00–16:00"
    assert placed[LUNCH] == "11:45–12:30"
    assert placed[DISCUSSION].startswith("09:00–")
    expect(organizer.lane("2026-06-09").locator("[data-card]")).to_have_count(1)


def release_the_timetable(walk: Walk) -> None:
    organizer = walk.organizer
    assert "45" in organizer.preview_release()
    assert not walk.mailbox.raw
    organizer.publish(comment="请提前十分钟到场。")
    mails = walk.mails_after(0, 45)
    assert set(walk.mailbox.addresses.values()) == {1}
    assert set(walk.mailbox.addresses) == {one.email for one in EVERYBODY}
    for mail in mails:
        check_invitation(walk, mail)
    assert len(organizer.notices()) == 45
    organizer.move_to("running")


def check_invitation(walk: Walk, mail: EmailMessage) -> None:
    """Everybody's own itinerary, in the person's language, with an invitation for each session."""
    person = BY_EMAIL[address_of(mail)]
    english = person.language == "en"
    expected = set(ENGLISH) - left_out_for(walk, person.name)
    words = {ENGLISH[title] if english else title for title in expected}
    other = ENGLISH[OPENING] if not english else OPENING
    assert mail["Content-Language"] == person.language
    assert f'lang="{"en" if english else "zh-Hans"}"' in html_of(mail)
    text = text_of(mail)
    assert {word for word in words if word not in text} == set()
    assert other not in text
    assert person.name in text
    assert (HALL_EN if english else HALL) in text
    assert "请提前十分钟到场。" in text
    [(method, events)] = calendars_of(mail).items()
    assert method == "REQUEST"
    assert {str(event["SUMMARY"]) for event in events} == words
    assert all(person.email in str(event["ATTENDEE"]) for event in events)
    walk.invited[person.email] = sequences(events)


def left_out_for(walk: Walk, name: str) -> set[str]:
    """The sessions that are not for this person's group."""
    own, two = walk.names_of(walk.own_group), walk.names_of(walk.own_group, walk.other_group)
    return {
        *([] if name in own else [VISIT]),
        *([HALL_VISIT] if name in two else [FINANCE]),
    }


def look_at_the_phone(walk: Walk) -> None:
    phone = walk.participant
    sign_in_on_the_phone(walk)
    walk.stop_clock(at(8, "10:10"))
    now = phone.now(at(8, "10:10"))
    assert [word in now for word in (ENGLISH[PLANNING], "Chen Siyuan", HALL_EN)] == [True] * 3
    assert "121.21" in phone.map_address()
    walk.stop_clock(at(8, "13:30"))
    coming = phone.now(at(8, "13:30"))
    assert [word in coming for word in (ENGLISH[VISIT], HAIER_EN, "in 30 minutes")] == [True] * 3
    days = phone.look("/my/itinerary/", at(8, "13:30"))
    assert walk.own_group in days
    assert ENGLISH[CLOSING] in days
    assert ENGLISH[HALL_VISIT] not in days
    walk.feed_address = phone.feed_address()
    feed = phone.feed(walk.feed_address)
    assert sequences(feed) == walk.invited[KATRIN.email]
    phone.look("/my/people/", at(8, "13:30"))
    listed = phone.page.locator(".directory-name").all_inner_texts()
    assert len(listed) == sum(one.listed for one in EVERYBODY)


def sign_in_on_the_phone(walk: Walk) -> None:
    """By a code that comes with a mail, as somebody who never had a password."""
    before = len(walk.mailbox.raw)
    walk.participant.ask_for_code(KATRIN.email)
    [mail] = walk.mails_after(before, 1)
    assert address_of(mail) == KATRIN.email
    walk.participant.enter_code(sign_in_code(mail))


def change_and_release_again(walk: Walk) -> None:
    organizer, before = walk.organizer, len(walk.mailbox.raw)
    walk.stop_clock(at(8, "13:40"))
    organizer.edit_session("松江", VISIT, venue=EVERGRANDE)
    organizer.cancel_session("松江", FINANCE, CANCEL_REASON)
    assert HAIER_EN in walk.participant.now(at(8, "13:40")), "Drafts never leak."
    diff = organizer.preview_release()
    assert [word in diff for word in (HAIER, EVERGRANDE, FINANCE, CANCEL_REASON)] == [True] * 4
    assert [word in diff for word in (OPENING, PLANNING, CLOSING)] == [False] * 3
    organizer.publish(comment="")
    moved, told = walk.names_of(walk.own_group), walk.names_of(walk.own_group, walk.other_group)
    mails = walk.mails_after(before, len(told))
    receivers = Counter(BY_EMAIL[address_of(mail)].name for mail in mails)
    assert receivers == Counter(told)
    for mail in mails:
        check_news(walk, mail, with_move=BY_EMAIL[address_of(mail)].name in moved)
    check_phone_after_news(walk)


def check_news(walk: Walk, mail: EmailMessage, *, with_move: bool) -> None:
    """Old → new, the cancelled lecture, and the calendar of both: same UID, higher SEQUENCE."""
    person = BY_EMAIL[address_of(mail)]
    english = person.language == "en"
    text = text_of(mail)
    change = f"{HAIER_EN} → {EVERGRANDE_EN}" if english else f"{HAIER} → {EVERGRANDE}"
    assert (change in text) is with_move
    assert (ENGLISH[FINANCE] if english else FINANCE) in text
    assert CANCEL_REASON in text
    assert (ENGLISH[OPENING] if english else OPENING) not in text
    calendars = calendars_of(mail)
    assert set(calendars) == ({"REQUEST", "CANCEL"} if with_move else {"CANCEL"})
    invited = walk.invited[person.email]
    for events in calendars.values():
        assert len(events) == 1
        for uid, sequence in sequences(events).items():
            assert sequence > invited[uid]


def check_phone_after_news(walk: Walk) -> None:
    phone = walk.participant
    assert EVERGRANDE_EN in phone.now(at(8, "13:45"))
    days = phone.look("/my/itinerary/", at(8, "13:45"))
    assert CANCEL_REASON in days
    feed = phone.feed(walk.feed_address)
    invited, present = walk.invited[KATRIN.email], sequences(feed)
    assert set(present) == set(invited)
    changed = {uid for uid in present if present[uid] > invited[uid]}
    assert changed == {uid_of(feed, ENGLISH[VISIT]), uid_of(feed, ENGLISH[FINANCE])}
    [finance] = [event for event in feed if ENGLISH[FINANCE] in str(event["SUMMARY"])]
    [visit] = [event for event in feed if ENGLISH[VISIT] in str(event["SUMMARY"])]
    assert finance["STATUS"] == "CANCELLED"
    assert EVERGRANDE_EN in str(visit["LOCATION"])


def call_the_rolls(walk: Walk) -> None:
    organizer = walk.organizer
    walk.stop_clock(at(14, "17:00"))
    rolls = organizer.rolls()
    assert set(rolls) == set(ENGLISH) - {FINANCE}
    for title, address in rolls.items():
        if title in (LUNCH, TRANSFER):
            continue
        away = {absent(walk): "absent"} if title in (PLANNING, DISCUSSION) else {}
        late = {KATRIN.name: "late"} if title == PLANNING else {}
        organizer.call_roll(address, away | late)
    for state, count in {"absent": 1, "late": 1, "present": 43}.items():
        organizer.page.goto(rolls[PLANNING])
        expect(organizer.page.locator(f"[data-count={state}]")).to_have_text(str(count))


def absent(walk: Walk) -> str:
    """Somebody of another group than Katrin's, who misses two sessions."""
    return walk.groups[walk.other_group][0]


def complete_and_issue(walk: Walk) -> None:
    organizer, before = walk.organizer, len(walk.mailbox.raw)
    organizer.move_to("finishing")
    verdicts = organizer.run_completion()
    assert set(verdicts) == {one.name for one in EVERYBODY}
    failed = verdicts.pop(absent(walk))
    assert "85" in failed, "The reason names the percentage."
    assert not [words for words in verdicts.values() if "85" in words]
    organizer.issue_certificates()
    mails = walk.mails_after(before, 44)
    receivers = {BY_EMAIL[address_of(mail)].name for mail in mails}
    assert receivers == {one.name for one in EVERYBODY} - {absent(walk)}
    assert len(mails) == len(receivers)


def open_the_certificate(walk: Walk) -> None:
    [mail] = [one for one in walk.mailbox.mails[-44:] if address_of(one) == KATRIN.email]
    document = document_of(mail)
    assert walk.participant.download_certificate() == document
    row = walk.organizer.certificate_row(KATRIN.name)
    number = row.locator("th").inner_text()
    expect(row).to_contain_text(hashlib.sha256(document).hexdigest()[:12])
    [text] = pages_of(document)
    for words in (KATRIN.name, TITLE_EN, number):
        assert "".join(words.split()) in "".join(text.split())
    phone = walk.participant.look("/my/certificate/", at(14, "17:00"))
    assert number in phone
    address = str(walk.participant.page.locator("main a.code").get_attribute("href"))
    code = qr_code_of(document, walk.folder)
    if code:
        assert code == walk.participant.page.url.replace("/my/certificate/", address)


def verify_and_revoke(walk: Walk) -> None:
    page = walk.stranger
    address = str(walk.participant.page.locator("main a.code").get_attribute("href"))
    page.goto(address)
    expect(page.locator(".verdict-issued")).to_contain_text(TITLE_EN)
    assert KATRIN.name not in page.content()
    wrong = page.goto("/verify/7K3M-9QXA-2BTN-5RWZ/")
    assert wrong is not None
    assert wrong.status == 404
    expect(page.locator("main [role=alert]")).to_contain_text("7K3M-9QXA-2BTN-5RWZ")
    walk.organizer.revoke(KATRIN.name, "姓名拼写有误，重新制发")
    page.goto("/verify/")
    page.locator("#code").fill(address.split("/")[-2].lower().replace("-", " "))
    page.locator("main form .button-primary").click()
    expect(page.locator(".verdict-revoked")).to_be_visible()
    assert "姓名拼写有误" not in page.content()


def export_the_roster(walk: Walk) -> None:
    by_strokes = roster(walk, format="csv", ordering="stroke", header="keys").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(by_strokes)))
    surnames = [row["name"][0] for row in rows if row["name"] != KATRIN.name]
    assert surnames == sorted(surnames, key=SURNAMES.index)
    assert {row["title"] for row in rows if "HYPERLINK" in row["title"]} == {f"'{FORMULA}"}
    by_city = [row["city"] for row in pages_of_roster(walk, ordering="city", limit="20")]
    assert by_city == [one for city in CITIES for one in [city] * 5]
    lines = (
        roster(walk, format="jsonl", city="wuhu", columns="seat,name,group").decode().splitlines()
    )
    assert [list(json.loads(line)) for line in lines] == [["seat", "name", "group"]] * 5
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(roster(walk, format="xlsx")))
    cells = sheet.get_sheet_by_index(0).to_python()
    assert len(cells) == 46
    assert FORMULA in {cell for row in cells for cell in row}
    with pytest.raises(HTTPError, match="401"):
        roster(walk, token="", format="csv")
    mine = walk.organizer.download("CSV", walk.folder).decode("utf-8-sig")
    assert {one.name for one in EVERYBODY} == {
        row[1] for row in list(csv.reader(io.StringIO(mine)))[1:]
    }


def roster(walk: Walk, *, token: str | None = None, **query: str) -> bytes:
    """The API as a program asks it, without a browser."""
    address = f"{home_of(walk)}/api/v1/cohorts/{CODE}/roster/?{urlencode(query)}"
    return fetched(address, walk.token if token is None else token)


def pages_of_roster(walk: Walk, **query: str) -> list[dict[str, object]]:
    """All pages of JSON, one after the other."""
    page = json.loads(roster(walk, **query))
    rows = list(page["results"])
    while page["next"]:
        page = json.loads(fetched(page["next"], walk.token))
        rows += page["results"]
    return rows


def fetched(address: str, token: str) -> bytes:
    headers = {"Authorization": f"Token {token}"} if token else {}
    with urlopen(Request(address, headers=headers), timeout=10) as answer:
        return bytes(answer.read())


def home_of(walk: Walk) -> str:
    return walk.feed_address.partition("/calendar/")[0]


def close_the_cohort(walk: Walk) -> None:
    """Every notice has gone out, once, and nobody heard anything else all the while."""
    walk.organizer.move_to("completed")
    address = f"{home_of(walk)}/api/v1/cohorts/{CODE}/notices/?limit=500"
    notices = json.loads(fetched(address, walk.token))["results"]
    assert Counter(one["state"] for one in notices) == {"sent": 45 + 18 + 44}
    assert len(walk.mailbox.raw) == len(notices) + 1, "The one more is the code to sign in."
