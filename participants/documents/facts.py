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
