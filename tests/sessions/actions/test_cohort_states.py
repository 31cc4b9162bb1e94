"""Moving a cohort from state to state: guards over all apps, under the cohort's lock."""

from concurrent.futures import TimeoutError as StillRunning

import pytest
from django.db import transaction

from cohorts.models import Cohort, Quota
from cohorts.refusals import MoveNotReady, NoSuchMove, ReasonMissing
from g60portal.audit.models import AuditEvent
from g60portal.common import clock
from participants.models import Certificate
from sessions.actions.cohort_states import move_cohort
from sessions.models import CompletionRun, Release, Verdict
from sessions.queries.cohort_facts import cohort_facts
from tests.factories import (
    CohortFactory,
    EnrollmentFactory,
    QuotaFactory,
    UserFactory,
    at,
    training_session,
    two_leg_cohort,
)
from tests.race import PATIENCE_SECONDS, other_connection


def planned(**facts) -> Cohort:
    cohort, _songjiang, _hefei = two_leg_cohort(**facts)
    QuotaFactory(cohort=cohort, seats=45)
    return cohort


def moved(cohort: Cohort, target: str, reason: str = "") -> Cohort:
    return move_cohort(cohort=cohort, target=target, reason=reason, by=None)


@pytest.mark.django_db
def test_cohort_when_moved_then_state_and_audit():
    cohort, user = planned(), UserFactory()
    move_cohort(cohort=cohort, target="approved", reason="", by=user)
    cohort.refresh_from_db()
    assert cohort.state == "approved"
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor_id, event.scope) == ("cohort.moved", user.pk, cohort.code)
    assert (event.before, event.after) == ({"state": "draft"}, {"state": "approved"})


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["running", "draft", "nonsense", ""])
def test_cohort_when_the_move_does_not_exist_then_refused(target):
    cohort = planned()
    with pytest.raises(NoSuchMove):
        moved(cohort, target)
    assert Cohort.objects.get(pk=cohort.pk).state == "draft"


@pytest.mark.django_db
def test_cohort_when_not_ready_then_refused_with_every_reason():
    cohort = CohortFactory()
    with pytest.raises(MoveNotReady) as caught:
        moved(cohort, "approved")
    assert [reason["code"] for reason in caught.value.facts["reasons"]] == ["no_leg", "no_quota"]
    assert Cohort.objects.get(pk=cohort.pk).state == "draft"
    assert AuditEvent.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["postponed", "cancelled"])
def test_cohort_when_left_aside_then_a_reason_is_demanded_and_kept(target):
    cohort = planned(state="announced")
    with pytest.raises(ReasonMissing):
        moved(cohort, target, reason="  ")
    moved(cohort, target, reason="台风")
    assert AuditEvent.objects.get().reason == "台风"


def enrolled(cohort: Cohort, state: str = "confirmed"):
    return EnrollmentFactory(cohort=cohort, state=state)


@pytest.mark.django_db
def test_cohort_when_moved_to_confirmed_then_people_count_against_seats():
    cohort = planned(state="nominating", seats=1)
    Quota.objects.filter(cohort=cohort).update(seats=1)
    enrolled(cohort, state="withdrawn")
    with pytest.raises(MoveNotReady) as caught:
        moved(cohort, "confirmed")
    assert [reason["code"] for reason in caught.value.facts["reasons"]] == ["nobody_enrolled"]
    enrolled(cohort)
    assert moved(cohort, "confirmed").state == "confirmed"


@pytest.mark.django_db
def test_cohort_when_moved_to_running_then_a_release_is_needed():
    cohort = planned(state="confirmed")
    enrolled(cohort)
    with pytest.raises(MoveNotReady) as caught:
        moved(cohort, "running")
    assert [reason["code"] for reason in caught.value.facts["reasons"]] == ["no_release"]
    Release.objects.create(cohort=cohort, number=1)
    assert moved(cohort, "running").state == "running"


@pytest.mark.django_db
def test_cohort_when_compulsory_sessions_are_to_come_then_not_yet_finishing(frozen_clock):
    cohort, songjiang, hefei = two_leg_cohort(state="running")
    training_session(songjiang, 8, "09:00", "11:00")
    last = training_session(hefei, 12, "14:00", "16:00")
    training_session(hefei, 12, "18:00", "19:00", compulsory=False)
    training_session(hefei, 13, "09:00", "11:00", state="cancelled")
    frozen_clock(at(12, "13:59"))
    with pytest.raises(MoveNotReady) as caught:
        moved(cohort, "finishing")
    assert [reason["code"] for reason in caught.value.facts["reasons"]] == ["sessions_to_come"]
    assert cohort_facts(cohort).sessions_to_come == 1
    frozen_clock(last.starts_at)
    assert moved(cohort, "finishing").state == "finishing"


@pytest.mark.django_db
def test_cohort_when_a_session_was_added_after_finishing_then_not_completed(frozen_clock):
    cohort, _songjiang, hefei = two_leg_cohort(state="finishing")
    CompletionRun.objects.create(cohort=cohort)
    training_session(hefei, 12, "14:00", "16:00")
    frozen_clock(at(12, "10:00"))
    with pytest.raises(MoveNotReady) as caught:
        moved(cohort, "completed")
    assert [reason["code"] for reason in caught.value.facts["reasons"]] == ["sessions_to_come"]
    frozen_clock(at(12, "16:00"))
    assert moved(cohort, "completed").state == "completed"


@pytest.mark.django_db
def test_facts_when_completion_was_run_then_only_the_newest_run_counts():
    cohort = planned(state="finishing")
    first, second, late = enrolled(cohort), enrolled(cohort), enrolled(cohort)
    old = CompletionRun.objects.create(cohort=cohort)
    for enrollment in (first, second, late):
        Verdict.objects.create(
            run=old, enrollment=enrollment, passed=False, hours=0, attendance_percent=0
        )
    new = CompletionRun.objects.create(cohort=cohort)
    for enrollment in (first, second):
        Verdict.objects.create(
            run=new, enrollment=enrollment, passed=True, hours=40, attendance_percent=100
        )
    Certificate.objects.create(
        cohort=cohort,
        enrollment=first,
        serial=1,
        number="1",
        name="王明",
        hours=40,
        issued_on="2026-06-13",
        verify_code="A",
    )
    facts = cohort_facts(cohort)
    assert (facts.has_completion_run, facts.unjudged, facts.undecided) == (True, 1, 1)


@pytest.mark.django_db
def test_facts_when_a_certificate_was_revoked_then_its_holder_is_decided():
    cohort = planned(state="finishing")
    enrollment = enrolled(cohort)
    run = CompletionRun.objects.create(cohort=cohort)
    Verdict.objects.create(
        run=run, enrollment=enrollment, passed=True, hours=40, attendance_percent=100
    )
    assert cohort_facts(cohort).undecided == 1
    Certificate.objects.create(
        cohort=cohort,
        enrollment=enrollment,
        serial=1,
        number="1",
        name="王明",
        hours=40,
        issued_on="2026-06-13",
        verify_code="A",
        state="revoked",
        revoked_at=clock.now(),
    )
    assert cohort_facts(cohort).undecided == 0
    assert moved(cohort, "completed").state == "completed"


@pytest.mark.django_db
def test_facts_when_read_then_a_constant_number_of_queries(django_assert_num_queries):
    cohort = planned()
    for _each in range(3):
        enrolled(cohort)
    with django_assert_num_queries(8):
        cohort_facts(cohort)


@pytest.mark.django_db(transaction=True)
def test_move_when_quotas_change_at_the_same_time_then_it_waits_and_sees_them():
    cohort = planned()
    with other_connection() as start:
        with transaction.atomic():
            Cohort.objects.select_for_update().get(pk=cohort.pk)
            Quota.objects.filter(cohort=cohort).delete()
            moving = start(lambda: moved(cohort, "approved"))
            with pytest.raises(StillRunning):
                moving.result(timeout=PATIENCE_SECONDS)
        with pytest.raises(MoveNotReady):
            moving.result(timeout=10)
    assert Cohort.objects.get(pk=cohort.pk).state == "draft"


@pytest.mark.django_db(transaction=True)
def test_move_when_the_lock_is_left_out_then_a_cohort_without_quotas_is_approved():
    """The control: the same guard without the lock approves what has just lost its quotas."""
    cohort = planned()

    def move_unlocked() -> None:
        assert cohort_facts(cohort).quota_seats > 0
        Cohort.objects.filter(pk=cohort.pk).update(state="approved")

    with other_connection() as start, transaction.atomic():
        Quota.objects.filter(cohort=cohort).delete()
        start(move_unlocked).result(timeout=10)
    assert Cohort.objects.get(pk=cohort.pk).state == "approved"
    assert not Quota.objects.filter(cohort=cohort).exists()
