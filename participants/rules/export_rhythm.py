"""When a regular file is due: daily, weekly, or once before a day. Pure; times are Shanghai's,
which has no summer time."""

import datetime as dt
from dataclasses import dataclass

from g60portal.common.clock import SHANGHAI
from participants.choices import ExportRhythm

MOST_DAYS_BEFORE = 60
_WEEK_DAYS = 7


@dataclass(frozen=True)
class Rhythm:
    """`weekday` (0 = Monday) of a weekly one; `target_on` and `days_before` of one for once."""

    kind: str
    at: dt.time
    weekday: int | None = None
    target_on: dt.date | None = None
    days_before: int = 0


def missing_facts(rhythm: Rhythm) -> list[str]:
    """The facts that this kind needs and does not have, or has outside of their limits."""
    if rhythm.kind == ExportRhythm.WEEKLY:
        return [] if rhythm.weekday in range(_WEEK_DAYS) else ["weekday"]
    if rhythm.kind == ExportRhythm.ONCE:
        days = 0 <= rhythm.days_before <= MOST_DAYS_BEFORE
        return [*([] if rhythm.target_on else ["target_on"]), *([] if days else ["days_before"])]
    return [] if rhythm.kind == ExportRhythm.DAILY else ["rhythm"]


def next_due(rhythm: Rhythm, after: dt.datetime) -> dt.datetime | None:
    """The first occasion later than `after`; None when there is none any more."""
    if rhythm.kind == ExportRhythm.ONCE:
        if rhythm.target_on is None:
            return None
        due = _at(rhythm.target_on - dt.timedelta(days=rhythm.days_before), rhythm)
        return due if due > after else None
    day = after.astimezone(SHANGHAI).date()
    if rhythm.kind == ExportRhythm.WEEKLY and rhythm.weekday is not None:
        day += dt.timedelta(days=(rhythm.weekday - day.weekday()) % _WEEK_DAYS)
    step = dt.timedelta(days=1 if rhythm.kind == ExportRhythm.DAILY else _WEEK_DAYS)
    due = _at(day, rhythm)
    return due if due > after else due + step


def _at(day: dt.date, rhythm: Rhythm) -> dt.datetime:
    return dt.datetime.combine(day, rhythm.at, SHANGHAI)
