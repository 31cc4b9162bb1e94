"""What printed documents say, as plain values in the language of the moment. Who reads them from
the database: `participants.queries.printed`.
"""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class PrintedCohort:
    """`cities` are (name, lit) in their official order, `hosts` as the legs go."""

    code: str
    edition: int
    title: str
    starts_on: dt.date
    ends_on: dt.date
    seats: int
    cities: tuple[tuple[str, bool], ...]
    hosts: tuple[str, ...]


@dataclass(frozen=True)
class PrintedPerson:
    """A row of the roster in words; contacts stay empty where they were not asked for."""

    enrollment: int
    seat: int
    name: str
    name_latin: str
    gender: str
    city: str
    organization: str
    title: str
    group: str
    phone: str = ""
    email: str = ""
    post: str = ""
    leads: bool = False


@dataclass(frozen=True)
class PrintedQuota:
    city: str
    seats: int
    reserve: int
    deadline: dt.datetime | None
    liaisons: tuple[str, ...]


@dataclass(frozen=True)
class PrintedNomination:
    """`photo` is the picture as it is stored, for those who may see it."""

    name: str
    gender: str
    city: str
    rank: int | None
    organization: str
    title: str
    phone: str
    email: str
    reason: str
    conditions: str
    state: str
    photo: bytes | None = None


@dataclass(frozen=True)
class PrintedHotel:
    name: str
    address: str
    phone: str


@dataclass(frozen=True)
class PrintedGuest:
    """Somebody in a room: `leaves_on` is the morning after the last night. Phone and paper stay
    empty where they were not asked for."""

    hotel: str
    room: str
    seat: int
    name: str
    gender: str
    organization: str
    roommates: tuple[str, ...]
    comes_on: dt.date
    leaves_on: dt.date
    phone: str = ""
    paper_kind: str = ""
    paper: str = ""


@dataclass(frozen=True)
class PrintedTraveller:
    """One way of somebody; `pickup` = to be met, or taken there."""

    at: dt.datetime
    name: str
    organization: str
    mode: str
    number: str
    place: str
    pickup: bool
    phone: str = ""


@dataclass(frozen=True)
class PrintedMeal:
    """`by_diet` follows the order of the diets that the list names, the usual one first."""

    day: dt.date
    meal: str
    by_diet: tuple[int, ...]
    allergic: int
    total: int


@dataclass(frozen=True)
class PrintedMeals:
    diets: tuple[str, ...]
    meals: tuple[PrintedMeal, ...]
    # Those with a special wish, each with the diet and what was written: (name, diet, text).
    special: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class PrintedLegLogistics:
    """A leg with what its lists say; what was not asked for is empty."""

    city: str
    starts_on: dt.date
    ends_on: dt.date
    hotels: tuple[PrintedHotel, ...] = ()
    guests: tuple[PrintedGuest, ...] = ()
    arrivals: tuple[PrintedTraveller, ...] = ()
    departures: tuple[PrintedTraveller, ...] = ()
    meals: PrintedMeals | None = None
