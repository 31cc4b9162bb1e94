"""Venues, speakers and travel minutes as their lists, pickers and the API see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet

from cohorts.models import City
from sessions.models import CityTravel, Speaker, SpeakerWindow, Venue, VenueTravel


def venues_found(*, q: str = "", kind: str = "", city: str = "") -> QuerySet[Venue]:
    """By part of a name or address, kind, and code of the city; cities in their official order."""
    rows = Venue.objects.select_related("city").annotate(place=F("city__position"))
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(name_en__icontains=q) | Q(address__icontains=q))
    if kind:
        rows = rows.filter(kind=kind)
    if city:
        rows = rows.filter(city__code=city)
    return rows.order_by("place", "name", "pk")


def speakers_found(*, q: str = "", city: str = "") -> QuerySet[Speaker]:
    """By part of a name or title, and code of the city; with organization and windows."""
    rows = Speaker.objects.select_related("organization", "city").prefetch_related(
        Prefetch("windows", SpeakerWindow.objects.order_by("starts_at"))
    )
    if q:
        rows = rows.filter(
            Q(name__icontains=q)
            | Q(name_en__icontains=q)
            | Q(title__icontains=q)
            | Q(organization__name__icontains=q)
        )
    if city:
        rows = rows.filter(city__code=city)
    return rows.order_by("name", "pk")


def venue_journeys() -> QuerySet[VenueTravel]:
    return VenueTravel.objects.order_by("pk")


def city_journeys() -> QuerySet[CityTravel]:
    return CityTravel.objects.select_related("origin", "destination").order_by("pk")


def spot_of(place: Venue | City) -> tuple[float, float] | None:
    """Where it lies, when somebody has said so."""
    if place.latitude is None or place.longitude is None:
        return None
    return place.latitude, place.longitude


@dataclass(frozen=True)
class Cell:
    """A journey of the matrix. `back` are the minutes of the way back, which serve here as long as
    `minutes` is unknown."""

    name: str
    origin: Any
    destination: Any
    minutes: int | None
    estimated: bool
    back: int | None
    back_estimated: bool = False

    @property
    def shown_estimated(self) -> bool:
        """Whether the figure that counts on this way is an estimate."""
        return self.estimated if self.minutes is not None else self.back_estimated


@dataclass(frozen=True)
class Matrix:
    """Places against places; None where origin and destination are the same."""

    places: Sequence[Any]
    rows: Sequence[tuple[Any, Sequence[Cell | None]]]

    @property
    def unknown_count(self) -> int:
        """Pairs of places without minutes either way."""
        cells = [cell for _origin, row in self.rows for cell in row if cell is not None]
        return sum(cell.minutes is None and cell.back is None for cell in cells) // 2

    @property
    def without_coordinates(self) -> list[Any]:
        """The places whose journeys cannot be estimated."""
        return [place for place in self.places if spot_of(place) is None]


def venue_matrix(venues: Sequence[Venue]) -> Matrix:
    keys = [venue.pk for venue in venues]
    rows = VenueTravel.objects.filter(origin__in=keys, destination__in=keys)
    return _matrix(venues, rows.values_list("origin_id", "destination_id", "minutes", "estimated"))


def city_matrix(cities: Sequence[City]) -> Matrix:
    rows = CityTravel.objects.all()
    return _matrix(cities, rows.values_list("origin_id", "destination_id", "minutes", "estimated"))


def _matrix(places: Sequence[Any], rows: Any) -> Matrix:
    known = {(origin, end): (minutes, guess) for origin, end, minutes, guess in rows}
    return Matrix(
        places,
        [(origin, [_cell(known, origin, end) for end in places]) for origin in places],
    )


def _cell(
    known: Mapping[tuple[int, int], tuple[int, bool]], origin: Any, destination: Any
) -> Cell | None:
    if origin.pk == destination.pk:
        return None
    minutes, estimated = known.get((origin.pk, destination.pk), (None, False))
    back, back_estimated = known.get((destination.pk, origin.pk), (None, False))
    name = f"m-{origin.pk}-{destination.pk}"
    return Cell(name, origin, destination, minutes, estimated, back, back_estimated)
