"""Which transfers belong to a session, and where they go with it."""

import pytest

from sessions.rules.transfer_shifts import Around, Leaf, shifted, transfers_of
from tests.factories import at


def leaf(key, start, end, kind="lecture", groups=None):
    return Leaf(key, kind, at(8, start), at(8, end), frozenset(groups) if groups else None)


def ride(key, start, end, groups=None):
    return leaf(key, start, end, "transfer", groups)


VISIT = leaf(1, "14:00", "15:30", "site_visit")


@pytest.mark.parametrize(
    ("others", "around"),
    [
        ([], Around()),
        ([ride(2, "13:15", "13:45"), ride(3, "15:40", "16:10")], Around((2,), (3,))),
        ([ride(2, "13:30", "14:00"), ride(3, "15:30", "16:00")], Around((2,), (3,))),
        # Something in between: the transfer belongs to that.
        ([ride(2, "11:00", "11:30"), leaf(4, "12:00", "13:00", "meal")], Around()),
        ([leaf(4, "16:00", "17:00", "meal"), ride(3, "17:00", "18:00")], Around()),
        # The nearer of two.
        ([ride(2, "12:00", "12:30"), ride(5, "13:00", "13:30")], Around((5,), ())),
        # Half of the people each.
        ([ride(2, "13:15", "13:45", [1]), ride(5, "13:15", "13:45", [2])], Around((2, 5), ())),
        # In between for others only.
        ([ride(2, "13:00", "13:20", [1]), leaf(4, "13:20", "13:50", groups=[2])], Around((2,), ())),
    ],
)
def test_transfers_of_when_a_session_has_neighbors_then_those_that_belong_to_it(others, around):
    day = sorted([VISIT, *others], key=lambda one: one.starts_at)
    assert transfers_of(VISIT, day) == around


def test_transfers_of_when_others_ride_too_then_not_of_this_session():
    visit = leaf(1, "14:00", "15:30", "site_visit", [1])
    assert transfers_of(visit, [ride(2, "13:15", "13:45"), visit]) == Around()
    assert transfers_of(visit, [ride(2, "13:15", "13:45", [1, 2]), visit]) == Around()
    assert transfers_of(visit, [ride(2, "13:15", "13:45", [1]), visit]) == Around((2,), ())


def test_transfers_of_when_it_is_a_transfer_then_none():
    own = ride(1, "14:00", "15:00")
    assert transfers_of(own, [ride(2, "13:00", "13:30"), own]) == Around()


def test_shifted_when_the_session_moves_then_gap_and_length_stay():
    new = (at(8, "14:20"), at(8, "16:30"))
    before = shifted(ride(2, "13:15", "13:45"), VISIT, *new)
    after = shifted(ride(3, "15:40", "16:10"), VISIT, *new)
    assert before == (at(8, "13:35"), at(8, "14:05"))
    assert after == (at(8, "16:40"), at(8, "17:10"))
