"""Which part of a cohort a message is for: what the filter says, as values. Pure.

Words of one kind are alternatives, different kinds must all fit; an empty one leaves nobody out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_SEATS = 2000
_SEAT_DIGITS = 9


@dataclass(frozen=True)
class AudienceFilter:
    """Ids of legs, groups, cities; states of enrollments; seat numbers. `unconfirmed`: only those
    who have not confirmed something that they were asked to."""

    legs: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    cities: tuple[int, ...] = ()
    states: tuple[str, ...] = ()
    seats: tuple[int, ...] = ()
    unconfirmed: bool = False

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "AudienceFilter":
        """From the row; names that are not known are left out."""
        lists = {
            name: tuple(stored.get(name, ()))
            for name in ("legs", "groups", "cities", "states", "seats")
        }
        return cls(**lists, unconfirmed=bool(stored.get("unconfirmed")))

    def stored(self) -> dict[str, Any]:
        """As the row keeps it: only what leaves somebody out."""
        facts = {
            "legs": list(self.legs),
            "groups": list(self.groups),
            "cities": list(self.cities),
            "states": list(self.states),
            "seats": list(self.seats),
            "unconfirmed": self.unconfirmed,
        }
        return {name: value for name, value in facts.items() if value}

    @property
    def is_everybody(self) -> bool:
        return not self.stored()


def seats_in(text: str) -> tuple[int, ...] | None:
    """`3, 7, 12-15` as numbers; None when it does not read so, or names too many."""
    seats: set[int] = set()
    for piece in text.replace("，", ",").replace("、", ",").replace("–", "-").split(","):
        first, dash, last = (part.strip() for part in piece.partition("-"))
        if not first and not dash:
            continue
        if not (_is_seat(first) and (not dash or _is_seat(last))):
            return None
        start, end = int(first), int(last) if dash else int(first)
        if end < start or end - start >= MOST_SEATS:
            return None
        seats.update(range(start, end + 1))
        if len(seats) > MOST_SEATS:
            return None
    return tuple(sorted(seats))


def seats_text(seats: tuple[int, ...]) -> str:
    return ", ".join(map(str, seats))


def _is_seat(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _SEAT_DIGITS
