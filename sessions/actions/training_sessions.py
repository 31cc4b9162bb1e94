"""The only writer of single training sessions, their speakers and their audience.

Every write locks the cohort and then the session, demands the version that was read, and lets the
constraints of the database decide about double booking; what they refuse is told as `Clash` with
who and what. Each leaves a picture of before and after, by which its author can undo it: `act`
makes several writes one step of that. How it is written stands in `session_writing`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from cohorts.actions.locking import locked_open
from cohorts.models import Leg
from g60portal.accounts.models import User
from participants.models import Group
from sessions import refusals
from sessions.actions.acts import CREATED, DELETED, Act, Step
from sessions.actions.session_writing import (
    demand_known,
    hold,
    keys_of,
    new_row,
    picture_of,
    step_of,
    write,
)
from sessions.choices import SessionState
from sessions.models import (
    Attendance,
    ReleasedSession,
    Slot,
    Speaker,
    TrainingSession,
    Vehicle,
)


@transaction.atomic
def create_training_session(
    *,
    leg: Leg,
    facts: Mapping[str, Any],
    speakers: Sequence[Speaker],
    groups: Sequence[Group],
    by: User | None,
    act: Act | None = None,
) -> TrainingSession:
    """A new session in the draft; without times it lies in the tray. No groups = everyone."""
    demand_known(facts)
    cohort = locked_open(leg.cohort)
    row = new_row(cohort, {"leg": leg, **facts}, groups)
    step = Step(row, None, picture_of(row, keys_of(speakers), keys_of(groups)), CREATED)
    write(cohort, [step], by=by, act=act or Act.fresh())
    return row


@transaction.atomic
def change_training_session(
    *,
    training_session: TrainingSession,
    version: int,
    facts: Mapping[str, Any],
    speakers: Sequence[Speaker] | None = None,
    groups: Sequence[Group] | None = None,
    by: User | None,
    act: Act | None = None,
) -> TrainingSession:
    """Change any of the session's facts, the speakers, the audience. None leaves them as they are.

    Raises Stale with the current session, Clash with who and what, or the refusal of a rule. A
    change that changes nothing keeps the version.
    """
    demand_known(facts)
    cohort = locked_open(training_session.cohort)
    (held,) = hold(cohort, {training_session.pk: version})
    if held.row.state == SessionState.CANCELLED and "state" not in facts:
        raise refusals.SessionCancelled
    write(cohort, [step_of(held, facts, speakers, groups)], by=by, act=act or Act.fresh())
    return held.row


@transaction.atomic
def cancel_training_session(
    *,
    training_session: TrainingSession,
    version: int,
    reason: str,
    by: User | None,
    act: Act | None = None,
) -> TrainingSession:
    """Cancelled sessions keep their place in the list, with the reason, and are in nobody's way."""
    cohort = locked_open(training_session.cohort)
    (held,) = hold(cohort, {training_session.pk: version})
    if held.row.state == SessionState.CANCELLED:
        raise refusals.SessionCancelled
    step = step_of(held, {"state": SessionState.CANCELLED}, reason=reason)
    write(cohort, [step], by=by, act=act or Act.fresh())
    return held.row


@transaction.atomic
def delete_training_session(
    *, training_session: TrainingSession, version: int, by: User | None, act: Act | None = None
) -> None:
    """Only what nobody has been told of: see `demand_forgettable`. Sessions that a deleted lecture
    prepares are prepared by none from then on, as part of the same act."""
    cohort = locked_open(training_session.cohort)
    visits = TrainingSession.objects.filter(prepared_by=training_session)
    versions = dict(visits.values_list("pk", "version"))
    held = {each.row.pk: each for each in hold(cohort, {**versions, training_session.pk: version})}
    demand_forgettable([training_session.pk])
    gone = held.pop(training_session.pk)
    steps = [step_of(each, {"prepared_by": None}) for each in held.values()]
    steps.append(Step(gone.row, gone.picture, None, DELETED))
    write(cohort, steps, by=by, act=act or Act.fresh())


def demand_forgettable(keys: Iterable[int]) -> None:
    """SessionKept when people know of one of the sessions: it was released, marked, or a speaker
    or a host was asked; SessionHasVehicles when vehicles would go with it."""
    asked = {"training_session__in": list(keys)}
    if (
        ReleasedSession.objects.filter(**asked).exists()
        or Attendance.objects.filter(**asked).exists()
        or Slot.objects.filter(**asked).exists()
    ):
        raise refusals.SessionKept
    if Vehicle.objects.filter(**asked).exists():
        raise refusals.SessionHasVehicles
