"""Checking in by a code that was typed or scanned, and giving somebody a new code."""

import uuid
from dataclasses import dataclass

from django.db import transaction

from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked
from participants.models import Enrollment
from sessions.actions.attendance import Mark, mark_attendance
from sessions.choices import ATTENDED_STATES, AttendanceMethod, AttendanceState
from sessions.models import Attendance, CheckInCodeVersion, TrainingSession
from sessions.queries.check_in_codes import FIRST_VERSION, CodeVerdict, given_code
from sessions.refusals import CheckInCodeLeft, CheckInCodeRefused, NotInAudience


@dataclass(frozen=True)
class CheckedIn:
    """Who it was; `state` is the mark in force, `fresh` whether it was made just now."""

    enrollment: Enrollment
    state: AttendanceState
    fresh: bool


@transaction.atomic
def check_in_by_code(*, training_session: TrainingSession, text: str, by: User | None) -> CheckedIn:
    """Mark the holder of a code present. Locks the session.

    Who has been marked as there (in time, late or leaving early) stays as marked. Raises
    CheckInCodeRefused for what is no code in force here, NotInAudience for who is not expected,
    SessionNotMarkable for a session without a roll.
    """
    row = locked(training_session)
    enrollment = _holder(row, text)
    known = Attendance.objects.filter(training_session=row, enrollment=enrollment).first()
    if known and known.state in ATTENDED_STATES:
        return CheckedIn(enrollment, AttendanceState(known.state), fresh=False)
    seen = Mark(row.pk, enrollment.pk, AttendanceState.PRESENT, uuid.uuid4(), clock.now())
    marking = mark_attendance(training_session=row, marks=[seen], by=by, method=AttendanceMethod.QR)
    if marking.refused:
        raise NotInAudience(enrollment)
    return CheckedIn(enrollment, AttendanceState.PRESENT, fresh=True)


@transaction.atomic
def renew_check_in_code(*, enrollment: Enrollment, by: User | None) -> None:
    """Whatever was printed or shown before is refused from now on. Locks the enrollment."""
    row = locked(enrollment)
    version, _made = CheckInCodeVersion.objects.get_or_create(
        enrollment=row, defaults={"version": FIRST_VERSION}
    )
    version.version += 1
    version.save(update_fields=["version"])
    record("check_in_code.renewed", row, by=by, scope=row.cohort.code)


def _holder(training_session: TrainingSession, text: str) -> Enrollment:
    given = given_code(training_session.cohort, text)
    if given.enrollment is None or given.verdict is not CodeVerdict.GOOD:
        if given.verdict is CodeVerdict.LEFT and given.enrollment:
            raise CheckInCodeLeft(given.enrollment)
        raise CheckInCodeRefused(given.verdict.value)
    return given.enrollment
