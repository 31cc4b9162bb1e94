"""Filling unknown travel minutes with estimates: new rows only, marked, and never over others."""

import pytest
from django.db import transaction

from cohorts.models import City
from g60portal.audit.models import AuditEvent
from g60portal.common.locks import advisory_lock
from sessions.actions.places import JOURNEYS_LOCK, set_city_minutes, set_venue_minutes
from sessions.actions.travel_fill import fill_city_minutes, fill_venue_minutes
from sessions.models import CityTravel, VenueTravel
from tests.factories import UserFactory, VenueFactory, city
from tests.race import PATIENCE_SECONDS, other_connection

pytestmark = pytest.mark.django_db


def venue(place="songjiang", km=0.0, **facts):
    return VenueFactory(city=city(place), latitude=31.03 + km / 111.195, longitude=121.23, **facts)


def rows():
    return {
        (row.origin_id, row.destination_id): (row.minutes, row.estimated)
        for row in VenueTravel.objects.all()
    }


def test_fill_when_venues_have_coordinates_then_one_estimate_a_pair_within_the_city():
    hall, room, site = venue(), venue(km=0.1), venue(km=5)
    far = venue("hefei", km=3)
    near = venue("hefei", km=8)
    nowhere = VenueFactory(city=city())
    by = UserFactory()
    filled = fill_venue_minutes(by=by)
    pairs = {frozenset(pair): found for pair, found in rows().items()}
    assert pairs == {
        frozenset({hall.pk, room.pk}): (3, True),
        frozenset({hall.pk, site.pk}): (25, True),
        frozenset({room.pk, site.pk}): (25, True),
        frozenset({far.pk, near.pk}): (25, True),
    }
    assert (filled.count, filled.without_coordinates) == (4, (nowhere.pk,))
    events = AuditEvent.objects.filter(verb="journey.estimated", actor=by)
    assert events.count() == 4


def test_fill_when_a_city_is_named_then_only_its_venues():
    venue(), venue(km=5), venue("hefei"), venue("hefei", km=5)
    assert fill_venue_minutes(city=city("hefei"), by=None).count == 1


def test_fill_when_one_way_is_known_or_estimated_then_neither_way_is_touched():
    hall, site, plant = venue(), venue(km=5), venue(km=9)
    set_venue_minutes(origin=site, destination=hall, minutes=12, by=None)
    set_venue_minutes(origin=site, destination=plant, minutes=14, estimated=True, by=None)
    fill_venue_minutes(by=None)
    assert rows()[site.pk, hall.pk] == (12, False)
    assert rows()[site.pk, plant.pk] == (14, True)
    assert len(rows()) == 3
    assert fill_venue_minutes(by=None).count == 0


def test_estimate_when_somebody_writes_the_minutes_then_known_and_a_refill_leaves_it():
    hall, site = venue(), venue(km=5)
    fill_venue_minutes(by=None)
    (origin, destination), _found = next(iter(rows().items()))
    both = {hall.pk: hall, site.pk: site}
    set_venue_minutes(origin=both[origin], destination=both[destination], minutes=18, by=None)
    fill_venue_minutes(by=None)
    assert rows() == {(origin, destination): (18, False)}


def test_fill_cities_when_nothing_is_known_then_all_pairs_of_the_corridor_as_estimates():
    set_city_minutes(origin=city("hefei"), destination=city("wuhu"), minutes=66, by=None)
    filled = fill_city_minutes(by=None)
    assert (filled.count, filled.without_coordinates) == (35, ())
    found = CityTravel.objects.get(origin=city("songjiang"), destination=city("hefei"))
    assert (found.minutes, found.estimated) == (210, True)
    assert CityTravel.objects.get(origin=city("hefei")).minutes == 66
    assert not CityTravel.objects.filter(origin=city("wuhu"), destination=city("hefei")).exists()
    assert fill_city_minutes(by=None).count == 0


def test_fill_cities_when_another_city_joins_then_by_distance_or_named_as_unknown():
    nanjing = City.objects.create(
        code="nanjing", name="南京", name_en="Nanjing", position=10, latitude=32.06, longitude=118.8
    )
    lost = City.objects.create(code="lost", name="某地", name_en="Lost", position=11)
    filled = fill_city_minutes(by=None)
    assert (filled.count, filled.without_coordinates) == (36 + 9, (lost.pk,))
    wuhu = CityTravel.objects.get(origin=city("wuhu"), destination=nanjing)
    assert 60 <= wuhu.minutes <= 100


@pytest.mark.django_db(transaction=True)
def test_fill_when_minutes_are_being_written_then_waits_and_leaves_them():
    hall, site = venue(), venue(km=5)
    with other_connection() as start:
        with transaction.atomic():
            set_venue_minutes(origin=hall, destination=site, minutes=12, by=None)
            second = start(lambda: fill_venue_minutes(by=None))
            with pytest.raises(TimeoutError):
                second.result(PATIENCE_SECONDS)
        assert second.result(10).count == 0
    assert rows() == {(hall.pk, site.pk): (12, False)}


@pytest.mark.django_db(transaction=True)
def test_fill_when_another_lock_is_held_then_does_not_wait():
    """The control: what makes it wait above is the lock of the journeys and nothing else."""
    venue(), venue(km=5)
    with other_connection() as start, transaction.atomic():
        advisory_lock("something", *JOURNEYS_LOCK)
        assert start(lambda: fill_venue_minutes(by=None)).result(10).count == 1
