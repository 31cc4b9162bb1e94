"""Which transfers bring people to a session and take them away, and where they go when it moves.

A transfer belongs to a session when it is the last thing before it (or the first after it) on that
day for the people it carries, and all of them attend the session.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sessions.choices import SessionKind


@dataclass(frozen=True, slots=True)
class Leaf:
    """A placed session of a day. `groups` None = everyone."""

    id: int
    kind: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    groups: frozenset[int] | None = None

    def meets(self, other: "Leaf") -> bool:
        """Whether somebody attends both."""
        return self.groups is None or other.groups is None or bool(self.groups & other.groups)

    def carries_only(self, other: "Leaf") -> bool:
        """Whether everybody of this one attends the other."""
        if other.groups is None:
            return True
        return self.groups is not None and self.groups <= other.groups


@dataclass(frozen=True, slots=True)
class Around:
    """The ids of the transfers that lead to a session and away from it."""

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()


def transfers_of(leaf: Leaf, day: Iterable[Leaf]) -> Around:
    """`day` are the sessions of that day that are not cancelled, in the order of time. A transfer
    has none of its own."""
    if leaf.kind == SessionKind.TRANSFER:
        return Around()
    others = [one for one in day if one.id != leaf.id]
    transfers = [
        one for one in others if one.kind == SessionKind.TRANSFER and one.carries_only(leaf)
    ]
    return Around(
        tuple(one.id for one in transfers if _leads_to(one, leaf, others)),
        tuple(one.id for one in transfers if _leads_from(one, leaf, others)),
    )


def shifted(
    transfer: Leaf, leaf: Leaf, starts_at: dt.datetime, ends_at: dt.datetime
) -> tuple[dt.datetime, dt.datetime]:
    """The transfer's times when the session gets new ones: as long as before, and as far away."""
    ahead = transfer.ends_at <= leaf.starts_at
    by = starts_at - leaf.starts_at if ahead else ends_at - leaf.ends_at
    return transfer.starts_at + by, transfer.ends_at + by


def _leads_to(transfer: Leaf, leaf: Leaf, others: Iterable[Leaf]) -> bool:
    return transfer.ends_at <= leaf.starts_at and not any(
        one.meets(transfer) and one.starts_at < leaf.starts_at and one.ends_at > transfer.ends_at
        for one in others
        if one.id != transfer.id
    )


def _leads_from(transfer: Leaf, leaf: Leaf, others: Iterable[Leaf]) -> bool:
    return transfer.starts_at >= leaf.ends_at and not any(
        one.meets(transfer) and one.ends_at > leaf.ends_at and one.starts_at < transfer.starts_at
        for one in others
        if one.id != transfer.id
    )
