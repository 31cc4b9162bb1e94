"""The values of the search: what it stands on, what it tries, what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sessions.choices import RepairKind
from sessions.rules.clashes import Clash, Plan, SessionFacts
from sessions.rules.clashes.facts import DAY, HOUR

EARLIEST_SECOND = 8 * HOUR
LATEST_SECOND = 21 * HOUR


@dataclass(frozen=True, slots=True)
class Told:
    """A session as the latest release has it. Sessions that it cancelled are not among them."""

    starts: int
    ends: int
    venue: int | None
    speakers: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()


@dataclass(frozen=True)
class Ground:
    """Everything the search needs to know.

    `plan` knows the candidate venues and speakers besides those in use. `movable` are the sessions
    that may be changed; `foreign` those of other cohorts in these venues, with these speakers.
    `accepted` are the keys of clashes that somebody has decided to live with. `themes` are those of
    sessions, `taught_themes` what each speaker has taught and `venue_themes` what each venue has
    seen before.
    """

    plan: Plan
    movable: frozenset[int]
    legs: Mapping[int, int] = field(default_factory=dict)
    cities: Mapping[int, int] = field(default_factory=dict)
    venue_kinds: Mapping[int, str] = field(default_factory=dict)
    themes: Mapping[int, int | None] = field(default_factory=dict)
    taught_themes: Mapping[int, frozenset[int]] = field(default_factory=dict)
    venue_themes: Mapping[int, frozenset[int]] = field(default_factory=dict)
    speaker_cities: Mapping[int, int | None] = field(default_factory=dict)
    usual_minutes: Mapping[int, int] = field(default_factory=dict)
    released: Mapping[int, Told] = field(default_factory=dict)
    foreign: Sequence[SessionFacts] = ()
    accepted: frozenset[str] = frozenset()
    not_before: int = 0

    @cached_property
    def by_day(self) -> dict[int, list[SessionFacts]]:
        """The placed sessions of each day in the order of time."""
        return _by_day([row.facts for row in self.plan.placed])

    @cached_property
    def foreign_by_day(self) -> dict[int, list[SessionFacts]]:
        return _by_day(self.foreign)

    def city_of(self, training_session: int) -> int | None:
        return self.cities.get(self.legs.get(training_session, 0))


@dataclass(frozen=True, slots=True)
class Option:
    """A change that may be a repair: sessions as they would be. Waves beyond the first have
    negative ids. `about` is the session in whose interest it is."""

    kind: RepairKind
    about: int
    after: tuple[SessionFacts, ...]

    @property
    def parts(self) -> tuple[SessionFacts, ...]:
        """The session that it is about; all its waves where it is split."""
        return tuple(row for row in self.after if row.id < 0 or row.id == self.about)

    @property
    def others(self) -> tuple[SessionFacts, ...]:
        return tuple(row for row in self.after if row.id > 0 and row.id != self.about)

    @property
    def changed(self) -> frozenset[int]:
        return frozenset(row.id for row in self.after)


@dataclass(frozen=True, order=True)
class Cost:
    """What a repair costs, the weightiest first: of two repairs the smaller cost is better.

    `clashes_added` counts open clashes that are new, and such that become worse.
    `people_told` are those of the audience of released sessions that will differ from the release.
    A day counts 1,440 minutes plus the difference in the time of the day.
    """

    clashes_added: int = 0
    people_told: int = 0
    speakers_changed: int = 0
    sessions_moved: int = 0
    transfers_moved: int = 0
    minutes_shifted: int = 0
    venues_changed: int = 0


@dataclass(frozen=True)
class Repair:
    """An option that solves what it should, with everything that it does to the plan."""

    option: Option
    cost: Cost
    before: Mapping[int, SessionFacts]
    solved: tuple[Clash, ...]
    added: tuple[Clash, ...]

    @property
    def kind(self) -> RepairKind:
        return self.option.kind


def day_of(seconds: int) -> int:
    return seconds // DAY


def meets(one: SessionFacts, other: SessionFacts) -> bool:
    """Whether somebody attends both."""
    return not one.groups or not other.groups or not set(one.groups).isdisjoint(other.groups)


def _by_day(rows: Sequence[SessionFacts]) -> dict[int, list[SessionFacts]]:
    found: dict[int, list[SessionFacts]] = {}
    for row in rows:
        if row.starts is not None and row.ends is not None:
            for day in range(day_of(row.starts), day_of(row.ends - 1) + 1):
                found.setdefault(day, []).append(row)
    return found
