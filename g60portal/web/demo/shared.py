"""Rows that both editions share: organizations, venues, speakers, travel minutes."""

from cohorts.choices import OrganizationKind
from cohorts.models import City, Organization
from g60portal.web.demo import places
from sessions.actions.travel_fill import fill_city_minutes
from sessions.models import Speaker, Venue, VenueTravel

HOSTS = {
    "songjiang": ("上海市松江区", "Songjiang District, Shanghai"),
    "hefei": ("合肥市", "Hefei Municipality"),
}


def cities() -> dict[str, City]:
    return {city.code: city for city in City.objects.all()}


def make_hosts() -> dict[str, Organization]:
    known = cities()
    return {
        code: Organization.objects.get_or_create(
            city=known[code],
            name=name,
            defaults={"name_en": name_en, "kind": OrganizationKind.HOST},
        )[0]
        for code, (name, name_en) in HOSTS.items()
    }


def make_venues() -> dict[str, Venue]:
    known = cities()
    return {place.key: _venue(place, known[place.city]) for place in places.VENUES}


def _venue(place: places.DemoVenue, city: City) -> Venue:
    hours = place.hours
    every_day = [
        {"weekday": day, "opens": hours[0], "closes": hours[1]} for day in range(1, 8) if hours
    ]
    venue, _new = Venue.objects.get_or_create(
        city=city,
        name=place.name,
        defaults={
            "name_en": place.name_en,
            "kind": place.kind,
            "address": place.address[0],
            "address_en": place.address[1],
            "capacity": place.capacity,
            "largest_party": place.largest_party,
            "margin_minutes": place.margin_minutes,
            "opening_hours": every_day,
            "latitude": place.place[0],
            "longitude": place.place[1],
        },
    )
    return venue


def make_journeys(venues: dict[str, Venue]) -> None:
    for origin, destination, minutes in places.JOURNEYS:
        VenueTravel.objects.get_or_create(
            origin=venues[origin], destination=venues[destination], defaults={"minutes": minutes}
        )
    fill_city_minutes(by=None)


def make_speakers() -> dict[str, Speaker]:
    known = cities()
    return {
        speaker.key: Speaker.objects.get_or_create(
            name=speaker.name,
            defaults={
                "name_en": speaker.name_en,
                "title": speaker.title,
                "title_en": speaker.title_en,
                "city": known[speaker.city],
            },
        )[0]
        for speaker in places.SPEAKERS
    }
