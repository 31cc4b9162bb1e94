"""All vehicles of a transfer at once: which there are, where they halt, who boards them; and the
vehicles of another transfer taken over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.refusals import Stale
from sessions import refusals
from sessions.actions.boarding import Boarding, write_boarding
from sessions.actions.vehicles import (
    CHANGEABLE,
    StopFacts,
    add_vehicle,
    locked_transfer,
    remove_vehicle,
    vehicles_of,
    write_changes,
    write_new,
)
from sessions.models import TrainingSession, Vehicle
from sessions.queries.vehicles import plan_of_vehicles, plan_shape, revision_of, travellers


@dataclass(frozen=True)
class VehicleFacts:
    """A vehicle of the plan; None leaves its stops or its people as they are."""

    facts: Mapping[str, Any]
    stops: Sequence[StopFacts] | None = None
    boarding: Boarding | None = None
    id: int | None = None


@transaction.atomic
def arrange_vehicles(
    *,
    training_session: TrainingSession,
    vehicles: Sequence[VehicleFacts],
    revision: str = "",
    by: User | None,
) -> TrainingSession:
    """In this order; vehicles left out are removed. With the `revision` that was read, raises Stale
    (facts: `current`) when somebody else has arranged something since.
    """
    row = locked_transfer(training_session)
    _demand_revision(row, revision)
    known = {vehicle.pk: vehicle for vehicle in vehicles_of(row)}
    _demand_sense(vehicles, known)
    for key in known.keys() - {one.id for one in vehicles}:
        remove_vehicle(vehicle=known[key], by=by)
    boarding: dict[int, Boarding] = {}
    arranged = []
    for position, one in enumerate(vehicles, start=1):
        vehicle = _arranged(row, known, one, position, by)
        arranged.append(vehicle)
        if one.boarding is not None:
            boarding[vehicle.pk] = one.boarding
    if boarding:
        write_boarding(row, boarding, arranged)
    after = {"vehicles": [f"{one.name}: {one.seats}" for one in arranged]}
    record("transfer.arranged", row, by=by, scope=row.cohort.code, after=after)
    return row


@transaction.atomic
def take_over_vehicles(
    *, training_session: TrainingSession, source: TrainingSession, by: User | None
) -> TrainingSession:
    """Add the vehicles of another transfer of the cohort, with those of its people who take part in
    this one too. Stops belong to a way and are not taken over."""
    row = locked_transfer(training_session)
    if source.cohort_id != row.cohort_id:
        raise refusals.VehicleElsewhere
    plan = plan_of_vehicles(source)
    going = set(travellers(row).values_list("pk", flat=True)) - plan_of_vehicles(row).seated
    boarding: dict[int, Boarding] = {}
    added = []
    for line in plan.vehicles:
        facts = {name: getattr(line.vehicle, name) for name in CHANGEABLE - {"position"}}
        vehicle = add_vehicle(training_session=row, facts=facts, by=by)
        added.append(vehicle)
        boarding[vehicle.pk] = [
            (one.enrollment.pk, one.number) for one in line.passengers if one.enrollment.pk in going
        ]
    write_boarding(row, boarding, added)
    return row


def _demand_revision(row: TrainingSession, revision: str) -> None:
    if revision:
        plan = plan_of_vehicles(row)
        if revision_of(plan) != revision:
            raise Stale(facts={"current": plan_shape(plan)})


def _demand_sense(vehicles: Sequence[VehicleFacts], known: Mapping[int, Vehicle]) -> None:
    ids = [one.id for one in vehicles if one.id is not None]
    if not known.keys() >= set(ids) or len(set(ids)) < len(ids):
        raise refusals.VehicleElsewhere
    names = [one.facts["name"] for one in vehicles]
    if len(set(names)) < len(names):
        raise refusals.VehicleNameTaken


def _arranged(
    row: TrainingSession,
    known: Mapping[int, Vehicle],
    one: VehicleFacts,
    position: int,
    by: User | None,
) -> Vehicle:
    facts = {**one.facts, "position": position}
    if one.id is None:
        return write_new(row, facts, one.stops or (), by)
    write_changes(known[one.id], facts, one.stops, by)
    return known[one.id]
