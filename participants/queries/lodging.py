"""Rooms of a leg with who sleeps in them, and the same as plain facts for the rules."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from cohorts.models import Leg
from participants.choices import ACTIVE_STATES
from participants.models import Enrollment, Hotel, Room, RoomChange, RoomStay
from participants.queries.logistics import FormRow, forms_of_leg
from participants.rules.lodging import (
    Guest,
    Problem,
    RoomFacts,
    Stay,
    lodging_problems,
    nights_between,
)
from participants.rules.logistics import LegDays


@dataclass(frozen=True)
class Occupant:
    """`gone`: gave up the seat, and still has the bed."""

    stay: RoomStay
    enrollment: Enrollment
    gone: bool


@dataclass
class RoomLine:
    room: Room
    occupants: list[Occupant]
    problems: list[Problem] = field(default_factory=list)

    @property
    def free(self) -> int:
        """Beds that are free in every night."""
        busiest = max(
            (
                sum(one.stay.first_on <= night <= one.stay.last_on for one in self.occupants)
                for night in nights_between(self.room.first_on, self.room.last_on)
            ),
            default=0,
        )
        return self.room.places - busiest

    @property
    def accepted(self) -> bool:
        """Somebody has agreed to who is in it now."""
        return bool(self.room.mixed_people) and not any(p.code == "mixed" for p in self.problems)


@dataclass(frozen=True)
class HotelLine:
    hotel: Hotel
    rooms: Sequence[RoomLine]

    @property
    def places(self) -> int:
        return sum(line.room.places for line in self.rooms)


@dataclass(frozen=True)
class Lodging:
    """A leg's hotels with their rooms, its people, and what is to be looked at."""

    leg: Leg
    hotels: Sequence[HotelLine]
    rows: Sequence[FormRow]
    problems: Sequence[Problem]
    last_change: RoomChange | None

    @property
    def rooms(self) -> list[RoomLine]:
        return [line for hotel in self.hotels for line in hotel.rooms]

    @property
    def waiting(self) -> list[tuple[FormRow, tuple[dt.date, ...]]]:
        """Those who lack a bed, with the nights."""
        missing = {p.people[0]: p.nights for p in self.problems if p.code == "no_room"}
        return [
            (row, missing[row.enrollment.pk]) for row in self.rows if row.enrollment.pk in missing
        ]


def lodging_of(leg: Leg) -> Lodging:
    """Seven queries, whatever the number of people."""
    rows = forms_of_leg(leg)
    hotels = list(Hotel.objects.filter(leg=leg))
    rooms = rooms_of(leg)
    stays = stays_of(leg)
    lines = {room.pk: RoomLine(room, []) for room in rooms}
    for stay in stays:
        lines[stay.room_id].occupants.append(_occupant(stay))
    problems = lodging_problems(
        guests_of(rows, leg), room_facts(rooms), stay_facts(stays, {r.enrollment.pk for r in rows})
    )
    for problem in problems:
        if problem.room is not None:
            lines[problem.room].problems.append(problem)
    return Lodging(
        leg=leg,
        hotels=[
            HotelLine(hotel, [lines[room.pk] for room in rooms if room.hotel_id == hotel.pk])
            for hotel in hotels
        ],
        rows=rows,
        problems=problems,
        last_change=last_change(leg),
    )


def rooms_of(leg: Leg) -> list[Room]:
    """By hotel and number, 9 before 10."""
    rooms = Room.objects.filter(hotel__leg=leg).select_related("hotel")
    return sorted(rooms, key=lambda one: (one.hotel_id, len(one.number), one.number))


def stays_of(leg: Leg) -> list[RoomStay]:
    """Of everybody in the leg's rooms, by seat."""
    return list(
        RoomStay.objects.filter(room__hotel__leg=leg)
        .select_related("enrollment__person", "enrollment__city")
        .order_by("first_on", "enrollment__seat")
    )


def last_change(leg: Leg) -> RoomChange | None:
    """The assignment that can be taken back."""
    rows = RoomChange.objects.filter(leg=leg, undone_at__isnull=True)
    return rows.select_related("by").first()


def guests_of(rows: Sequence[FormRow], leg: Leg) -> list[Guest]:
    """Whoever has filled in no form is taken to sleep there on the usual nights."""
    usual = frozenset(LegDays(leg.starts_on, leg.ends_on).usual_nights)
    return [
        Guest(
            enrollment=row.enrollment.pk,
            order=row.enrollment.seat,
            name=row.enrollment.person.name,
            gender=row.enrollment.person.gender,
            nights=frozenset(row.form.nights) if row.form else usual,
            wish=row.form.room_wish if row.form else "",
            roommate=row.form.roommate if row.form else "",
            smoker=row.form.smoker if row.form else False,
        )
        for row in rows
    ]


def room_facts(rooms: Sequence[Room]) -> list[RoomFacts]:
    return [
        RoomFacts(
            room.pk,
            number,
            room.places,
            frozenset(nights_between(room.first_on, room.last_on)),
            frozenset(room.mixed_people),
        )
        for number, room in enumerate(rooms)
    ]


def stay_facts(stays: Sequence[RoomStay], people: Collection[int]) -> list[Stay]:
    """Of those who still hold a seat."""
    return [
        Stay(one.enrollment_id, one.room_id, one.first_on, one.last_on)
        for one in stays
        if one.enrollment_id in people
    ]


def own_rooms(enrollment: Enrollment) -> list[RoomStay]:
    """The own beds, by night."""
    rows = RoomStay.objects.filter(enrollment=enrollment).select_related("room__hotel__leg__city")
    return list(rows.order_by("first_on"))


def _occupant(stay: RoomStay) -> Occupant:
    return Occupant(stay, stay.enrollment, gone=stay.enrollment.state not in ACTIVE_STATES)
