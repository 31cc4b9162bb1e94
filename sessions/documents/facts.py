"""What documents say of a released timetable, as plain values in the language of the moment. Who
reads them from the database: `sessions.queries.printed`.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

HalfDay = Literal["morning", "afternoon", "evening"]
HALF_DAYS: tuple[HalfDay, ...] = ("morning", "afternoon", "evening")
_NOON, _DUSK = dt.time(12, 0), dt.time(17, 30)


@dataclass(frozen=True)
class PrintedSession:
    """`groups` are the names of those for whom it is; empty for everybody."""

    leg: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    kind: str
    kind_word: str
    title: str
    place: str
    speakers: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def day(self) -> dt.date:
        return self.starts_at.date()

    @property
    def half_day(self) -> HalfDay:
        at = self.starts_at.time()
        if at < _NOON:
            return "morning"
        return "afternoon" if at < _DUSK else "evening"

    @property
    def times(self) -> str:
        return f"{self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


@dataclass(frozen=True)
class PrintedLeg:
    leg: int
    city: str
    host: str
    starts_on: dt.date
    ends_on: dt.date


@dataclass(frozen=True)
class PrintedRelease:
    """The latest release of a cohort; only what takes place."""

    number: int
    released_at: dt.datetime
    legs: tuple[PrintedLeg, ...]
    sessions: tuple[PrintedSession, ...]


@dataclass(frozen=True)
class PrintedContact:
    """Somebody of the organizers, for participants."""

    role: str
    name: str
    email: str
