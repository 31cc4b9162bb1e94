"""The definitions of clashes once more, written for reading and not for speed: pairs, then pairs.

Nothing of the rules is used, so that both would have to be wrong in the same way.
"""

import datetime as dt
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import chinese_calendar

VISIT, LECTURE = "site_visit", "lecture"
UNORDERED = {"meal", "transfer", "self_study"}
PROGRAMME = {"lecture", "site_visit", "exhibition", "discussion", "ceremony"}


@dataclass(frozen=True)
class S:
    id: int
    kind: str
    starts: dt.datetime | None
    ends: dt.datetime | None
    venue: int | None = None
    speakers: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    role: str = ""
    prepared_by: int | None = None
    leg: tuple | None = None  # first and last day, where legs differ


@dataclass(frozen=True)
class V:
    id: int
    city: int
    capacity: int | None = None
    party: int | None = None
    margin: int = 0
    opening: tuple = ()  # (weekday, "09:00", "17:00")


@dataclass
class World:
    sessions: list[S]
    venues: dict[int, V]
    groups: dict[int, int]
    loners: int = 0
    windows: dict[int, list] = field(default_factory=dict)
    venue_minutes: dict = field(default_factory=dict)
    city_minutes: dict = field(default_factory=dict)
    leg: tuple = (dt.date(2026, 6, 8), dt.date(2026, 6, 10))
    rules: dict = field(default_factory=dict)

    @property
    def placed(self) -> list[S]:
        return [s for s in self.sessions if s.starts is not None]

    def rule(self, name: str):
        return self.rules.get(name, DEFAULTS[name])


# Design §8, written down again.
DEFAULTS = {
    "meal_minutes": 45,
    "lunch_from": "11:30",
    "lunch_until": "13:30",
    "dinner_from": "17:30",
    "dinner_until": "19:00",
    "lecture_minutes": 180,
    "break_minutes": 15,
    "evening_from": "19:00",
}


def wall(day: dt.date, hour: int) -> dt.datetime:
    """A time on the wall clock of Shanghai; the oracle knows no zones."""
    return dt.datetime.combine(day, dt.time(hour))


def overlap(a: S, b: S) -> bool:
    return a.starts < b.ends and b.starts < a.ends


def meets(a: S, b: S) -> bool:
    return not a.groups or not b.groups or bool(a.groups & b.groups)


def orders(world: World) -> list[list[S]]:
    """The sessions of each group (people without a group are one more)."""
    keys = list(world.groups) + ([None] if world.loners or not world.groups else [])
    return [
        sorted(
            (s for s in world.placed if not s.groups or key in s.groups),
            key=lambda s: (s.starts, s.ends, s.id),
        )
        for key in keys
    ]


def minutes(world: World, a: V, b: V):
    for table, origin, destination in (
        (world.venue_minutes, a.id, b.id),
        (world.city_minutes, a.city, b.city) if a.city != b.city else ({}, 0, 0),
    ):
        for key in ((origin, destination), (destination, origin)):
            if key in table:
                return table[key]
    return None


def at(day: dt.date, text: str) -> dt.datetime:
    hours, minutes = text.split(":")
    return wall(day, 0) + dt.timedelta(hours=int(hours), minutes=int(minutes))


def mins(delta: dt.timedelta) -> float:
    return delta.total_seconds() / 60


def expected(world: World) -> set[tuple[str, frozenset[int]]]:
    found: set[tuple[str, frozenset[int]]] = set()

    def add(code: str, *rows: S) -> None:
        found.add((code, frozenset(row.id for row in rows)))

    pairs(world, add)
    speakers = {speaker for s in world.placed for speaker in s.speakers}
    taught = [
        sorted((s for s in world.placed if p in s.speakers), key=lambda s: (s.starts, s.ends, s.id))
        for p in speakers
    ]
    for rows in orders(world) + taught:
        travel(world, rows, add)
    for rows in orders(world):
        meals(world, rows, add)
        lectures(world, rows, add)
        ceremonies(rows, add)
    for s in world.sessions:
        too_many(world, s, add)
    for s in world.placed:
        closed(world, s, add)
        by_itself(world, s, add)
    return found


def pairs(world: World, add) -> None:
    for a, b in combinations(world.placed, 2):
        if not overlap(a, b):
            continue
        if a.venue is not None and a.venue == b.venue:
            add("venue", a, b)
        if a.speakers & b.speakers:
            add("speaker", a, b)
        if meets(a, b):
            add("group", a, b)


def travel(world: World, rows: list[S], add) -> None:
    for day in {s.starts.date() for s in rows}:
        row = [s for s in rows if s.starts.date() == day and s.venue is not None]
        for a, b in pairwise(row):
            if a.venue == b.venue or b.starts < a.ends:
                continue
            one, two = world.venues[a.venue], world.venues[b.venue]
            m = minutes(world, one, two)
            if m is not None and mins(b.starts - a.ends) < m + one.margin + two.margin:
                add("travel", a, b)


def meals(world: World, rows: list[S], add) -> None:
    busy = [s for s in rows if s.kind not in ("meal", "self_study")]
    for day in {s.starts.date() for s in busy}:
        for meal in ("lunch", "dinner"):
            lo = at(day, world.rule(f"{meal}_from"))
            hi = at(day, world.rule(f"{meal}_until"))
            touching = [s for s in busy if s.starts < hi and s.ends > lo]
            if not touching:
                continue
            best = run = 0
            minute = lo
            while minute < hi:  # minute by minute
                free = not any(s.starts <= minute < s.ends for s in touching)
                run = run + 1 if free else 0
                best = max(best, run)
                minute += dt.timedelta(minutes=1)
            if best < world.rule("meal_minutes"):
                add("meal", *touching)


def lectures(world: World, rows: list[S], add) -> None:
    row = [s for s in rows if s.kind == LECTURE]
    pause = world.rule("break_minutes")
    i = 0
    while i < len(row):
        j, until = i, row[i].ends
        while j + 1 < len(row) and mins(row[j + 1].starts - until) < pause:
            j += 1
            until = max(until, row[j].ends)
        if mins(until - row[i].starts) > world.rule("lecture_minutes"):
            add("lecture_length", *row[i : j + 1])
        i = j + 1


def ceremonies(rows: list[S], add) -> None:
    held = [s for s in rows if s.kind == "ceremony"]
    openings = [s for s in held if s.role == "opening"]
    completions = [s for s in held if s.role == "completion"]
    if not openings and not completions and len(held) > 1:
        openings, completions = held, held
    for s in rows:
        if s.kind in UNORDERED:
            continue
        if openings and s is not openings[0] and s.starts < openings[0].ends:
            add("order", s, openings[0])
        if completions and s is not completions[-1] and s.ends > completions[-1].starts:
            add("order", s, completions[-1])


def too_many(world: World, s: S, add) -> None:
    if s.venue is None:
        return
    everybody = sum(world.groups.values()) + world.loners
    people = sum(world.groups[g] for g in s.groups) if s.groups else everybody
    venue = world.venues[s.venue]
    if venue.capacity is not None and people > venue.capacity:
        add("capacity", s)
    if venue.party and people > venue.party:
        add("party", s)


def closed(world: World, s: S, add) -> None:
    if s.venue is None:
        return
    venue, day = world.venues[s.venue], s.starts.date()
    hours = [(at(day, a), at(day, b)) for on, a, b in venue.opening if on == day.isoweekday()]
    if venue.opening and not any(a <= s.starts and s.ends <= b for a, b in hours):
        add("opening", s)


def by_itself(world: World, s: S, add) -> None:
    for p in s.speakers:
        windows = world.windows.get(p, [])
        if windows and not any(a <= s.starts and s.ends <= b for a, b in windows):
            add("availability", s)
    if s.kind in PROGRAMME and s.ends > at(s.starts.date(), world.rule("evening_from")):
        add("evening", s)
    first, last = s.leg or world.leg
    after = at(last + dt.timedelta(days=1), "00:00")
    if s.starts.date() < first or s.ends > after:
        add("order", s)
    off, name = chinese_calendar.get_holiday_detail(s.starts.date())
    if off and name is not None and s.kind != "transfer":
        add("holiday", s)
    for lecture in world.placed:
        if lecture.id == s.prepared_by and s.starts < lecture.ends:
            add("order", s, lecture)
