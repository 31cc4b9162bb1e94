"""Who sits where: worked examples, and what holds for every hall."""

from hypothesis import given
from hypothesis import strategies as st

from participants.rules.seat_plan import rank_columns, seat_rows


def test_rank_columns_when_odd_then_the_middle_first_then_left_and_right():
    assert rank_columns(5) == [2, 1, 3, 0, 4]


def test_rank_columns_when_even_then_the_first_two_share_the_middle():
    assert rank_columns(4) == [2, 1, 3, 0]


def test_seat_rows_then_row_behind_row_and_gaps_at_the_ends_of_the_last():
    assert seat_rows(7, 3, 5) == [[4, 2, 1, 3, 5], [None, 7, 6, None, None]]


@given(st.integers(0, 90), st.integers(1, 20), st.integers(1, 20))
def test_seat_rows_then_everybody_sits_once_as_far_as_there_are_seats(count, rows, columns):
    plan = seat_rows(count, rows, columns)

    seated = [rank for row in plan for rank in row if rank is not None]
    assert sorted(seated) == list(range(1, min(count, rows * columns) + 1))
    assert all(len(row) == columns for row in plan)
    assert len(plan) <= rows
