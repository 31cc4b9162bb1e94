"""Time to get from one session to the next: neighbours in a day of one group or one speaker."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from sessions.choices import ClashCode
from sessions.rules.clashes import texts
from sessions.rules.clashes.facts import (
    MINUTE,
    Clash,
    Concerned,
    Placed,
    Plan,
    VenueFacts,
    clash,
)


@dataclass(slots=True)
class _Travellers:
    people: Concerned = field(default_factory=Concerned)
    speakers: list[int] = field(default_factory=list)


def minutes_between(plan: Plan, origin: VenueFacts, destination: VenueFacts) -> int | None:
    """From the venue table, else from the city table when the cities differ, else unknown. One row
    serves both ways unless both exist."""
    found = _either_way(plan.venue_minutes, origin.id, destination.id)
    if found is None and origin.city != destination.city:
        found = _either_way(plan.city_minutes, origin.city, destination.city)
    return found


def travel_clashes(plan: Plan) -> Iterator[Clash]:
    """Sessions without a venue are left out; overlapping ones are no journey. Unknown minutes make
    no clash."""
    too_short: dict[tuple[Placed, Placed], _Travellers] = defaultdict(_Travellers)
    for sequence in plan.sequences:
        for pair in _short_journeys(plan, sequence.sessions):
            too_short[pair].people.add(sequence)
    for speaker, rows in plan.taught.items():
        for pair in _short_journeys(plan, rows):
            too_short[pair].speakers.append(speaker)
    for (first, second), travellers in too_short.items():
        yield _clash(plan, first, second, travellers)


def _short_journeys(plan: Plan, rows: Iterable[Placed]) -> Iterator[tuple[Placed, Placed]]:
    for first, second in pairwise(row for row in rows if row.venue in plan.venues):
        gap = second.starts - first.ends
        if first.venue == second.venue or gap < 0 or first.day != second.day:
            continue
        needed = _needed_minutes(plan, first, second)
        if needed is not None and gap < needed * MINUTE:
            yield first, second


def _needed_minutes(plan: Plan, first: Placed, second: Placed) -> int | None:
    if first.venue is None or second.venue is None:
        return None
    origin, destination = plan.venues[first.venue], plan.venues[second.venue]
    minutes = minutes_between(plan, origin, destination)
    if minutes is None:
        return None
    return minutes + origin.margin_minutes + destination.margin_minutes


def _clash(plan: Plan, first: Placed, second: Placed, travellers: _Travellers) -> Clash:
    needed = _needed_minutes(plan, first, second) or 0
    gap = (second.starts - first.ends) // MINUTE
    return clash(
        ClashCode.TRAVEL,
        (first.id, second.id),
        texts.travel_short(plan, first, second, needed, gap, _who(plan, travellers)),
        timed=(first, second),
        needed_minutes=needed,
        gap_minutes=gap,
        origin=first.venue,
        destination=second.venue,
        speakers=sorted(travellers.speakers),
        **travellers.people.facts(),
    )


def _who(plan: Plan, travellers: _Travellers) -> str:
    people = travellers.people
    groups = [texts.concerned_text(plan, people)] if people.groups or people.ungrouped else []
    return texts.names_text(plan, [*groups, *texts.speaker_names(plan, travellers.speakers)])


def _either_way(
    minutes: Mapping[tuple[int, int], int], origin: int, destination: int
) -> int | None:
    found = minutes.get((origin, destination))
    return minutes.get((destination, origin)) if found is None else found
