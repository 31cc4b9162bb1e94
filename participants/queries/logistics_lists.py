"""What the lists of a leg say, as values in the language of the moment. Nothing here prints; who
may have which, the callers decide."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cohorts.models import Leg
from g60portal.common import clock
from participants.choices import ACTIVE_STATES, Diet, PaperKind, TravelMode
from participants.documents.facts import (
    PrintedGuest,
    PrintedHotel,
    PrintedLegLogistics,
    PrintedMeal,
    PrintedMeals,
    PrintedTraveller,
)
from participants.documents.logistics import ListKind
from participants.models import Hotel, LogisticsForm, RoomStay, SealedIdentity
from participants.queries.identities import opened_number
from participants.queries.lodging import rooms_of, stays_of
from participants.queries.logistics import FormRow, forms_of_leg, meals_of
from participants.queries.logistics_papers import opened_texts
from participants.queries.printed import GENDER_WORDS
from participants.rules.lodging import ONE_DAY

_COLUMNS = ("at", "mode", "number", "place", "pickup")
_WAYS = {
    way: attrgetter(*(f"{way}_{name}" for name in _COLUMNS)) for way in ("arrival", "departure")
}
# Whether identity papers come along, and how.
Papers = Literal["left_out", "masked", "clear"]


def printed_list(
    kind: ListKind, leg: Leg, *, contacts: bool, reveal: bool = False
) -> PrintedLegLogistics:
    """What a list says. `contacts` puts phones in, `reveal` the numbers of papers in clear."""
    if kind.papers:
        return printed_lodging(leg, contacts=False, papers="clear" if reveal else "masked")
    if kind.diet:
        return printed_meals(leg)
    if kind.travel:
        return printed_travel(leg, contacts=contacts)
    return printed_lodging(leg, contacts=contacts)


def printed_hotels(leg: Leg) -> PrintedLegLogistics:
    """The leg with its hotels only: for the handbook."""
    hotels = tuple(
        PrintedHotel(one.local_name, one.address, one.phone)
        for one in Hotel.objects.filter(leg=leg)
    )
    return replace(_head(leg), hotels=hotels)


def printed_lodging(
    leg: Leg, *, contacts: bool, papers: Papers = "left_out"
) -> PrintedLegLogistics:
    """By hotel and room, then by seat."""
    stays = [one for one in stays_of(leg) if one.enrollment.state in ACTIVE_STATES]
    identities = _identities(stays) if papers != "left_out" else {}
    by_room: dict[int, list[RoomStay]] = defaultdict(list)
    for stay in stays:
        by_room[stay.room_id].append(stay)
    guests = []
    for room in rooms_of(leg):
        for stay in by_room[room.pk]:
            person = stay.enrollment.person
            identity = identities.get(person.pk)
            guests.append(
                PrintedGuest(
                    hotel=room.hotel.local_name,
                    room=room.number,
                    seat=stay.enrollment.seat,
                    name=person.name,
                    gender=person.get_gender_display() if person.gender in GENDER_WORDS else "",
                    organization=stay.enrollment.organization_name,
                    roommates=_roommates(stay, by_room[room.pk]),
                    comes_on=stay.first_on,
                    leaves_on=stay.last_on + ONE_DAY,
                    phone=person.phone if contacts else "",
                    paper_kind=str(PaperKind(identity.kind).label) if identity else "",
                    paper=_paper(identity, papers),
                )
            )
    return replace(_head(leg), guests=tuple(guests))


def printed_travel(leg: Leg, *, contacts: bool) -> PrintedLegLogistics:
    rows = forms_of_leg(leg)
    return replace(
        _head(leg),
        arrivals=_travellers(rows, "arrival", contacts=contacts),
        departures=_travellers(rows, "departure", contacts=contacts),
    )


def printed_meals(leg: Leg) -> PrintedLegLogistics:
    """Special wishes are opened here: whoever prints them writes it down."""
    rows = forms_of_leg(leg)
    diets = ("", *Diet.values)
    words = {
        "breakfast": pgettext("meal", "breakfast"),
        "lunch": pgettext("meal", "lunch"),
        "dinner": pgettext("meal", "dinner"),
    }
    meals = tuple(
        PrintedMeal(
            count.day,
            words[count.meal],
            tuple(count.by_diet.get(diet, 0) for diet in diets),
            count.allergic,
            count.total,
        )
        for count in meals_of(rows, leg)
    )
    labels = (pgettext("diet", "usual"), *(str(diet.label) for diet in Diet))
    special = tuple(
        (row.enrollment.person.name, row.form.get_diet_display(), _needs(row.form))
        for row in rows
        if row.form is not None and (row.form.diet or row.form.sealed)
    )
    return replace(_head(leg), meals=PrintedMeals(labels, meals, special))


def _needs(form: LogisticsForm) -> str:
    return _("; ").join(text for text in opened_texts(form).values() if text)


def _head(leg: Leg) -> PrintedLegLogistics:
    return PrintedLegLogistics(leg.city.local_name, leg.starts_on, leg.ends_on)


def _roommates(stay: RoomStay, others: Sequence[RoomStay]) -> tuple[str, ...]:
    names = [
        one.enrollment.person.name
        for one in others
        if one.enrollment_id != stay.enrollment_id
        and one.first_on <= stay.last_on
        and stay.first_on <= one.last_on
    ]
    return tuple(dict.fromkeys(names))


def _identities(stays: Sequence[RoomStay]) -> dict[int, SealedIdentity]:
    return SealedIdentity.objects.in_bulk({one.enrollment.person_id for one in stays})


def _paper(identity: SealedIdentity | None, papers: Papers) -> str:
    if identity is None:
        return ""
    return opened_number(identity) if papers == "clear" else identity.masked


def _travellers(
    rows: Sequence[FormRow], way: Literal["arrival", "departure"], *, contacts: bool
) -> tuple[PrintedTraveller, ...]:
    """Those who have said when, by time."""
    found = []
    for row in rows:
        at, mode, number, place, pickup = _WAYS[way](row.form) if row.form else (None,) * 5
        if at is not None:
            found.append(
                PrintedTraveller(
                    at=clock.local(at),
                    name=row.enrollment.person.name,
                    organization=row.enrollment.organization_name,
                    mode=str(TravelMode(mode).label) if mode else "",
                    number=number,
                    place=place,
                    pickup=pickup,
                    phone=row.enrollment.person.phone if contacts else "",
                )
            )
    return tuple(sorted(found, key=lambda one: (one.at, one.name)))
