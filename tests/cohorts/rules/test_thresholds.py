"""Thresholds: usable values only, and only what differs from the defaults is kept."""

import pytest

from cohorts.rules.thresholds import (
    DEFAULTS,
    ENDS_EARLY,
    MINUTES_WRONG,
    PERCENT_WRONG,
    TIME_WRONG,
    UNKNOWN,
    Thresholds,
    differing_from_defaults,
    threshold_problems,
)


@pytest.mark.parametrize(
    ("rules", "problems"),
    [
        ({}, {}),
        ({"meal_minutes": 30, "lunch_from": "11:00", "leave_limit_percent": 20}, {}),
        ({"meal_minutes": 0}, {"meal_minutes": MINUTES_WRONG}),
        ({"meal_minutes": 1441}, {"meal_minutes": MINUTES_WRONG}),
        ({"meal_minutes": "45"}, {"meal_minutes": MINUTES_WRONG}),
        ({"break_minutes": True}, {"break_minutes": MINUTES_WRONG}),
        ({"lunch_from": "25:00"}, {"lunch_from": TIME_WRONG}),
        ({"lunch_from": "9:00"}, {"lunch_from": TIME_WRONG}),
        ({"evening_from": 19}, {"evening_from": TIME_WRONG}),
        ({"leave_limit_percent": 0}, {"leave_limit_percent": PERCENT_WRONG}),
        ({"leave_limit_percent": 101}, {"leave_limit_percent": PERCENT_WRONG}),
        ({"lunch_until": "11:00"}, {"lunch_until": ENDS_EARLY}),
        ({"dinner_from": "19:00"}, {"dinner_until": ENDS_EARLY}),
        ({"nothing": 1, "meal_minutes": 0}, {"nothing": UNKNOWN, "meal_minutes": MINUTES_WRONG}),
    ],
)
def test_threshold_problems_when_checked_then_each_is_named(rules, problems):
    assert threshold_problems(rules) == problems


def test_thresholds_when_partly_given_then_rest_is_default():
    thresholds = Thresholds.of({"meal_minutes": 30, "unknown": 1})
    assert thresholds == Thresholds(meal_minutes=30)


def test_differing_from_defaults_when_mostly_default_then_only_the_rest():
    values = {"meal_minutes": 30, "lunch_from": DEFAULTS.lunch_from, "break_minutes": 15}
    assert differing_from_defaults(values) == {"meal_minutes": 30}
