"""Spreading people over groups so that cities and employers mix."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spreadable:
    """Somebody to be placed; the order of the sequence is the order of placing."""

    enrollment_id: int
    city: int
    organization: str


def spread(people: Sequence[Spreadable], count: int) -> list[list[int]]:
    """Enrollment ids by group; sizes differ by one at most.

    People are placed city by city, the largest city first, each into the smallest group; among
    equally small ones into that with fewest colleagues, then with fewest of the same city. The same
    people in the same order give the same groups.
    """
    if count < 1:
        raise ValueError("There must be at least one group.")
    by_city = Counter(one.city for one in people)
    ordered = sorted(people, key=lambda one: (-by_city[one.city], one.city, one.organization))
    groups: list[list[Spreadable]] = [[] for _number in range(count)]
    for one in ordered:
        min(groups, key=lambda group: _distance(group, one)).append(one)
    return [[one.enrollment_id for one in group] for group in groups]


def _distance(group: Sequence[Spreadable], one: Spreadable) -> tuple[int, int, int]:
    return (
        len(group),
        sum(other.organization == one.organization for other in group),
        sum(other.city == one.city for other in group),
    )
