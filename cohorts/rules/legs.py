"""How the legs of a cohort lie in its days: inside, never two on one day, gaps allowed."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Days:
    """An inclusive run of days; `key` is the leg's id, None for one that is not written yet."""

    starts_on: dt.date
    ends_on: dt.date
    key: int | None = None

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise ValueError("the last day lies before the first")

    def meets(self, other: "Days") -> bool:
        """Whether both have a day in common."""
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on

    def holds(self, other: "Days") -> bool:
        """Whether the other lies wholly within."""
        return self.starts_on <= other.starts_on and other.ends_on <= self.ends_on


def legs_in_the_way(days: Days, legs: Iterable[Days]) -> tuple[Days, ...]:
    """The other legs that share a day with these days."""
    return tuple(leg for leg in legs if leg.key != days.key and leg.meets(days))


def legs_outside(cohort: Days, legs: Iterable[Days]) -> tuple[Days, ...]:
    """The legs that stick out of the cohort's days."""
    return tuple(leg for leg in legs if not cohort.holds(leg))
