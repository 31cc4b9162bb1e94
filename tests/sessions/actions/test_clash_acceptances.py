"""Living with a soft clash: for a reason, as long as its facts are what they were."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from cohorts.refusals import CohortClosed
from g60portal.audit.models import AuditEvent
from g60portal.common.locks import locked
from sessions.actions import clash_acceptances as actions
from sessions.models import ClashAcceptance, SessionAudience, TrainingSession, VenueTravel
from sessions.queries.clashes import clashes_of
from sessions.refusals import (
    AcceptanceReasonMissing,
    ClashAlreadyAccepted,
    ClashHard,
    ClashNotAccepted,
    ClashUnknown,
)
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    UserFactory,
    VenueFactory,
    at,
    training_session,
    two_leg_cohort,
)
from tests.race import PATIENCE_SECONDS, other_connection

pytestmark = pytest.mark.django_db


class Squeezed:
    """An evening lecture in a hall, and a visit that cannot be reached in time."""

    def __init__(self) -> None:
        self.cohort, self.leg, _hefei = two_leg_cohort()
        self.hall, self.site = VenueFactory(capacity=5), VenueFactory()
        VenueTravel.objects.create(origin=self.hall, destination=self.site, minutes=40)
        self.first = training_session(self.leg, 8, "09:00", "10:00", venue=self.hall)
        self.second = training_session(self.leg, 8, "10:30", "11:00", venue=self.site)
        self.late = training_session(self.leg, 9, "18:30", "19:10", kind="discussion")
        self.by = UserFactory()

    def clash(self, code: str):
        return next(clash for clash in clashes_of(self.cohort) if clash.code == code)

    def accept(self, code: str, reason: str = "The bus waits"):
        key = self.clash(code).key
        return actions.accept_clash(cohort=self.cohort, key=key, reason=reason, by=self.by)


@pytest.fixture
def squeezed() -> Squeezed:
    return Squeezed()


def test_accept_when_soft_then_accepted_with_reason_and_audit(squeezed):
    accepted = squeezed.accept("travel", "  The bus\n waits ")
    assert (accepted.accepted, accepted.reason, accepted.reopened) == (True, "The bus waits", False)
    assert squeezed.clash("travel") == accepted
    assert not squeezed.clash("evening").accepted
    row = ClashAcceptance.objects.get()
    assert (row.code, row.by, row.cohort) == ("travel", squeezed.by, squeezed.cohort)
    event = AuditEvent.objects.get(verb="clash.accepted")
    assert (event.actor_id, event.scope) == (squeezed.by.pk, squeezed.cohort.code)
    assert event.reason == "The bus waits"
    assert event.after["sessions"] == [squeezed.first.pk, squeezed.second.pk]
    assert event.after["facts"]["needed_minutes"] == 40


def test_accept_when_read_in_another_language_then_still_accepted(squeezed):
    with translation.override("en"):
        squeezed.accept("travel")
        english = squeezed.clash("travel")
    chinese = squeezed.clash("travel")
    assert english.accepted
    assert chinese.accepted
    assert english.key == chinese.key


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 301])
def test_accept_when_the_reason_is_missing_or_too_long_then_refused_at_it(squeezed, reason):
    with pytest.raises(AcceptanceReasonMissing) as caught:
        squeezed.accept("travel", reason)
    assert list(caught.value.fields) == ["reason"]
    assert not ClashAcceptance.objects.exists()


def test_accept_when_unknown_or_of_another_cohort_then_refused(squeezed):
    other = Squeezed()
    for key in ("", "0" * 32, other.clash("travel").key):
        with pytest.raises(ClashUnknown):
            actions.accept_clash(cohort=squeezed.cohort, key=key, reason="r", by=None)


def test_accept_when_hard_then_refused_by_name():
    """The database holds no double booking, so its constraints are away in this test."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE {SessionAudience._meta.db_table} DROP CONSTRAINT session_group_no_overlap"
        )
    squeezed = Squeezed()
    training_session(squeezed.leg, 8, "09:30", "09:50")
    with pytest.raises(ClashHard) as caught:
        squeezed.accept("group")
    assert caught.value.facts == {"clash": "group"}
    key, fingerprint = squeezed.clash("group").key, squeezed.clash("group").fingerprint
    ClashAcceptance.objects.create(
        cohort=squeezed.cohort, code="group", key=key, fingerprint=fingerprint, reason="forged"
    )
    assert not squeezed.clash("group").accepted


def test_accept_when_accepted_already_then_refused_with_the_reason(squeezed):
    squeezed.accept("travel")
    with pytest.raises(ClashAlreadyAccepted) as caught:
        squeezed.accept("travel", "Another")
    assert caught.value.facts == {"reason": "The bus waits"}
    assert ClashAcceptance.objects.get().reason == "The bus waits"


def test_accept_when_the_cohort_is_archived_then_refused(squeezed):
    squeezed.cohort.state = "archived"
    squeezed.cohort.save()
    with pytest.raises(CohortClosed):
        squeezed.accept("travel")


CHANGES = {
    "a later start": lambda s: move(s.second, starts_at=at(8, "10:35")),
    "both an hour later": lambda s: [
        move(s.second, starts_at=at(8, "11:30"), ends_at=at(8, "12:00")),
        move(s.first, starts_at=at(8, "10:00"), ends_at=at(8, "11:00")),
    ],
    "a longer way": lambda s: VenueTravel.objects.update(minutes=45),
    "a margin": lambda s: type(s.site).objects.filter(pk=s.site.pk).update(margin_minutes=5),
    "people of a new group": lambda s: [
        GroupFactory(cohort=s.cohort),
        EnrollmentFactory(cohort=s.cohort),
    ],
}


def move(row, **facts):
    TrainingSession.objects.filter(pk=row.pk).update(**facts)


@pytest.mark.parametrize("change", CHANGES)
def test_acceptance_when_the_facts_change_then_open_again_and_says_why_it_was_accepted(
    squeezed, change
):
    squeezed.accept("travel")
    CHANGES[change](squeezed)
    again = squeezed.clash("travel")
    assert (again.accepted, again.reopened, again.reason) == (False, True, "The bus waits")
    squeezed.accept("travel", "Still waits")
    assert squeezed.clash("travel").reason == "Still waits"
    assert ClashAcceptance.objects.count() == 1
    event = AuditEvent.objects.filter(verb="clash.accepted").latest("pk")
    assert event.before == {"reason": "The bus waits"}


def test_acceptance_when_the_facts_come_back_then_it_holds_again(squeezed):
    squeezed.accept("travel")
    move(squeezed.second, starts_at=at(8, "10:35"))
    assert not squeezed.clash("travel").accepted
    move(squeezed.second, starts_at=at(8, "10:30"))
    assert squeezed.clash("travel").accepted


def test_acceptance_when_something_else_changes_then_it_holds(squeezed):
    squeezed.accept("travel")
    squeezed.accept("evening")
    move(squeezed.second, title="Another title", version=9, compulsory=False)
    move(squeezed.late, starts_at=at(9, "18:00"))
    squeezed.hall.name_en = "Renamed"
    squeezed.hall.save()
    assert squeezed.clash("travel").accepted
    assert squeezed.clash("evening").accepted


def test_reopen_when_accepted_then_open_and_audited_and_again_refused(squeezed):
    key = squeezed.accept("travel").key
    actions.reopen_clash(cohort=squeezed.cohort, key=key, by=squeezed.by)
    found = squeezed.clash("travel")
    assert (found.accepted, found.reopened, found.reason) == (False, False, "")
    event = AuditEvent.objects.get(verb="clash.reopened")
    assert event.before == {"code": "travel", "reason": "The bus waits"}
    with pytest.raises(ClashNotAccepted):
        actions.reopen_clash(cohort=squeezed.cohort, key=key, by=squeezed.by)


def test_reopen_when_accepted_in_another_cohort_then_refused(squeezed):
    other = Squeezed()
    key = other.accept("travel").key
    with pytest.raises(ClashNotAccepted):
        actions.reopen_clash(cohort=squeezed.cohort, key=key, by=None)
    assert other.clash("travel").accepted


# --- Two at once ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_accept_when_two_do_at_once_then_one_is_told_that_it_is_done(squeezed):
    with other_connection() as start:
        with transaction.atomic():
            squeezed.accept("travel", "Mine")
            second = start(lambda: squeezed.accept("travel", "Theirs"))
            with pytest.raises(TimeoutError):
                second.result(PATIENCE_SECONDS)
        with pytest.raises(ClashAlreadyAccepted) as caught:
            second.result(10)
    assert caught.value.facts == {"reason": "Mine"}
    assert ClashAcceptance.objects.get().reason == "Mine"


@pytest.mark.django_db(transaction=True)
def test_accept_when_two_do_at_once_without_the_lock_then_they_run_into_each_other(squeezed):
    """The control: look whether it is accepted, then write, without locking the cohort."""
    clash = squeezed.clash("travel")
    facts = {"key": clash.key, "fingerprint": clash.fingerprint, "code": clash.code}

    def unlocked(reason):
        assert not ClashAcceptance.objects.filter(key=clash.key).exists()
        ClashAcceptance.objects.create(cohort=squeezed.cohort, reason=reason, **facts)

    with other_connection() as start:
        with transaction.atomic():
            unlocked("Mine")
            second = start(lambda: unlocked("Theirs"))
            with pytest.raises(TimeoutError):
                second.result(PATIENCE_SECONDS)
        with pytest.raises(IntegrityError):
            second.result(10)


@pytest.mark.django_db(transaction=True)
def test_accept_when_a_session_moves_meanwhile_then_what_is_accepted_is_how_it_lies_now(squeezed):
    with other_connection() as start:
        with transaction.atomic():
            locked(squeezed.cohort)
            accepted = start(lambda: squeezed.accept("travel"))
            with pytest.raises(TimeoutError):
                accepted.result(PATIENCE_SECONDS)
            move(squeezed.second, starts_at=at(8, "10:35"))
        assert accepted.result(10).facts["gap_minutes"] == 35
    assert squeezed.clash("travel").accepted
