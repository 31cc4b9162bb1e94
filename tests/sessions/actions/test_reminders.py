"""Reminders by the released timetable: each once, none late, none of what is off."""

import datetime as dt

import pytest
from django.db import transaction

from g60portal.notices.delivery import composed
from g60portal.notices.models import Notice
from sessions.actions.releases import publish_release
from sessions.actions.reminders import send_due_reminders
from sessions.models import Release, ReminderRound, TrainingSession
from tests.factories import at, training_session
from tests.factories.timetables import Timetabled, timetabled_cohort
from tests.race import other_connection

EVENING, TRANSFER = "reminder_evening", "reminder_transfer"
pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(frozen_clock) -> Timetabled:
    """With a transfer of the first group at 17:00 of 8 June; the clock is a week before."""
    frozen_clock(at(1, "09:00"))
    made = timetabled_cohort(wait_seconds=0)
    training_session(
        made.leg, 8, "17:00", "18:00", kind="transfer", title="返程", groups=[made.groups[0]]
    )
    return made


def publish(made: Timetabled) -> Release:
    return publish_release(cohort=made.cohort, name="", comment="", by=None)


def rounds() -> set[tuple[str, dt.datetime, str, str]]:
    return set(ReminderRound.objects.values_list("kind", "due_at", "state", "reason"))


def reminded(kind: str) -> set[int]:
    """Whom the messages of a kind that would go out now are for; each at most once."""
    rows = list(Notice.objects.filter(kind=kind, state="queued"))
    wanted = composed(rows)
    people = [row.context["enrollment"] for row in rows if row.pk in wanted]
    assert len(people) == len(set(people))
    return set(people)


def transfer() -> TrainingSession:
    return TrainingSession.objects.get(kind="transfer")


def test_publish_when_released_then_a_round_for_the_evening_and_the_transfer(cohort):
    publish(cohort)
    assert rounds() == {
        ("evening", at(7, "19:00"), "planned", ""),
        ("transfer", at(8, "16:30"), "planned", ""),
    }


def test_tick_when_due_then_each_with_own_timetable_once(cohort, frozen_clock):
    publish(cohort)
    frozen_clock(at(7, "18:59"))
    assert send_due_reminders() == 0
    frozen_clock(at(7, "19:00"))
    assert send_due_reminders() == 1
    assert send_due_reminders() == 0
    assert reminded(EVENING) == cohort.ids()
    row = Notice.objects.get(kind=EVENING, context__enrollment=cohort.people[2].pk)
    text = composed([row])[row.pk].text
    assert "参观二" in text
    assert "参观一" not in text
    frozen_clock(at(8, "16:31"))
    assert send_due_reminders() == 1
    assert reminded(TRANSFER) == cohort.ids(cohort.groups[0])


def test_publish_when_the_transfer_moves_then_the_round_goes_along(cohort, frozen_clock):
    publish(cohort)
    TrainingSession.objects.filter(pk=transfer().pk).update(
        starts_at=at(8, "18:00"), ends_at=at(8, "19:00")
    )
    publish(cohort)
    assert ("transfer", at(8, "16:30"), "void", "changed") in rounds()
    assert ("transfer", at(8, "17:30"), "planned", "") in rounds()
    TrainingSession.objects.filter(pk=transfer().pk).update(
        starts_at=at(8, "17:00"), ends_at=at(8, "18:00")
    )
    publish(cohort)
    assert ("transfer", at(8, "16:30"), "planned", "") in rounds()
    assert ("transfer", at(8, "17:30"), "void", "changed") in rounds()
    frozen_clock(at(8, "16:35"))
    send_due_reminders()
    frozen_clock(at(8, "17:35"))
    send_due_reminders()
    assert Notice.objects.filter(kind=TRANSFER).count() == 2


def test_publish_when_the_day_is_cancelled_then_nothing_is_reminded_of(cohort, frozen_clock):
    publish(cohort)
    TrainingSession.objects.filter(cohort=cohort.cohort).update(
        state="cancelled", cancel_reason="台风"
    )
    publish(cohort)
    assert {(kind, state) for kind, _due, state, _why in rounds()} == {
        ("evening", "void"),
        ("transfer", "void"),
    }
    frozen_clock(at(7, "19:30"))
    assert send_due_reminders() == 0
    assert not Notice.objects.filter(kind=EVENING).exists()


def test_compose_when_cancelled_after_the_tick_then_not_sent(cohort, frozen_clock):
    publish(cohort)
    frozen_clock(at(8, "16:30"))
    send_due_reminders()
    TrainingSession.objects.filter(kind="transfer").update(state="cancelled", cancel_reason="雨")
    publish(cohort)
    assert reminded(TRANSFER) == set()


def test_compose_when_the_mail_server_was_away_too_long_then_not_sent_late(cohort, frozen_clock):
    publish(cohort)
    frozen_clock(at(7, "19:00"))
    send_due_reminders()
    frozen_clock(at(8, "00:00"))
    assert reminded(EVENING) == set()


def test_tick_when_the_portal_was_down_then_missed_with_the_reason(cohort, frozen_clock):
    publish(cohort)
    frozen_clock(at(8, "07:00"))
    assert send_due_reminders() == 1
    assert ("evening", at(7, "19:00"), "missed", "too_late") in rounds()
    frozen_clock(at(8, "16:41"))
    assert send_due_reminders() == 1
    assert ("transfer", at(8, "16:30"), "missed", "too_late") in rounds()
    assert not Notice.objects.filter(kind__in=[EVENING, TRANSFER]).exists()


def test_tick_when_the_cohort_was_postponed_then_nothing(cohort, frozen_clock):
    publish(cohort)
    type(cohort.cohort).objects.update(state="postponed")
    frozen_clock(at(7, "19:00"))
    send_due_reminders()
    assert ("evening", at(7, "19:00"), "void", "cohort_off") in rounds()


def test_tick_when_the_time_of_the_cohort_was_changed_then_the_new_one_counts(cohort, frozen_clock):
    publish(cohort)
    type(cohort.cohort).objects.update(reminder_time=dt.time(20, 30), transfer_reminder_minutes=45)
    frozen_clock(at(7, "19:30"))
    assert send_due_reminders() == 0
    assert {due for _kind, due, _state, _why in rounds()} == {at(7, "20:30"), at(8, "16:15")}


def test_publish_when_the_evening_has_passed_then_the_release_alone_tells(cohort, frozen_clock):
    frozen_clock(at(7, "20:00"))
    publish(cohort)
    assert {kind for kind, *_rest in rounds()} == {"transfer"}


def test_tick_when_released_before_there_were_reminders_then_planned(cohort, frozen_clock):
    publish(cohort)
    ReminderRound.objects.all().delete()
    send_due_reminders()
    assert len(rounds()) == 2


def test_storm_when_fifty_edits_in_ten_minutes_then_nobody_hears_wrong(cohort, frozen_clock):
    """Every other edit takes the one before back; the last leaves the transfer an hour later."""
    publish(cohort)
    start = at(8, "16:15")
    for number in range(50):
        frozen_clock(start + dt.timedelta(seconds=12 * number))
        moved = number % 2 == 0 or number == 49
        TrainingSession.objects.filter(kind="transfer").update(
            starts_at=at(8, "18:00" if moved else "17:00"),
            ends_at=at(8, "19:00" if moved else "18:00"),
            description=str(number),
        )
        publish(cohort)
        send_due_reminders()
    frozen_clock(at(8, "16:30"))
    send_due_reminders()
    assert reminded(TRANSFER) == set()
    frozen_clock(at(8, "17:30"))
    send_due_reminders()
    assert reminded(TRANSFER) == cohort.ids(cohort.groups[0])
    rows = Notice.objects.filter(kind=TRANSFER)
    assert rows.count() == len(cohort.ids(cohort.groups[0]))


@pytest.mark.django_db(transaction=True)
def test_tick_when_two_beats_run_at_once_then_one_reminder_each(cohort, frozen_clock):
    """The first holds the round, uncommitted; the second goes on without it."""
    publish(cohort)
    frozen_clock(at(7, "19:00"))
    with other_connection() as start:
        with transaction.atomic():
            assert send_due_reminders() == 1
            assert start(send_due_reminders).result(timeout=30) == 0
        assert start(send_due_reminders).result(timeout=30) == 0
    assert reminded(EVENING) == cohort.ids()
