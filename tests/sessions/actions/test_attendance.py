"""Marking attendance: once, by whom, for whom, and what a repeated batch does."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest

from g60portal.audit.models import AuditEvent
from participants.models import Enrollment
from sessions.actions.attendance import Mark, mark_attendance, mark_attendance_batch
from sessions.models import Attendance, TrainingSession
from sessions.refusals import MarksRefused, SessionNotMarkable
from tests.factories import EnrollmentFactory, GroupFactory, training_session, user_with
from tests.factories.studies import AFTERWARDS, Study, studied_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(frozen_clock: Callable[[dt.datetime], dt.datetime]) -> Study:
    frozen_clock(AFTERWARDS)
    return studied_cohort(marked=False)


def mark(
    row: TrainingSession, enrollment: Enrollment, state: str = "present", **facts: object
) -> Mark:
    given = {"client_uuid": uuid.uuid4(), "marked_at": AFTERWARDS, **facts}
    return Mark(row.pk, enrollment.pk, state, **given)  # type: ignore[arg-type]


def states() -> dict[tuple[int, int], str]:
    rows = Attendance.objects.values_list("training_session_id", "enrollment_id", "state")
    return {(session, person): state for session, person, state in rows}


def test_marking_when_new_then_kept_and_audited_once(study: Study) -> None:
    user = user_with("desk", cohort=study.cohort)
    row, (one, two, _three) = study.sessions[0], study.enrollments
    marking = mark_attendance(
        training_session=row, marks=[mark(row, one), mark(row, two, "absent")], by=user
    )
    assert marking.changed == 2
    assert states() == {(row.pk, one.pk): "present", (row.pk, two.pk): "absent"}
    event = AuditEvent.objects.get(verb="attendance.marked")
    assert event.actor_id == user.pk
    assert event.before == {f"{row.pk}/{one.pk}": "", f"{row.pk}/{two.pk}": ""}
    assert event.after == {f"{row.pk}/{one.pk}": "present", f"{row.pk}/{two.pk}": "absent"}


def test_marking_when_corrected_later_then_the_last_seen_is_in_force(study: Study) -> None:
    row, one = study.sessions[0], study.enrollments[0]
    early = mark(row, one, "absent", marked_at=AFTERWARDS - dt.timedelta(minutes=9))
    late = mark(row, one, "late", marked_at=AFTERWARDS - dt.timedelta(minutes=2))
    mark_attendance_batch(cohort=study.cohort, marks=[late], by=None)
    marking = mark_attendance_batch(cohort=study.cohort, marks=[early], by=None)
    assert marking.changed == 0
    assert states() == {(row.pk, one.pk): "late"}


def test_batch_when_sent_again_then_changes_and_audits_nothing(study: Study) -> None:
    row, one = study.sessions[0], study.enrollments[0]
    batch = [mark(row, one, "absent"), mark(row, one, "present")]
    mark_attendance_batch(cohort=study.cohort, marks=batch, by=None)
    before = list(Attendance.objects.values())
    again = mark_attendance_batch(cohort=study.cohort, marks=batch, by=None)
    assert again.changed == 0
    assert list(Attendance.objects.values()) == before
    assert states() == {(row.pk, one.pk): "present"}
    assert AuditEvent.objects.filter(verb="attendance.marked").count() == 1


def test_marking_when_the_device_clock_runs_ahead_then_ours_counts(study: Study) -> None:
    row, one = study.sessions[0], study.enrollments[0]
    ahead = mark(row, one, marked_at=AFTERWARDS + dt.timedelta(days=400))
    mark_attendance(training_session=row, marks=[ahead], by=None)
    assert Attendance.objects.get().marked_at == AFTERWARDS


def test_batch_when_some_marks_are_foreign_then_they_are_named_and_left_out(study: Study) -> None:
    row, one = study.sessions[0], study.enrollments[0]
    cancelled = training_session(study.leg, 9, "19:00", "20:00", state="cancelled")
    withdrawn = EnrollmentFactory(cohort=study.cohort, seat=80, state="withdrawn")
    other = studied_cohort(1, marked=False, starts_on=dt.date(2026, 6, 1))
    kept = mark(row, one)
    marking = mark_attendance_batch(
        cohort=study.cohort,
        marks=[
            kept,
            mark(other.sessions[0], one),
            mark(row, other.enrollments[0]),
            mark(row, withdrawn),
            mark(cancelled, one),
            mark(row, study.enrollments[1], client_uuid=kept.client_uuid),
        ],
        by=None,
    )
    assert [(refused.index, refused.code) for refused in marking.refused] == [
        (1, "session_unknown"),
        (2, "enrollment_unknown"),
        (3, "enrollment_unknown"),
        (4, "session_not_markable"),
        (5, "client_uuid_taken"),
    ]
    assert states() == {(row.pk, one.pk): "present"}


def test_marking_when_not_in_the_audience_then_left_out(study: Study) -> None:
    group = GroupFactory(cohort=study.cohort)
    row = training_session(study.leg, 9, "14:00", "15:00", groups=[group])
    inside = EnrollmentFactory(cohort=study.cohort, seat=70, group=group)
    marking = mark_attendance(
        training_session=row,
        marks=[mark(row, inside), mark(row, study.enrollments[0])],
        by=None,
    )
    assert [refused.code for refused in marking.refused] == ["not_in_audience"]
    assert states() == {(row.pk, inside.pk): "present"}


def test_batch_when_nothing_can_be_taken_then_refused_with_indexes(study: Study) -> None:
    other = studied_cohort(1, marked=False)
    with pytest.raises(MarksRefused) as refusal:
        mark_attendance_batch(
            cohort=study.cohort, marks=[mark(other.sessions[0], other.enrollments[0])], by=None
        )
    assert refusal.value.facts == {"refused": [{"index": 0, "code": "session_unknown"}]}
    assert states() == {}


def test_roll_when_the_session_is_cancelled_then_refused(study: Study) -> None:
    row = training_session(study.leg, 9, "19:00", "20:00", state="cancelled")
    with pytest.raises(SessionNotMarkable):
        mark_attendance(training_session=row, marks=[mark(row, study.enrollments[0])], by=None)
