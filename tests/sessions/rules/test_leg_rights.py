"""Which legs a change touches."""

import datetime as dt

import pytest

from sessions.rules.leg_rights import LegDays, Place, legs_touched
from tests.factories import at

HERE, THERE = 1, 2
LEGS = [
    LegDays(HERE, dt.date(2026, 6, 8), dt.date(2026, 6, 10)),
    LegDays(THERE, dt.date(2026, 6, 11), dt.date(2026, 6, 13)),
]


def place(leg: int, day: int | None = 8, start: str = "09:00", end: str = "10:00") -> Place:
    return Place(leg) if day is None else Place(leg, at(day, start), at(day, end))


@pytest.mark.parametrize(
    ("before", "after", "touched"),
    [
        (place(HERE), place(HERE, 9), {HERE}),
        (place(HERE), place(HERE, None), {HERE}),
        (place(HERE), place(HERE, 11), {HERE, THERE}),
        (place(HERE), place(THERE), {HERE, THERE}),
        (place(THERE, 11), place(THERE, 12), {THERE}),
        (place(THERE, 11), place(HERE, 11), {HERE, THERE}),
        (None, place(HERE), {HERE}),
        (None, place(HERE, 13), {HERE, THERE}),
        (None, place(THERE, None), {THERE}),
        # Lies on the other's day by consent, and stays there.
        (place(HERE, 11), place(HERE, 11), {HERE}),
        (place(HERE, 11), place(HERE, 11, "09:00", "10:30"), {HERE, THERE}),
        # A day that belongs to no leg.
        (place(HERE), place(HERE, 14), {HERE}),
    ],
)
def test_legs_touched_when_a_session_is_placed_then_its_legs_and_those_of_its_days(
    before, after, touched
):
    assert legs_touched(LEGS, before, after) == touched


def test_legs_touched_when_it_ends_at_midnight_then_the_next_day_is_not_touched():
    night = Place(HERE, at(10, "22:00"), at(11, "00:00"))
    assert legs_touched(LEGS, None, night) == {HERE}
