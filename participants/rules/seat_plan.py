"""Who sits where in a hall: the first rank in the middle of the front row, the next on its left
hand, then on its right, and so on, row behind row.
"""

from collections.abc import Sequence


def rank_columns(columns: int) -> list[int]:
    """The columns of a row, counted from the left, in the order of the ranks who sit there.

    People look at the front. With an even number the first two share the middle, the second on the
    left hand of the first.
    """
    middle = columns // 2
    order = [middle]
    for step in range(1, middle + 1):
        order.append(middle - step)
        if middle + step < columns:
            order.append(middle + step)
    return order


def seat_rows(count: int, rows: int, columns: int) -> list[list[int | None]]:
    """Ranks from 1 by row and column; None where nobody sits. Rows behind the last are left out.

    Whoever finds no seat is not in it: the caller sees to rows × columns ≥ count.
    """
    order = rank_columns(columns)
    plan: list[list[int | None]] = []
    for first in range(0, min(count, rows * columns), columns):
        seated = min(columns, count - first)
        plan.append(_row(order[:seated], first, columns))
    return plan


def _row(order: Sequence[int], first: int, columns: int) -> list[int | None]:
    row: list[int | None] = [None] * columns
    for offset, column in enumerate(order, 1):
        row[column] = first + offset
    return row
