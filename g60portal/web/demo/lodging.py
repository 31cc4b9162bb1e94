"""How the demo's people travel and sleep: forms that most have filled in, hotels, rooms filled by
rule. Everything follows from the seat number, so that it is the same each time.
"""

import datetime as dt
from typing import Any

from cohorts.models import Cohort, Leg
from g60portal.accounts.models import User
from g60portal.common import clock
from g60portal.web.demo import numbers
from participants.actions.hotels import add_hotel, add_rooms
from participants.actions.lodging import fill_rooms
from participants.actions.logistics import save_logistics, set_logistics_deadline
from participants.choices import Diet, RoomWish, ShirtSize, TravelMode
from participants.models import Enrollment, Hotel
from participants.rules.logistics import LegDays

# Invented, like everything that people say here.
HOTELS = {
    "songjiang": ("松江示范培训中心酒店", "Songjiang Training Center Hotel", "021-55550100"),
    "hefei": ("合肥示范专家公寓", "Hefei Experts Residence", "0551-55550100"),
}
STATIONS = {"songjiang": "松江站", "hefei": "合肥南站"}
# Of every fifteen people, the seventh has not filled in the form yet.
FIFTEEN, FORGETFUL = 15, 7
# Seats with a special wish, and what they say.
NEEDS: dict[int, dict[str, Any]] = {
    12: {"diet": Diet.VEGETARIAN},
    19: {"allergy": "花生、虾蟹过敏"},
    31: {"diet": Diet.HALAL},
    38: {"diet": Diet.DIABETIC, "accessibility": "膝盖术后，请安排低楼层"},
}
# Who would rather have a room of one's own.
ALONE = (4, 13, 22, 40)
SIZES = (ShirtSize.M, ShirtSize.L, ShirtSize.XL, ShirtSize.L, ShirtSize.S)


def make_lodging(cohort: Cohort, *, by: User) -> None:
    """Forms, hotels and rooms of every leg."""
    people = list(Enrollment.objects.active().filter(cohort=cohort).select_related("person"))
    for leg in cohort.legs.select_related("city", "cohort").order_by("position"):
        _deadline(leg, by=by)
        for one in people:
            if one.seat % FIFTEEN != FORGETFUL:
                needs = NEEDS.get(one.seat, {})
                save_logistics(
                    enrollment=one,
                    leg=leg,
                    facts={**_facts(one, leg), **needs},
                    consent=True if needs else None,
                    by=one.person.user,
                    language=one.person.language,
                )
        _rooms(_hotel(leg, by=by), leg, by=by)
        fill_rooms(leg=leg, by=by)


def _deadline(leg: Leg, *, by: User) -> None:
    due_at = _at(leg.starts_on - dt.timedelta(days=5), 18, 0)
    set_logistics_deadline(leg=leg, due_at=due_at, by=by)


def _facts(one: Enrollment, leg: Leg) -> dict[str, Any]:
    """Those of the city itself come by car and sleep at home."""
    days = LegDays(leg.starts_on, leg.ends_on)
    common: dict[str, Any] = {
        "shirt_size": SIZES[one.seat % len(SIZES)],
        "emergency_name": f"{one.person.name[:1]}先生",
        "emergency_relation": "家属",
        "emergency_phone": numbers.mobile(9000 + one.seat),
    }
    if one.city_id == leg.city_id:
        return common | {"arrival_mode": TravelMode.CAR, "nights": []}
    minute = one.seat * 20 % 180
    return common | {
        "arrival_mode": TravelMode.TRAIN,
        "arrival_number": f"G{7000 + one.city_id * 10 + one.seat % 3}",
        "arrival_place": STATIONS[leg.city.code],
        "arrival_at": _at(leg.starts_on, 7 + minute // 60, minute % 60),
        "arrival_pickup": one.seat % 2 == 0,
        "departure_mode": TravelMode.TRAIN,
        "departure_place": STATIONS[leg.city.code],
        "departure_at": _at(leg.ends_on, 18 + minute // 60, minute % 60),
        "departure_pickup": one.seat % 2 == 0,
        "nights": days.usual_nights,
        "room_wish": RoomWish.SINGLE if one.seat in ALONE else "",
        "smoker": one.person.gender == "1" and one.seat % 8 == 0,
    }


def _hotel(leg: Leg, *, by: User) -> Hotel:
    name, name_en, phone = HOTELS[leg.city.code]
    return add_hotel(leg=leg, name=name, name_en=name_en, phone=phone, by=by)


def _rooms(hotel: Hotel, leg: Leg, *, by: User) -> None:
    nights = LegDays(leg.starts_on, leg.ends_on).nights
    for kind, places, span in (("twin", 2, "801-822"), ("single", 1, "901-906")):
        add_rooms(
            hotel=hotel,
            numbers=span,
            kind=kind,
            places=places,
            first_on=nights[0],
            last_on=nights[-1],
            by=by,
        )


def _at(day: dt.date, hour: int, minute: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=clock.SHANGHAI)
