"""Who sleeps where: what is wrong with the rooms as they are, and how free beds would be filled.

Pure, and deterministic: equal facts give equal answers, whatever the order they come in. A night is
named by the day on which it begins.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Night = dt.date
Code = Literal["over_capacity", "mixed", "no_room", "wish_single", "wish_roommate"]
KNOWN_GENDERS = frozenset({"1", "2"})
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Guest:
    """Somebody who wants a bed. `order` is the place in the list of people; `roommate` the name as
    it was written."""

    enrollment: int
    order: int
    name: str
    gender: str
    nights: frozenset[Night]
    wish: str = ""
    roommate: str = ""
    smoker: bool = False


@dataclass(frozen=True)
class RoomFacts:
    """`mixed_people` may share the room though of different gender."""

    room: int
    order: int
    places: int
    nights: frozenset[Night]
    mixed_people: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Stay:
    """`first_on` and `last_on` are nights, both included."""

    enrollment: int
    room: int
    first_on: Night
    last_on: Night

    @property
    def nights(self) -> frozenset[Night]:
        return frozenset(nights_between(self.first_on, self.last_on))


@dataclass(frozen=True)
class Problem:
    """`room` is None where somebody lacks one. `people` are enrollments, `nights` when."""

    code: Code
    room: int | None
    people: tuple[int, ...]
    nights: tuple[Night, ...] = ()

    @property
    def hard(self) -> bool:
        return self.code in ("over_capacity", "no_room", "mixed")


@dataclass
class Filling:
    """What is proposed: new stays, and the nights for which no bed was found."""

    stays: list[Stay] = field(default_factory=list)
    unplaced: dict[int, tuple[Night, ...]] = field(default_factory=dict)


def nights_between(first: Night, last: Night) -> Iterator[Night]:
    night = first
    while night <= last:
        yield night
        night += ONE_DAY


def runs_of(nights: Iterable[Night]) -> list[tuple[Night, Night]]:
    """Nights in a row, each run as its first and last."""
    runs: list[tuple[Night, Night]] = []
    for night in sorted(nights):
        if runs and night - runs[-1][1] == ONE_DAY:
            runs[-1] = (runs[-1][0], night)
        else:
            runs.append((night, night))
    return runs


def lodging_problems(
    guests: Sequence[Guest], rooms: Sequence[RoomFacts], stays: Sequence[Stay]
) -> list[Problem]:
    """Everything to look at, room by room, then person by person."""
    known = {one.enrollment: one for one in guests}
    by_room: dict[int, list[Stay]] = defaultdict(list)
    for stay in stays:
        by_room[stay.room].append(stay)
    problems: list[Problem] = []
    for room in sorted(rooms, key=lambda one: one.order):
        problems += _room_problems(room, by_room[room.room], known)
    slept: dict[int, set[Night]] = defaultdict(set)
    for stay in stays:
        slept[stay.enrollment] |= stay.nights
    for guest in sorted(guests, key=lambda one: one.order):
        missing = tuple(sorted(guest.nights - slept[guest.enrollment]))
        if missing:
            problems.append(Problem("no_room", None, (guest.enrollment,), missing))
        problems += _wish_problems(guest, guests, by_room, stays)
    return problems


def together(stays: Sequence[Stay]) -> dict[Night, list[int]]:
    """Who is in a room in each night."""
    found: dict[Night, list[int]] = defaultdict(list)
    for stay in stays:
        for night in stay.nights:
            found[night].append(stay.enrollment)
    return found


def mixed_people(stays: Sequence[Stay], genders: Mapping[int, str]) -> frozenset[int]:
    """Those of known and different gender who share a night."""
    mixed: set[int] = set()
    for people in together(stays).values():
        known = {one: genders.get(one, "") for one in people}
        sides = {gender for gender in known.values() if gender in KNOWN_GENDERS}
        if len(sides) > 1:
            mixed |= {one for one, gender in known.items() if gender in KNOWN_GENDERS}
    return frozenset(mixed)


def _room_problems(
    room: RoomFacts, stays: Sequence[Stay], known: Mapping[int, Guest]
) -> Iterator[Problem]:
    over = {night: p for night, p in together(stays).items() if len(p) > room.places}
    if over:
        people = sorted({one for found in over.values() for one in found})
        yield Problem("over_capacity", room.room, tuple(people), tuple(sorted(over)))
    genders = {one: guest.gender for one, guest in known.items()}
    mixed = mixed_people(stays, genders)
    if mixed and not mixed <= room.mixed_people:
        yield Problem("mixed", room.room, tuple(sorted(mixed)))


def _wish_problems(
    guest: Guest,
    guests: Sequence[Guest],
    by_room: Mapping[int, Sequence[Stay]],
    stays: Sequence[Stay],
) -> Iterator[Problem]:
    mine = [stay for stay in stays if stay.enrollment == guest.enrollment]
    if not mine:
        return
    beside = {
        other.enrollment: stay.room
        for stay in mine
        for other in by_room[stay.room]
        if other.enrollment != guest.enrollment and other.nights & stay.nights
    }
    if guest.wish == "single" and beside:
        yield Problem("wish_single", mine[0].room, (guest.enrollment,))
    wanted = _named(guest, guests)
    if wanted is not None and wanted.enrollment not in beside:
        yield Problem("wish_roommate", mine[0].room, (guest.enrollment, wanted.enrollment))


def _named(guest: Guest, guests: Sequence[Guest]) -> Guest | None:
    """Whom the guest wants to share with; nobody when the name says no one, or several."""
    wanted = _spelled(guest.roommate)
    if not wanted:
        return None
    found = [one for one in guests if _spelled(one.name) == wanted and one is not guest]
    return found[0] if len(found) == 1 else None


def _spelled(name: str) -> str:
    return "".join(name.split()).casefold()


# --- Filling


@dataclass(eq=False)
class _Beds:
    """A room while it is filled: who is in it, night by night."""

    facts: RoomFacts
    taken: dict[Night, list[int]]

    def free_for(self, nights: frozenset[Night], count: int = 1) -> bool:
        return nights <= self.facts.nights and all(
            len(self.taken.get(night, ())) + count <= self.facts.places for night in nights
        )

    def others(self, nights: frozenset[Night]) -> set[int]:
        return {one for night in nights for one in self.taken.get(night, ())}

    def take(self, enrollment: int, nights: frozenset[Night]) -> None:
        for night in nights:
            self.taken.setdefault(night, []).append(enrollment)


def proposed_filling(
    guests: Sequence[Guest], rooms: Sequence[RoomFacts], stays: Sequence[Stay]
) -> Filling:
    """Beds for all nights that lack one; nobody who has a bed is moved.

    First who wants to be alone, as far as there are single rooms; then those who name each other;
    then everybody else beside people of the same gender, smokers beside smokers. Whoever wants to
    be alone and found no single room comes last. Who is of unknown gender shares with nobody. A
    bed goes before a wish: where rooms are too few, smokers and others share as well.
    """
    kind = _filled(guests, rooms, stays, kind=True)
    if not kind.unplaced:
        return kind
    close = _filled(guests, rooms, stays, kind=False)
    return min(kind, close, key=lambda found: sum(map(len, found.unplaced.values())))


def _filled(
    guests: Sequence[Guest], rooms: Sequence[RoomFacts], stays: Sequence[Stay], *, kind: bool
) -> Filling:
    filling = _Filling(guests, rooms, stays, kind=kind)
    ordered = sorted(guests, key=lambda one: (one.order, one.enrollment))
    for guest in ordered:
        if guest.wish == "single":
            filling.alone(guest)
    for guest in ordered:
        mate = _named(guest, ordered)
        if mate and _named(mate, ordered) is guest and guest.order < mate.order:
            filling.pair(guest, mate)
    for guest in sorted(ordered, key=_sharing_order):
        if guest.wish != "single":
            filling.share(guest)
    for guest in ordered:
        filling.share(guest)
    return filling.done()


def _sharing_order(guest: Guest) -> tuple[bool, str, bool, Night, int, int]:
    """Those who would share come one after the other; who shares with nobody comes last."""
    unknown = guest.gender not in KNOWN_GENDERS
    first = min(guest.nights, default=dt.date.max)
    return unknown, guest.gender, guest.smoker, first, guest.order, guest.enrollment


class _Filling:
    """The beds left while people are placed, and what was given so far. A `kind` one rather opens
    another room than put smokers and others together."""

    def __init__(
        self,
        guests: Sequence[Guest],
        rooms: Sequence[RoomFacts],
        stays: Sequence[Stay],
        *,
        kind: bool,
    ) -> None:
        self.kind = kind
        self.known = {one.enrollment: one for one in guests}
        ordered = sorted(rooms, key=lambda one: (one.order, one.room))
        self.beds = [_Beds(one, {}) for one in ordered]
        at = {beds.facts.room: beds for beds in self.beds}
        self.missing = {one.enrollment: set(one.nights) for one in guests}
        for stay in stays:
            if stay.room in at:
                at[stay.room].take(stay.enrollment, stay.nights)
            self.missing.get(stay.enrollment, set()).difference_update(stay.nights)
        self.found = Filling()

    def alone(self, guest: Guest) -> None:
        for nights in self._runs(guest):
            self._give_first(guest, nights, (b for b in self._empty(nights) if _is_single(b)))

    def pair(self, guest: Guest, mate: Guest) -> None:
        """Only when all nights that both lack are the same, and both may share."""
        nights = frozenset(self.missing[guest.enrollment])
        same = nights and nights == self.missing[mate.enrollment] and _may_share(guest, mate)
        if not same or len(runs_of(nights)) > 1:
            return
        for beds in self._empty(nights):
            if beds.free_for(nights, 2):
                self._give(guest, beds, nights)
                self._give(mate, beds, nights)
                return

    def share(self, guest: Guest) -> None:
        for nights in self._runs(guest):
            beside = [beds for beds in self.beds if self._welcome(guest, beds, nights)]
            at_ease = [beds for beds in beside if not self._smoke(guest, beds, nights)]
            bothered = [beds for beds in beside if beds not in at_ease]
            empty = sorted(self._empty(nights), key=_is_single)
            if guest.wish == "single":
                choice = [*empty, *at_ease, *bothered]
            elif self.kind:
                choice = [*at_ease, *empty, *bothered]
            else:
                choice = [*at_ease, *bothered, *empty]
            self._give_first(guest, nights, choice)

    def done(self) -> Filling:
        self.found.unplaced = {
            one: tuple(sorted(nights)) for one, nights in self.missing.items() if nights
        }
        return self.found

    def _runs(self, guest: Guest) -> list[frozenset[Night]]:
        runs = runs_of(self.missing[guest.enrollment])
        return [frozenset(nights_between(*run)) for run in runs]

    def _empty(self, nights: frozenset[Night]) -> list[_Beds]:
        return [beds for beds in self.beds if beds.free_for(nights) and not beds.others(nights)]

    def _welcome(self, guest: Guest, beds: _Beds, nights: frozenset[Night]) -> bool:
        """A bed beside people who may and will share with this one."""
        others = beds.others(nights)
        return (
            bool(others)
            and beds.free_for(nights)
            and all(_may_share(guest, self.known.get(one)) for one in others)
        )

    def _smoke(self, guest: Guest, beds: _Beds, nights: frozenset[Night]) -> bool:
        """Whether somebody would be bothered."""
        others = (self.known[one] for one in beds.others(nights))
        return any(one.smoker != guest.smoker for one in others)

    def _give_first(self, guest: Guest, nights: frozenset[Night], choice: Iterable[_Beds]) -> None:
        beds = next(iter(choice), None)
        if beds is not None:
            self._give(guest, beds, nights)

    def _give(self, guest: Guest, beds: _Beds, nights: frozenset[Night]) -> None:
        beds.take(guest.enrollment, nights)
        self.missing[guest.enrollment] -= nights
        stay = Stay(guest.enrollment, beds.facts.room, min(nights), max(nights))
        self.found.stays.append(stay)


def _is_single(beds: _Beds) -> bool:
    return beds.facts.places == 1


def _may_share(guest: Guest, other: Guest | None) -> bool:
    return (
        other is not None
        and guest.gender in KNOWN_GENDERS
        and guest.gender == other.gender
        and other.wish != "single"
    )
