"""The values that clash rules look at, and the clash itself.

Instants are whole seconds of the wall clock in Shanghai since 1970 (`seconds_of`): the zone has had
no summer time since 1991, so a day is a division by 86,400 and no rule needs a calendar.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import get_language

from cohorts.rules.thresholds import DEFAULTS, Thresholds
from sessions.choices import HARD_CLASHES, ClashCode
from sessions.rules.clashes.identity import fingerprint_of, key_of

MINUTE = 60
HOUR = 3600
DAY = 86_400
SHANGHAI_OFFSET = 8 * HOUR
_EPOCH = dt.date(1970, 1, 1)
# Each code as plain text, and its severity.
_NAMES = {code: (code.value, "hard" if code in HARD_CLASHES else "soft") for code in ClashCode}


def seconds_of(instant: dt.datetime) -> int:
    """An aware instant on the wall clock of Shanghai."""
    return int(instant.timestamp()) + SHANGHAI_OFFSET


def day_number(day: dt.date) -> int:
    return (day - _EPOCH).days


def date_of(number: int) -> dt.date:
    return _EPOCH + dt.timedelta(days=number)


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A session that is not cancelled. Without times it lies in the tray. No `groups` = everyone.

    `leg_days` are the first and last day number of its leg; `ceremony` says what a ceremony opens
    or completes (see `order`).
    """

    id: int
    title: str
    kind: str
    starts: int | None = None
    ends: int | None = None
    venue: int | None = None
    speakers: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    leg_days: tuple[int, int] | None = None
    prepared_by: int | None = None
    ceremony: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A session with its times known. Each stands once in a plan, so identity is equality."""

    facts: SessionFacts
    id: int
    kind: str
    starts: int
    ends: int
    venue: int | None

    @property
    def day(self) -> int:
        return self.starts // DAY

    @property
    def last_day(self) -> int:
        return (self.ends - 1) // DAY


@dataclass(frozen=True, slots=True)
class Clash:
    """One thing that is wrong. `facts` are the figures behind the message, ready for JSON.

    `key` says which clash it is; `timed` are the sessions whose times and venues are part of what
    is wrong (see `identity`). `reason` is why somebody accepted it; with `reopened` that
    was before the facts became others, and the clash is open again.
    """

    code: str
    severity: str
    sessions: tuple[int, ...]
    message: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    accepted: bool = False
    reason: str = ""
    reopened: bool = False
    key: str = ""
    timed: tuple[Placed, ...] = field(default=(), compare=False, repr=False)

    @property
    def hard(self) -> bool:
        return self.severity == "hard"

    @property
    def fingerprint(self) -> str:
        """What was wrong, for comparing with what was accepted."""
        lying = [(row.id, row.starts, row.ends, row.venue) for row in self.timed]
        return fingerprint_of(self.facts, lying)

    def judged(self, *, accepted: bool, reason: str) -> "Clash":
        """The same clash after somebody has accepted it: held, or open again. Spelled out, for
        `dataclasses.replace` takes several times as long and there may be thousands."""
        return Clash(
            self.code,
            self.severity,
            self.sessions,
            self.message,
            self.facts,
            accepted,
            reason,
            not accepted,
            self.key,
            self.timed,
        )

    def shape(self) -> dict[str, Any]:
        """As the API and the board's script see it."""
        return {
            "key": self.key,
            "code": self.code,
            "severity": self.severity,
            "sessions": list(self.sessions),
            "message": self.message,
            "facts": dict(self.facts),
            "accepted": self.accepted,
            "reason": self.reason,
            "reopened": self.reopened,
        }


def clash(
    code: ClashCode,
    sessions: Sequence[int],
    message: str,
    *,
    about: Sequence[str | int] = (),
    timed: Sequence[Placed] = (),
    **facts: Any,
) -> Clash:
    """`about` goes into the key, the times and venues of the `timed` sessions into the
    fingerprint."""
    name, severity = _NAMES[code]
    return Clash(
        name,
        severity,
        tuple(sessions),
        message,
        facts,
        key=key_of(name, sessions, about),
        timed=tuple(timed),
    )


@dataclass(frozen=True, slots=True)
class VenueFacts:
    """`opening`: (weekday 1–7, opens, closes) in minutes of the day; empty = always open."""

    id: int
    name: str
    city: int
    capacity: int | None = None
    largest_party: int | None = None
    margin_minutes: int = 0
    opening: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SpeakerFacts:
    """`windows`: (from, until); empty = always available."""

    id: int
    name: str
    windows: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class GroupFacts:
    id: int
    name: str
    people: int = 0


@dataclass(frozen=True, slots=True)
class DayOrder:
    """The day order of people who attend exactly the same sessions: one group or several, and
    those without a group when `ungrouped`."""

    groups: tuple[int, ...]
    sessions: tuple[Placed, ...]
    ungrouped: bool = False


@dataclass(slots=True)
class Concerned:
    """Whom a clash concerns, gathered from the day orders in which it was found."""

    groups: list[int] = field(default_factory=list)
    ungrouped: bool = False

    def add(self, order: DayOrder) -> None:
        self.groups.extend(order.groups)
        self.ungrouped |= order.ungrouped

    def facts(self) -> dict[str, Any]:
        return {"groups": sorted(self.groups), "ungrouped": self.ungrouped}


@dataclass(frozen=True)
class Plan:
    """Everything the rules need to know of a cohort. Minutes are keyed by (origin, destination)."""

    sessions: Sequence[SessionFacts]
    venues: Mapping[int, VenueFacts] = field(default_factory=dict)
    speakers: Mapping[int, SpeakerFacts] = field(default_factory=dict)
    groups: Mapping[int, GroupFacts] = field(default_factory=dict)
    ungrouped_people: int = 0
    venue_minutes: Mapping[tuple[int, int], int] = field(default_factory=dict)
    city_minutes: Mapping[tuple[int, int], int] = field(default_factory=dict)
    thresholds: Thresholds = DEFAULTS

    @cached_property
    def language(self) -> str | None:
        """Of the messages: the one of the moment in which the first is written."""
        return get_language()

    @cached_property
    def by_id(self) -> dict[int, SessionFacts]:
        return {facts.id: facts for facts in self.sessions}

    @cached_property
    def placed(self) -> list[Placed]:
        """In the order of time."""
        rows = [
            Placed(row, row.id, row.kind, row.starts, row.ends, row.venue)
            for row in self.sessions
            if row.starts is not None and row.ends is not None
        ]
        rows.sort(key=lambda row: (row.starts, row.ends, row.id))
        return rows

    @cached_property
    def sequences(self) -> list[DayOrder]:
        """One for each set of groups with the same sessions. People without a group attend what is
        for everyone; they have a sequence of their own (no groups) when there are any, or when the
        cohort has no groups at all."""
        audiences = {frozenset(row.facts.groups) for row in self.placed}
        alike: dict[frozenset[frozenset[int]], list[int]] = defaultdict(list)
        for group in self.groups:
            alike[frozenset(a for a in audiences if not a or group in a)].append(group)
        for_everyone = frozenset(audience for audience in audiences if not audience)
        loners = bool(self.ungrouped_people) or not self.groups
        if loners:
            alike.setdefault(for_everyone, [])
        keyed = [(row, frozenset(row.facts.groups)) for row in self.placed]
        return [
            DayOrder(
                tuple(groups),
                tuple(row for row, key in keyed if key in attended),
                loners and attended == for_everyone,
            )
            for attended, groups in alike.items()
        ]

    @cached_property
    def taught(self) -> dict[int, list[Placed]]:
        """The sessions of each speaker in the order of time."""
        found: dict[int, list[Placed]] = defaultdict(list)
        for row in self.placed:
            for speaker in row.facts.speakers:
                found[speaker].append(row)
        return found

    def people_of(self, groups: Sequence[int]) -> int:
        """How many people an audience has."""
        if groups:
            return sum(self.groups[group].people for group in groups if group in self.groups)
        return self.ungrouped_people + sum(group.people for group in self.groups.values())
