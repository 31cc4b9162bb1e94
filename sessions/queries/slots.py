"""Slots asked of speakers and hosts, each with how it stands against the session of today."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from cohorts.models import Cohort
from g60portal.common.clock import local
from participants.models import Enrollment
from sessions.choices import SessionState, SlotStanding
from sessions.models import SessionAudience, SessionSpeaker, Slot
from sessions.rules.slots import Asked, Planned, Window, standing_of


@dataclass(frozen=True)
class SlotMark:
    """What a party has answered for a session; `current` = to its present time and place."""

    party: str
    state: str
    current: bool


def with_facts(rows: QuerySet[Slot]) -> QuerySet[Slot]:
    """Slots with all that `slot_standing` and their names need, in the same query."""
    booked = SessionSpeaker.objects.filter(
        training_session=OuterRef("training_session"), speaker=OuterRef("speaker")
    )
    return rows.select_related("training_session", "speaker", "venue").annotate(
        speaker_booked=Exists(booked)
    )


def slot_standing(slot: Any) -> SlotStanding:
    """Of a slot that `with_facts` has read."""
    planned = slot.training_session
    return standing_of(
        Asked(slot.starts_at, slot.ends_at, slot.asked_venue_id),
        Planned(
            planned.starts_at,
            planned.ends_at,
            planned.venue_id,
            cancelled=planned.state == SessionState.CANCELLED,
            booked=slot.speaker_booked if slot.speaker_id else slot.venue_id == planned.venue_id,
        ),
    )


def is_current(slot: Slot) -> bool:
    return slot_standing(slot) == SlotStanding.CURRENT


def slots_of(cohort: Cohort) -> QuerySet[Slot]:
    return with_facts(Slot.objects.filter(training_session__cohort=cohort))


def slots_found(
    cohort: Cohort, *, state: str = "", session_id: int | None = None
) -> QuerySet[Slot]:
    """The filters of the API."""
    rows = slots_of(cohort)
    if state:
        rows = rows.filter(state=state)
    if session_id is not None:
        rows = rows.filter(training_session_id=session_id)
    return rows.order_by("starts_at", "pk")


def slot_states(cohort: Cohort) -> dict[int, list[SlotMark]]:
    """The answers of each session that somebody was asked for, in one query. Whoever is no longer
    part of the session is left out."""
    found: dict[int, list[SlotMark]] = defaultdict(list)
    for slot in slots_of(cohort).order_by("training_session_id", "venue_id", "pk"):
        standing = slot_standing(slot)
        if standing != SlotStanding.UNBOOKED:
            mark = SlotMark(_name(slot), slot.state, standing == SlotStanding.CURRENT)
            found[slot.training_session_id].append(mark)
    return dict(found)


def slot_shape(slot: Slot) -> dict[str, Any]:
    """A slot as the API shows it."""
    standing = slot_standing(slot)
    return {
        "id": slot.pk,
        "session": slot.training_session_id,
        "speaker": slot.speaker_id,
        "venue": slot.venue_id,
        "state": slot.state,
        "standing": standing.value,
        "current": standing == SlotStanding.CURRENT,
        "starts_at": local(slot.starts_at),
        "ends_at": local(slot.ends_at),
        "reason": slot.reason,
        "times": slot.times,
        "asked_at": local(slot.asked_at),
        "answered_at": local(slot.answered_at) if slot.answered_at else None,
    }


def windows_of(slot: Slot) -> list[Window]:
    """The times that would suit instead, as instants."""
    return [
        (
            local(dt.datetime.fromisoformat(window["starts_at"])),
            local(dt.datetime.fromisoformat(window["ends_at"])),
        )
        for window in slot.times
    ]


def audience_counts(cohort: Cohort, session_ids: Iterable[int]) -> dict[int, int]:
    """How many people each of these sessions is for, in two queries."""
    seated = Enrollment.objects.active().filter(cohort=cohort).order_by().values_list("group_id")
    by_group = dict(seated.annotate(people=Count("pk")))
    everybody = sum(by_group.values())
    counts: dict[int, int] = defaultdict(int)
    audience = SessionAudience.objects.filter(training_session__in=list(session_ids))
    for key, group_id in audience.values_list("training_session_id", "group_id"):
        counts[key] += by_group.get(group_id, 0) if group_id else everybody
    return dict(counts)


def _name(slot: Slot) -> str:
    row = slot.speaker or slot.venue
    return row.local_name if row else ""
