"""Whose consent a change of the timetable needs: the legs that it touches.

A host edits its own leg. A change touches a leg when the session belongs to it, is to belong to it,
or is moved onto one of its days. Who may speak for a leg is `cohorts.permissions`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from g60portal.common.clock import local


@dataclass(frozen=True, slots=True)
class LegDays:
    """A leg and the days that are its own."""

    id: int
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session stands in the timetable; without times it lies in the tray."""

    leg: int
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None


def legs_touched(legs: Iterable[LegDays], before: Place | None, after: Place) -> frozenset[int]:
    """The ids of the legs. `before` is None for a session that is to be made.

    A session that stays where it lies touches the days of nobody: it lies there by consent.
    """
    touched = {place.leg for place in (before, after) if place is not None}
    if before is None or (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at):
        touched |= _legs_of_days(legs, after)
    return frozenset(touched)


def _legs_of_days(legs: Iterable[LegDays], place: Place) -> set[int]:
    if place.starts_at is None or place.ends_at is None:
        return set()
    first = local(place.starts_at).date()
    last = local(place.ends_at - dt.timedelta(microseconds=1)).date()
    return {leg.id for leg in legs if leg.first <= last and first <= leg.last}
