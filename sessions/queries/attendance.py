"""Reading attendance: the sessions of a day with their counts, the roll of one session, the marks.

Marking is an action.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from cohorts.models import Cohort
from g60portal.common import clock
from participants.choices import ACTIVE_STATES, EnrollmentState
from participants.models import Enrollment
from sessions.choices import ATTENDED_STATES, AttendanceState, SessionState
from sessions.models import Attendance, SessionAudience, TrainingSession

# Those who may stand at the door: a no-show may still come.
EXPECTED_STATES = (*ACTIVE_STATES, EnrollmentState.NO_SHOW)


@dataclass(frozen=True)
class SessionOfDay:
    """A session on the check-in board. `phase`: past, now, next, later."""

    training_session: TrainingSession
    phase: str
    expected: int
    attended: int
    marked: int

    @property
    def unmarked(self) -> int:
        return max(0, self.expected - self.marked)


@dataclass(frozen=True)
class RollRow:
    """One person on the roll, with the mark in force, if any."""

    enrollment: Enrollment
    state: str


def check_in_days(cohort: Cohort) -> list[dt.date]:
    """The days that have sessions to be called, in their order."""
    starts = markable_sessions(cohort).values_list("starts_at", flat=True)
    return sorted({clock.local(start).date() for start in starts if start})


def nearest_day(days: Sequence[dt.date], today: dt.date) -> dt.date | None:
    """Today, else the next day with sessions, else the last one."""
    return next((day for day in days if day >= today), days[-1] if days else None)


def sessions_of_day(cohort: Cohort, day: dt.date) -> list[SessionOfDay]:
    """The sessions of a day with counts, what runs now first. Four queries at any size."""
    start = dt.datetime.combine(day, dt.time(), tzinfo=clock.SHANGHAI)
    rows = list(
        markable_sessions(cohort)
        .filter(starts_at__gte=start, starts_at__lt=start + dt.timedelta(days=1))
        .select_related("venue", "leg__city")
        .order_by("starts_at", "pk")
    )
    expected = _expected_counts(cohort, rows)
    marks = _mark_counts(rows)
    board = [
        SessionOfDay(row, phase, expected[row.pk], *marks.get(row.pk, (0, 0)))
        for row, phase in zip(rows, _phases(rows, clock.now()), strict=True)
    ]
    return sorted(board, key=lambda item: item.phase != "now")


def markable_sessions(cohort: Cohort) -> QuerySet[TrainingSession]:
    """Sessions whose roll can be called."""
    return cohort.training_sessions.filter(starts_at__isnull=False).exclude(
        state=SessionState.CANCELLED
    )


def audience_of(training_session: TrainingSession) -> QuerySet[Enrollment]:
    """Those expected: members of the session's groups, or everyone."""
    groups = set(
        SessionAudience.objects.filter(training_session=training_session).values_list(
            "group_id", flat=True
        )
    )
    expected = Enrollment.objects.filter(
        cohort_id=training_session.cohort_id, state__in=EXPECTED_STATES
    )
    return expected if None in groups or not groups else expected.filter(group_id__in=groups)


def roll_of(training_session: TrainingSession) -> list[RollRow]:
    """The roll in the order of the seats. Three queries at any size."""
    people = audience_of(training_session).select_related("person", "city", "group")
    marks = dict(
        Attendance.objects.filter(training_session=training_session).values_list(
            "enrollment_id", "state"
        )
    )
    return [RollRow(row, marks.get(row.pk, "")) for row in people.order_by("seat")]


def state_counts(states: Iterable[str]) -> list[dict[str, Any]]:
    """How many of each state, the unmarked last, for the head of the roll."""
    counted = Counter(states)
    known = [
        {"state": state.value, "label": state.label, "count": counted[state.value]}
        for state in AttendanceState
    ]
    return [*known, {"state": "", "label": "", "count": counted[""]}]


def attendance_list(
    cohort: Cohort, *, training_session: int | None = None, enrollment: int | None = None
) -> QuerySet[Attendance]:
    """The marks of a cohort, filtered; pages come by primary key."""
    rows = Attendance.objects.filter(training_session__cohort=cohort)
    if training_session is not None:
        rows = rows.filter(training_session_id=training_session)
    return rows if enrollment is None else rows.filter(enrollment_id=enrollment)


def marks_in_force(pairs: Iterable[tuple[int, int]]) -> list[Attendance]:
    """The marks of the given sessions and people, in that order of ids."""
    wanted = set(pairs)
    rows = Attendance.objects.filter(
        training_session_id__in={session_id for session_id, _person in wanted},
        enrollment_id__in={enrollment_id for _session, enrollment_id in wanted},
    ).order_by("training_session_id", "enrollment_id")
    return [row for row in rows if (row.training_session_id, row.enrollment_id) in wanted]


def _expected_counts(cohort: Cohort, rows: Sequence[TrainingSession]) -> dict[int, int]:
    per_group: dict[int | None, int] = dict(
        Enrollment.objects.filter(cohort=cohort, state__in=EXPECTED_STATES)
        .order_by()
        .values_list("group_id")
        .annotate(Count("pk"))
    )
    groups: dict[int, set[int | None]] = {row.pk: set() for row in rows}
    for session_id, group_id in SessionAudience.objects.filter(
        training_session__in=rows
    ).values_list("training_session_id", "group_id"):
        groups[session_id].add(group_id)
    everyone = sum(per_group.values())
    return {
        pk: everyone if None in ids or not ids else sum(per_group.get(key, 0) for key in ids)
        for pk, ids in groups.items()
    }


def _mark_counts(rows: Sequence[TrainingSession]) -> dict[int, tuple[int, int]]:
    """Attended and marked by session."""
    counted = (
        Attendance.objects.filter(training_session__in=rows)
        .order_by()
        .values("training_session_id")
        .annotate(attended=Count("pk", filter=Q(state__in=ATTENDED_STATES)), marked=Count("pk"))
    )
    return {row["training_session_id"]: (row["attended"], row["marked"]) for row in counted}


def _phases(rows: Sequence[TrainingSession], now: dt.datetime) -> list[str]:
    phases = []
    next_found = False
    for row in rows:
        if row.ends_at and row.ends_at <= now:
            phases.append("past")
        elif row.starts_at and row.starts_at <= now:
            phases.append("now")
        else:
            phases.append("later" if next_found else "next")
            next_found = True
    return phases
