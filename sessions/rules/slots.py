"""What holds for slots asked of speakers and hosts: whether an answer still counts, until when it
can be given, which times instead can be named, how long a private link lives.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from g60portal.common.clock import SHANGHAI, local
from g60portal.common.value_problems import ValueProblem
from sessions.choices import SlotStanding

# Enough to choose from; more would be a calendar, not an answer.
MOST_TIMES = 6
LONGEST_WINDOW = dt.timedelta(days=31)
# The link outlives the cohort by a night, for whoever looks up what was agreed.
LINK_DAYS_AFTER = 2
SHORTEST_LINK = dt.timedelta(days=1)

# From, until.
Window = tuple[dt.datetime, dt.datetime]


class TimesProblem(ValueProblem):
    messages: ClassVar[dict[str, str | Promise]] = {
        "times_count": _("Name at most six times."),
        "times_order": _("Each time ends after it begins."),
        "times_past": _("Name times that are still to come."),
        "times_long": _("A time lasts at most a month."),
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """What a speaker or a host was asked for; `venue` None = the place does not matter."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    venue: int | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """The session as it stands now; `booked`: the speaker or the venue is still part of it."""

    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    venue: int | None
    cancelled: bool
    booked: bool


def standing_of(asked: Asked, planned: Planned) -> SlotStanding:
    """Whether an answer to what was asked still counts."""
    if planned.cancelled:
        return SlotStanding.CANCELLED
    if not planned.booked:
        return SlotStanding.UNBOOKED
    if planned.starts_at is None or planned.ends_at is None:
        return SlotStanding.UNPLACED
    same_times = (asked.starts_at, asked.ends_at) == (planned.starts_at, planned.ends_at)
    same_place = asked.venue is None or asked.venue == planned.venue
    return SlotStanding.CURRENT if same_times and same_place else SlotStanding.MOVED


def answers_until(starts_at: dt.datetime) -> dt.datetime:
    """The midnight before the day of the session: from then on only a call helps."""
    return dt.datetime.combine(local(starts_at).date(), dt.time(), SHANGHAI)


def link_expiry(last_day: dt.date, now: dt.datetime) -> dt.datetime:
    """A day after the cohort's last day, and at least a day from now."""
    end = dt.datetime.combine(last_day, dt.time(), SHANGHAI) + dt.timedelta(days=LINK_DAYS_AFTER)
    return max(end, now + SHORTEST_LINK)


def checked_times(windows: Sequence[Window], now: dt.datetime) -> list[Window]:
    """The windows in order, without doubles, or a TimesProblem."""
    found = sorted(set(windows))
    if len(found) > MOST_TIMES:
        raise TimesProblem("times_count")
    for starts_at, ends_at in found:
        if ends_at <= starts_at:
            raise TimesProblem("times_order")
        if ends_at - starts_at > LONGEST_WINDOW:
            raise TimesProblem("times_long")
        if ends_at <= now:
            raise TimesProblem("times_past")
    return found


def merged(windows: Iterable[Window]) -> list[Window]:
    """The same stretches of time without overlaps, in order."""
    found: list[Window] = []
    for starts_at, ends_at in sorted(windows):
        if found and starts_at <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends_at))
        else:
            found.append((starts_at, ends_at))
    return found
