"""How people get from the city of one leg to that of the next: which transfers lie in between.

Pure values; minutes count from any common beginning. What is wrong with a journey is for `clashes`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Stay:
    """A placed session: where it is (None: nowhere, or on the way) and whether it moves people."""

    id: int
    city: int | None
    starts: int
    ends: int
    transfer: bool = False


def passage_between(stays: Iterable[Stay], here: int, there: int) -> Sequence[Stay]:
    """The transfers after the last stay in the city `here` and before the first one `there`.

    Empty when nothing takes people over. The stays are those of the two legs, in any order.
    """
    ordered = sorted(stays, key=lambda stay: (stay.starts, stay.ends, stay.id))
    seated = [stay for stay in ordered if not stay.transfer]
    arrival = min((stay.starts for stay in seated if stay.city == there), default=None)
    departure = max(
        (
            stay.ends
            for stay in seated
            if stay.city == here and (arrival is None or stay.ends <= arrival)
        ),
        default=None,
    )
    return [
        stay
        for stay in ordered
        if stay.transfer
        and (departure is None or stay.starts >= departure)
        and (arrival is None or stay.ends <= arrival)
    ]
