"""Quotas against seats: the cities together never get more than the cohort has."""

from collections.abc import Iterable


def seats_over(quota_seats: Iterable[int], seats: int) -> int:
    """By how many seats the quotas exceed the cohort; 0 when they fit. Reserves do not count."""
    return max(0, sum(quota_seats) - seats)


def pool_seats(quota_seats: Iterable[int], seats: int) -> int:
    """The seats of the cohort that no city holds."""
    return max(0, seats - sum(quota_seats))


def free_seats(quota_seats: int, admitted: int) -> int:
    """The seats of a quota that nobody admitted takes."""
    return max(0, quota_seats - admitted)
