"""How legs lie in the days of a cohort."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.rules.legs import Days, legs_in_the_way, legs_outside


def days(first: int, last: int, key: int | None = None) -> Days:
    return Days(dt.date(2026, 6, first), dt.date(2026, 6, last), key)


RUNS = st.tuples(st.integers(1, 28), st.integers(1, 28)).map(lambda pair: days(*sorted(pair)))


def test_days_when_reversed_then_error():
    with pytest.raises(ValueError, match="before"):
        days(9, 8)


@pytest.mark.parametrize(
    ("leg", "keys"),
    [
        (days(11, 13), ()),
        (days(10, 11), (1,)),
        (days(14, 14), ()),
        (days(15, 20), (2,)),
        (days(1, 28), (1, 2)),
        (days(9, 9, key=1), ()),
    ],
)
def test_legs_in_the_way_when_days_shared_then_named(leg, keys):
    others = [days(8, 10, key=1), days(15, 16, key=2)]
    assert tuple(other.key for other in legs_in_the_way(leg, others)) == keys


@given(RUNS, RUNS)
def test_meets_when_days_listed_one_by_one_then_same_answer(one, other):
    def listed(run: Days) -> set[int]:
        return set(range(run.starts_on.day, run.ends_on.day + 1))

    assert one.meets(other) == bool(listed(one) & listed(other))
    assert one.holds(other) == (listed(other) <= listed(one))


def test_legs_outside_when_one_sticks_out_then_only_that():
    inside, early, late = days(8, 13, key=1), days(7, 8, key=2), days(13, 14, key=3)
    assert legs_outside(days(8, 13), [inside, early, late]) == (early, late)
