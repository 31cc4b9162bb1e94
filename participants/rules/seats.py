"""Seats and quotas: whether so many more people fit, and which number a new one gets."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class SeatFacts:
    """`taken` and `taken_by_city` count those who hold a seat; a cohort without quotas limits
    nobody by city, and a city without a quota then has none to fill."""

    seats: int
    taken: int
    quotas: Mapping[int, int]
    taken_by_city: Mapping[int, int]


@dataclass(frozen=True)
class SeatVerdict:
    """`missing` seats of the cohort, and by city how many people are over its quota."""

    missing: int
    over_quota: Mapping[int, int]

    @property
    def fits(self) -> bool:
        return self.missing == 0 and not self.over_quota


def seat_verdict(facts: SeatFacts, wanted_by_city: Mapping[int, int]) -> SeatVerdict:
    """Whether as many more people of each city may be enrolled, with every reason against."""
    missing = max(0, facts.taken + sum(wanted_by_city.values()) - facts.seats)
    over = {
        city: facts.taken_by_city.get(city, 0) + wanted - facts.quotas.get(city, 0)
        for city, wanted in wanted_by_city.items()
        if facts.quotas and wanted
    }
    return SeatVerdict(missing, {city: count for city, count in over.items() if count > 0})
