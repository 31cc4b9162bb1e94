"""What is on, what comes, and how long the answer holds."""

import datetime as dt
from dataclasses import replace

import pytest

from sessions.rules.now_next import moment_at
from sessions.rules.release_diff import Slot
from tests.factories import at


def slot(key: int, start: str, end: str, day: int = 8) -> Slot:
    return Slot(session_id=key, starts_at=at(day, start), ends_at=at(day, end))


MORNING = slot(1, "09:00", "10:30")
NOON = slot(2, "12:00", "13:00")
TOMORROW = slot(3, "09:00", "10:00", day=9)
WEEK = (TOMORROW, NOON, MORNING)


@pytest.mark.parametrize(
    ("instant", "current", "following", "holds"),
    [
        (at(8, "08:59"), None, MORNING, (at(8, "00:00"), at(8, "09:00"))),
        (at(8, "09:00"), MORNING, NOON, (at(8, "09:00"), at(8, "10:30"))),
        (at(8, "10:30"), None, NOON, (at(8, "10:30"), at(8, "12:00"))),
        (at(8, "13:00"), None, TOMORROW, (at(8, "13:00"), at(9, "00:00"))),
        (at(9, "00:00"), None, TOMORROW, (at(9, "00:00"), at(9, "09:00"))),
        (at(9, "10:00"), None, None, (at(9, "10:00"), at(10, "00:00"))),
    ],
)
def test_moment_at_each_boundary_then_what_is_on_and_how_long_it_holds(
    instant, current, following, holds
):
    moment = moment_at(WEEK, instant)
    assert (moment.current, moment.following) == (current, following)
    assert (moment.holds_from, moment.holds_until) == holds


def test_moment_when_session_was_cancelled_then_neither_now_nor_a_boundary():
    cancelled = replace(MORNING, state="cancelled")
    moment = moment_at([cancelled, NOON], at(8, "09:30"))
    assert (moment.current, moment.following) == (None, NOON)
    assert moment.holds_until == NOON.starts_at


def test_moment_when_two_run_at_once_then_the_one_that_began_last():
    long = slot(4, "08:00", "12:00")
    assert moment_at([long, MORNING], at(8, "09:10")).current == MORNING


def test_moment_without_sessions_then_it_holds_for_the_day():
    moment = moment_at([], at(8, "15:00"))
    assert moment.first is None
    assert moment.holds_until - moment.holds_from == dt.timedelta(days=1)
