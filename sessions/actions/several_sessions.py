"""Several sessions in one step: changed together, copied, split into waves. One act to undo.

Venues, speakers and people must be free in the end and not in between, so sessions can change
places. The locks and how it is written stand in `session_writing`.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.actions.locking import locked_open
from cohorts.models import Cohort
from g60portal.accounts.models import User
from participants.models import Enrollment, Group
from sessions import refusals
from sessions.actions.acts import CREATED, Act, Step
from sessions.actions.session_writing import (
    CHANGEABLE,
    Held,
    demand_known,
    held_rows,
    hold,
    keys_of,
    new_row,
    picture_of,
    stale,
    step_of,
    write,
)
from sessions.choices import SessionState
from sessions.models import Speaker, TrainingSession, Venue


@dataclass(frozen=True, slots=True)
class Change:
    """One session, the version that was read, and what it shall be. None leaves as it is; the
    reason goes with state `cancelled`."""

    training_session: TrainingSession
    version: int
    facts: Mapping[str, Any]
    speakers: Sequence[Speaker] | None = None
    groups: Sequence[Group] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wave:
    """Some groups of an audience, when they come, and where (None: where the session is)."""

    groups: Sequence[Group]
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    venue: Venue | None = None

    @property
    def facts(self) -> dict[str, Any]:
        times = {"starts_at": self.starts_at, "ends_at": self.ends_at}
        return times if self.venue is None else {**times, "venue": self.venue}


@transaction.atomic
def change_several(
    *, cohort: Cohort, changes: Sequence[Change], by: User | None, act: Act | None = None
) -> list[TrainingSession]:
    """All of the changes, or none of them; answers the sessions by key.

    Raises Stale with the first session that is not at its version, Clash with who and what, or the
    refusal of a rule. A cancelled session is only taken up again, as with a single change.
    """
    cohort = locked_open(cohort)
    asked = {change.training_session.pk: change for change in changes}
    if len(asked) < len(changes):
        counted = Counter(change.training_session.pk for change in changes)
        twice = [key for key, times in counted.items() if times > 1]
        raise refusals.SessionTwice(facts={"sessions": twice})
    held = hold(cohort, {key: change.version for key, change in asked.items()})
    steps = [_step(each, asked[each.row.pk]) for each in held]
    return write(cohort, steps, by=by, act=act or Act.fresh())


@transaction.atomic
def copy_training_session(
    *,
    training_session: TrainingSession,
    facts: Mapping[str, Any],
    speakers: Sequence[Speaker] | None = None,
    groups: Sequence[Group] | None = None,
    by: User | None,
    act: Act | None = None,
) -> TrainingSession:
    """A new draft like the session; `facts`, speakers and groups take the place of its own.
    Without times among the facts the copy lies in the tray."""
    demand_known(facts)
    cohort = locked_open(training_session.cohort)
    source = _source(cohort, training_session)
    given = {"starts_at": None, "ends_at": None, "state": SessionState.DRAFT, **facts}
    step = _copy(source, given, speakers, groups)
    write(cohort, [step], by=by, act=act or Act.fresh())
    return step.row


@transaction.atomic
def split_into_waves(
    *,
    training_session: TrainingSession,
    version: int,
    waves: Sequence[Wave],
    by: User | None,
    act: Act | None = None,
) -> list[TrainingSession]:
    """The session for each part of its audience at a time of its own.

    The first wave keeps the session's identity (calendars, marks, links); the others are copies.
    WavesTooFew, WavesNotWhole or PeopleWithoutGroup unless every person of the audience is in
    exactly one wave. Whether a wave is small enough for the venue is a soft clash, not asked here.
    """
    cohort = locked_open(training_session.cohort)
    (held,) = hold(cohort, {training_session.pk: version})
    if held.row.state == SessionState.CANCELLED:
        raise refusals.SessionCancelled
    _demand_parts(cohort, held, waves)
    first, *others = waves
    copies = [_copy(held, wave.facts, None, wave.groups) for wave in others]
    steps = [step_of(held, first.facts, groups=first.groups), *copies]
    return write(cohort, steps, by=by, act=act or Act.fresh())


def _step(held: Held, change: Change) -> Step:
    demand_known(change.facts)
    if held.row.state == SessionState.CANCELLED and "state" not in change.facts:
        raise refusals.SessionCancelled
    return step_of(held, change.facts, change.speakers, change.groups, reason=change.reason)


def _source(cohort: Cohort, training_session: TrainingSession) -> Held:
    held = held_rows(cohort, [training_session.pk])
    if not held:
        raise stale(cohort, training_session.pk, training_session.version)
    return held[0]


def _copy(
    source: Held,
    facts: Mapping[str, Any],
    speakers: Sequence[Speaker] | None,
    groups: Sequence[Group] | None,
) -> Step:
    kept = {name: getattr(source.row, name) for name in CHANGEABLE - facts.keys()}
    row = new_row(source.row.cohort, {**kept, **facts}, groups or ())
    after = picture_of(
        row,
        source.speakers if speakers is None else keys_of(speakers),
        source.groups if groups is None else keys_of(groups),
    )
    return Step(row, None, after, CREATED)


def _demand_parts(cohort: Cohort, held: Held, waves: Sequence[Wave]) -> None:
    if len(waves) < 2:  # noqa: PLR2004 - one wave is no split
        raise refusals.WavesTooFew
    everyone = Group.objects.filter(cohort=cohort)
    audience = {row.pk: row.name for row in everyone if row.pk in held.groups or not held.groups}
    counted = Counter(group.pk for wave in waves for group in wave.groups)
    named = {group.pk: group.name for wave in waves for group in wave.groups}
    missing = [name for key, name in audience.items() if key not in counted]
    twice = [named[key] for key, times in counted.items() if times > 1]
    foreign = [name for key, name in named.items() if key not in audience]
    if missing or twice or foreign or not all(wave.groups for wave in waves):
        facts = {"missing": missing, "twice": twice, "foreign": foreign}
        raise refusals.WavesNotWhole(_parts_text(**facts), facts=facts)
    if not held.groups:
        _demand_everyone_grouped(cohort)


def _parts_text(*, missing: list[str], twice: list[str], foreign: list[str]) -> str | None:
    """Which groups are wrong in which way; the refusal's own text where only a wave is empty."""
    texts = (
        (_("In no wave: %(groups)s."), missing),
        (_("In several waves: %(groups)s."), twice),
        (_("Not among those who attend: %(groups)s."), foreign),
    )
    said = [text % {"groups": ", ".join(names)} for text, names in texts if names]
    return " ".join([str(refusals.WavesNotWhole.text), *said]) if said else None


def _demand_everyone_grouped(cohort: Cohort) -> None:
    people = Enrollment.objects.active().filter(cohort=cohort, group__isnull=True).count()
    if people:
        raise refusals.PeopleWithoutGroup(facts={"people": people})
