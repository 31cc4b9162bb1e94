"""Slots: whether an answer still counts, until when one can be given, which times can be named."""

import datetime as dt

import pytest

from g60portal.common.clock import SHANGHAI
from sessions.choices import SLOT_ANSWERS, SLOT_MOVES, SlotStanding, SlotState
from sessions.rules.slots import (
    LONGEST_WINDOW,
    MOST_TIMES,
    Asked,
    Planned,
    TimesProblem,
    answers_until,
    checked_times,
    link_expiry,
    merged,
    standing_of,
)
from tests.factories import at

NINE, TEN, ELEVEN = at(8, "09:00"), at(8, "10:00"), at(8, "11:00")
NOW = at(1, "12:00")


def planned(**facts):
    given = {"starts_at": NINE, "ends_at": TEN, "venue": 1, "cancelled": False, "booked": True}
    return Planned(**{**given, **facts})


@pytest.mark.parametrize(
    ("asked_venue", "facts", "standing"),
    [
        (1, {}, SlotStanding.CURRENT),
        (None, {"venue": 2}, SlotStanding.CURRENT),
        (None, {"venue": None}, SlotStanding.CURRENT),
        (1, {"venue": 2}, SlotStanding.MOVED),
        (1, {"venue": None}, SlotStanding.MOVED),
        (1, {"ends_at": ELEVEN}, SlotStanding.MOVED),
        (1, {"starts_at": at(9, "09:00"), "ends_at": at(9, "10:00")}, SlotStanding.MOVED),
        (1, {"starts_at": None, "ends_at": None}, SlotStanding.UNPLACED),
        (1, {"booked": False, "ends_at": ELEVEN}, SlotStanding.UNBOOKED),
        (1, {"cancelled": True, "booked": False, "starts_at": None}, SlotStanding.CANCELLED),
    ],
)
def test_standing_when_session_differs_then_named(asked_venue, facts, standing):
    assert standing_of(Asked(NINE, TEN, asked_venue), planned(**facts)) == standing


def test_standing_when_same_instant_in_another_zone_then_current():
    asked = Asked(NINE.astimezone(dt.UTC), TEN.astimezone(dt.UTC), 1)
    assert standing_of(asked, planned()) == SlotStanding.CURRENT


def test_moves_when_listed_then_as_the_domain_says():
    assert set(SLOT_MOVES) == set(SlotState)
    for state, following in SLOT_MOVES.items():
        assert (SlotState.REFUSED in following) == (
            state not in {SlotState.DONE, SlotState.REFUSED}
        ), "refused at any time but the end"
    assert {state for state, to in SLOT_MOVES.items() if SlotState.LIST_SENT in to} == {
        SlotState.CONFIRMED
    }
    assert set(SLOT_ANSWERS) == {SlotState.CONFIRMED, SlotState.PENCILLED, SlotState.REFUSED}


def test_answers_when_day_begins_then_closed():
    assert answers_until(at(8, "00:30")) == at(8, "00:00")
    assert answers_until(at(8, "23:59")) == at(8, "00:00")
    assert answers_until(at(8, "07:00").astimezone(dt.UTC)) == at(8, "00:00")


def test_expiry_when_cohort_lies_ahead_then_after_its_last_night():
    assert link_expiry(dt.date(2026, 6, 13), NOW) == at(15, "00:00")


def test_expiry_when_cohort_is_over_then_still_a_day():
    assert link_expiry(dt.date(2026, 5, 1), NOW) == NOW + dt.timedelta(days=1)


def test_times_when_right_then_sorted_and_once():
    later, sooner = (at(9, "14:00"), at(9, "16:00")), (at(9, "09:00"), at(9, "11:00"))
    assert checked_times([later, sooner, later], NOW) == [sooner, later]


@pytest.mark.parametrize(
    ("windows", "code"),
    [
        ([(TEN, NINE)], "times_order"),
        ([(NINE, NINE)], "times_order"),
        ([(at(1, "09:00"), NOW)], "times_past"),
        ([(NINE, NINE + LONGEST_WINDOW + dt.timedelta(minutes=1))], "times_long"),
        (
            [(NINE + dt.timedelta(days=n), TEN + dt.timedelta(days=n)) for n in range(7)],
            "times_count",
        ),
    ],
)
def test_times_when_wrong_then_named(windows, code):
    with pytest.raises(TimesProblem) as problem:
        checked_times(windows, NOW)
    assert problem.value.code == code


def test_times_when_as_many_as_allowed_then_taken():
    windows = [(NINE + dt.timedelta(days=n), TEN + dt.timedelta(days=n)) for n in range(MOST_TIMES)]
    assert checked_times(windows, NOW) == windows


def test_merged_when_touching_or_within_then_one_stretch():
    day = [dt.datetime(2026, 6, 8, hour, tzinfo=SHANGHAI) for hour in range(8, 20)]
    windows = [(day[4], day[5]), (day[0], day[3]), (day[1], day[2]), (day[3], day[4])]
    assert merged([*windows, (day[8], day[9])]) == [(day[0], day[5]), (day[8], day[9])]
