"""Filling vehicles: nobody twice, none over its seats, groups together whenever they can be."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.rules.boarding import Bus, Party, board

sizes_of_buses = st.lists(st.integers(1, 9), min_size=1, max_size=4)
sizes_of_parties = st.lists(st.integers(1, 7), min_size=0, max_size=6)


def buses_of(sizes):
    return [Bus(id=10 + index, seats=seats) for index, seats in enumerate(sizes)]


def parties_of(sizes):
    people = iter(range(1000))
    return [Party(tuple(next(people) for _one in range(size))) for size in sizes]


def vehicles_of(party, seating):
    return {seating[person][0] for person in party.people}


def can_stay_whole(parties, seats):
    """By trying every arrangement."""
    for places in product(range(len(seats)), repeat=len(parties)):
        room = list(seats)
        for party, place in zip(parties, places, strict=True):
            room[place] -= party
        if min(room) >= 0:
            return True
    return False


def fewest_divided(parties, seats):
    """By trying every set of parties to divide; one person alone cannot be divided."""
    counts = []
    for marks in product([False, True], repeat=len(parties)):
        divided = [size for size, mark in zip(parties, marks, strict=True) if mark and size > 1]
        singles = [size for size in parties if size == 1]
        whole = [size for size, mark in zip(parties, marks, strict=True) if not mark and size > 1]
        if can_stay_whole(whole, seats) and sum(divided) + sum(whole) + len(singles) <= sum(seats):
            counts.append(len(divided))
    return min(counts)


@given(sizes_of_buses, sizes_of_parties)
@settings(max_examples=150, deadline=None)
def test_board_when_there_are_enough_seats_then_everybody_has_exactly_one(seats, sizes):
    buses, parties = buses_of(seats), parties_of(sizes)
    found = board(buses, parties)
    people = {person for party in parties for person in party.people}
    missing = len(people) - sum(seats)
    if missing > 0:
        assert (found.seating, found.missing) == ({}, missing)
        return
    assert set(found.seating) == people
    assert len(set(found.seating.values())) == len(people)
    rooms = {bus.id: bus.seats for bus in buses}
    assert all(1 <= number <= rooms[vehicle] for vehicle, number in found.seating.values())


@given(sizes_of_buses, sizes_of_parties)
@settings(max_examples=100, deadline=None)
def test_board_when_groups_can_stay_whole_then_they_do_else_the_fewest_are_divided(seats, sizes):
    if sum(sizes) > sum(seats):
        return
    parties = parties_of(sizes)
    found = board(buses_of(seats), parties)
    divided = [party for party in parties if len(vehicles_of(party, found.seating)) > 1]
    if can_stay_whole(sizes, seats):
        assert divided == []
    assert len(divided) <= fewest_divided(sizes, seats)
    assert set(divided) <= set(found.divided)


@given(sizes_of_buses, sizes_of_parties, st.data())
@settings(max_examples=100, deadline=None)
def test_board_when_some_have_seats_then_these_stay_as_they_are(seats, sizes, data):
    parties = parties_of(sizes)
    people = [person for party in parties for person in party.people]
    if len(people) > sum(seats):
        return
    first = board(buses_of(seats), parties).seating
    kept = data.draw(st.sets(st.sampled_from(people))) if people else set()
    buses = [
        Bus(bus.id, bus.seats, {n: p for p, (v, n) in first.items() if v == bus.id and p in kept})
        for bus in buses_of(seats)
    ]
    found = board(buses, parties)
    assert set(found.seating) == set(people) - kept
    whole = {**found.seating, **{person: first[person] for person in kept}}
    assert len(set(whole.values())) == len(people)


def test_board_when_asked_twice_then_the_same_answer():
    buses, parties = buses_of([7, 7, 6]), parties_of([5, 3, 4, 3, 5])
    assert board(buses, parties) == board(buses, parties)


def test_board_when_a_newcomer_joins_then_beside_the_own_group():
    parties = [Party((1, 2, 3)), Party((4, 5, 6))]
    buses = [Bus(1, 9, {1: 1, 2: 2}), Bus(2, 9, {1: 4, 2: 5, 3: 6})]
    assert board(buses, parties).seating == {3: (1, 3)}


def test_board_when_the_greedy_way_fails_then_another_is_found():
    """First fit puts 4 and 3 on the first vehicle of 7 and then has no room for 3, 3, 2 on 8."""
    parties = parties_of([4, 3, 3, 3, 2])
    found = board(buses_of([7, 8]), parties)
    assert found.divided == ()
    assert all(len(vehicles_of(party, found.seating)) == 1 for party in parties)


def test_board_when_seats_are_numbered_then_groups_sit_side_by_side():
    parties = parties_of([2, 3])
    numbers = board(buses_of([5]), parties).seating
    assert [numbers[person][1] for party in parties for person in party.people] == [1, 2, 3, 4, 5]


def test_board_when_there_are_many_groups_then_answered_at_once():
    found = board(buses_of([45, 45, 33, 20]), parties_of([9] * 15))
    assert (found.missing, len(found.seating)) == (0, 135)
