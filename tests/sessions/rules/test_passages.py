"""The way from city to city: which transfers lie between two legs."""

import pytest

from sessions.rules.passages import Stay, passage_between

HERE, THERE = 1, 9
LAST_LUNCH = Stay(1, HERE, 720, 780)
FIRST_TALK = Stay(2, THERE, 2000, 2100)
BUS = Stay(3, None, 800, 860, transfer=True)
TRAIN = Stay(4, None, 900, 1100, transfer=True)


@pytest.mark.parametrize(
    ("stays", "found"),
    [
        ([], []),
        ([LAST_LUNCH, FIRST_TALK], []),
        ([FIRST_TALK, TRAIN, LAST_LUNCH, BUS], [BUS, TRAIN]),
        ([TRAIN], [TRAIN]),
        ([LAST_LUNCH, TRAIN], [TRAIN]),
        ([TRAIN, FIRST_TALK], [TRAIN]),
        # Before the last stay here, and after the first one there, people only move within a city.
        ([Stay(5, None, 600, 700, transfer=True), LAST_LUNCH, TRAIN, FIRST_TALK], [TRAIN]),
        ([LAST_LUNCH, TRAIN, FIRST_TALK, Stay(6, None, 2200, 2300, transfer=True)], [TRAIN]),
        # Back here for the ceremony after all: the way over is the one before the first stay there.
        ([LAST_LUNCH, TRAIN, FIRST_TALK, Stay(7, HERE, 3000, 3100)], [TRAIN]),
        # Somewhere else in between counts as neither.
        ([LAST_LUNCH, BUS, Stay(8, 5, 861, 890), TRAIN, FIRST_TALK], [BUS, TRAIN]),
    ],
)
def test_passage_between_when_looked_for_then_the_transfers_after_here_and_before_there(
    stays, found
):
    assert passage_between(stays, HERE, THERE) == found
