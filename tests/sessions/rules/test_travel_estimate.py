"""Estimates of journeys: distances that are known, and what must hold of any estimate."""

from importlib import import_module
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.rules.travel_estimate import (
    CORRIDOR,
    STEP_MINUTES,
    WALK_KM,
    city_minutes,
    corridor_minutes,
    kilometers,
    road_minutes,
)

CITIES = import_module("cohorts.migrations.0002_nine_cities_and_themes").CITIES
SPOTS = {code: (latitude, longitude) for code, *_names, latitude, longitude in CITIES}
HERE = (31.03, 121.23)


def north(km: float) -> tuple[float, float]:
    return HERE[0] + km / 111.195, HERE[1]


@pytest.mark.parametrize(
    ("origin", "destination", "km"),
    [
        ((31.2304, 121.4737), (39.9042, 116.4074), 1067),  # Shanghai to Beijing
        ((0.0, 0.0), (0.0, 180.0), 20015),  # half around
        (HERE, HERE, 0),
    ],
)
def test_kilometers_when_the_distance_is_known_then_that(origin, destination, km):
    assert kilometers(origin, destination) == pytest.approx(km, rel=0.002)


@pytest.mark.parametrize(
    ("km", "minutes"), [(0, 3), (0.3, 6), (1, 10), (5, 25), (20, 55), (60, 95), (150, 195)]
)
def test_road_when_so_far_then_so_long(km, minutes):
    assert road_minutes(HERE, north(km)) == minutes


SPOT = st.tuples(st.floats(27, 34), st.floats(115, 123))


@given(SPOT, SPOT)
def test_estimates_when_any_two_places_then_the_same_both_ways_and_by_rail_no_longer(one, other):
    assert road_minutes(one, other) == road_minutes(other, one) > 0
    assert city_minutes(one, other) <= road_minutes(one, other)
    if kilometers(one, other) > WALK_KM:
        assert road_minutes(one, other) % STEP_MINUTES == 0


@given(st.floats(0, 400), st.floats(0, 400))
def test_road_when_farther_then_not_sooner(one, other):
    near, far = sorted((one, other))
    assert road_minutes(HERE, north(near)) <= road_minutes(HERE, north(far))


def test_corridor_when_any_two_of_the_nine_then_known_both_ways_and_not_far_from_the_distance():
    assert len(CORRIDOR) == 36
    for one, other in combinations(SPOTS, 2):
        minutes = corridor_minutes(one, other)
        assert minutes == corridor_minutes(other, one)
        assert minutes is not None
        guessed = city_minutes(SPOTS[one], SPOTS[other])
        assert 0.6 < minutes / guessed < 1.5, (one, other, minutes, guessed)


def test_corridor_when_a_city_lies_beyond_then_unknown():
    assert corridor_minutes("songjiang", "nanjing") is None
