"""Who sleeps where: what is flagged, and how free beds are filled."""

import datetime as dt
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from participants.rules.lodging import (
    Guest,
    RoomFacts,
    Stay,
    lodging_problems,
    mixed_people,
    proposed_filling,
    runs_of,
    together,
)
from participants.rules.room_numbers import RoomNumbersUnreadable, room_numbers

NIGHTS = [dt.date(2026, 6, day) for day in (7, 8, 9, 10)]
MAN, WOMAN = "1", "2"


def guest(number: int, gender: str = MAN, *, nights=None, **more) -> Guest:
    return Guest(number, number, f"人{number}", gender, frozenset(nights or NIGHTS), **more)


def room(number: int, places: int = 2, nights=None, mixed=()) -> RoomFacts:
    return RoomFacts(number, number, places, frozenset(nights or NIGHTS), frozenset(mixed))


def stay(enrollment: int, in_room: int, first=NIGHTS[0], last=NIGHTS[-1]) -> Stay:
    return Stay(enrollment, in_room, first, last)


def codes(guests, rooms, stays) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.code, one.people) for one in lodging_problems(guests, rooms, stays)]


def test_runs_when_nights_have_a_gap_then_two() -> None:
    assert runs_of([NIGHTS[0], NIGHTS[1], NIGHTS[3]]) == [
        (NIGHTS[0], NIGHTS[1]),
        (NIGHTS[3], NIGHTS[3]),
    ]


def test_problems_when_all_is_well_then_none() -> None:
    assert codes([guest(1), guest(2)], [room(1)], [stay(1, 1), stay(2, 1)]) == []


def test_problems_when_a_man_and_a_woman_share_then_mixed_until_accepted() -> None:
    people, stays = [guest(1), guest(2, WOMAN)], [stay(1, 1), stay(2, 1)]
    assert codes(people, [room(1)], stays) == [("mixed", (1, 2))]
    assert codes(people, [room(1, mixed={1, 2})], stays) == []
    # Somebody else came: what was accepted held for the two.
    others = [guest(1), guest(3, WOMAN)]
    assert codes(others, [room(1, mixed={1, 2})], [stay(1, 1), stay(3, 1)]) == [("mixed", (1, 3))]


def test_problems_when_they_sleep_there_one_after_the_other_then_not_mixed() -> None:
    stays = [stay(1, 1, last=NIGHTS[1]), stay(2, 1, first=NIGHTS[2])]
    assert mixed_people(stays, {1: MAN, 2: WOMAN}) == frozenset()


def test_problems_when_too_many_or_without_a_bed_then_said() -> None:
    found = lodging_problems(
        [guest(1), guest(2), guest(3), guest(4)],
        [room(1)],
        [stay(1, 1), stay(2, 1), stay(3, 1, last=NIGHTS[0])],
    )
    assert [(one.code, one.people, one.nights) for one in found] == [
        ("over_capacity", (1, 2, 3), (NIGHTS[0],)),
        ("no_room", (3,), tuple(NIGHTS[1:])),
        ("no_room", (4,), tuple(NIGHTS)),
    ]


def test_problems_when_wishes_are_not_met_then_said() -> None:
    people = [guest(1, wish="single"), guest(2, roommate="人 3"), guest(3)]
    stays = [stay(1, 1), stay(2, 1), stay(3, 2)]
    assert codes(people, [room(1), room(2)], stays) == [
        ("wish_single", (1,)),
        ("wish_roommate", (2, 3)),
    ]


def test_filling_when_wishes_can_be_met_then_met() -> None:
    people = [
        guest(1, wish="single"),
        guest(2, roommate="人5"),
        guest(3),
        guest(4, WOMAN),
        guest(5, roommate="人2"),
        guest(6, smoker=True),
        guest(7, WOMAN),
        guest(8, smoker=True),
    ]
    rooms = [room(1), room(2, places=1), room(3), room(4), room(5)]
    found = proposed_filling(people, rooms, [])
    shared: dict[int, set[int]] = {}
    for one in found.stays:
        shared.setdefault(one.room, set()).add(one.enrollment)
    assert found.unplaced == {}
    assert {frozenset(found) for found in shared.values()} == {
        frozenset({1}),
        frozenset({2, 5}),
        frozenset({3}),
        frozenset({4, 7}),
        frozenset({6, 8}),
    }
    assert shared[2] == {1}


def test_filling_when_somebody_has_a_bed_then_nobody_is_moved_and_the_other_bed_is_used() -> None:
    found = proposed_filling([guest(1), guest(2)], [room(1), room(2)], [stay(1, 2)])
    assert found.stays == [stay(2, 2)]


def test_filling_when_gender_is_unknown_then_alone() -> None:
    found = proposed_filling([guest(1, "0"), guest(2, "0")], [room(1), room(2)], [])
    assert {(one.enrollment, one.room) for one in found.stays} == {(1, 1), (2, 2)}


def test_filling_when_rooms_are_too_few_then_the_rest_is_named() -> None:
    found = proposed_filling([guest(1), guest(2), guest(3)], [room(1)], [])
    assert found.unplaced == {3: tuple(NIGHTS)}


GUESTS = st.lists(
    st.builds(
        lambda gender, first, count, wish, smoker: (gender, first, count, wish, smoker),
        st.sampled_from("0129"),
        st.integers(0, 3),
        st.integers(1, 4),
        st.sampled_from(["", "single", "twin"]),
        st.booleans(),
    ),
    max_size=14,
)
ROOMS = st.lists(st.integers(1, 3), max_size=6)


@settings(max_examples=120)
@given(GUESTS, ROOMS, st.randoms(use_true_random=False))
def test_filling_when_anything_is_asked_then_rooms_hold_and_order_does_not_matter(
    people, places, rng: random.Random
) -> None:
    guests = [
        guest(number, gender, nights=NIGHTS[first : first + count], wish=wish, smoker=smoker)
        for number, (gender, first, count, wish, smoker) in enumerate(people)
    ]
    rooms = [room(number, count) for number, count in enumerate(places)]
    found = proposed_filling(guests, rooms, [])
    hard = [one for one in lodging_problems(guests, rooms, found.stays) if one.code != "no_room"]
    assert not [one for one in hard if one.hard]
    for number, count in enumerate(places):
        here = [one for one in found.stays if one.room == number]
        assert all(len(set(p)) == len(p) <= count for p in together(here).values())
    wanted = {one.enrollment: set(one.nights) for one in guests}
    for one in found.stays:
        wanted[one.enrollment] -= one.nights
    assert {key: tuple(sorted(left)) for key, left in wanted.items() if left} == found.unplaced
    rng.shuffle(guests)
    rng.shuffle(rooms)
    again = proposed_filling(guests, rooms, [])
    assert sorted(again.stays, key=str) == sorted(found.stays, key=str)


def test_room_numbers_when_typed_in_any_way_then_each_once() -> None:
    assert room_numbers("801-803，805、 805；A区3—4 009-010") == [
        "801", "802", "803", "805", "A区3", "A区4", "009", "010",
    ]  # fmt: skip


def test_room_numbers_when_unreadable_then_refused() -> None:
    for text in ("", " , ", "9-3", "1-9999", "x" * 21):
        try:
            room_numbers(text)
        except RoomNumbersUnreadable:
            continue
        raise AssertionError(text)
