"""The repair page without scripts: cards, one button each, undo; delays; who may."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts.choices import Role
from sessions.models import SessionChange, TrainingSession, VenueTravel
from sessions.queries.clashes import clashes_of
from tests.factories import (
    EnrollmentFactory,
    VenueFactory,
    at,
    training_session,
    two_leg_cohort,
    user_with,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(frozen_clock):
    frozen_clock(at(1, "12:00"))
    cohort, leg, hefei = two_leg_cohort()
    EnrollmentFactory(cohort=cohort)
    hall, plant = VenueFactory(), VenueFactory(kind="company")
    VenueTravel.objects.create(origin=hall, destination=plant, minutes=60)
    training_session(leg, 8, "09:00", "10:00", venue=hall, title_en="Industry")
    training_session(leg, 8, "10:30", "11:20", venue=plant, kind="site_visit", title_en="Plant")
    return cohort, leg, hefei


def client_of(role: Role, **scope) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user_with(role, **scope))
    return client


@pytest.fixture
def lead(world) -> Client:
    return client_of(Role.LEAD, cohort=world[0])


def key_of(cohort) -> str:
    return next(clash.key for clash in clashes_of(cohort) if clash.code == "travel")


def page(cohort, key: str) -> str:
    return reverse("repair-list", args=[cohort.code, key])


def test_repair_page_when_opened_then_the_clash_and_a_button_for_each_repair(world, lead):
    cohort = world[0]
    answer = lead.get(page(cohort, key_of(cohort)))
    assert answer.status_code == 200
    cards = answer.context["cards"]
    assert len(cards) > 1
    text = answer.content.decode()
    assert "needs 60 min, has 30" in text
    assert text.count('name="repair"') == len(cards)
    assert all(card.offer.text in text.replace("&#x27;", "'") for card in cards)
    assert "nobody needs to be told" in text


def test_repair_page_when_a_button_is_pressed_then_solved_and_undo_brings_it_back(world, lead):
    cohort = world[0]
    key = key_of(cohort)
    card = lead.get(page(cohort, key)).context["cards"][0]
    answer = lead.post(page(cohort, key), {"repair": card.offer.key}, follow=True)
    assert answer.redirect_chain == [(page(cohort, key), 302)]
    assert clashes_of(cohort) == []
    text = answer.content.decode()
    assert "Done:" in text
    assert "This clash is gone" in text
    assert "Undo my last change" in text
    answer = lead.post(reverse("session-undo", args=[cohort.code]), {"key": key}, follow=True)
    assert answer.redirect_chain == [(page(cohort, key), 302)]
    assert key_of(cohort) == key
    assert "Undone: 1 session is as it was." in answer.content.decode()


def test_repair_page_when_the_timetable_has_changed_since_then_nothing_is_written(world, lead):
    cohort = world[0]
    key = key_of(cohort)
    card = lead.get(page(cohort, key)).context["cards"][0]
    TrainingSession.objects.update(version=2)
    answer = lead.post(page(cohort, key), {"repair": card.offer.key}, follow=True)
    assert "The timetable has changed since" in answer.content.decode()
    assert SessionChange.objects.count() == 0
    assert key_of(cohort) == key


def test_repair_page_when_nothing_is_found_then_says_what_stood_in_the_way(world):
    cohort, _leg, hefei = world
    guest = client_of(Role.LEG, cohort=cohort, leg=hefei)
    answer = guest.get(page(cohort, key_of(cohort)))
    assert answer.context["cards"] == []
    text = answer.content.decode()
    assert "Nothing that the search knows would solve this" in text
    assert "would move a session that you cannot change" in text


def test_repair_page_when_reader_then_sees_without_buttons_and_may_not_post(world):
    cohort = world[0]
    reader = client_of(Role.READER, cohort=cohort)
    answer = reader.get(page(cohort, key_of(cohort)))
    assert answer.context["cards"]
    assert b'name="repair"' not in answer.content
    assert reader.post(page(cohort, key_of(cohort)), {"repair": "x"}).status_code == 403


def test_undo_when_nothing_is_there_to_undo_then_says_so(world, lead):
    cohort = world[0]
    answer = lead.post(reverse("session-undo", args=[cohort.code]), follow=True)
    assert answer.redirect_chain == [(reverse("clash-list", args=[cohort.code]), 302)]
    assert "There is nothing of yours to undo." in answer.content.decode()


def test_delay_page_when_minutes_are_given_then_effects_and_one_click_does_it(world, lead):
    first = TrainingSession.objects.earliest("starts_at")
    address = reverse("session-delay", args=[first.pk])
    assert lead.get(address).context["delay"] is None
    answer = lead.get(address, {"minutes": "45"})
    assert [card.offer.kind for card in answer.context["cards"]] == ["push", "trim"]
    assert "Two sessions at once" in answer.content.decode()
    card = answer.context["cards"][0]
    answer = lead.post(address, {"minutes": "45", "repair": card.offer.key})
    assert answer.status_code == 302
    first.refresh_from_db()
    assert first.starts_at == at(8, "09:45")


@pytest.mark.parametrize("minutes", ["0", "999", "abc", "-5"])
def test_delay_page_when_minutes_are_wrong_then_422_with_the_reason(world, lead, minutes):
    first = TrainingSession.objects.earliest("starts_at")
    answer = lead.get(reverse("session-delay", args=[first.pk]), {"minutes": minutes})
    assert answer.status_code == 422
    assert answer.context["form"].errors["minutes"]


def test_repair_page_when_there_are_more_sessions_then_the_same_number_of_queries(world, lead):
    cohort, leg, _hefei = world
    address = page(cohort, key_of(cohort))
    counts = []
    for more in (1, 2):
        for number in range(more):
            start = 12 + 3 * more + number
            training_session(leg, 9, f"{start}:00", f"{start}:50", venue=VenueFactory())
        lead.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert lead.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
