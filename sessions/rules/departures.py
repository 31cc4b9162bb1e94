"""When to set out for what comes next. Pure functions on values.

The same figures that decide whether a timetable leaves enough time for a journey (`travel` among
the clashes): minutes on the way and the margins of both places.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from sessions.choices import SessionKind
from sessions.rules.release_diff import Slot

# The zone whose days count.
BEIJING = dt.timezone(dt.timedelta(hours=8))


@dataclass(frozen=True)
class Journey:
    """From one session of a day to the next one elsewhere."""

    origin: Slot
    destination: Slot


@dataclass(frozen=True)
class Way:
    """What the portal knows of a way between two places; minutes both."""

    minutes: int
    margin: int
    estimated: bool = False


@dataclass(frozen=True)
class Departure:
    """The latest instant to set out at."""

    at: dt.datetime
    way: Way


def journey_to(slots: Iterable[Slot], destination: Slot | None) -> Journey | None:
    """The way to a session, from where one was last that day; `slots` in the order of time.

    None where there is nothing to walk or drive by oneself: no place known, the same place, or a
    transfer on that way, whose bus has its own time of boarding.
    """
    if destination is None or destination.venue_id is None:
        return None
    day = destination.starts_at.astimezone(BEIJING).date()
    before = [
        slot
        for slot in slots
        if slot.takes_place
        and slot.ends_at <= destination.starts_at
        and slot.starts_at.astimezone(BEIJING).date() == day
        and slot.session_id != destination.session_id
        and (slot.venue_id is not None or slot.kind == SessionKind.TRANSFER)
    ]
    last = max(before, key=attrgetter("ends_at", "starts_at"), default=None)
    carried = SessionKind.TRANSFER in {destination.kind, last.kind if last else ""}
    if last is None or carried or last.venue_id == destination.venue_id:
        return None
    return Journey(last, destination)


def departure_for(journey: Journey, way: Way) -> Departure:
    early = dt.timedelta(minutes=way.minutes + way.margin)
    return Departure(journey.destination.starts_at - early, way)
