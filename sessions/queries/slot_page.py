"""What a speaker or the host of a site sees on the private page: its own slots as it was asked for
them, nothing of anybody else. The draft beyond them never shows: a session that has been changed
since says only that it is being changed.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings

from g60portal.common import clock
from sessions.choices import AGREED_SLOTS, SLOT_ANSWERS, SLOT_MOVES, SlotStanding, SlotState
from sessions.models import Slot, SlotLink
from sessions.queries.calendar import UID_DOMAIN, organizer
from sessions.queries.itinerary_rows import day_label
from sessions.queries.slot_parties import party_of
from sessions.queries.slots import audience_counts, slot_standing, windows_of, with_facts
from sessions.rules.calendar_text import CalendarEvent, calendar_text
from sessions.rules.slots import Window, answers_until


@dataclass(frozen=True)
class SlotCard:
    """One slot of the page. `answers` are the states that can be said now."""

    slot: Slot
    title: str
    theme: str
    times: str
    place: str
    address: str
    audience: int
    standing: SlotStanding
    until: dt.datetime
    answers: Sequence[str]
    windows: Sequence[Window]

    @property
    def changing(self) -> bool:
        """The organizers have changed the session and have not asked again yet."""
        return self.standing != SlotStanding.CURRENT and self.slot.state != SlotState.DONE

    @property
    def may_answer(self) -> bool:
        return bool(self.answers)

    @property
    def may_confirm(self) -> bool:
        return SlotState.CONFIRMED in self.answers and self.slot.state != SlotState.CONFIRMED


@dataclass(frozen=True)
class SlotDay:
    key: str
    label: str
    cards: Sequence[SlotCard]

    @property
    def open_count(self) -> int:
        """How many could be confirmed at once."""
        return sum(card.may_confirm for card in self.cards)


def slot_days(link: SlotLink) -> list[SlotDay]:
    """The slots by day, in three queries."""
    slots = _slots(link)
    counts = audience_counts(link.cohort, [slot.training_session_id for slot in slots])
    cards = [_card(slot, counts.get(slot.training_session_id, 0)) for slot in slots]
    return [
        SlotDay(day.isoformat(), day_label(day), list(of_day))
        for day, of_day in groupby(cards, key=_day)
    ]


def slots_calendar(link: SlotLink) -> bytes:
    """The agreed slots as a calendar file, in the language of the moment."""
    agreed = [slot for slot in _slots(link) if slot.state in AGREED_SLOTS and not _changing(slot)]
    return calendar_text(
        [_event(slot) for slot in agreed],
        method="PUBLISH",
        name=link.cohort.local_title,
        organizer=organizer(),
    )


def _slots(link: SlotLink) -> list[Slot]:
    rows = with_facts(party_of(link).slots(link.cohort))
    places = ("training_session__venue", "training_session__theme", "asked_venue")
    return list(rows.select_related(*places).order_by("starts_at", "pk"))


def _card(slot: Slot, audience: int) -> SlotCard:
    row = slot.training_session
    starts, ends = clock.local(slot.starts_at), clock.local(slot.ends_at)
    place = slot.venue or slot.asked_venue
    until = answers_until(slot.starts_at)
    return SlotCard(
        slot=slot,
        title=row.local_title,
        theme=str(row.theme) if row.theme else "",
        times=f"{starts:%H:%M}–{ends:%H:%M}",
        place=place.local_name if place else "",
        address=place.address if place else "",
        audience=audience,
        standing=slot_standing(slot),
        until=until,
        answers=[] if _changing(slot) or clock.now() >= until else _answers(slot),
        windows=windows_of(slot),
    )


def _answers(slot: Slot) -> list[str]:
    """What follows on the present state, and the state itself, to put its reason right."""
    possible = {slot.state, *SLOT_MOVES[slot.state]}
    return [state.value for state in SLOT_ANSWERS if state in possible]


def _changing(slot: Slot) -> bool:
    return slot_standing(slot) != SlotStanding.CURRENT and slot.state != SlotState.DONE


def _day(card: SlotCard) -> dt.date:
    return clock.local(card.slot.starts_at).date()


def _event(slot: Slot) -> CalendarEvent:
    row = slot.training_session
    place = slot.venue or slot.asked_venue
    return CalendarEvent(
        uid=f"{row.uid}-slot-{slot.pk}@{UID_DOMAIN}",
        sequence=row.version,
        stamp=slot.answered_at or slot.asked_at,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        summary=row.local_title,
        location=", ".join(filter(None, (place.local_name, place.address))) if place else "",
        category=str(row.get_kind_display()),
        url=settings.PORTAL_URL,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
    )
