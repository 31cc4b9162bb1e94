"""What is on now and what comes next in one person's timetable. Pure functions on values.

The answer holds between two boundaries (a session begins or ends, a day begins), so that a page
built from it may be kept until the later one.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from sessions.rules.release_diff import Slot

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Moment:
    """`current` is on, `following` begins next; both hold from `holds_from` until `holds_until`."""

    current: Slot | None
    following: Slot | None
    holds_from: dt.datetime
    holds_until: dt.datetime

    @property
    def first(self) -> Slot | None:
        """What a person asks for: what is on, else what comes."""
        return self.current or self.following


def moment_at(slots: Iterable[Slot], instant: dt.datetime) -> Moment:
    """`instant` in the zone whose days count. Sessions that were cancelled do not."""
    on = sorted(
        (slot for slot in slots if slot.takes_place), key=attrgetter("starts_at", "session_id")
    )
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    # In UTC as the rows are: comparing across zones costs twenty times as much.
    instant = instant.astimezone(dt.UTC)
    bounds = [midnight.astimezone(dt.UTC), (midnight + _DAY).astimezone(dt.UTC)]
    bounds += [slot.starts_at for slot in on] + [slot.ends_at for slot in on]
    current = [slot for slot in on if slot.starts_at <= instant < slot.ends_at]
    return Moment(
        current=current[-1] if current else None,
        following=next((slot for slot in on if slot.starts_at > instant), None),
        holds_from=max(bound for bound in bounds if bound <= instant),
        holds_until=min(bound for bound in bounds if bound > instant),
    )
