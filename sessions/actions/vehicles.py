"""The vehicles of a transfer and their stops: added, changed, removed.

Who sits where is `sessions.actions.boarding`; a whole plan at once is `vehicle_plans`. Every action
locks the cohort, the transfer, then its vehicles in the order of their keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cohorts.actions.locking import locked_open
from g60portal.accounts.models import User
from g60portal.audit.record import changes, record
from g60portal.common.locks import locked, locked_rows
from sessions import refusals
from sessions.choices import SessionKind, SessionState
from sessions.models import (
    HeadCount,
    TrainingSession,
    Vehicle,
    VehicleSeat,
    VehicleStop,
    Venue,
)
from sessions.queries.vehicles import place_of

CHANGEABLE = frozenset({"name", "plate", "driver", "driver_phone", "escort", "seats", "position"})


@dataclass(frozen=True)
class StopFacts:
    """Where a vehicle halts: at a venue or at a named place, so many minutes after departure."""

    minute: int
    venue: Venue | None = None
    name: str = ""
    id: int | None = None


@transaction.atomic
def add_vehicle(
    *,
    training_session: TrainingSession,
    facts: Mapping[str, Any],
    stops: Sequence[StopFacts] = (),
    by: User | None,
) -> Vehicle:
    row = locked_transfer(training_session)
    others = vehicles_of(row)
    _demand_name(facts["name"], others)
    position = 1 + max((vehicle.position for vehicle in others), default=0)
    return write_new(row, {"position": position, **facts}, stops, by)


@transaction.atomic
def change_vehicle(
    *,
    vehicle: Vehicle,
    facts: Mapping[str, Any],
    stops: Sequence[StopFacts] | None = None,
    by: User | None,
) -> Vehicle:
    """Change any of `CHANGEABLE`, and the stops. Raises TooFewSeats when more people have a seat
    than there would be; those beyond the last seat move to the free ones."""
    row = locked_transfer(vehicle.training_session)
    current = locked(vehicle)
    _demand_name(facts.get("name", current.name), vehicles_of(row), but=current)
    write_changes(current, facts, stops, by)
    return current


@transaction.atomic
def set_stops(*, vehicle: Vehicle, stops: Sequence[StopFacts], by: User | None) -> Vehicle:
    return change_vehicle(vehicle=vehicle, facts={}, stops=stops, by=by)


@transaction.atomic
def remove_vehicle(*, vehicle: Vehicle, by: User | None) -> None:
    """With its stops and seats. Raises HeadsCounted when heads have been counted on it."""
    locked_transfer(vehicle.training_session)
    current = locked(vehicle)
    if HeadCount.objects.filter(stop__vehicle=current).exists():
        raise refusals.HeadsCounted
    before = {"name": current.name, "seats": current.seats, "stops": _words(current)}
    _record("vehicle.removed", current, by, before=before)
    current.delete()


def locked_transfer(training_session: TrainingSession) -> TrainingSession:
    """The transfer under its lock, in its open cohort. Raises NotATransfer, SessionCancelled."""
    cohort = locked_open(training_session.cohort)
    row = locked(training_session)
    row.cohort = cohort
    if row.kind != SessionKind.TRANSFER:
        raise refusals.NotATransfer
    if row.state == SessionState.CANCELLED:
        raise refusals.SessionCancelled
    return row


def vehicles_of(row: TrainingSession) -> list[Vehicle]:
    """All of them under their locks, in their order."""
    found = locked_rows(Vehicle.objects.filter(training_session=row))
    for vehicle in found:
        vehicle.training_session = row
    return sorted(found, key=lambda vehicle: (vehicle.position, vehicle.pk))


def write_new(
    row: TrainingSession, facts: Mapping[str, Any], stops: Sequence[StopFacts], by: User | None
) -> Vehicle:
    """Inside the caller's transaction and under its locks; the caller looks after names."""
    vehicle = Vehicle(training_session=row, **_known(facts))
    vehicle.save(force_insert=True)
    _write_stops(vehicle, stops)
    _record("vehicle.added", vehicle, by, after={**facts, "stops": _words(vehicle)})
    return vehicle


def write_changes(
    current: Vehicle, facts: Mapping[str, Any], stops: Sequence[StopFacts] | None, by: User | None
) -> None:
    """As `write_new`, for a vehicle that is known and locked."""
    before, after = changes(current, _known(facts))
    stops_before = _words(current)
    if "seats" in after:
        _fit_people(current, after["seats"])
    for name, value in after.items():
        setattr(current, name, value)
    if after:
        current.save(update_fields=[*after])
    if stops is not None:
        _write_stops(current, stops)
        if _words(current) != stops_before:
            before["stops"], after["stops"] = stops_before, _words(current)
    if after:
        _record("vehicle.changed", current, by, before=before, after=after)


def _fit_people(vehicle: Vehicle, seats: int) -> None:
    people = list(VehicleSeat.objects.filter(vehicle=vehicle).order_by("number"))
    if len(people) > seats:
        raise refusals.TooFewSeats.of(seats, len(people), field="seats")
    taken = {row.number for row in people}
    free = (number for number in range(1, seats + 1) if number not in taken)
    beyond = [row for row in people if row.number > seats]
    for row in beyond:
        row.number = next(free)
    VehicleSeat.objects.bulk_update(beyond, ["number"])


def _write_stops(vehicle: Vehicle, stops: Sequence[StopFacts]) -> None:
    """Stops that stay keep their row, because heads are counted there. Raises HeadsCounted for one
    that would have to go with its counts."""
    if any(stop.venue is None and not stop.name for stop in stops):
        raise refusals.StopNowhere
    known = {stop.pk: stop for stop in VehicleStop.objects.filter(vehicle=vehicle)}
    gone = known.keys() - {stop.id for stop in stops}
    if HeadCount.objects.filter(stop__in=gone).exists():
        raise refusals.HeadsCounted
    VehicleStop.objects.filter(pk__in=gone).delete()
    for position, facts in enumerate(stops, start=1):
        stop = known.get(facts.id or 0) or VehicleStop(vehicle=vehicle)
        stop.position, stop.minute = position, facts.minute
        stop.venue, stop.name = facts.venue, facts.name
        stop.save()


def _demand_name(name: str, others: Sequence[Vehicle], *, but: Vehicle | None = None) -> None:
    if any(other.name == name and other != but for other in others):
        raise refusals.VehicleNameTaken(fields={"name": refusals.VehicleNameTaken.text})


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(facts) - CHANGEABLE
    if unknown:
        raise TypeError(f"A vehicle has no facts {sorted(unknown)}.")
    return dict(facts)


def _words(vehicle: Vehicle) -> list[str]:
    """The stops for the audit."""
    stops = VehicleStop.objects.filter(vehicle=vehicle).select_related("venue")
    return [f"+{stop.minute} {place_of(stop)}" for stop in stops]


def _record(
    verb: str,
    vehicle: Vehicle,
    by: User | None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    scope = vehicle.training_session.cohort.code
    record(verb, vehicle, by=by, scope=scope, before=before, after=after)
