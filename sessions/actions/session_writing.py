"""How training sessions are written: held under their locks, checked, saved, audited, logged.

The actions on single sessions, on several of them, and of undo decide what shall be; here it
becomes so. All sessions of one act are written together, and whether venues, speakers and people
are free is asked when all of them stand where they shall: two sessions can change places.

Locks: the cohort first (by the action), its sessions by key, then venues and speakers in one order
over the whole act, so that two cohorts wait for each other instead of running into a deadlock
inside an exclusion index.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.common import clock
from g60portal.common.constraints import broken_constraint
from g60portal.common.locks import advisory_locks
from g60portal.common.refusals import Refusal, Stale
from participants.models import Group
from sessions import refusals
from sessions.actions.acts import CANCELLED, Act, Step
from sessions.actions.session_audit import record_steps
from sessions.choices import SessionKind, SessionState
from sessions.models import (
    SessionAudience,
    SessionChange,
    SessionSpeaker,
    Speaker,
    TrainingSession,
)
from sessions.queries.clashes import by_session, clashes_of, hard_clashes_of
from sessions.queries.session_changes import news_since
from sessions.queries.timetable import shapes_of
from sessions.rules import placing
from sessions.rules.pictures import PLACING, Picture

CHANGEABLE = frozenset(
    {
        "leg",
        "kind",
        "title",
        "title_en",
        "description",
        "theme",
        "venue",
        "starts_at",
        "ends_at",
        "hours",
        "compulsory",
        "prepared_by",
        "state",
    }
)
EXCLUSIONS = (
    "session_venue_no_overlap",
    "session_speaker_no_overlap",
    "session_group_no_overlap",
)
_TIMES_REFUSALS: dict[str, tuple[str, type[Refusal]]] = {
    placing.INCOMPLETE: ("ends_at", refusals.TimesIncomplete),
    placing.REVERSED: ("ends_at", refusals.TimesReversed),
    placing.OVER_MIDNIGHT: ("ends_at", refusals.TimesOverMidnight),
    placing.NOT_WHOLE: ("starts_at", refusals.TimesNotWhole),
}
# The same at each write of a card: plain SQL, which need not be made anew.
_LOCKED = """
    SELECT t.*,
           ARRAY(SELECT b.speaker_id FROM training_sessions_sessionspeaker b
                  WHERE b.training_session_id = t.id ORDER BY b.position, b.id) AS speaker_ids,
           ARRAY(SELECT a.group_id FROM training_sessions_sessionaudience a
                  WHERE a.training_session_id = t.id AND a.group_id IS NOT NULL) AS group_ids
      FROM training_sessions_trainingsession t
     WHERE t.cohort_id = %(cohort)s AND t.id = ANY(%(keys)s::bigint[])
     ORDER BY t.id FOR UPDATE OF t
"""
_COLUMNS = CHANGEABLE | {"cancel_reason"}


@dataclass(frozen=True, slots=True)
class Held:
    """A session under its lock, with the ids of its speakers (in order) and groups, and the
    picture of all that."""

    row: TrainingSession
    speakers: tuple[int, ...]
    groups: tuple[int, ...]
    picture: Picture


def hold(cohort: Cohort, versions: Mapping[int, int]) -> list[Held]:
    """The sessions under their locks, by key, at the versions that were read; else Stale.

    The caller holds the cohort's lock, under which alone sessions are written: so speakers and
    groups that come with the row are those of the row that is locked.
    """
    held = held_rows(cohort, versions)
    found = {each.row.pk: each.row.version for each in held}
    for key, version in versions.items():
        if found.get(key) != version:
            raise stale(cohort, key, version)
    return held


def held_rows(cohort: Cohort, keys: Iterable[int]) -> list[Held]:
    """Those of the sessions that exist, under their locks, by key."""
    rows = TrainingSession.objects.raw(_LOCKED, {"cohort": cohort.pk, "keys": list(keys)})
    return [_held(cohort, row) for row in rows]


def stale(cohort: Cohort, key: int, version: int) -> Stale:
    """What the session is by now (None: deleted), and who has changed what since `version`."""
    shapes = shapes_of(cohort, [key], by_session(clashes_of(cohort)))
    current = shapes[0] if shapes else None
    return Stale(facts={"current": current, **news_since(key, version)})


def step_of(
    held: Held,
    facts: Mapping[str, Any],
    speakers: Sequence[Speaker] | None = None,
    groups: Sequence[Group] | None = None,
    *,
    reason: str = "",
) -> Step:
    """The session with these facts; None leaves speakers and groups as they are. The reason is
    kept where the session is cancelled by this."""
    row, stood = held.row, held.row.state
    for name, value in facts.items():
        setattr(row, name, value)
    cancelled = row.state == SessionState.CANCELLED
    if stood != row.state:
        row.cancel_reason = " ".join(reason.split()) if cancelled else ""
    demand_sense(row, facts, groups or ())
    after = picture_of(
        row,
        held.speakers if speakers is None else keys_of(speakers),
        held.groups if groups is None else keys_of(groups),
    )
    if cancelled and stood != row.state:
        return Step(row, held.picture, after, CANCELLED, reason=row.cancel_reason)
    return Step(row, held.picture, after)


def new_row(cohort: Cohort, facts: Mapping[str, Any], groups: Sequence[Group]) -> TrainingSession:
    """A session that is not saved yet."""
    row = TrainingSession(cohort=cohort, **facts)
    demand_sense(row, facts, groups)
    return row


def demand_known(facts: Mapping[str, Any]) -> None:
    unknown = set(facts) - CHANGEABLE
    if unknown:
        raise TypeError(f"A training session has no facts {sorted(unknown)}.")


def demand_sense(
    row: TrainingSession, facts: Mapping[str, Any], groups: Sequence[Group] = ()
) -> None:
    """Refuses what the changed facts make of the row; facts that stay are not asked again."""
    problem = placing.times_problem(row.starts_at, row.ends_at)
    if problem:
        field, refusal = _TIMES_REFUSALS[problem]
        raise refusal(fields={field: refusal.text})
    if "leg" in facts and row.leg.cohort_id != row.cohort_id:
        raise refusals.LegElsewhere(fields={"leg": refusals.LegElsewhere.text})
    if any(group.cohort_id != row.cohort_id for group in groups):
        raise refusals.GroupElsewhere(fields={"groups": refusals.GroupElsewhere.text})
    if "prepared_by" in facts and not _prepares(row.prepared_by, row):
        raise refusals.NoPreparingLecture(fields={"prepared_by": refusals.NoPreparingLecture.text})


def picture_of(row: TrainingSession, speakers: Sequence[int], groups: Sequence[int]) -> Picture:
    """Every fact as JSON has it. Speakers have an order, groups have none."""
    return {
        "uid": str(row.uid),
        "leg": row.leg_id,
        "kind": str(row.kind),
        "title": row.title,
        "title_en": row.title_en,
        "description": row.description,
        "theme": row.theme_id,
        "venue": row.venue_id,
        "starts_at": _text(row.starts_at),
        "ends_at": _text(row.ends_at),
        "hours": f"{row.hours:.1f}",
        "compulsory": row.compulsory,
        "prepared_by": row.prepared_by_id,
        "state": str(row.state),
        "cancel_reason": row.cancel_reason,
        "speakers": list(speakers),
        "groups": sorted(groups),
    }


def keys_of(rows: Iterable[models.Model]) -> tuple[int, ...]:
    """Each once, in their order."""
    return tuple(dict.fromkeys(row.pk for row in rows))


def write(
    cohort: Cohort, steps: Sequence[Step], *, by: User | None, act: Act
) -> list[TrainingSession]:
    """All steps at once, or none: Clash with who and what when a venue, a speaker or people are
    taken in the end. Steps that change nothing leave version, audit and log alone."""
    moved = [step for step in steps if step.differing]
    with _checked_at_the_end(moved):
        logged = [_write(step) for step in moved]
    record_steps(cohort, moved, by=by)
    changes = [
        SessionChange(
            cohort=cohort,
            session_id_then=key,
            batch=act.batch,
            role=act.role,
            before=step.before,
            after=step.after,
            version=version,
            by=by,
            at=clock.now(),
        )
        for step, (key, version) in zip(moved, logged, strict=True)
    ]
    act.written.extend(SessionChange.objects.bulk_create(changes))
    return [step.row for step in steps if step.after is not None]


def _held(cohort: Cohort, row: Any) -> Held:
    row.cohort = cohort
    speakers, groups = tuple(row.speaker_ids), tuple(row.group_ids)
    return Held(row, speakers, groups, picture_of(row, speakers, groups))


def _prepares(lecture: TrainingSession | None, row: TrainingSession) -> bool:
    return lecture is None or (
        lecture.kind == SessionKind.LECTURE
        and lecture.cohort_id == row.cohort_id
        and lecture.pk != row.pk
    )


@contextmanager
def _checked_at_the_end(steps: Sequence[Step]) -> Iterator[None]:
    if not any(step.placed and PLACING & step.differing for step in steps):
        yield
        return
    advisory_locks(_places(steps))
    _set_exclusions("DEFERRED")
    yield
    try:
        with transaction.atomic():
            _set_exclusions("IMMEDIATE")
    except IntegrityError as error:
        if broken_constraint(error) not in EXCLUSIONS:
            raise
        raise _clash(steps) from None


def _places(steps: Iterable[Step]) -> Iterator[tuple[str, int]]:
    for step in steps:
        if step.after is not None and step.placed:
            if step.after["venue"] is not None:
                yield "venue", step.after["venue"]
            for speaker in step.after["speakers"]:
                yield "speaker", speaker


def _set_exclusions(when: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {', '.join(EXCLUSIONS)} {when}")


def _clash(steps: Iterable[Step]) -> refusals.Clash:
    """Who and what, while the sessions still stand where they cannot stay. A pair within the act
    is told once."""
    found, told = [], set[int]()
    for step in steps:
        if step.after is not None and step.placed:
            clashes = hard_clashes_of(step.row, step.after["speakers"], step.after["groups"])
            found += [clash for clash in clashes if not told.intersection(clash.sessions)]
            told.add(step.row.pk)
    text = " ".join(clash.message for clash in found)
    return refusals.Clash(text or None, facts={"clashes": [clash.shape() for clash in found]})


def _write(step: Step) -> tuple[int, int]:
    """The key of the session, and its version after this."""
    row = step.row
    if step.after is None:
        key = row.pk
        row.delete()
        row.pk = key  # for the audit; Django has cleared it
        return key, row.version + 1
    if step.before is None:
        row.save(force_insert=True)
    else:
        row.version += 1
        row.changed_at = clock.now()
        own = step.differing.intersection(_COLUMNS)
        row.save(update_fields=[*own, "version", "changed_at"])
    _write_speakers(row, (step.before or {}).get("speakers", []), step.after["speakers"])
    _write_audience(row, (step.before or {}).get("groups"), step.after["groups"])
    return row.pk, row.version


def _write_speakers(row: TrainingSession, then: Sequence[int], now: Sequence[int]) -> None:
    if list(then) == list(now):
        return
    if gone := set(then) - set(now):
        SessionSpeaker.objects.filter(training_session=row, speaker__in=gone).delete()
    SessionSpeaker.objects.bulk_create(
        [
            SessionSpeaker(training_session=row, speaker_id=speaker, position=position)
            for position, speaker in enumerate(now)
        ],
        update_conflicts=True,
        unique_fields=["training_session", "speaker"],
        update_fields=["position"],
    )


def _write_audience(row: TrainingSession, then: Sequence[int] | None, now: Sequence[int]) -> None:
    """`then` is None for a new session, which has no rows yet; no groups is the row of everyone."""
    old = set() if then is None else _audience(then)
    new = _audience(now)
    if gone := old - new:
        everyone = models.Q(group__isnull=True) if None in gone else models.Q()
        audience = SessionAudience.objects.filter(training_session=row)
        audience.filter(everyone | models.Q(group__in=gone - {None})).delete()
    SessionAudience.objects.bulk_create(
        SessionAudience(training_session=row, cohort_id=row.cohort_id, group_id=group)
        for group in sorted(new - old, key=lambda key: key or 0)
    )


def _audience(groups: Iterable[int]) -> set[int | None]:
    return {*groups} or {None}


def _text(instant: dt.datetime | None) -> str | None:
    return None if instant is None else clock.local(instant).isoformat()
