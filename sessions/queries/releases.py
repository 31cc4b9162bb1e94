"""Reading releases: the newest one, its rows for a group, the draft as it would be frozen now.
Whom a release concerns stands in `audience`. Nothing here writes.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from cohorts.models import Cohort
from sessions.choices import SessionState
from sessions.models import Release, ReleasedSession, Speaker, TrainingSession, Venue
from sessions.rules.release_diff import ReleasedSpeaker, Slot, diff_of, timetable


@dataclass(frozen=True)
class Picture:
    """A release read whole: slots, calendar identities and sequences by session id."""

    release: Release | None = None
    slots: Mapping[int, Slot] = field(default_factory=dict)
    uids: Mapping[int, UUID] = field(default_factory=dict)
    sequences: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DraftState:
    """The draft against the latest release; no number before the first one."""

    number: int | None
    differs: bool


def latest_release(cohort: Cohort) -> Release | None:
    return Release.objects.filter(cohort=cohort).order_by("-number").first()


def released_rows(release: Release, group_id: int | None) -> QuerySet[ReleasedSession]:
    """What a person of that group (None: of no group) sees of a release, in the order of time."""
    audience = Q(group_ids=[])
    if group_id is not None:
        audience |= Q(group_ids__contains=[group_id])
    return ReleasedSession.objects.filter(audience, release=release).order_by("starts_at", "pk")


def pictures_of(releases: Iterable[Release]) -> dict[int, Picture]:
    """Whole releases by id, in one query."""
    by_id = {release.pk: release for release in releases}
    rows_of: dict[int, list[ReleasedSession]] = {pk: [] for pk in by_id}
    for row in ReleasedSession.objects.filter(release__in=by_id):
        rows_of[row.release_id].append(row)
    return {pk: picture(by_id[pk], rows) for pk, rows in rows_of.items()}


def picture_of(release: Release | None) -> Picture:
    return Picture() if release is None else pictures_of([release])[release.pk]


def picture(release: Release | None, rows: Sequence[ReleasedSession]) -> Picture:
    return Picture(
        release=release,
        slots=timetable(slot_of(row) for row in rows),
        uids={row.training_session_id: row.uid for row in rows},
        sequences={row.training_session_id: row.sequence for row in rows},
    )


def slot_of(row: ReleasedSession) -> Slot:
    """A frozen row as a value."""
    return Slot(
        session_id=row.training_session_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        kind=row.kind,
        state=row.state,
        cancel_reason=row.cancel_reason,
        title=row.title,
        title_en=row.title_en,
        description=row.description,
        leg_id=row.leg_id_then,
        city_code=row.city_code,
        venue_id=row.venue_id_then,
        venue_name=row.venue_name,
        venue_name_en=row.venue_name_en,
        venue_address=row.venue_address,
        venue_address_en=row.venue_address_en,
        latitude=row.latitude,
        longitude=row.longitude,
        speakers=tuple(ReleasedSpeaker(**speaker) for speaker in row.speakers),
        group_ids=frozenset(row.group_ids),
        hours=row.hours,
        compulsory=row.compulsory,
    )


def draft_slots(
    sessions: Iterable[TrainingSession], previous: Mapping[int, Slot]
) -> dict[int, Slot]:
    """The timetable as a release would freeze it: placed sessions that are on, and those cancelled
    that people have been told of, as they were told, with the reason."""
    slots: dict[int, Slot] = {}
    for training_session in sessions:
        told = previous.get(training_session.pk)
        if training_session.state == SessionState.CANCELLED:
            if told:
                slots[told.session_id] = _cancelled(told, training_session.cancel_reason)
            continue
        starts_at, ends_at = training_session.starts_at, training_session.ends_at
        if starts_at and ends_at:
            slots[training_session.pk] = _planned(training_session, starts_at, ends_at)
    return slots


def draft_sessions(cohort: Cohort) -> QuerySet[TrainingSession]:
    """The sessions of a cohort with all that a release copies."""
    return (
        TrainingSession.objects.filter(cohort=cohort)
        .select_related("venue", "leg__city")
        .prefetch_related("speaker_rows__speaker", "audience_rows")
    )


def draft_state(cohort: Cohort) -> DraftState:
    """How the timetable that organizers edit stands to what people have been told."""
    previous = latest_release(cohort)
    if previous is None:
        return DraftState(None, differs=True)
    old = picture_of(previous).slots
    return DraftState(
        previous.number, differs=bool(diff_of(old, draft_slots(draft_sessions(cohort), old)))
    )


def _cancelled(told: Slot, reason: str) -> Slot:
    return replace(told, state=SessionState.CANCELLED.value, cancel_reason=reason)


def _planned(
    training_session: TrainingSession, starts_at: dt.datetime, ends_at: dt.datetime
) -> Slot:
    venue = training_session.venue
    return Slot(
        session_id=training_session.pk,
        starts_at=starts_at,
        ends_at=ends_at,
        kind=training_session.kind,
        state=SessionState.PLANNED.value,
        title=training_session.title,
        title_en=training_session.title_en,
        description=training_session.description,
        leg_id=training_session.leg_id,
        city_code=training_session.leg.city.code,
        speakers=_speakers(training_session),
        group_ids=frozenset(
            row.group_id for row in training_session.audience_rows.all() if row.group_id
        ),
        hours=training_session.hours,
        compulsory=training_session.compulsory,
        **venue_texts(venue),
    )


def venue_texts(venue: Venue | None) -> dict[str, Any]:
    """What a slot copies of a venue."""
    return {
        "venue_id": venue.pk if venue else None,
        "venue_name": venue.name if venue else "",
        "venue_name_en": venue.name_en if venue else "",
        "venue_address": venue.address if venue else "",
        "venue_address_en": venue.address_en if venue else "",
        "latitude": venue.latitude if venue else None,
        "longitude": venue.longitude if venue else None,
    }


def _speakers(training_session: TrainingSession) -> tuple[ReleasedSpeaker, ...]:
    return tuple(released_speaker(row.speaker) for row in training_session.speaker_rows.all())


def released_speaker(speaker: Speaker) -> ReleasedSpeaker:
    return ReleasedSpeaker(
        id=speaker.pk,
        name=speaker.name,
        name_en=speaker.name_en,
        title=speaker.title,
        title_en=speaker.title_en,
    )
