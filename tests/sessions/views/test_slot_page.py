"""The private page: what it shows and hides, the way in, answers, dead addresses, limits."""

import datetime as dt
import logging

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from g60portal.audit.models import AuditEvent
from g60portal.common import clock
from sessions.actions.slot_links import renew_slot_link, revoke_slot_link
from sessions.actions.slots import Answer, answer_slot, answer_slots
from sessions.models import Slot, SlotLink
from sessions.views.slot_page import ANSWERS_A_MINUTE, WRONG_ADDRESSES_A_MINUTE
from tests.factories import at, training_session
from tests.sessions.confirming import BEFORE, confirming

pytestmark = pytest.mark.django_db

MARK = "<script>\"'&"
NOWHERE = "/slots/" + "A" * 43 + "/"


@pytest.fixture
def world(frozen_clock):
    frozen_clock(BEFORE)
    return confirming()


@pytest.fixture
def link(world):
    return world.ask()


def opened(world, link, **options):
    """A browser that has opened the page."""
    client = Client(**options)
    client.post(world.path(link, "open/"))
    return client


def answer(client, world, link, slot, state, **facts):
    return client.post(world.path(link, "answer/"), {"slot": slot.pk, "state": state, **facts})


def test_page_when_fetched_by_a_scanner_then_who_asks_and_nothing_else(world, link):
    response = Client().get(world.path(link))
    page = response.content.decode()
    assert response.status_code == 200
    assert world.cohort.title_en in page
    assert world.made.leg.host.name_en in page
    assert "Industry" not in page
    assert "09:00" not in page
    link.refresh_from_db()
    assert link.opened_at is None
    assert not AuditEvent.objects.filter(verb="slot.answered").exists()


def test_page_when_opened_then_own_slots_by_day_and_nobody_elses(world, link):
    client = opened(world, link)
    page = client.get(world.path(link)).content.decode()
    for text in ("Industry", "Chip design", "09:00–11:00", world.made.hall.name_en, "5 people"):
        assert text in page
    others = ["Visit one", "参观一", world.made.plant.name_en]
    others += [person.person.name for person in world.made.people]
    others += [person.person.email for person in world.made.people]
    assert [text for text in others if text in page] == []
    link.refresh_from_db()
    assert link.opened_at == BEFORE


def test_page_when_answered_then_private_in_every_way(world, link):
    client = opened(world, link)
    for response in (
        Client().get(world.path(link)),
        client.get(world.path(link)),
        client.get(world.path(link, "calendar.ics")),
        client.get(NOWHERE),
        client.post(world.path(link, "open/")),
    ):
        assert response["Referrer-Policy"] == "no-referrer"
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
        assert "default-src 'none'" in response["Content-Security-Policy"]


def test_cookie_when_opened_then_for_this_address_alone(world, link):
    client = Client()
    response = client.post(world.path(link, "open/"))
    cookie = response.cookies["slots"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (
        world.path(link),
        True,
        "Lax",
    )
    host = world.ask(world.host)
    assert "Visit one" not in client.get(world.path(host)).content.decode()


def test_cookie_when_forged_or_of_a_renewed_link_then_the_door_again(world, link):
    client = Client()
    client.cookies["slots"] = link.nonce
    assert "Industry" not in client.get(world.path(link)).content.decode()
    response = answer(client, world, link, world.slot(world.lecture), "confirmed")
    assert response.status_code == 302
    assert world.slot(world.lecture).state == "asked"


@pytest.mark.parametrize("dead", ["unknown", "short", "revoked", "renewed", "expired", "closed"])
@pytest.mark.parametrize("page", ["", "open/", "answer/", "calendar.ics"])
def test_address_when_dead_then_the_same_helpful_404(world, link, dead, page):
    path = world.path(link, page)
    if dead == "unknown":
        path = NOWHERE + page
    elif dead == "short":
        path = f"/slots/x/{page}"
    elif dead == "revoked":
        revoke_slot_link(link=link, by=world.lead)
    elif dead == "renewed":
        renew_slot_link(cohort=world.cohort, party=world.speaker, by=world.lead)
    elif dead == "expired":
        SlotLink.objects.update(expires_at=BEFORE)
    else:
        world.cohort.state = "archived"
        world.cohort.save()
    client = Client(headers={"accept-language": "en"})
    ask = client.get if page in ("", "calendar.ics") else client.post
    response = ask(path)
    assert response.status_code == 404
    client.cookies.clear()
    plain = client.get(NOWHERE).content
    assert b"ask them for a new one" in response.content
    assert response.content == plain


def test_answer_when_confirmed_then_written_and_thanked(world, link):
    client = opened(world, link)
    response = answer(client, world, link, world.slot(world.lecture), "confirmed")
    assert (response.status_code, response["Location"]) == (302, world.path(link))
    assert world.slot(world.lecture).state == "confirmed"
    assert "Thank you" in client.get(world.path(link)).content.decode()


def test_answer_when_refused_with_reason_and_times_then_written(world, link):
    client = opened(world, link)
    answer(
        client,
        world,
        link,
        world.slot(world.lecture),
        "refused",
        reason="abroad",
        **{"day-0": "2026-06-09", "from-0": "14:00", "until-0": "16:00", "day-1": "2026-06-10"},
    )
    slot = world.slot(world.lecture)
    assert (slot.state, slot.reason) == ("refused", "abroad")
    assert [(w["starts_at"], w["ends_at"]) for w in slot.times] == [
        ("2026-06-09T14:00:00+08:00", "2026-06-09T16:00:00+08:00"),
        ("2026-06-10T00:00:00+08:00", "2026-06-11T00:00:00+08:00"),
    ]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, "Say why"),
        ({"reason": "x", "from-0": "14:00"}, "Give the day"),
        ({"reason": "x", "day-0": "2026-06-09", "from-0": "16:00", "until-0": "14:00"}, "ends"),
        ({"reason": "x", "day-0": "2020-06-09"}, "still to come"),
        ({"reason": "x" * 501}, "500"),
    ],
)
def test_answer_when_incomplete_then_422_at_the_slot(world, link, facts, told):
    client = opened(world, link)
    response = answer(client, world, link, world.slot(world.lecture), "refused", **facts)
    assert response.status_code == 422
    assert told in response.content.decode()
    assert world.slot(world.lecture).state == "asked"


def test_answer_when_whole_day_then_all_open_ones_of_it(world, link):
    training_session(
        world.made.leg, 8, "19:00", "20:00", speakers=[world.made.speaker], title_en="Evening"
    )
    world.ask()
    client = opened(world, link)
    assert "Confirm all 2" in client.get(world.path(link)).content.decode()
    client.post(world.path(link, "answer/"), {"day": "2026-06-08"})
    found = dict(Slot.objects.values_list("training_session__title_en", "state"))
    assert found == {"Industry": "confirmed", "Evening": "confirmed", "Chip design": "asked"}


def test_answer_when_slot_is_of_another_link_then_nothing_happens(world, link):
    world.ask(world.host)
    client = opened(world, link)
    response = answer(client, world, link, world.slot(world.visit, world.host), "confirmed")
    assert response.status_code == 302
    assert world.slot(world.visit, world.host).state == "asked"


def test_answer_when_changed_before_the_day_then_the_last_one_counts(world, link, frozen_clock):
    client = opened(world, link)
    answer(client, world, link, world.slot(world.lecture), "confirmed")
    frozen_clock(at(7, "20:00"))
    answer(client, world, link, world.slot(world.lecture), "refused", reason="ill")
    assert world.slot(world.lecture).state == "refused"
    frozen_clock(at(8, "00:00"))
    page = client.get(world.path(link)).content.decode()
    assert "Answers are closed" in page
    response = answer(client, world, link, world.slot(world.lecture), "confirmed")
    assert response.status_code == 422
    assert world.slot(world.lecture).state == "refused"


def test_page_when_session_has_moved_since_then_old_time_and_no_answer(world, link):
    client = opened(world, link)
    world.move(world.lecture, "19:00", "21:00")
    world.lecture.title_en = "Industry anew"
    world.lecture.save()
    page = client.get(world.path(link)).content.decode()
    assert "being changed" in page
    assert "19:00" not in page
    response = answer(client, world, link, world.slot(world.lecture), "confirmed")
    assert response.status_code == 422
    assert world.slot(world.lecture).state == "asked"


def test_form_when_token_is_missing_then_403_with_it_even_without_origin(world, link):
    client = Client(enforce_csrf_checks=True)
    client.get(world.path(link))
    token = client.cookies["csrftoken"].value
    assert client.post(world.path(link, "open/")).status_code == 403
    for origin in ("null", "http://testserver"):
        response = client.post(
            world.path(link, "open/"),
            {"csrfmiddlewaretoken": token},
            headers={"origin": origin},
        )
        assert response.status_code == 302, origin
    evil = client.post(
        world.path(link, "open/"),
        {"csrfmiddlewaretoken": token},
        headers={"origin": "http://evil.example"},
    )
    assert evil.status_code == 403
    assert client.post(world.path(link, "answer/"), headers={"origin": "null"}).status_code == 403


@pytest.mark.parametrize("method", ["get", "head"])
def test_answer_when_fetched_then_405(world, link, method):
    client = opened(world, link)
    for page in ("open/", "answer/"):
        assert getattr(client, method)(world.path(link, page)).status_code == 405


def test_language_when_switched_then_the_page_follows_and_stays(world, link):
    client = opened(world, link, headers={"accept-language": "zh-hans"})
    response = client.get(world.path(link))
    assert response["Content-Language"] == "en"
    assert 'lang="en"' in response.content.decode()
    chinese = client.get(world.path(link) + "?lang=zh-hans")
    assert chinese["Content-Language"] == "zh-hans"
    assert "产业发展" in chinese.content.decode()
    answered = client.post(
        world.path(link, "answer/") + "?lang=zh-hans",
        {"slot": world.slot(world.lecture).pk, "state": "confirmed"},
    )
    assert answered["Location"] == world.path(link) + "?lang=zh-hans"
    assert client.get(world.path(link) + "?lang=//evil")["Content-Language"] == "zh-hans"


def test_addresses_when_tried_by_the_dozen_then_429_and_true_ones_still_work(world, link):
    client = Client()
    for _try in range(WRONG_ADDRESSES_A_MINUTE):
        assert client.get(NOWHERE).status_code == 404
    response = client.get(NOWHERE)
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert client.get(world.path(link)).status_code == 200
    cache.clear()
    assert client.get(NOWHERE).status_code == 404


def test_answers_when_sent_by_the_hundred_then_429(world, link):
    client = opened(world, link)
    for _try in range(ANSWERS_A_MINUTE):
        assert client.post(world.path(link, "answer/")).status_code == 302
    response = answer(client, world, link, world.slot(world.lecture), "confirmed")
    assert response.status_code == 429
    assert world.slot(world.lecture).state == "asked"


def test_calendar_when_some_confirmed_then_exactly_these(world, link):
    answer_slot(link=link, slot=world.slot(world.lecture), state="confirmed")
    answer_slot(link=link, slot=world.slot(world.second), state="pencilled")
    response = Client().get(world.path(link, "calendar.ics"))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment")
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Industry"
    assert event["DTSTART"].dt == world.lecture.starts_at
    assert str(event["LOCATION"]).startswith(world.made.hall.name_en)
    world.move(world.lecture, "19:00", "21:00")
    assert b"VEVENT" not in Client().get(world.path(link, "calendar.ics")).content


def test_page_when_texts_are_markup_then_escaped(world):
    for row in (world.lecture, world.second):
        row.title = row.title_en = f"Lecture{MARK}"
        row.save()
    hall, speaker = world.made.hall, world.made.speaker
    hall.name_en, hall.address, speaker.name_en = f"Hall{MARK}", f"Street{MARK}", f"Wang{MARK}"
    hall.save()
    speaker.save()
    world.cohort.title_en = f"Cohort{MARK}"
    world.cohort.save()
    link = world.ask(contact=f"Reader{MARK}")
    answer_slot(link=link, slot=world.slot(world.lecture), state="refused", reason=f"No{MARK}")
    pages = [
        Client().get(world.path(link)).content.decode(),
        opened(world, link).get(world.path(link)).content.decode(),
    ]
    for page in pages:
        assert MARK not in page
        assert "<script>" not in page
        assert "Reader&lt;script&gt;" in page
    assert "No&lt;script&gt;" in pages[1]


def test_page_when_slots_are_three_then_queries_as_with_one(world, link):
    client = opened(world, link)

    def queries():
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            assert client.get(world.path(link)).status_code == 200
        return len(captured)

    Slot.objects.filter(training_session=world.second).delete()
    one = queries()
    for hour in (12, 14, 16):
        training_session(
            world.made.leg, 9, f"{hour}:00", f"{hour}:50", speakers=[world.made.speaker]
        )
    world.ask()
    assert queries() == one


def test_logs_when_addresses_fail_then_no_token_in_any_line(world, link, caplog):
    from g60portal.common.logs import blot_personal_numbers

    with caplog.at_level(logging.INFO):
        revoke_slot_link(link=link, by=world.lead)
        Client().get(world.path(link))
        Client(enforce_csrf_checks=True).post(world.path(link, "open/"))
    token = world.path(link).split("/")[2]
    assert [record for record in caplog.records if token in record.getMessage()]
    for record in caplog.records:
        line = blot_personal_numbers(None, "", {"event": record.getMessage()})
        assert token not in line["event"]


def test_done_when_all_is_over_then_shown_without_answers(world, link, frozen_clock):
    answer_slots(link=link, answers=[Answer(slot, "confirmed") for slot in Slot.objects.all()])
    Slot.objects.update(state="done")
    world.move(world.lecture, "19:00", "21:00")
    frozen_clock(clock.local(world.second.ends_at) + dt.timedelta(hours=1))
    page = opened(world, link).get(world.path(link)).content.decode()
    assert "being changed" not in page
    assert "I confirm" not in page
