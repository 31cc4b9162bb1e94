"""The fate of each session when the draft goes back to a release."""

import datetime as dt

import pytest

from sessions.rules.release_diff import Slot
from sessions.rules.restoration import Drafted, Fate, fate_of, still_there

START = dt.datetime(2026, 6, 8, 9, tzinfo=dt.UTC)


def slot(**facts: object) -> Slot:
    return Slot(session_id=1, starts_at=START, ends_at=START + dt.timedelta(hours=1), **facts)


def drafted(**facts: bool) -> Drafted:
    plain = {"placed": True, "cancelled": False, "over": False, "released_later": False}
    return Drafted(session_id=1, **{**plain, **facts})


@pytest.mark.parametrize(
    ("session", "then", "fate"),
    [
        (drafted(), slot(), Fate.BACK),
        (drafted(cancelled=True), slot(), Fate.BACK),
        (drafted(placed=False), slot(), Fate.BACK),
        (drafted(), slot(state="cancelled"), Fate.CANCELLED),
        (drafted(cancelled=True), slot(state="cancelled"), Fate.STAYS),
        (drafted(), None, Fate.TRAY),
        (drafted(released_later=True), None, Fate.CANCELLED),
        (drafted(placed=False), None, Fate.STAYS),
        (drafted(cancelled=True, released_later=True), None, Fate.STAYS),
        (drafted(over=True), slot(), Fate.STAYS),
        (drafted(over=True), None, Fate.STAYS),
    ],
)
def test_fate_when_the_release_says_so_then_as_in_the_table(session, then, fate):
    assert fate_of(session, then) is fate


def test_still_there_when_some_are_gone_then_both_in_their_order():
    assert still_there([3, 1, 2], {2, 3}) == ([3, 2], [1])
