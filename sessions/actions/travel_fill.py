"""Filling the travel minutes that nobody knows with estimates. Writes new rows only: what stands
there, known or estimated, is never touched.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from django.db import transaction

from cohorts.models import City
from g60portal.accounts.models import User
from g60portal.audit.record import record_many
from g60portal.common.locks import advisory_lock
from sessions.actions.places import JOURNEYS_LOCK
from sessions.models import CityTravel, Venue, VenueTravel
from sessions.queries.places import spot_of, venues_found
from sessions.rules.travel_estimate import city_minutes, corridor_minutes, road_minutes

Place = TypeVar("Place", Venue, City)


@dataclass(frozen=True)
class Filled:
    """How many journeys have been estimated, and the places that could not be: nobody has said
    where they lie."""

    count: int
    without_coordinates: tuple[int, ...]


@transaction.atomic
def fill_venue_minutes(*, city: City | None = None, by: User | None) -> Filled:
    """Between all venues of a city that have no minutes either way yet; None = of every city.

    Between venues of different cities the minutes of the cities count, so those are not filled.
    """
    advisory_lock(*JOURNEYS_LOCK)
    venues = list(venues_found(city=city.code if city else ""))
    known = _known(VenueTravel.objects.values_list("origin_id", "destination_id"))
    pairs = [
        (one, other) for one, other in _unknown_pairs(venues, known) if one.city_id == other.city_id
    ]
    rows = VenueTravel.objects.bulk_create(
        VenueTravel(origin=one, destination=other, minutes=minutes, estimated=True)
        for one, other, minutes in _estimated(pairs, _by_road)
    )
    record_many("journey.estimated", rows, by=by)
    return Filled(len(rows), _nowhere(venues))


@transaction.atomic
def fill_city_minutes(*, by: User | None) -> Filled:
    """Between all cities without minutes either way: by the trains of the corridor, else by
    distance."""
    advisory_lock(*JOURNEYS_LOCK)
    cities = list(City.objects.order_by("position"))
    known = _known(CityTravel.objects.values_list("origin_id", "destination_id"))
    rows = CityTravel.objects.bulk_create(
        CityTravel(origin=one, destination=other, minutes=minutes, estimated=True)
        for one, other, minutes in _estimated(_unknown_pairs(cities, known), _by_rail)
    )
    record_many("journey.estimated", rows, by=by)
    return Filled(len(rows), _nowhere(cities))


def _known(rows: Iterable[tuple[int, int]]) -> set[frozenset[int]]:
    return {frozenset(pair) for pair in rows}


def _unknown_pairs(
    places: Sequence[Place], known: set[frozenset[int]]
) -> list[tuple[Place, Place]]:
    return [
        (one, other)
        for one, other in combinations(places, 2)
        if frozenset((one.pk, other.pk)) not in known
    ]


def _estimated(
    pairs: Sequence[tuple[Place, Place]], estimate: Callable[[Place, Place], int | None]
) -> list[tuple[Place, Place, int]]:
    found = [(one, other, estimate(one, other)) for one, other in pairs]
    return [(one, other, minutes) for one, other, minutes in found if minutes is not None]


def _by_road(origin: Venue, destination: Venue) -> int | None:
    here, there = spot_of(origin), spot_of(destination)
    return road_minutes(here, there) if here and there else None


def _by_rail(origin: City, destination: City) -> int | None:
    known = corridor_minutes(origin.code, destination.code)
    here, there = spot_of(origin), spot_of(destination)
    if known is not None or not (here and there):
        return known
    return city_minutes(here, there)


def _nowhere(places: Sequence[Venue] | Sequence[City]) -> tuple[int, ...]:
    return tuple(place.pk for place in places if spot_of(place) is None)
