"""The hotels of a leg and the rooms that they keep. Locks the cohort."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from cohorts.actions.locking import locked_open
from cohorts.models import Leg
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.constraints import broken_constraint
from participants.choices import RoomKind
from participants.models import Hotel, Room
from participants.models.logistics import MOST_PLACES
from participants.refusals import HotelUnusable, NightsMissing, RoomInUse, RoomsUnusable
from participants.rules.room_numbers import RoomNumbersUnreadable, room_numbers


@transaction.atomic
def add_hotel(
    *, leg: Leg, name: str, by: User | None, name_en: str = "", address: str = "", phone: str = ""
) -> Hotel:
    """Raises HotelUnusable."""
    cohort = locked_open(leg.cohort)
    hotel = Hotel(
        leg=leg,
        name=" ".join(name.split()),
        name_en=" ".join(name_en.split()),
        address=address.strip(),
        phone=phone.strip(),
    )
    try:
        with transaction.atomic():
            if not hotel.name:
                raise HotelUnusable(fields={"name": HotelUnusable.text})
            hotel.save(force_insert=True)
    except IntegrityError as error:
        if broken_constraint(error) == "hotel_name_unique_in_leg":
            raise HotelUnusable(fields={"name": HotelUnusable.text}) from None
        raise
    after = {"name": hotel.name, "leg": leg.position}
    record("hotel.added", hotel, by=by, scope=cohort.code, after=after)
    return hotel


@transaction.atomic
def remove_hotel(*, hotel: Hotel, by: User | None) -> None:
    """With its rooms, as long as nobody sleeps there. Raises RoomInUse."""
    cohort = locked_open(hotel.leg.cohort)
    record("hotel.removed", hotel, by=by, scope=cohort.code, before={"name": hotel.name})
    try:
        hotel.delete()
    except ProtectedError:
        raise RoomInUse from None


@transaction.atomic
def add_rooms(
    *,
    hotel: Hotel,
    numbers: str,
    kind: str,
    places: int,
    first_on: dt.date,
    last_on: dt.date,
    by: User | None,
) -> list[Room]:
    """Several rooms alike; `numbers` as in `801-806, 810`. All or none. Raises RoomsUnusable,
    NightsMissing."""
    cohort = locked_open(hotel.leg.cohort)
    if last_on < first_on:
        raise NightsMissing(fields={"last_on": NightsMissing.text})
    if kind not in RoomKind.values or not 1 <= places <= MOST_PLACES:
        raise RoomsUnusable(fields={"places": RoomsUnusable.text})
    try:
        found = room_numbers(numbers)
    except RoomNumbersUnreadable:
        raise RoomsUnusable(fields={"numbers": RoomsUnusable.text}) from None
    known = set(Room.objects.filter(hotel=hotel, number__in=found).values_list("number", flat=True))
    if known:
        raise RoomsUnusable(fields={"numbers": RoomsUnusable.text}, facts={"known": sorted(known)})
    rooms = Room.objects.bulk_create(
        Room(
            hotel=hotel,
            number=number,
            kind=kind,
            places=places,
            first_on=first_on,
            last_on=last_on,
        )
        for number in found
    )
    after = {"numbers": found, "kind": kind, "places": places}
    record("rooms.added", hotel, by=by, scope=cohort.code, after=after)
    return rooms


@transaction.atomic
def remove_room(*, room: Room, by: User | None) -> None:
    """Raises RoomInUse."""
    cohort = locked_open(room.hotel.leg.cohort)
    record("room.removed", room, by=by, scope=cohort.code, before={"number": room.number})
    try:
        room.delete()
    except ProtectedError:
        raise RoomInUse from None
