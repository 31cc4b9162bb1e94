"""Hours: which sessions make up a person's programme, and what the marks in them are worth.

Pure: values in, figures out. The verdict built on them is in `completion`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sessions.choices import ATTENDED_STATES, AttendanceState

NO_HOURS = Decimal(0)


@dataclass(frozen=True)
class CountedSession:
    """What completion needs to know of a session. `group_ids` empty = everyone; `held` = it has
    ended or its roll was called."""

    pk: int
    hours: Decimal
    compulsory: bool
    held: bool
    cancelled: bool = False
    group_ids: frozenset[int] = frozenset()


def programme_of(sessions: Iterable[CountedSession], group_id: int | None) -> list[CountedSession]:
    """The sessions a member of the group is meant to attend. Cancelled ones are nobody's."""
    return [
        row
        for row in sessions
        if not row.cancelled and (not row.group_ids or group_id in row.group_ids)
    ]


def attended(mark: str | None) -> bool:
    return mark in ATTENDED_STATES


def hours_attended(programme: Sequence[CountedSession], marks: Mapping[int, str]) -> Decimal:
    """Hours earned: of every attended session of the programme, compulsory or not."""
    return sum((row.hours for row in programme if attended(marks.get(row.pk))), NO_HOURS)


def hours_on_leave(programme: Sequence[CountedSession], marks: Mapping[int, str]) -> Decimal:
    return sum(
        (row.hours for row in programme if marks.get(row.pk) == AttendanceState.LEAVE), NO_HOURS
    )


def hours_offered(programme: Sequence[CountedSession]) -> Decimal:
    return sum((row.hours for row in programme), NO_HOURS)
