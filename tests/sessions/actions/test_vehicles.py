"""Vehicles of a transfer: arranged, filled, moved by hand, counted, refused; and at once."""

import threading

import pytest
from django.db import connections, transaction

from cohorts.refusals import CohortClosed
from g60portal.audit.models import AuditEvent
from g60portal.common.refusals import Stale
from participants.choices import EnrollmentState
from sessions import refusals
from sessions.actions.boarding import count_heads, fill_vehicles, seat_person
from sessions.actions.vehicle_plans import VehicleFacts, arrange_vehicles, take_over_vehicles
from sessions.actions.vehicles import (
    StopFacts,
    add_vehicle,
    change_vehicle,
    remove_vehicle,
    set_stops,
)
from sessions.models import HeadCount, Vehicle, VehicleSeat, VehicleStop
from sessions.queries.vehicles import plan_of_vehicles, plan_shape, revision_of
from tests.factories import (
    EnrollmentFactory,
    UserFactory,
    VenueFactory,
    at,
    training_session,
)
from tests.sessions.riding import a_ride

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return UserFactory()


def fill(ride, **options):
    fill_vehicles(training_session=ride.transfer, by=None, **options)


def withdraw(person):
    person.state = EnrollmentState.WITHDRAWN
    person.save()


def test_add_vehicle_when_it_is_a_transfer_then_written_with_stops_and_audit(by):
    ride = a_ride(2)
    hall = VenueFactory(name="大讲堂")
    vehicle = add_vehicle(
        training_session=ride.transfer,
        facts={"name": "1号车", "seats": 45, "plate": "沪A12345", "driver_phone": "13800000000"},
        stops=[StopFacts(0, venue=hall), StopFacts(20, name="收费站")],
        by=by,
    )
    stops = [(s.position, s.minute, s.venue, s.name) for s in vehicle.stops.all()]
    assert stops == [(1, 0, hall, ""), (2, 20, None, "收费站")]
    event = AuditEvent.objects.get(verb="vehicle.added")
    assert (event.actor_id, event.scope) == (by.pk, ride.cohort.code)
    assert event.after["stops"] == ["+0 大讲堂", "+20 收费站"]
    assert event.after["driver_phone"] == "***"


def test_add_vehicle_when_it_cannot_be_then_refused_by_name():
    ride = a_ride(2)
    ride.bus(10)
    lecture = training_session(ride.leg, 9, "09:00", "10:00")
    facts = {"name": "1号车", "seats": 10}
    with pytest.raises(refusals.NotATransfer):
        add_vehicle(training_session=lecture, facts=facts, by=None)
    with pytest.raises(refusals.VehicleNameTaken) as caught:
        add_vehicle(training_session=ride.transfer, facts=facts, by=None)
    assert list(caught.value.fields) == ["name"]
    with pytest.raises(refusals.StopNowhere):
        set_stops(vehicle=ride.vehicles[0], stops=[StopFacts(0)], by=None)
    ride.transfer.state = "cancelled"
    ride.transfer.save()
    with pytest.raises(refusals.SessionCancelled):
        add_vehicle(training_session=ride.transfer, facts={**facts, "name": "3号车"}, by=None)


def test_add_vehicle_when_the_cohort_is_closed_then_refused():
    ride = a_ride(1)
    ride.cohort.state = "archived"
    ride.cohort.save()
    with pytest.raises(CohortClosed):
        ride.bus(10)


def test_change_vehicle_when_seats_become_fewer_than_people_then_refused_with_figures():
    ride = a_ride(5)
    bus = ride.bus(10)
    fill(ride)
    with pytest.raises(refusals.TooFewSeats) as caught:
        change_vehicle(vehicle=bus, facts={"seats": 4}, by=None)
    assert caught.value.facts == {"seats": 4, "people": 5, "missing": 1}
    assert list(caught.value.fields) == ["seats"]


def test_change_vehicle_when_the_last_seats_go_then_people_move_forward():
    ride = a_ride(2)
    bus = ride.bus(10)
    first, second = ride.people
    for person, number in ((first, 2), (second, 9)):
        seat_person(
            training_session=ride.transfer,
            enrollment=person,
            vehicle=bus,
            number=number,
            by=None,
        )
    change_vehicle(vehicle=bus, facts={"seats": 4}, by=None)
    assert ride.seating() == {first.pk: (bus.pk, 2), second.pk: (bus.pk, 1)}


def test_set_stops_when_one_was_counted_then_it_stays():
    ride = a_ride(1)
    bus = ride.bus(10)
    gate, plant = bus.stops.all()
    count_heads(stop=gate, counted=0, note="", by=None)
    with pytest.raises(refusals.HeadsCounted):
        set_stops(vehicle=bus, stops=[StopFacts(0, name="北门")], by=None)
    kept = [StopFacts(5, name="南门", id=gate.pk), StopFacts(30, name="服务区")]
    set_stops(vehicle=bus, stops=kept, by=None)
    assert list(bus.stops.values_list("name", "minute")) == [("南门", 5), ("服务区", 30)]
    assert not VehicleStop.objects.filter(pk=plant.pk).exists()
    assert AuditEvent.objects.get(verb="vehicle.changed").after["stops"] == [
        "+5 南门",
        "+30 服务区",
    ]


def test_remove_vehicle_when_counted_then_refused_else_gone_with_its_seats():
    ride = a_ride(2)
    bus, other = ride.bus(10), ride.bus(10)
    fill(ride)
    remove_vehicle(vehicle=bus, by=None)
    assert list(Vehicle.objects.all()) == [other]
    assert VehicleSeat.objects.count() == 0
    count_heads(stop=other.stops.first(), counted=1, note="", by=None)
    with pytest.raises(refusals.HeadsCounted):
        remove_vehicle(vehicle=other, by=None)


def test_fill_when_seats_suffice_then_groups_ride_together_and_audit(by):
    ride = a_ride(6, 5, 4, alone=1)
    for seats in (10, 6):
        ride.bus(seats)
    fill_vehicles(training_session=ride.transfer, by=by)
    seating = ride.seating()
    assert len(seating) == 16
    for group in ride.groups:
        members = [person.pk for person in ride.people if person.group_id == group.pk]
        assert len({seating[person][0] for person in members}) == 1
    event = AuditEvent.objects.get(verb="transfer.filled")
    assert event.after == {"seated": 16, "afresh": False, "divided": 0}


def test_fill_when_seats_are_too_few_then_refused_with_figures_and_nothing_changes():
    ride = a_ride(4)
    ride.bus(3)
    with pytest.raises(refusals.TooFewSeats) as caught:
        fill(ride)
    assert caught.value.facts == {"seats": 3, "people": 4, "missing": 1}
    assert ride.seating() == {}


def test_fill_when_some_have_seats_then_these_stay_unless_afresh():
    ride = a_ride(3)
    bus = ride.bus(10)
    person = ride.people[2]
    seat_person(training_session=ride.transfer, enrollment=person, vehicle=bus, number=9, by=None)
    fill(ride)
    assert ride.seating()[person.pk] == (bus.pk, 9)
    fill(ride, afresh=True)
    assert sorted(number for _bus, number in ride.seating().values()) == [1, 2, 3]


def test_fill_when_somebody_withdrew_then_flagged_before_and_off_after():
    ride = a_ride(3)
    ride.bus(3)
    fill(ride)
    withdraw(ride.people[0])
    newcomer = EnrollmentFactory(cohort=ride.cohort, group=ride.groups[0], seat=50)
    plan = plan_of_vehicles(ride.transfer)
    assert [one.enrollment for one in plan.gone] == [ride.people[0]]
    assert plan.unassigned == [newcomer]
    assert plan.vehicles[0].aboard == 2
    fill(ride)
    assert set(ride.seating()) == {ride.people[1].pk, ride.people[2].pk, newcomer.pk}


@pytest.mark.parametrize(("left_on", "rides"), [(7, False), (8, True), (None, True)])
def test_plan_when_somebody_left_early_then_not_expected_after_that_day(left_on, rides):
    ride = a_ride(1)
    (person,) = ride.people
    person.left_on = at(left_on, "00:00").date() if left_on else None
    person.save()
    assert (plan_of_vehicles(ride.transfer).people == 1) is rides


def test_plan_when_the_transfer_is_of_some_groups_then_only_these_ride():
    ride = a_ride(2, 3)
    other = training_session(
        ride.leg, 9, "09:00", "10:00", kind="transfer", groups=[ride.groups[1]]
    )
    assert {row.pk for row in plan_of_vehicles(other).expected} == {p.pk for p in ride.people[2:]}


def test_seat_person_when_moved_then_one_seat_and_audit(by):
    ride = a_ride(1)
    first, second = ride.bus(2), ride.bus(2)
    (person,) = ride.people
    move = {"training_session": ride.transfer, "enrollment": person, "by": by}
    seat_person(**move, vehicle=first)
    seat_person(**move, vehicle=second, number=2)
    assert ride.seating() == {person.pk: (second.pk, 2)}
    seat_person(**move, vehicle=None)
    assert ride.seating() == {}
    places = [
        (event.before["place"], event.after["place"])
        for event in AuditEvent.objects.filter(verb="transfer.person_moved").order_by("pk")
    ]
    assert places == [("", "1号车 / 1"), ("1号车 / 1", "2号车 / 2"), ("2号车 / 2", "")]


def test_seat_person_when_it_cannot_be_then_refused_by_name():
    ride = a_ride(2)
    bus = ride.bus(1)
    first, second = ride.people
    stranger = a_ride(1)

    def seat(person, vehicle=bus, number=None):
        seat_person(
            training_session=ride.transfer,
            enrollment=person,
            vehicle=vehicle,
            number=number,
            by=None,
        )

    seat(first)
    with pytest.raises(refusals.TooFewSeats) as caught:
        seat(second)
    assert caught.value.facts == {"seats": 1, "people": 2, "missing": 1}
    with pytest.raises(refusals.SeatTaken):
        seat(second, number=1)
    with pytest.raises(refusals.SeatBeyondVehicle) as beyond:
        seat(second, number=2)
    assert beyond.value.facts == {"seats": 1}
    with pytest.raises(refusals.NotAboard):
        seat(stranger.people[0])
    with pytest.raises(refusals.VehicleElsewhere):
        seat(second, vehicle=stranger.bus(5))
    assert ride.seating() == {first.pk: (bus.pk, 1)}


def test_count_heads_when_counted_twice_then_the_newest_holds(by):
    ride = a_ride(3)
    bus = ride.bus(10)
    fill(ride)
    withdraw(ride.people[0])
    gate = bus.stops.first()
    count_heads(stop=gate, counted=1, note="两人迟到", by=by)
    count_heads(stop=gate, counted=2, note="", by=by)
    line = plan_of_vehicles(ride.transfer).vehicles[0].stops[0]
    assert (line.count.counted, line.count.expected, line.difference) == (2, 2, 0)
    event = AuditEvent.objects.filter(verb="vehicle.heads_counted").latest("pk")
    assert (event.after["counted"], event.after["expected"]) == (2, 2)
    assert HeadCount.objects.count() == 2


def arranged(ride, *vehicles, **options):
    return arrange_vehicles(training_session=ride.transfer, vehicles=vehicles, by=None, **options)


def test_arrange_when_sent_whole_then_added_changed_removed_and_seated():
    ride = a_ride(3)
    old, gone = ride.bus(10), ride.bus(10)
    first, second, third = (person.pk for person in ride.people)
    arranged(
        ride,
        VehicleFacts({"name": "2号车", "seats": 2}, boarding=[(third, 2), (first, None)]),
        VehicleFacts({"name": "1号车", "seats": 8}, id=old.pk, boarding=[(second, None)]),
    )
    rows = list(Vehicle.objects.values_list("name", "seats", "position"))
    assert rows == [("2号车", 2, 1), ("1号车", 8, 2)]
    new = Vehicle.objects.get(name="2号车")
    assert ride.seating() == {third: (new.pk, 2), first: (new.pk, 1), second: (old.pk, 1)}
    assert old.stops.count() == 2
    assert not Vehicle.objects.filter(pk=gone.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_arrange_when_two_exchange_their_names_then_both_hold():
    ride = a_ride(1)
    one, two = ride.bus(10), ride.bus(20)
    arranged(
        ride,
        VehicleFacts({"name": "2号车", "seats": 10}, id=one.pk),
        VehicleFacts({"name": "1号车", "seats": 20}, id=two.pk),
    )
    assert dict(Vehicle.objects.values_list("pk", "name")) == {one.pk: "2号车", two.pk: "1号车"}


def test_arrange_when_read_before_somebody_else_changed_it_then_stale_with_the_plan():
    ride = a_ride(1)
    bus = ride.bus(10)
    read = revision_of(plan_of_vehicles(ride.transfer))
    change_vehicle(vehicle=bus, facts={"plate": "沪A12345"}, by=None)
    with pytest.raises(Stale) as caught:
        arranged(ride, revision=read)
    assert caught.value.facts["current"]["vehicles"][0]["plate"] == "沪A12345"
    arranged(ride, revision=plan_shape(plan_of_vehicles(ride.transfer))["revision"])
    assert Vehicle.objects.count() == 0


def test_arrange_when_it_cannot_be_then_refused_by_name_and_nothing_changes():
    ride = a_ride(2)
    bus = ride.bus(10)
    foreign = a_ride(1).bus(5)
    first, second = (person.pk for person in ride.people)
    facts = {"name": "1号车", "seats": 1}
    cases = [
        ([VehicleFacts(facts), VehicleFacts(facts)], refusals.VehicleNameTaken),
        ([VehicleFacts(facts, id=foreign.pk)], refusals.VehicleElsewhere),
        (
            [
                VehicleFacts(facts, id=bus.pk),
                VehicleFacts(
                    {
                        **facts,
                        "name": "2",
                    },
                    id=bus.pk,
                ),
            ],
            refusals.VehicleElsewhere,
        ),
        ([VehicleFacts(facts, boarding=[(first, None), (second, None)])], refusals.TooFewSeats),
        ([VehicleFacts(facts, boarding=[(first, 2)])], refusals.SeatBeyondVehicle),
        (
            [VehicleFacts({**facts, "seats": 5}, boarding=[(first, 2), (second, 2)])],
            refusals.SeatTaken,
        ),
        (
            [VehicleFacts({**facts, "seats": 5}, boarding=[(first, 1), (first, 2)])],
            refusals.SeatedTwice,
        ),
        ([VehicleFacts(facts, boarding=[(10**9, None)])], refusals.NotAboard),
    ]
    for vehicles, refusal in cases:
        with pytest.raises(refusal):
            arranged(ride, *vehicles)
    assert list(Vehicle.objects.filter(training_session=ride.transfer)) == [bus]


def test_take_over_when_another_transfer_has_vehicles_then_copied_with_their_people():
    ride = a_ride(2, 1)
    ride.bus(10, plate="沪A12345")
    fill(ride)
    back = training_session(ride.leg, 8, "16:00", "17:00", kind="transfer", groups=[ride.groups[0]])
    take_over_vehicles(training_session=back, source=ride.transfer, by=None)
    (vehicle,) = Vehicle.objects.filter(training_session=back)
    assert (vehicle.name, vehicle.seats, vehicle.plate) == ("1号车", 10, "沪A12345")
    people = VehicleSeat.objects.filter(vehicle=vehicle).values_list("enrollment", flat=True)
    assert set(people) == {person.pk for person in ride.people[:2]}


def test_plan_when_there_are_more_vehicles_then_no_more_queries(django_assert_num_queries):
    small, large = a_ride(3), a_ride(3, 3, 3)
    small.bus(5)
    for _number in range(3):
        large.bus(5)
    fill(small)
    fill(large)
    for ride in (small, large):
        with django_assert_num_queries(6):
            plan_shape(plan_of_vehicles(ride.transfer))


def at_once(*calls):
    """Runs the calls on connections of their own; answers the names of what came out."""
    got = [""] * len(calls)
    gate = threading.Barrier(len(calls))

    def run(number):
        try:
            gate.wait(5)
            calls[number]()
            got[number] = "done"
        except Exception as error:  # noqa: BLE001 -- the refusal is the result
            got[number] = type(error).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return sorted(got)


@pytest.mark.django_db(transaction=True)
def test_last_seat_when_two_want_it_at_once_then_one_gets_it():
    for _round in range(3):
        ride = a_ride(2)
        bus = ride.bus(1)
        calls = [
            lambda p=person, r=ride, b=bus: seat_person(
                training_session=r.transfer, enrollment=p, vehicle=b, by=None
            )
            for person in ride.people
        ]
        assert at_once(*calls) == ["TooFewSeats", "done"]
        assert len(ride.seating()) == 1


@pytest.mark.django_db(transaction=True)
def test_seats_when_taken_away_and_given_at_once_then_nobody_sits_beyond_them():
    for _round in range(3):
        ride = a_ride(1)
        bus = ride.bus(5)
        at_once(
            lambda b=bus: change_vehicle(vehicle=b, facts={"seats": 2}, by=None),
            lambda r=ride, b=bus: seat_person(
                training_session=r.transfer, enrollment=r.people[0], vehicle=b, number=5, by=None
            ),
        )
        assert all(number <= 2 for _bus, number in ride.seating().values())


@pytest.mark.django_db(transaction=True)
def test_seats_when_given_without_the_lock_then_somebody_sits_beyond_them():
    """The control: read the seats, then write, without locking the vehicle."""
    ride = a_ride(1)
    bus = ride.bus(5)
    both_have_read = threading.Barrier(2)

    def careless_seat():
        with transaction.atomic():
            seats = Vehicle.objects.get(pk=bus.pk).seats
            both_have_read.wait(5)
            VehicleSeat.objects.create(
                training_session=ride.transfer,
                vehicle=bus,
                enrollment=ride.people[0],
                number=seats,
            )

    def careless_change():
        with transaction.atomic():
            people = VehicleSeat.objects.filter(vehicle=bus, number__gt=2).count()
            both_have_read.wait(5)
            if not people:
                Vehicle.objects.filter(pk=bus.pk).update(seats=2)

    assert at_once(careless_seat, careless_change) == ["done", "done"]
    assert ride.seating() == {ride.people[0].pk: (bus.pk, 5)}
    assert Vehicle.objects.get(pk=bus.pk).seats == 2
