"""Mails to speakers and hosts, and of their answers to the organizers: what they say, when they are
no longer wanted, user text that stays text.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cohorts.choices import Role
from g60portal.notices.kinds import kind_named
from g60portal.notices.models import Notice
from sessions.actions.slot_links import renew_slot_link, revoke_slot_link
from sessions.actions.slots import Answer, answer_slot, answer_slots, ask_again
from sessions.models import Slot
from sessions.queries.slot_links import link_url
from sessions.queries.slot_parties import Party
from tests.factories import SpeakerFactory, at, training_session, user_with
from tests.sessions.confirming import BEFORE, confirming

pytestmark = pytest.mark.django_db

EVIL = "<script>alert(1)</script> [x](http://evil.example) www.evil.example \"'&"


@pytest.fixture
def world(frozen_clock):
    frozen_clock(BEFORE)
    return confirming()


def composed(kind):
    """The messages of all notices of a kind, by notice id."""
    notices = list(Notice.objects.filter(kind=kind).order_by("pk"))
    return kind_named(kind).compose(notices)


def message(kind):
    [found] = composed(kind).values()
    return found


def test_asked_when_composed_then_times_places_and_the_address(world):
    link = world.ask(contact="Prof. Wang")
    mail = message("slot_asked")
    for text in (mail.text, mail.html):
        assert "Dear Prof. Wang" in text
        assert "09:00–11:00" in text
        assert "Industry" in text
        assert "Chip design" in text
        assert "Visit one" not in text
        assert link_url(link) in text
        assert "Li Lead" in text


def test_asked_when_language_is_chinese_then_chinese_names(world):
    world.ask(language="zh-hans")
    notice = Notice.objects.get()
    assert notice.recipient == "王教授"
    assert "产业发展" in message("slot_asked").text


def test_asked_when_answered_before_it_goes_out_then_only_the_rest(world):
    link = world.ask()
    answer_slot(link=link, slot=world.slot(world.lecture), state="confirmed")
    mail = message("slot_asked")
    assert "Chip design" in mail.text
    assert "Industry" not in mail.text
    answer_slot(link=link, slot=world.slot(world.second), state="confirmed")
    assert composed("slot_asked") == {}


def test_asked_when_link_has_another_reader_or_is_gone_then_not_sent(world, frozen_clock):
    world.ask()
    frozen_clock(at(2, "10:00"))
    link = world.ask(email="other@example.org")
    old, new = Notice.objects.order_by("pk")
    assert set(composed("slot_asked")) == {new.pk}
    kind = kind_named("slot_asked")
    assert kind.address_of(old) == "other@example.org"
    revoke_slot_link(link=link, by=world.lead)
    assert composed("slot_asked") == {}
    assert kind.address_of(old) == ""


def test_asked_when_link_was_renewed_then_the_new_address(world):
    old = link_url(world.ask())
    new = link_url(renew_slot_link(cohort=world.cohort, party=world.speaker, by=world.lead))
    mail = message("slot_asked")
    assert new in mail.text
    assert old not in mail.text


def test_asked_when_three_then_as_many_queries_as_one(world):
    def parties(count, hour):
        for number in range(count):
            speaker = SpeakerFactory()
            training_session(
                world.made.leg, 9, f"{hour + number}:00", f"{hour + number}:50", speakers=[speaker]
            )
            world.ask(Party(speaker=speaker), email=f"s{hour}{number}@example.org")

    def queries():
        notices = list(Notice.objects.filter(kind="slot_asked"))
        with CaptureQueriesContext(connection) as captured:
            assert len(kind_named("slot_asked").compose(notices)) == len(notices)
        return len(captured)

    parties(1, 12)
    one = queries()
    parties(2, 14)
    assert queries() == one


def test_changed_when_moved_and_off_then_old_and_new_stand_there(world, frozen_clock):
    link = world.ask()
    answer_slots(link=link, answers=[Answer(slot, "confirmed") for slot in Slot.objects.all()])
    world.move(world.lecture, "19:00", "21:00")
    world.second.state = "cancelled"
    world.second.save()
    ask_again(cohort=world.cohort, by=world.lead)
    mail = message("slot_changed")
    assert "19:00–21:00" in mail.text
    assert "09:00–11:00" in mail.text
    assert "No longer needed" in mail.text
    assert link_url(link) in mail.html


def test_answered_when_composed_then_answer_reason_times_for_the_organizer(world):
    user = user_with(Role.LEG, cohort=world.cohort, leg=world.made.leg)
    user.language = "en"
    user.save()
    link = world.ask()
    times = [(at(9, "14:00"), at(9, "16:00"))]
    answer_slot(
        link=link, slot=world.slot(world.lecture), state="refused", reason="on duty", times=times
    )
    answer_slot(link=link, slot=world.slot(world.second), state="confirmed")
    notice = Notice.objects.get(kind="slot_answered")
    assert notice.subject == f"Answer of Professor Wang ({world.cohort.code})"
    mail = message("slot_answered")
    for text in (mail.text, mail.html):
        assert "refused" in text
        assert "on duty" in text
        assert "14:00–16:00" in text
        assert "confirmed" in text
        assert f"speaker-{world.made.speaker.pk}" in text
    assert link_url(link) not in mail.text + mail.html


@pytest.mark.parametrize("kind", ["slot_asked", "slot_changed", "slot_answered"])
def test_mail_when_texts_are_markup_then_inert(world, kind):
    user_with(Role.LEAD, cohort=world.cohort)
    for row in (world.lecture, world.second):
        row.title = row.title_en = EVIL
        row.save()
    world.made.speaker.name_en = EVIL
    world.made.speaker.save()
    world.made.hall.name_en = EVIL
    world.made.hall.save()
    link = world.ask(contact=EVIL)
    answer_slot(link=link, slot=world.slot(world.second), state="refused", reason=EVIL)
    if kind == "slot_changed":
        world.move(world.lecture, "19:00", "21:00")
        ask_again(cohort=world.cohort, by=world.lead)
    mail = message(kind)
    assert "<script" not in mail.html
    assert "&lt;script&gt;" in mail.html
    for text in (mail.text, mail.html):
        assert "http://evil" not in text
        assert "www.evil" not in text


def test_draft_when_contact_breaks_the_line_then_one_line(world):
    world.ask(contact="Wang\r\nBcc: all@example.org")
    assert Notice.objects.get().recipient == "Wang Bcc: all@example.org"
