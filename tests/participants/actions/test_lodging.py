"""Rooms by hand and by rule, taken back, and what the database itself refuses."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from cohorts.refusals import ReasonMissing
from g60portal.audit.models import AuditEvent
from g60portal.common.constraints import broken_constraint
from participants.actions.hotels import add_hotel, add_rooms, remove_hotel, remove_room
from participants.actions.lodging import (
    accept_mixed_room,
    assign_room,
    fill_rooms,
    hand_over_beds,
    undo_rooms,
)
from participants.models import Room, RoomStay
from participants.queries.lodging import lodging_of
from participants.refusals import (
    NothingMixed,
    NothingToUndo,
    NotInCohort,
    RoomClosed,
    RoomedTwice,
    RoomFull,
    RoomInUse,
    RoomsChanged,
    RoomsUnusable,
)
from tests.factories import EnrollmentFactory, PersonFactory, two_leg_cohort

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2026, 6, 7), dt.date(2026, 6, 10)
NIGHT = dt.date(2026, 6, 8)


class House:
    """A leg with two twins and a single, and people to sleep there."""

    def __init__(self) -> None:
        self.cohort, self.leg, self.other_leg = two_leg_cohort()
        self.hotel = add_hotel(leg=self.leg, name="佘山茂御酒店", by=None)
        self.twin, self.second = self.rooms("801-802", "twin", 2)
        [self.single] = self.rooms("901", "single", 1)

    def rooms(self, numbers: str, kind: str, places: int) -> list[Room]:
        return add_rooms(
            hotel=self.hotel, numbers=numbers, kind=kind, places=places, first_on=FIRST,
            last_on=LAST, by=None,
        )  # fmt: skip

    def person(self, gender: str = "1", **more):
        return EnrollmentFactory(cohort=self.cohort, person=PersonFactory(gender=gender), **more)

    def assign(self, room, *people, **nights) -> int:
        return assign_room(
            leg=self.leg, enrollments=[one.pk for one in people], room=room, by=None, **nights
        )

    def beds(self) -> set[tuple[int, str, int, int]]:
        rows = RoomStay.objects.select_related("room")
        return {
            (one.enrollment_id, one.room.number, one.first_on.day, one.last_on.day) for one in rows
        }

    def codes(self) -> list[str]:
        return [problem.code for problem in lodging_of(self.leg).problems]


@pytest.fixture
def house() -> House:
    return House()


def test_assign_when_nights_are_not_said_then_the_usual_ones(house: House) -> None:
    one, two = house.person(), house.person()
    assert house.assign(house.twin, one, two) == 2
    assert house.beds() == {(one.pk, "801", 8, 9), (two.pk, "801", 8, 9)}
    assert AuditEvent.objects.filter(verb="rooms.assigned").count() == 1


def test_assign_when_some_nights_move_then_the_others_stay(house: House) -> None:
    one = house.person()
    house.assign(house.twin, one, first_on=FIRST, last_on=LAST)
    house.assign(house.single, one, first_on=NIGHT, last_on=NIGHT)
    assert house.beds() == {
        (one.pk, "801", 7, 7), (one.pk, "901", 8, 8), (one.pk, "801", 9, 10),
    }  # fmt: skip
    house.assign(house.twin, one, first_on=NIGHT, last_on=NIGHT)
    assert house.beds() == {(one.pk, "801", 7, 10)}
    house.assign(None, one)
    assert house.beds() == set()


def test_assign_when_refused_then_nothing_changes(house: House) -> None:
    one, two, three = house.person(), house.person(), house.person()
    house.assign(house.twin, one, two)
    with pytest.raises(RoomFull):
        house.assign(house.twin, three)
    with pytest.raises(RoomClosed):
        house.assign(house.twin, one, first_on=LAST, last_on=LAST + dt.timedelta(days=1))
    with pytest.raises(NotInCohort):
        house.assign(house.twin, EnrollmentFactory())
    other = add_hotel(leg=house.other_leg, name="合肥饭店", by=None)
    [far] = add_rooms(
        hotel=other, numbers="1", kind="single", places=1, first_on=FIRST, last_on=LAST, by=None
    )
    with pytest.raises(RoomedTwice):
        assign_room(
            leg=house.other_leg, enrollments=[one.pk], room=far, by=None, first_on=NIGHT,
            last_on=NIGHT,
        )  # fmt: skip
    assert house.beds() == {(one.pk, "801", 8, 9), (two.pk, "801", 8, 9)}


def test_fill_and_undo_when_done_then_beds_come_and_go(house: House) -> None:
    people = [house.person("1"), house.person("2"), house.person("1"), house.person("2")]
    house.assign(house.second, people[1])
    before = house.beds()
    assert fill_rooms(leg=house.leg, by=None) == (3, 0)
    assert house.codes() == []
    undo_rooms(leg=house.leg, by=None)
    assert house.beds() == before
    undo_rooms(leg=house.leg, by=None)
    assert house.beds() == set()
    with pytest.raises(NothingToUndo):
        undo_rooms(leg=house.leg, by=None)


def test_undo_when_somebody_moved_these_people_since_then_refused(house: House) -> None:
    one = house.person()
    house.assign(house.twin, one)
    RoomStay.objects.filter(enrollment=one).delete()
    with pytest.raises(RoomsChanged):
        undo_rooms(leg=house.leg, by=None)


def test_mixed_when_accepted_with_a_reason_then_until_somebody_else_comes(house: House) -> None:
    man, woman, heir = house.person("1"), house.person("2"), house.person("2")
    house.assign(house.twin, man, woman)
    assert house.codes() == ["mixed", "no_room"]
    with pytest.raises(ReasonMissing):
        accept_mixed_room(room=house.twin, reason=" ", by=None)
    accept_mixed_room(room=house.twin, reason="夫妻", by=None)
    assert house.codes() == ["no_room"]
    with pytest.raises(NothingMixed):
        accept_mixed_room(room=house.twin, reason="夫妻", by=None)
    house.assign(house.twin, woman, first_on=FIRST, last_on=FIRST)
    house.assign(None, woman)
    house.assign(house.twin, heir)
    assert "mixed" in house.codes()


def test_heir_when_somebody_is_replaced_in_the_week_then_the_nights_to_come(
    house: House, frozen_clock
) -> None:
    leaving, mate, coming = house.person(), house.person(), house.person("2")
    house.assign(house.twin, leaving, mate)
    frozen_clock(dt.datetime(2026, 6, 9, 12, tzinfo=dt.UTC))
    leaving.state = "withdrawn"
    leaving.save(update_fields=["state"])
    with transaction.atomic():
        hand_over_beds(leaving, coming)
    assert house.beds() == {
        (leaving.pk, "801", 8, 8), (coming.pk, "801", 9, 9), (mate.pk, "801", 8, 9),
    }  # fmt: skip
    assert "mixed" in house.codes()


def test_gone_when_rooms_are_assigned_then_the_bed_is_free(house: House) -> None:
    one, two = house.person(), house.person()
    house.assign(house.single, one)
    one.state = "withdrawn"
    one.save(update_fields=["state"])
    assert lodging_of(house.leg).rooms[2].occupants[0].gone
    house.assign(house.single, two)
    assert house.beds() == {(two.pk, "901", 8, 9)}


def test_rooms_when_used_or_known_then_refused(house: House) -> None:
    one = house.person()
    house.assign(house.twin, one)
    with pytest.raises(RoomInUse):
        remove_room(room=house.twin, by=None)
    with pytest.raises(RoomInUse):
        remove_hotel(hotel=house.hotel, by=None)
    with pytest.raises(RoomsUnusable) as refused:
        house.rooms("802-803", "twin", 2)
    assert refused.value.facts == {"known": ["802"]}
    remove_room(room=house.second, by=None)
    assert not Room.objects.filter(number="802").exists()


def test_database_when_written_past_the_actions_then_it_refuses(house: House) -> None:
    one, two = house.person(), house.person()
    nights = {"first_on": NIGHT, "last_on": NIGHT}
    RoomStay.objects.create(room=house.single, enrollment=one, **nights)
    for wrong, constraint in (
        ({"room": house.single, "enrollment": two, **nights}, "room_stay_within_places"),
        ({"room": house.twin, "enrollment": one, **nights}, "room_stay_one_bed_a_night"),
        (
            {"room": house.twin, "enrollment": two, "first_on": FIRST - dt.timedelta(1),
             "last_on": FIRST},
            "room_stay_within_nights",
        ),
    ):  # fmt: skip
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            RoomStay.objects.create(**wrong)
        assert broken_constraint(refused.value) == constraint
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Room.objects.filter(pk=house.single.pk).update(first_on=LAST)
    assert broken_constraint(refused.value) == "room_keeps_guests"


def race_for_the_last_bed(house: House) -> int:
    """Two at once, each past the actions, on connections of their own; answers how many got it."""
    people = [house.person().pk, house.person().pk]
    gate = Barrier(2, timeout=20)

    def take(enrollment: int) -> bool:
        try:
            with transaction.atomic():
                gate.wait()
                RoomStay.objects.create(
                    room_id=house.single.pk, enrollment_id=enrollment, first_on=NIGHT, last_on=NIGHT
                )
                # Both have written before either commits, unless one waits for the other's lock.
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.15)")
        except DatabaseError:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(take, people))


@pytest.mark.django_db(transaction=True)
def test_last_bed_when_two_want_it_at_once_then_one_gets_it() -> None:
    assert race_for_the_last_bed(House()) == 1


@pytest.mark.django_db(transaction=True)
def test_last_bed_when_the_lock_of_the_room_is_off_then_both_get_it() -> None:
    """The control: without the lock neither sees the other's row."""
    house = House()
    [guard] = [one for one in RoomStay._meta.triggers if one.name == "room_stay_within_room"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_functiondef(tgfoid) FROM pg_trigger WHERE tgname = %s",
            [guard.get_pgid(RoomStay)],
        )
        whole = cursor.fetchone()[0]
        cursor.execute(whole.replace("FOR NO KEY UPDATE", ""))
    try:
        assert race_for_the_last_bed(house) == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute(whole)
