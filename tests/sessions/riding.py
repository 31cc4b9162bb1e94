"""A transfer with people in groups, for the tests of vehicles."""

from dataclasses import dataclass, field
from typing import Any

from cohorts.models import Cohort, Leg
from participants.models import Enrollment, Group
from sessions.actions.vehicles import StopFacts, add_vehicle
from sessions.models import TrainingSession, Vehicle, VehicleSeat
from tests.factories import EnrollmentFactory, GroupFactory, training_session, two_leg_cohort


@dataclass
class Riding:
    """`sizes` people in each group, and `alone` without one; a transfer on 8 June, 13:00–14:00."""

    cohort: Cohort
    leg: Leg
    groups: list[Group]
    people: list[Enrollment]
    transfer: TrainingSession
    vehicles: list[Vehicle] = field(default_factory=list)

    def bus(self, seats: int, **facts: Any) -> Vehicle:
        """One more vehicle, halting at the gate and at the plant."""
        number = len(self.vehicles) + 1
        stops = [StopFacts(0, name="培训基地南门"), StopFacts(50, name="工厂东门")]
        vehicle = add_vehicle(
            training_session=self.transfer,
            facts={"name": f"{number}号车", "seats": seats, **facts},
            stops=stops,
            by=None,
        )
        self.vehicles.append(vehicle)
        return vehicle

    def seating(self) -> dict[int, tuple[int, int]]:
        """Person → vehicle and seat, as written."""
        rows = VehicleSeat.objects.filter(training_session=self.transfer)
        return {row.enrollment_id: (row.vehicle_id, row.number) for row in rows}


def a_ride(*sizes: int, alone: int = 0, **facts: Any) -> Riding:
    cohort, leg, _hefei = two_leg_cohort()
    groups = [GroupFactory(cohort=cohort, position=n) for n in range(1, len(sizes) + 1)]
    owners = [group for group, size in zip(groups, sizes, strict=True) for _one in range(size)]
    people = [
        EnrollmentFactory(cohort=cohort, group=group, seat=seat)
        for seat, group in enumerate([*owners, *[None] * alone], 1)
    ]
    transfer = training_session(
        leg,
        8,
        "13:00",
        "14:00",
        kind="transfer",
        title="前往工厂",
        title_en="To the plant",
        **facts,
    )
    return Riding(cohort, leg, groups, people, transfer)
