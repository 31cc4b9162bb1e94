"""Clashes read from the database: the facts the rules want, in a constant number of queries."""

import pytest

from sessions.models import CityTravel, SpeakerWindow, VenueTravel
from sessions.queries.clashes import clashes_of
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    SpeakerFactory,
    VenueFactory,
    at,
    city,
    training_session,
    two_leg_cohort,
)

pytestmark = pytest.mark.django_db


def found(cohort):
    return {(clash.code, frozenset(clash.sessions)) for clash in clashes_of(cohort)}


def test_clashes_when_planted_then_exactly_those_are_found():
    cohort, leg, hefei = two_leg_cohort()
    group = GroupFactory(cohort=cohort)
    for _ in range(3):
        EnrollmentFactory(cohort=cohort, group=group)
    EnrollmentFactory(cohort=cohort)
    EnrollmentFactory(cohort=cohort, state="withdrawn")
    hall = VenueFactory(capacity=4, margin_minutes=5)
    small = VenueFactory(capacity=3, largest_party=2)
    museum = VenueFactory(opening_hours=[{"weekday": 1, "opens": "09:00", "closes": "10:30"}])
    far = VenueFactory(city=city("hefei"))
    VenueTravel.objects.create(origin=small, destination=hall, minutes=30)
    CityTravel.objects.create(origin=city("songjiang"), destination=city("hefei"), minutes=200)
    chen = SpeakerFactory()
    SpeakerWindow.objects.create(speaker=chen, starts_at=at(8, "09:00"), ends_at=at(8, "10:00"))
    first = training_session(leg, 8, "08:00", "08:50", venue=hall)
    second = training_session(leg, 8, "09:10", "10:00", venue=small, speakers=[chen])
    third = training_session(
        leg, 8, "10:15", "11:00", venue=museum, groups=[group], speakers=[chen]
    )
    fourth = training_session(leg, 8, "14:00", "15:00", venue=far)
    fifth = training_session(leg, 9, "18:40", "19:10")
    sixth = training_session(hefei, 10, "09:00", "10:00")
    training_session(leg, 8, "12:00", "13:30", state="cancelled")
    assert found(cohort) == {
        ("travel", frozenset({first.pk, second.pk})),
        ("capacity", frozenset({second.pk})),
        ("party", frozenset({second.pk})),
        ("opening", frozenset({third.pk})),
        ("availability", frozenset({third.pk})),
        ("travel", frozenset({third.pk, fourth.pk})),
        ("evening", frozenset({fifth.pk})),
        ("order", frozenset({sixth.pk})),
    }


def test_thresholds_when_set_by_the_cohort_then_they_count():
    cohort, leg, _hefei = two_leg_cohort(rules={"evening_from": "20:00"})
    training_session(leg, 8, "19:10", "19:50")
    assert found(cohort) == set()


@pytest.mark.parametrize("rows", [1, 3])
def test_clashes_when_more_sessions_then_the_same_number_of_queries(
    rows, django_assert_num_queries
):
    cohort, leg, _hefei = two_leg_cohort()
    for number in range(rows):
        training_session(
            leg,
            8,
            f"{9 + number}:00".zfill(5),
            f"{9 + number}:40".zfill(5),
            venue=VenueFactory(),
            speakers=[SpeakerFactory()],
            groups=[GroupFactory(cohort=cohort)],
        )
    with django_assert_num_queries(3):
        clashes_of(cohort)
