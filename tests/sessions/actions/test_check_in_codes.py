"""Checking in by code: who it was, or why it counts for nobody."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import override_settings

from g60portal.audit.models import AuditEvent
from participants.choices import EnrollmentState
from sessions.actions.check_in_codes import check_in_by_code, renew_check_in_code
from sessions.models import Attendance, SessionAudience
from sessions.queries.check_in_codes import check_in_code_of, check_in_codes_of
from sessions.refusals import (
    CheckInCodeLeft,
    CheckInCodeRefused,
    NotInAudience,
    SessionNotMarkable,
)
from tests.factories import GroupFactory, at, user_with
from tests.factories.studies import Study, studied_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(frozen_clock: Callable[[dt.datetime], dt.datetime]) -> Study:
    frozen_clock(at(9, "10:00"))
    return studied_cohort(marked=False)


def code_of(study: Study, place: int = 0) -> str:
    return check_in_code_of(study.cohort.pk, study.enrollments[place].pk)


def check_in(study: Study, text: str, by=None):
    return check_in_by_code(training_session=study.sessions[1], text=text, by=by)


def test_code_when_given_at_the_door_then_its_holder_is_present_by_code(study):
    desk = user_with("desk", cohort=study.cohort)
    done = check_in(study, code_of(study, 1), by=desk)
    assert (done.enrollment.pk, done.fresh) == (study.enrollments[1].pk, True)
    (mark,) = Attendance.objects.all()
    assert (mark.enrollment_id, mark.state, mark.method, mark.by) == (
        study.enrollments[1].pk, "present", "qr", desk,
    )  # fmt: skip
    assert AuditEvent.objects.filter(verb="attendance.marked").count() == 1


@pytest.mark.parametrize(("known", "kept"), [("late", "late"), ("absent", "present")])
def test_code_when_marked_before_then_only_absence_is_mended(study, known, kept):
    study.mark(study.enrollments[0], ["", known, "", ""])
    assert check_in(study, code_of(study)).fresh is (known == "absent")
    assert Attendance.objects.get().state == kept


@pytest.mark.parametrize("text", ["nonsense", "2F-8KQX-M3TP7"])
def test_text_when_it_is_no_code_then_refused_as_mistyped(study, text):
    with pytest.raises(CheckInCodeRefused) as refused:
        check_in(study, text)
    assert refused.value.facts == {"reason": "mistyped"}


def test_code_when_portal_never_issued_it_then_unknown(study):
    with override_settings(SECRET_KEY="another secret of the portal"):
        forged = code_of(study)
    with pytest.raises(CheckInCodeRefused) as refused:
        check_in(study, forged)
    assert refused.value.facts == {"reason": "unknown"}
    with override_settings(SECRET_KEY_FALLBACKS=["another secret of the portal"]):
        assert check_in(study, forged).fresh


def test_code_when_of_another_cohort_then_refused_without_a_name(study):
    other = studied_cohort(marked=False)
    with pytest.raises(CheckInCodeRefused) as refused:
        check_in(study, code_of(other))
    assert refused.value.facts == {"reason": "other_cohort"}
    assert other.enrollments[0].person.name not in str(refused.value)


def test_code_when_renewed_then_the_old_one_is_refused_and_the_new_one_counts(study):
    printed = code_of(study)
    renew_check_in_code(enrollment=study.enrollments[0], by=None)
    with pytest.raises(CheckInCodeRefused) as refused:
        check_in(study, printed)
    assert refused.value.facts == {"reason": "old"}
    assert code_of(study) != printed
    assert check_in(study, code_of(study)).fresh
    assert AuditEvent.objects.filter(verb="check_in_code.renewed").count() == 1


def test_code_when_holder_has_left_then_refused_by_name(study):
    study.enrollments[0].state = EnrollmentState.WITHDRAWN
    study.enrollments[0].save(update_fields=["state"])
    with pytest.raises(CheckInCodeLeft):
        check_in(study, code_of(study))


def test_code_when_holder_is_not_expected_then_refused_by_name(study):
    SessionAudience.objects.filter(training_session=study.sessions[1]).delete()
    SessionAudience.objects.create(
        training_session=study.sessions[1],
        cohort=study.cohort,
        group=GroupFactory(cohort=study.cohort),
    )
    with pytest.raises(NotInAudience) as refused:
        check_in(study, code_of(study))
    assert study.enrollments[0].person.name in str(refused.value)
    assert not Attendance.objects.exists()


def test_code_when_session_is_cancelled_then_refused(study):
    study.sessions[1].state = "cancelled"
    study.sessions[1].save(update_fields=["state"])
    with pytest.raises(SessionNotMarkable):
        check_in(study, code_of(study))


def test_codes_when_many_are_asked_for_then_one_query(study, django_assert_num_queries):
    renew_check_in_code(enrollment=study.enrollments[2], by=None)
    with django_assert_num_queries(1):
        codes = check_in_codes_of(study.cohort.pk, [row.pk for row in study.enrollments])
    assert codes[study.enrollments[2].pk] == code_of(study, 2)
    assert len(set(codes.values())) == 3
