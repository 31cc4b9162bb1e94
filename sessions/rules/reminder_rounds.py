"""Of what people are reminded, and when that is due, by the released timetable. Pure.

Whoever looks at the clock too late reminds of nothing: a reminder that comes after its window says
what everybody knows by then.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from g60portal.common import clock
from sessions.choices import ReminderKind, SessionKind
from sessions.rules.release_diff import Slot

# After it was due a reminder may still leave for so long.
EVENING_WINDOW = dt.timedelta(hours=2)
TRANSFER_WINDOW = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Occasion:
    """What identifies a round: `transfer` is its id, None for a day."""

    kind: str
    transfer: int | None
    happens_at: dt.datetime


def occasions(slots: Iterable[Slot]) -> set[Occasion]:
    """Each day with something on it, and each transfer; of what takes place only."""
    found: set[Occasion] = set()
    for slot in slots:
        if not slot.takes_place:
            continue
        found.add(Occasion(ReminderKind.EVENING, None, day_start(slot.starts_at)))
        if slot.kind == SessionKind.TRANSFER:
            found.add(Occasion(ReminderKind.TRANSFER, slot.session_id, slot.starts_at))
    return found


def due_at(occasion: Occasion, evening: dt.time, transfer_minutes: int) -> dt.datetime:
    """The evening before at that time of day, or so many minutes before the departure."""
    if occasion.kind == ReminderKind.TRANSFER:
        return occasion.happens_at - dt.timedelta(minutes=transfer_minutes)
    before = clock.local(occasion.happens_at).date() - dt.timedelta(days=1)
    return dt.datetime.combine(before, evening, tzinfo=clock.SHANGHAI)


def is_missed(kind: str, due: dt.datetime, happens_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether it is too late to remind of it."""
    window = TRANSFER_WINDOW if kind == ReminderKind.TRANSFER else EVENING_WINDOW
    return now > due + window or now >= happens_at


def day_start(instant: dt.datetime) -> dt.datetime:
    """The first minute of that day in Shanghai."""
    return dt.datetime.combine(clock.local(instant).date(), dt.time(), tzinfo=clock.SHANGHAI)
