"""Who sits where on the vehicles of a transfer: filled by rule, moved by hand; and heads counted.

Every action but the count locks the cohort, the transfer, then its vehicles in the order of their
keys, and holds the seat numbers below the seats of the vehicle. Nobody has two seats: a constraint.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.locks import locked
from participants.models import Enrollment
from sessions import refusals
from sessions.actions.vehicles import locked_transfer, vehicles_of
from sessions.models import HeadCount, TrainingSession, Vehicle, VehicleSeat, VehicleStop
from sessions.queries.vehicles import plan_of_vehicles, travellers
from sessions.rules.boarding import Bus, board

# Who boards a vehicle: enrollment and seat number; None = the next free one.
Boarding = Sequence[tuple[int, int | None]]


@transaction.atomic
def fill_vehicles(
    *, training_session: TrainingSession, afresh: bool = False, by: User | None
) -> TrainingSession:
    """Give everybody without a seat one, groups together; `afresh` gives all seats anew. People who
    dropped out lose theirs. Raises TooFewSeats with the figures; then nothing is changed."""
    row = locked_transfer(training_session)
    vehicles = vehicles_of(row)
    plan = plan_of_vehicles(row)
    kept = {
        line.vehicle.pk: {one.number: one.enrollment.pk for one in line.passengers if not one.gone}
        for line in plan.vehicles
    }
    buses = [
        Bus(vehicle.pk, vehicle.seats, {} if afresh else kept[vehicle.pk]) for vehicle in vehicles
    ]
    found = board(buses, plan.parties)
    if found.missing:
        raise refusals.TooFewSeats.of(plan.seats, plan.people)
    before = len(plan.seated)
    seats = VehicleSeat.objects.filter(training_session=row)
    stale = seats if afresh else seats.filter(enrollment__in=[o.enrollment for o in plan.gone])
    stale.delete()
    _give(row, found.seating)
    after = {"seated": plan.people, "afresh": afresh, "divided": len(found.divided)}
    _record("transfer.filled", row, by, before={"seated": before}, after=after)
    return row


@transaction.atomic
def seat_person(
    *,
    training_session: TrainingSession,
    enrollment: Enrollment,
    vehicle: Vehicle | None,
    number: int | None = None,
    by: User | None,
) -> VehicleSeat | None:
    """Move somebody to a vehicle, to a given seat or the first free one; None = off all vehicles.

    Raises NotAboard for somebody who does not take part, TooFewSeats for a full vehicle,
    SeatBeyondVehicle, SeatTaken.
    """
    row = locked_transfer(training_session)
    rows = {one.pk: one for one in vehicles_of(row)}
    seat = VehicleSeat.objects.filter(training_session=row, enrollment=enrollment).first()
    before = _word(rows, seat)
    if vehicle is None:
        if seat is not None:
            seat.delete()
        given = None
    else:
        given = _seated(row, enrollment, rows.get(vehicle.pk), number)
    _record(
        "transfer.person_moved",
        row,
        by,
        before={"person": str(enrollment), "place": before},
        after={"person": str(enrollment), "place": _word(rows, given)},
    )
    return given


@transaction.atomic
def count_heads(*, stop: VehicleStop, counted: int, note: str, by: User | None) -> HeadCount:
    """Note how many are aboard at a stop. The newest count of a stop is the one that holds. Locks
    the vehicle only: several buses are counted at once."""
    row = locked(stop.vehicle)
    plan = plan_of_vehicles(row.training_session)
    expected = next(line.aboard for line in plan.vehicles if line.vehicle.pk == row.pk)
    count = HeadCount(stop=stop, counted=counted, expected=expected, note=note.strip(), by=by)
    count.save(force_insert=True)
    record(
        "vehicle.heads_counted",
        row,
        by=by,
        scope=row.training_session.cohort.code,
        after={"stop": str(stop), "counted": counted, "expected": expected},
        reason=count.note,
    )
    return count


def write_boarding(
    row: TrainingSession, boarding: Mapping[int, Boarding], vehicles: Iterable[Vehicle]
) -> None:
    """The people of some vehicles anew, inside the caller's transaction and under its locks.
    Whoever sat elsewhere moves; who is not named loses the seat on these vehicles."""
    people = [person for persons in boarding.values() for person, _number in persons]
    twice = sorted({person for person in people if people.count(person) > 1})
    if twice:
        raise refusals.SeatedTwice(facts={"enrollments": twice})
    known = set(travellers(row).values_list("pk", flat=True))
    strangers = sorted(set(people) - known)
    if strangers:
        raise refusals.NotAboard(facts={"enrollments": strangers})
    seats = {vehicle.pk: vehicle.seats for vehicle in vehicles}
    seating = {
        person: (key, number)
        for key, persons in boarding.items()
        for person, number in _numbers(persons, seats[key])
    }
    given = VehicleSeat.objects.filter(training_session=row)
    given.filter(vehicle__in=boarding).delete()
    given.filter(enrollment__in=people).delete()
    _give(row, seating)


def _numbers(persons: Boarding, seats: int) -> list[tuple[int, int]]:
    """Everybody with a number; the first free ones for those without."""
    if len(persons) > seats:
        raise refusals.TooFewSeats.of(seats, len(persons))
    asked = [number for _person, number in persons if number is not None]
    if any(not 1 <= number <= seats for number in asked):
        raise _beyond(seats)
    if len(set(asked)) < len(asked):
        raise refusals.SeatTaken
    free = (number for number in range(1, seats + 1) if number not in asked)
    return [(person, next(free) if number is None else number) for person, number in persons]


def _seated(
    row: TrainingSession, enrollment: Enrollment, vehicle: Vehicle | None, number: int | None
) -> VehicleSeat:
    if vehicle is None:
        raise refusals.VehicleElsewhere
    if not travellers(row).filter(pk=enrollment.pk).exists():
        raise refusals.NotAboard(facts={"enrollments": [enrollment.pk]})
    others = VehicleSeat.objects.filter(vehicle=vehicle).exclude(enrollment=enrollment)
    taken = set(others.values_list("number", flat=True))
    seat, _made = VehicleSeat.objects.update_or_create(
        training_session=row,
        enrollment=enrollment,
        defaults={"vehicle": vehicle, "number": _free_number(vehicle, taken, number)},
    )
    return seat


def _free_number(vehicle: Vehicle, taken: set[int], number: int | None) -> int:
    if number is None:
        free = (one for one in range(1, vehicle.seats + 1) if one not in taken)
        found = next(free, None)
        if found is None:
            raise refusals.TooFewSeats.of(vehicle.seats, len(taken) + 1)
        return found
    if not 1 <= number <= vehicle.seats:
        raise _beyond(vehicle.seats)
    if number in taken:
        raise refusals.SeatTaken(fields={"number": refusals.SeatTaken.text})
    return number


def _beyond(seats: int) -> refusals.SeatBeyondVehicle:
    text = refusals.SeatBeyondVehicle.text
    return refusals.SeatBeyondVehicle(fields={"number": text}, facts={"seats": seats})


def _give(row: TrainingSession, seating: Mapping[int, tuple[int, int]]) -> None:
    VehicleSeat.objects.bulk_create(
        VehicleSeat(training_session=row, vehicle_id=key, enrollment_id=person, number=number)
        for person, (key, number) in seating.items()
    )


def _word(vehicles: Mapping[int, Vehicle], seat: VehicleSeat | None) -> str:
    if seat is None:
        return ""
    return f"{vehicles[seat.vehicle_id]} / {seat.number}"


def _record(
    verb: str,
    row: TrainingSession,
    by: User | None,
    *,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    record(verb, row, by=by, scope=row.cohort.code, before=before, after=after)
