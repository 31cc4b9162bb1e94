"""Marking attendance, by roll call or in batches from devices.

A batch may be sent again at any time: a mark is known by its `client_uuid`, and the mark that was
seen last at the door stays in force, in whichever order the batches arrive.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction

from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked_rows
from participants.models import Enrollment
from sessions.choices import AttendanceMethod, SessionState
from sessions.models import Attendance, SessionAudience, TrainingSession
from sessions.queries.attendance import EXPECTED_STATES, marks_in_force
from sessions.refusals import MarksRefused, SessionNotMarkable

Pair = tuple[int, int]

_UPSERT = """
    INSERT INTO training_sessions_attendance AS mark
           (training_session_id, enrollment_id, state, method, client_uuid, marked_at,
            received_at, by_id)
    SELECT s, e, state, %(method)s, client, marked, %(now)s, %(by)s
      FROM unnest(%(sessions)s::bigint[], %(enrollments)s::bigint[], %(states)s::text[],
                  %(uuids)s::uuid[], %(marked)s::timestamptz[])
           AS given (s, e, state, client, marked)
     ORDER BY s, e
    ON CONFLICT (training_session_id, enrollment_id) DO UPDATE
       SET state = EXCLUDED.state, method = EXCLUDED.method, by_id = EXCLUDED.by_id,
           client_uuid = EXCLUDED.client_uuid, marked_at = EXCLUDED.marked_at,
           received_at = EXCLUDED.received_at
     WHERE mark.client_uuid <> EXCLUDED.client_uuid AND mark.marked_at <= EXCLUDED.marked_at
    RETURNING training_session_id, enrollment_id, state
"""


@dataclass(frozen=True)
class Mark:
    """What was seen: `marked_at` by the device's clock, never later than the portal's."""

    session_id: int
    enrollment_id: int
    state: str
    client_uuid: uuid.UUID
    marked_at: dt.datetime


@dataclass(frozen=True)
class RefusedMark:
    """A mark that was left out: its place in the batch, and why."""

    index: int
    code: str


@dataclass(frozen=True)
class Marking:
    """What became of a batch: the pairs taken, how many changed anything, those left out."""

    taken: tuple[Pair, ...]
    changed: int
    refused: tuple[RefusedMark, ...] = ()


@transaction.atomic
def mark_attendance(
    *,
    training_session: TrainingSession,
    marks: Sequence[Mark],
    by: User | None,
    method: AttendanceMethod = AttendanceMethod.ROLL_CALL,
) -> Marking:
    """The roll of one session. Locks the session; people outside its audience are left out.

    Raises SessionNotMarkable for a session that is cancelled or has no time.
    """
    (row,) = locked_rows(TrainingSession.objects.filter(pk=training_session.pk))
    if not _markable(row):
        raise SessionNotMarkable
    of_session = [replace(mark, session_id=row.pk) for mark in marks]
    return _mark(row.cohort, {row.pk: row}, of_session, by, method)


@transaction.atomic
def mark_attendance_batch(
    *,
    cohort: Cohort,
    marks: Sequence[Mark],
    by: User | None,
    method: AttendanceMethod = AttendanceMethod.API,
) -> Marking:
    """Marks of any sessions of a cohort, as devices send them. Locks the sessions.

    What cannot be taken is left out and named by its index; MarksRefused when nothing is left.
    """
    wanted = {mark.session_id for mark in marks}
    rows = {row.pk: row for row in locked_rows(cohort.training_sessions.filter(pk__in=wanted))}
    marking = _mark(cohort, rows, marks, by, method)
    if marks and not marking.taken:
        refused = [{"index": row.index, "code": row.code} for row in marking.refused]
        raise MarksRefused(facts={"refused": refused})
    return marking


def _mark(
    cohort: Cohort,
    rows: Mapping[int, TrainingSession],
    marks: Sequence[Mark],
    by: User | None,
    method: AttendanceMethod,
) -> Marking:
    refused = _refused_marks(cohort, rows, marks)
    left_out = {row.index for row in refused}
    good = [mark for index, mark in enumerate(marks) if index not in left_out]
    wanted = _last_of_each(good)
    before = _states_of(wanted)
    changed = _upsert(list(wanted.values()), by, method)
    if changed:
        _record(cohort, rows, before, changed, by)
    return Marking(tuple(wanted), len(changed), tuple(refused))


def _refused_marks(
    cohort: Cohort, rows: Mapping[int, TrainingSession], marks: Sequence[Mark]
) -> list[RefusedMark]:
    groups_of_people = dict(
        Enrollment.objects.filter(
            cohort=cohort,
            state__in=EXPECTED_STATES,
            pk__in={mark.enrollment_id for mark in marks},
        ).values_list("pk", "group_id")
    )
    audiences = _audiences(rows)
    owners = _owners_of_uuids(marks)
    refused = []
    for index, mark in enumerate(marks):
        code = _objection(mark, rows, groups_of_people, audiences, owners)
        if code:
            refused.append(RefusedMark(index, code))
        else:
            owners.setdefault(mark.client_uuid, (mark.session_id, mark.enrollment_id))
    return refused


def _objection(
    mark: Mark,
    rows: Mapping[int, TrainingSession],
    groups_of_people: Mapping[int, int | None],
    audiences: Mapping[int, set[int | None]],
    owners: Mapping[uuid.UUID, Pair],
) -> str:
    """Why a mark cannot be taken, or an empty text."""
    training_session = rows.get(mark.session_id)
    if training_session is None:
        return "session_unknown"
    if not _markable(training_session):
        return SessionNotMarkable.code
    if mark.enrollment_id not in groups_of_people:
        return "enrollment_unknown"
    groups = audiences.get(mark.session_id, {None})
    if None not in groups and groups_of_people[mark.enrollment_id] not in groups:
        return "not_in_audience"
    pair = (mark.session_id, mark.enrollment_id)
    return "client_uuid_taken" if owners.get(mark.client_uuid, pair) != pair else ""


def _markable(training_session: TrainingSession) -> bool:
    placed = training_session.starts_at is not None
    return placed and training_session.state != SessionState.CANCELLED


def _audiences(rows: Iterable[int]) -> dict[int, set[int | None]]:
    audiences: dict[int, set[int | None]] = {}
    for session_id, group_id in SessionAudience.objects.filter(
        training_session_id__in=list(rows)
    ).values_list("training_session_id", "group_id"):
        audiences.setdefault(session_id, set()).add(group_id)
    return audiences


def _owners_of_uuids(marks: Sequence[Mark]) -> dict[uuid.UUID, Pair]:
    """Which session and person the device's numbers already belong to."""
    known = Attendance.objects.filter(client_uuid__in=[mark.client_uuid for mark in marks])
    return {
        client_uuid: (session_id, enrollment_id)
        for client_uuid, session_id, enrollment_id in known.values_list(
            "client_uuid", "training_session_id", "enrollment_id"
        )
    }


def _last_of_each(marks: Iterable[Mark]) -> dict[Pair, Mark]:
    """The mark seen last for each session and person; no device's clock runs ahead of ours."""
    now = clock.now()
    last: dict[Pair, Mark] = {}
    for mark in marks:
        seen = replace(mark, marked_at=min(mark.marked_at, now))
        pair = (mark.session_id, mark.enrollment_id)
        if pair not in last or last[pair].marked_at <= seen.marked_at:
            last[pair] = seen
    return last


def _states_of(pairs: Iterable[Pair]) -> dict[Pair, str]:
    rows = marks_in_force(pairs)
    return {(row.training_session_id, row.enrollment_id): row.state for row in rows}


def _upsert(
    marks: Sequence[Mark], by: User | None, method: AttendanceMethod
) -> list[tuple[int, int, str]]:
    """One statement for the whole batch; answers the rows that it wrote."""
    if not marks:
        return []
    values: dict[str, Any] = {
        "sessions": [mark.session_id for mark in marks],
        "enrollments": [mark.enrollment_id for mark in marks],
        "states": [mark.state for mark in marks],
        "uuids": [str(mark.client_uuid) for mark in marks],
        "marked": [mark.marked_at for mark in marks],
        "method": str(method),
        "now": clock.now(),
        "by": by.pk if by else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, values)
        return [(row_id, person, state) for row_id, person, state in cursor.fetchall()]


def _record(
    cohort: Cohort,
    rows: Mapping[int, TrainingSession],
    before: Mapping[Pair, str],
    changed: Sequence[tuple[int, int, str]],
    by: User | None,
) -> None:
    """One event a batch: on the session when there is one, else on the cohort."""
    sessions = {row_id for row_id, _person, _state in changed}
    target = rows[next(iter(sessions))] if len(sessions) == 1 else cohort
    new = {(row_id, person): state for row_id, person, state in changed}
    old = {pair: before.get(pair, "") for pair in new}
    record(
        "attendance.marked", target, by=by, scope=cohort.code, before=_named(old), after=_named(new)
    )


def _named(states: Mapping[Pair, str]) -> dict[str, str]:
    """In the audit a mark is named `session/enrollment`."""
    return {f"{row_id}/{person}": state for (row_id, person), state in states.items()}
