"""What going back to a release would make of the draft, session by session; and what of it cannot
come back because it no longer exists. Nothing here writes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from cohorts.models import Cohort, Leg
from participants.models import Group
from sessions.choices import SessionState
from sessions.models import Release, ReleasedGroup, ReleasedSession, Speaker, TrainingSession, Venue
from sessions.queries.releases import (
    draft_sessions,
    draft_slots,
    latest_release,
    pictures_of,
    released_speaker,
    venue_texts,
)
from sessions.rules.release_diff import Change, Slot, changes_between
from sessions.rules.restoration import Drafted, Fate, fates, still_there

# Facts that come back as they were. Theme and preparing lecture are not part of a release.
_PLAIN = ("kind", "title", "title_en", "description", "starts_at", "ends_at", "hours", "compulsory")


@dataclass(frozen=True)
class Missing:
    """Something that a session had in the release and that no longer exists."""

    training_session: TrainingSession
    what: str
    name: str


@dataclass(frozen=True)
class Goal:
    """What one session shall be. None leaves speakers and groups as they are."""

    training_session: TrainingSession
    fate: Fate
    facts: Mapping[str, Any]
    speakers: Sequence[Speaker] | None = None
    groups: Sequence[Group] | None = None
    reason: str = ""


@dataclass(frozen=True)
class Restoration:
    """`changes` compares the draft with what it would be."""

    release: Release
    goals: Sequence[Goal]
    changes: Sequence[Change]
    missing: Sequence[Missing]
    over: Sequence[TrainingSession]

    @property
    def to_tray(self) -> list[TrainingSession]:
        return [goal.training_session for goal in self.goals if goal.fate is Fate.TRAY]


@dataclass(frozen=True)
class _Rows:
    """What exists of that which the release refers to, by id."""

    legs: Mapping[int, Leg]
    venues: Mapping[int, Venue]
    speakers: Mapping[int, Speaker]
    groups: Mapping[int, Group]
    group_names: Mapping[int, str] = field(default_factory=dict)


def restoration_of(cohort: Cohort, release: Release) -> Restoration:
    """With a constant number of queries."""
    latest = latest_release(cohort) or release
    pictures = pictures_of({release, latest})
    slots = pictures[release.pk].slots
    sessions = list(draft_sessions(cohort).order_by("pk"))
    before = draft_slots(sessions, pictures[latest.pk].slots)
    decided = fates(_drafted(sessions, release), slots)
    rows, missing = _rows_of(cohort, release, slots), list[Missing]()
    goals, after = [], dict[int, Slot]()
    for row in sessions:
        fate = decided[row.pk]
        slot = before.get(row.pk)
        if fate is Fate.BACK:
            goal, slot = _back(row, slots[row.pk], rows, missing)
            goals.append(goal)
        elif fate is not Fate.STAYS:
            goal, slot = _gone(row, slot, fate, slots.get(row.pk), release)
            goals.append(goal)
        if slot is not None:
            after[row.pk] = slot
    over = [row for row in sessions if row.state == SessionState.DONE]
    return Restoration(release, goals, changes_between(before, after), missing, over)


def _drafted(sessions: Iterable[TrainingSession], release: Release) -> list[Drafted]:
    later = ReleasedSession.objects.filter(
        release__cohort=release.cohort_id, release__number__gt=release.number
    )
    known = set(later.values_list("training_session_id", flat=True))
    return [
        Drafted(
            session_id=row.pk,
            placed=row.starts_at is not None,
            cancelled=row.state == SessionState.CANCELLED,
            over=row.state == SessionState.DONE,
            released_later=row.pk in known,
        )
        for row in sessions
    ]


def _rows_of(cohort: Cohort, release: Release, slots: Mapping[int, Slot]) -> _Rows:
    venues = {slot.venue_id for slot in slots.values() if slot.venue_id}
    speakers = {speaker.id for slot in slots.values() for speaker in slot.speakers}
    then = ReleasedGroup.objects.filter(release=release, group_id_then__isnull=False)
    return _Rows(
        legs={leg.pk: leg for leg in Leg.objects.filter(cohort=cohort).select_related("city")},
        venues=Venue.objects.in_bulk(venues),
        speakers=Speaker.objects.in_bulk(speakers),
        groups={group.pk: group for group in Group.objects.filter(cohort=cohort)},
        group_names={pk: name for pk, name in then.values_list("group_id_then", "name") if pk},
    )


def _back(
    row: TrainingSession, slot: Slot, rows: _Rows, missing: list[Missing]
) -> tuple[Goal, Slot]:
    """The session as it was, with what still exists; `missing` gets the rest."""
    leg = rows.legs.get(slot.leg_id, row.leg)
    venue = rows.venues.get(slot.venue_id or 0)
    speakers = [rows.speakers[one.id] for one in slot.speakers if one.id in rows.speakers]
    groups = _audience(row, slot, rows)
    missing.extend(_missing(row, slot, rows))
    facts = {name: getattr(slot, name) for name in _PLAIN} | {"leg": leg, "venue": venue}
    if row.state == SessionState.CANCELLED:
        facts["state"] = SessionState.PLANNED
    group_ids = (
        frozenset(audience.group_id for audience in row.audience_rows.all() if audience.group_id)
        if groups is None
        else frozenset(group.pk for group in groups)
    )
    then = replace(
        slot,
        leg_id=leg.pk,
        city_code=leg.city.code,
        speakers=tuple(released_speaker(speaker) for speaker in speakers),
        group_ids=group_ids,
        **venue_texts(venue),
    )
    return Goal(row, Fate.BACK, facts, speakers, groups), then


def _audience(row: TrainingSession, slot: Slot, rows: _Rows) -> list[Group] | None:
    """The groups that still exist. None of several left must not come to mean everyone: then the
    present audience stays."""
    there, _gone = still_there(sorted(slot.group_ids), rows.groups.keys())
    if slot.group_ids and not there:
        return None
    return [rows.groups[pk] for pk in there]


def _missing(row: TrainingSession, slot: Slot, rows: _Rows) -> list[Missing]:
    found = []
    if slot.leg_id not in rows.legs:
        found.append(Missing(row, _("Leg"), slot.city_code))
    if slot.venue_id and slot.venue_id not in rows.venues:
        found.append(Missing(row, _("Venue"), slot.venue_name))
    found += [
        Missing(row, _("Speaker"), speaker.name)
        for speaker in slot.speakers
        if speaker.id not in rows.speakers
    ]
    _there, gone = still_there(sorted(slot.group_ids), rows.groups.keys())
    return found + [Missing(row, _("Group"), rows.group_names.get(pk, f"#{pk}")) for pk in gone]


def _gone(
    row: TrainingSession, slot: Slot | None, fate: Fate, then: Slot | None, release: Release
) -> tuple[Goal, Slot | None]:
    """To the tray, or cancelled: with the reason of then, or because it came later."""
    if fate is Fate.TRAY:
        return Goal(row, fate, {"starts_at": None, "ends_at": None}), None
    reason = then.cancel_reason if then else _not_part(release)
    goal = Goal(row, fate, {"state": SessionState.CANCELLED}, reason=reason)
    if slot is None:
        return goal, None
    return goal, replace(slot, state=SessionState.CANCELLED.value, cancel_reason=reason)


def _not_part(release: Release) -> str:
    return _("Not part of release %(number)s") % {"number": release.number}


def missing_texts(missing: Collection[Missing]) -> list[str]:
    """`Lecture: Venue Old hall`, one for each."""
    return [
        _("%(session)s: %(what)s “%(name)s”")
        % {"session": one.training_session.local_title, "what": one.what, "name": one.name}
        for one in missing
    ]
