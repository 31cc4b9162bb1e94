"""Undo and redo of the acts of one person in one cohort, across reloads and devices.

Taking an act back writes what compensates it through the same writers: versions grow, boards hear
of it, constraints hold. The writes carry the batch of the act with another role. A fact that
somebody else has changed since is never taken from them: the whole act is refused.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from cohorts.actions.locking import locked_open
from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.common import clock
from g60portal.common.refusals import NotAllowed
from sessions import refusals
from sessions.actions.acts import CHANGED, CREATED, DELETED, Act, Step
from sessions.actions.session_audit import REFERENCES
from sessions.actions.session_writing import Held, held_rows, stale, write
from sessions.actions.training_sessions import demand_forgettable
from sessions.choices import ChangeRole
from sessions.models import SessionChange, TrainingSession
from sessions.queries.session_changes import act_to_redo, act_to_undo
from sessions.rules.pictures import Picture, stepped

# Facts whose column is called otherwise.
_COLUMNS = {name: f"{name}_id" for name in ("leg", "theme", "venue", "prepared_by")}
_PEOPLE = ("speakers", "groups")
_INSTANTS = ("starts_at", "ends_at")


@dataclass(frozen=True, slots=True)
class _Turn:
    """A session to be led from where an act has left it to where it shall be; `version` is the one
    that the act has written."""

    key: int
    version: int
    left: Picture | None
    goal: Picture | None


@transaction.atomic
def undo_last(
    *, cohort: Cohort, by: User, legs: Collection[int] | None = None
) -> list[TrainingSession]:
    """Takes back the last act of `by` that stands. `legs`: those it may write; None = all.

    Raises NothingToUndo, ChangedSince with the current session, SessionKept where people have been
    told of a session that would go, PartGone where a venue, a speaker or a group is no more, and
    whatever the writers refuse. Lock: the cohort, before the log is read, so that two at once take
    back two acts.
    """
    cohort = locked_open(cohort)
    rows = act_to_undo(cohort, by)
    if not rows:
        raise refusals.NothingToUndo
    turns = [_Turn(row.session_id_then, row.version, row.after, row.before) for row in rows[::-1]]
    written = _turned(cohort, turns, Act(rows[0].batch, ChangeRole.UNDO), by, legs)
    _mark(rows, clock.now())
    return written


@transaction.atomic
def redo_last(
    *, cohort: Cohort, by: User, legs: Collection[int] | None = None
) -> list[TrainingSession]:
    """Does again what `by` has undone last, unless it has acted anew since. Refuses as `undo_last`
    does, with NothingToRedo."""
    cohort = locked_open(cohort)
    rows = act_to_redo(cohort, by)
    if not rows:
        raise refusals.NothingToRedo
    turns = [_Turn(row.session_id_then, row.version, row.before, row.after) for row in rows]
    written = _turned(cohort, turns, Act(rows[0].batch, ChangeRole.REDO), by, legs)
    _mark(rows, None)
    return written


def _mark(rows: Iterable[SessionChange], undone_at: dt.datetime | None) -> None:
    SessionChange.objects.filter(pk__in=[row.pk for row in rows]).update(undone_at=undone_at)


def _turned(
    cohort: Cohort, rows: Sequence[_Turn], act: Act, by: User, legs: Collection[int] | None
) -> list[TrainingSession]:
    turns = _one_each(rows)
    _demand_legs(turns.values(), legs)
    held = {each.row.pk: each for each in held_rows(cohort, turns)}
    going = [key for key, turn in turns.items() if turn.goal is None]
    _demand_unused(cohort, going, turns)
    demand_forgettable(going)
    versions = _last_versions(key for key in turns if key not in held)
    steps = [
        _step(cohort, turn, held.get(key), versions.get(key, 0)) for key, turn in turns.items()
    ]
    _demand_parts(steps)
    return write(cohort, sorted(steps, key=_rank), by=by, act=act)


def _one_each(rows: Iterable[_Turn]) -> dict[int, _Turn]:
    """An act that wrote a session several times leads it from the first to the last of them."""
    turns: dict[int, _Turn] = {}
    for row in rows:
        earlier = turns.get(row.key, row)
        version = max(row.version, earlier.version)
        turns[row.key] = _Turn(row.key, version, earlier.left, row.goal)
    return {key: turn for key, turn in turns.items() if turn.left or turn.goal}


def _demand_legs(turns: Iterable[_Turn], legs: Collection[int] | None) -> None:
    """Somebody may have lost a leg since it acted there."""
    if legs is None:
        return
    pictures = [picture for turn in turns for picture in (turn.left, turn.goal) if picture]
    if any(picture["leg"] not in legs for picture in pictures):
        raise NotAllowed


def _demand_unused(cohort: Cohort, going: Sequence[int], turns: Collection[int]) -> None:
    """A lecture that somebody else's visit builds on by now is not taken away."""
    visits = TrainingSession.objects.filter(prepared_by__in=going).exclude(pk__in=list(turns))
    visit = visits.first() if going else None
    if visit is not None:
        raise _changed_since(cohort, visit.pk, visit.version)


def _last_versions(keys: Iterable[int]) -> dict[int, int]:
    """A session that comes back counts on from its last version."""
    rows = SessionChange.objects.filter(session_id_then__in=list(keys)).order_by()
    return dict(rows.values_list("session_id_then").annotate(Max("version")))


def _step(cohort: Cohort, turn: _Turn, held: Held | None, last_version: int) -> Step:
    if turn.left is None and turn.goal is not None and held is None:
        row = TrainingSession(pk=turn.key, cohort=cohort, version=last_version + 1)
        return Step(_put(row, turn.goal), None, turn.goal, CREATED)
    if turn.left is not None and held is not None:
        if turn.goal is None and held.picture == turn.left:
            return Step(held.row, held.picture, None, DELETED)
        after = turn.goal and stepped(held.picture, turn.left, turn.goal)
        if after:
            return Step(_put(held.row, after), held.picture, after, CHANGED)
    raise _changed_since(cohort, turn.key, turn.version)


def _changed_since(cohort: Cohort, key: int, version: int) -> refusals.ChangedSince:
    return refusals.ChangedSince(facts=stale(cohort, key, version).facts)


def _put(row: TrainingSession, picture: Picture) -> TrainingSession:
    """The row with the values of the picture, by key."""
    for name, value in picture.items():
        if name not in _PEOPLE:
            setattr(row, _COLUMNS.get(name, name), _typed(name, value))
    return row


def _typed(name: str, value: Any) -> Any:
    if name in _INSTANTS:
        return None if value is None else dt.datetime.fromisoformat(value)
    if name == "hours":
        return Decimal(value)
    return value


def _demand_parts(steps: Iterable[Step]) -> None:
    """PartGone unless every row that comes back into use is still there. One query for each kind
    that occurs."""
    there = {step.row.pk for step in steps if step.before is None}
    missing = {
        name: gone
        for name, keys in _parts(steps).items()
        if (gone := _gone(name, keys - there if name == "prepared_by" else keys))
    }
    if missing:
        raise refusals.PartGone(facts={"missing": missing})


def _parts(steps: Iterable[Step]) -> dict[str, set[int]]:
    parts: dict[str, set[int]] = {}
    for step in steps:
        for name in REFERENCES.keys() & step.differing:
            value = step.after[name] if step.after is not None else None
            keys = value if isinstance(value, list) else [value]
            parts.setdefault(name, set()).update(key for key in keys if key is not None)
    return parts


def _gone(name: str, keys: Collection[int]) -> list[int]:
    if not keys:
        return []
    rows = REFERENCES[name]._base_manager  # noqa: SLF001 - documented by Django
    return sorted(set(keys) - set(rows.filter(pk__in=keys).values_list("pk", flat=True)))


def _rank(step: Step) -> tuple[int, int]:
    """What comes back, then what changes, then what goes: a visit needs its lecture."""
    return (0 if step.before is None else 2 if step.after is None else 1), step.row.pk
