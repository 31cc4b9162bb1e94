"""Who has read a change: one press from the mail or the own page, and who is reminded."""

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from g60portal.common import clock
from g60portal.notices.delivery import composed
from g60portal.notices.models import Notice
from sessions.actions.acknowledgements import (
    NobodyMissing,
    RemindedAlready,
    confirm_own,
    remind_missing,
)
from sessions.actions.releases import publish_release
from sessions.models import Release, TrainingSession
from sessions.queries.acknowledgements import (
    confirm_token,
    confirmation_counts,
    to_confirm_of,
)
from tests.factories import UserFactory, at, user_with
from tests.factories.timetables import Timetabled, messages_arrive, timetabled_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Timetabled:
    return timetabled_cohort(wait_seconds=0)


def changed(made: Timetabled, **facts: bool) -> Release:
    """A second release that concerns everybody, whose messages have arrived."""
    publish_release(cohort=made.cohort, name="", comment="", by=None)
    messages_arrive()
    TrainingSession.objects.filter(pk=made.lecture.pk).update(
        starts_at=at(8, "08:30"), ends_at=at(8, "10:30")
    )
    release = publish_release(cohort=made.cohort, name="", comment="", by=None, **facts)
    messages_arrive()
    return release


def counts(release: Release) -> tuple[int, int, int]:
    found = confirmation_counts(to_confirm_of(release))
    return found.total, found.confirmed, found.overdue


def page(notice: Notice) -> str:
    return reverse("confirm-page", args=[confirm_token(notice)])


def test_release_when_first_then_nothing_is_to_be_confirmed(cohort):
    release = publish_release(cohort=cohort.cohort, name="", comment="", by=None)
    assert counts(release) == (0, 0, 0)


def test_digest_when_sent_then_its_link_confirms_that_message_alone(cohort):
    release = changed(cohort)
    notice, other = to_confirm_of(release).order_by("pk")[:2]
    Notice.objects.filter(pk=notice.pk).update(state="queued")
    assert page(notice) in composed([notice])[notice.pk].text
    client = Client()
    assert client.get(page(notice)).status_code == 200
    assert counts(release) == (5, 0, 0)
    assert client.post(page(notice)).status_code == 200
    assert counts(release) == (5, 1, 0)
    first_at = Notice.objects.get(pk=notice.pk).acknowledged_at
    client.post(page(notice))
    assert Notice.objects.get(pk=notice.pk).acknowledged_at == first_at
    other.refresh_from_db()
    assert other.acknowledged_at is None


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: t[1:], lambda t: "0" * 200])
def test_page_when_the_address_is_wrong_then_not_found(cohort, spoil):
    notice = to_confirm_of(changed(cohort)).first()
    address = reverse("confirm-page", args=[spoil(confirm_token(notice))])
    assert Client().post(address).status_code == 404
    assert Notice.objects.filter(acknowledged_at__isnull=False).count() == 0


def test_page_when_the_message_was_taken_back_then_nothing_is_confirmed(cohort):
    notice = to_confirm_of(changed(cohort)).first()
    Notice.objects.filter(pk=notice.pk).update(state="cancelled")
    assert Client().get(page(notice)).status_code == 200
    assert Client().post(page(notice)).status_code == 409
    assert Notice.objects.get(pk=notice.pk).acknowledged_at is None


def test_page_when_confirmed_over_another_channel_then_the_message_counts(cohort):
    release = changed(cohort)
    notice = to_confirm_of(release).first()
    copy = Notice.objects.get(pk=notice.pk)
    copy.pk, copy.uid, copy.copy_of = None, uuid.uuid4(), notice
    copy.dedupe_key += ":sms"
    copy.save(force_insert=True)
    Client().post(page(copy))
    assert counts(release) == (5, 1, 0)
    copy.refresh_from_db()
    assert copy.acknowledged_at is not None


def test_own_page_when_pressed_then_only_the_own_messages(cohort):
    release = changed(cohort)
    seat = cohort.people[0]
    assert confirm_own(enrollment_id=seat.pk, code=cohort.cohort.code) == 1
    assert counts(release) == (5, 1, 0)
    assert confirm_own(enrollment_id=seat.pk, code=cohort.cohort.code) == 0


def test_remind_when_some_are_missing_then_they_alone_and_once_an_hour(cohort, frozen_clock):
    now = frozen_clock(at(8, "12:00"))
    release = changed(cohort)
    confirm_own(enrollment_id=cohort.people[0].pk, code=cohort.cohort.code)
    assert remind_missing(told=release, by=None) == 4
    with pytest.raises(RemindedAlready):
        remind_missing(told=release, by=None)
    frozen_clock(now + dt.timedelta(minutes=61))
    assert remind_missing(told=release, by=None) == 4
    for person in cohort.people:
        confirm_own(enrollment_id=person.pk, code=cohort.cohort.code)
    frozen_clock(now + dt.timedelta(minutes=125))
    with pytest.raises(NobodyMissing):
        remind_missing(told=release, by=None)


def test_reminder_when_confirmed_meanwhile_then_not_sent(cohort):
    release = changed(cohort)
    remind_missing(told=release, by=None)
    confirm_own(enrollment_id=cohort.people[0].pk, code=cohort.cohort.code)
    rows = list(Notice.objects.filter(kind="confirmation_reminder"))
    sent = composed(rows)
    assert {row.context["enrollment"] for row in rows if row.pk in sent} == cohort.ids() - {
        cohort.people[0].pk
    }


def test_urgent_release_when_published_then_at_once_and_to_be_called_in_time(cohort, frozen_clock):
    type(cohort.cohort).objects.update(wait_seconds=600, escalate_minutes=15)
    cohort.cohort.refresh_from_db()
    now = frozen_clock(at(8, "07:00"))
    release = changed(cohort, urgent=True)
    rows = to_confirm_of(release)
    assert set(rows.values_list("urgent", "escalate_after")) == {(True, 15)}
    assert set(rows.values_list("created_at", flat=True)) == {now}
    assert counts(release) == (5, 0, 0)
    frozen_clock(now + dt.timedelta(minutes=16))
    assert counts(release) == (5, 0, 5)
    confirm_own(enrollment_id=cohort.people[0].pk, code=cohort.cohort.code)
    assert counts(release) == (5, 1, 4)


def test_list_when_read_by_roles_then_phones_only_for_leads(cohort, client):
    release = changed(cohort)
    address = reverse("confirmation-list", args=[cohort.cohort.code, "release", release.number])
    shown = {}
    for role, scope in (("lead", {}), ("leg", {"leg": cohort.leg})):
        client.force_login(user_with(role, cohort=cohort.cohort, **scope))
        answer = client.get(address)
        assert answer.status_code == 200
        shown[role] = "13800000000" in answer.content.decode()
        book = client.get(address + "?format=xlsx")
        assert b"".join(book.streaming_content)[:2] == b"PK"
    assert shown == {"lead": True, "leg": False}


def test_own_changes_when_something_waits_then_the_button_is_there(cohort, client):
    changed(cohort)
    person = cohort.people[0].person
    person.user = UserFactory()
    person.save(update_fields=["user"])
    client.force_login(person.user)
    with clock.frozen(at(8, "07:00")):
        action = reverse("my-changes-confirm")
        assert action in client.get(reverse("my-changes")).content.decode()
        client.post(action, {"cohort": cohort.cohort.code})
        assert action not in client.get(reverse("my-changes")).content.decode()
