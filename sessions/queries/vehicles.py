"""The vehicles of one transfer: who boards which, where they halt, who has no seat or dropped out.

People drop out by themselves: whoever withdrew, left early or is in no group of the transfer any
more keeps the seat until it is given away, but is flagged and not counted.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from g60portal.common import clock
from participants.models import Enrollment
from sessions.choices import SessionKind
from sessions.models import (
    HeadCount,
    SessionAudience,
    TrainingSession,
    Vehicle,
    VehicleSeat,
    VehicleStop,
)
from sessions.rules.boarding import Party


@dataclass(frozen=True)
class StopLine:
    """A stop with its time (None while the transfer has none) and the count that holds."""

    stop: VehicleStop
    place: str
    at: dt.datetime | None
    count: HeadCount | None

    @property
    def difference(self) -> int | None:
        """Heads counted above (or, below zero, under) those expected."""
        return None if self.count is None else self.count.counted - self.count.expected


@dataclass(frozen=True)
class Passenger:
    """Somebody with a seat. `gone`: does not take part in the transfer any more."""

    enrollment: Enrollment
    number: int
    gone: bool


@dataclass(frozen=True)
class VehicleLine:
    vehicle: Vehicle
    stops: Sequence[StopLine]
    passengers: Sequence[Passenger]

    @property
    def aboard(self) -> int:
        """The heads to be expected."""
        return sum(not one.gone for one in self.passengers)

    @property
    def free(self) -> int:
        return self.vehicle.seats - len(self.passengers)


@dataclass(frozen=True)
class VehiclePlan:
    """A transfer with everything that is arranged for it."""

    training_session: TrainingSession
    vehicles: Sequence[VehicleLine]
    expected: Sequence[Enrollment]

    @property
    def seats(self) -> int:
        return sum(line.vehicle.seats for line in self.vehicles)

    @property
    def people(self) -> int:
        return len(self.expected)

    @property
    def missing(self) -> int:
        return max(0, self.people - self.seats)

    @property
    def seated(self) -> set[int]:
        return {one.enrollment.pk for line in self.vehicles for one in line.passengers}

    @property
    def unassigned(self) -> list[Enrollment]:
        return [row for row in self.expected if row.pk not in self.seated]

    @property
    def gone(self) -> list[Passenger]:
        return [one for line in self.vehicles for one in line.passengers if one.gone]

    @property
    def parties(self) -> list[Party]:
        return parties_of(self.expected)


def transfers() -> QuerySet[TrainingSession]:
    return TrainingSession.objects.filter(kind=SessionKind.TRANSFER)


def transfers_with_vehicles(row: TrainingSession) -> QuerySet[TrainingSession]:
    """Other transfers of the cohort that have vehicles, the nearest before it first."""
    others = transfers().filter(cohort_id=row.cohort_id, vehicles__isnull=False)
    return others.exclude(pk=row.pk).distinct().order_by("-starts_at", "-pk")


def travellers(row: TrainingSession) -> QuerySet[Enrollment]:
    """Those who take part in a transfer, group by group in the order of the seats. Two queries."""
    groups = SessionAudience.objects.filter(training_session=row).values_list("group_id", flat=True)
    wanted = set(groups)
    people = Enrollment.objects.active().filter(cohort_id=row.cohort_id)
    if wanted and None not in wanted:
        people = people.filter(group_id__in=wanted)
    if row.starts_at is not None:
        day = clock.local(row.starts_at).date()
        people = people.filter(Q(left_on__isnull=True) | Q(left_on__gte=day))
    return people.select_related("person", "group", "city").order_by("group__position", "seat")


def plan_of_vehicles(row: TrainingSession) -> VehiclePlan:
    """Six queries at any size."""
    expected = list(travellers(row))
    known = {person.pk: person for person in expected}
    vehicles = list(Vehicle.objects.filter(training_session=row))
    seats = VehicleSeat.objects.filter(training_session=row).select_related(
        "enrollment__person", "enrollment__group", "enrollment__city"
    )
    passengers: dict[int, list[Passenger]] = {vehicle.pk: [] for vehicle in vehicles}
    for seat in seats.order_by("number"):
        gone = seat.enrollment_id not in known
        passengers[seat.vehicle_id].append(Passenger(seat.enrollment, seat.number, gone))
    stops = stop_lines(row, vehicles)
    lines = [
        VehicleLine(vehicle, stops.get(vehicle.pk, ()), passengers[vehicle.pk])
        for vehicle in vehicles
    ]
    return VehiclePlan(row, lines, expected)


def stop_lines(row: TrainingSession, vehicles: Iterable[Vehicle]) -> dict[int, list[StopLine]]:
    """The stops by vehicle, in two queries."""
    stops = list(
        VehicleStop.objects.filter(vehicle__in=list(vehicles))
        .select_related("venue")
        .order_by("vehicle", "position", "pk")
    )
    newest = HeadCount.objects.filter(stop__in=stops).order_by("stop_id", "-pk").distinct("stop_id")
    counts = {count.stop_id: count for count in newest.select_related("by")}
    found: dict[int, list[StopLine]] = {}
    for stop in stops:
        line = StopLine(stop, place_of(stop), time_at(row, stop.minute), counts.get(stop.pk))
        found.setdefault(stop.vehicle_id, []).append(line)
    return found


def place_of(stop: VehicleStop) -> str:
    return stop.name or (stop.venue.local_name if stop.venue else "")


def time_at(row: TrainingSession, minute: int) -> dt.datetime | None:
    if row.starts_at is None:
        return None
    return clock.local(row.starts_at) + dt.timedelta(minutes=minute)


def parties_of(people: Iterable[Enrollment]) -> list[Party]:
    """One for each group in the order given; everybody without a group is a party alone."""
    groups: dict[tuple[int, int], list[int]] = {}
    for row in people:
        key = (0, row.group_id) if row.group_id is not None else (1, row.pk)
        groups.setdefault(key, []).append(row.pk)
    return [Party(tuple(members)) for members in groups.values()]


def plan_shape(plan: VehiclePlan) -> dict[str, Any]:
    """The plan as the API shows it. `revision` differs as soon as anything arranged differs."""
    vehicles = [_vehicle_shape(line) for line in plan.vehicles]
    return {
        "session": plan.training_session.pk,
        "seats": plan.seats,
        "people": plan.people,
        "unassigned": [row.pk for row in plan.unassigned],
        "gone": [one.enrollment.pk for one in plan.gone],
        "revision": revision_of(plan),
        "vehicles": vehicles,
    }


def revision_of(plan: VehiclePlan) -> str:
    """A digest of what is arranged; heads counted are not part of it."""
    arranged = [
        [
            line.vehicle.pk,
            *(getattr(line.vehicle, name) for name in VEHICLE_FACTS),
            [
                [one.stop.pk, one.stop.venue_id, one.stop.name, one.stop.minute]
                for one in line.stops
            ],
            [[one.enrollment.pk, one.number] for one in line.passengers],
        ]
        for line in plan.vehicles
    ]
    return hashlib.blake2b(json.dumps(arranged).encode(), digest_size=8).hexdigest()


VEHICLE_FACTS = ("position", "name", "plate", "driver", "driver_phone", "escort", "seats")


def _vehicle_shape(line: VehicleLine) -> dict[str, Any]:
    return {
        "id": line.vehicle.pk,
        **{name: getattr(line.vehicle, name) for name in VEHICLE_FACTS},
        "stops": [_stop_shape(one) for one in line.stops],
        "boarding": [
            {"enrollment": one.enrollment.pk, "number": one.number} for one in line.passengers
        ],
    }


def _stop_shape(line: StopLine) -> dict[str, Any]:
    return {
        "id": line.stop.pk,
        "venue": line.stop.venue_id,
        "name": line.stop.name,
        "minute": line.stop.minute,
        "at": line.at.isoformat() if line.at else None,
        "counted": line.count.counted if line.count else None,
        "expected": line.count.expected if line.count else None,
    }
