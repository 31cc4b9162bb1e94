"""Going back to an older release: what becomes of each session of the draft. Pure functions.

A session of that release gets its facts back. One that came later is cancelled when people have
been told of it, and goes to the tray when they have not. What is over stays as it is.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sessions.rules.release_diff import Slot


class Fate(StrEnum):
    """What becomes of a session of the draft."""

    BACK = "back"
    CANCELLED = "cancelled"
    TRAY = "tray"
    STAYS = "stays"


@dataclass(frozen=True)
class Drafted:
    """A session of the draft as far as its fate depends on it."""

    session_id: int
    placed: bool
    cancelled: bool
    over: bool
    released_later: bool


def fate_of(drafted: Drafted, slot: Slot | None) -> Fate:
    """`slot` is the session as it stood in the release; None when it was not in it."""
    if drafted.over:
        return Fate.STAYS
    if slot is not None:
        if slot.takes_place:
            return Fate.BACK
        return Fate.STAYS if drafted.cancelled else Fate.CANCELLED
    if drafted.cancelled or not drafted.placed:
        return Fate.STAYS
    return Fate.CANCELLED if drafted.released_later else Fate.TRAY


def fates(sessions: Iterable[Drafted], slots: Mapping[int, Slot]) -> dict[int, Fate]:
    return {one.session_id: fate_of(one, slots.get(one.session_id)) for one in sessions}


def still_there(wanted: Collection[int], existing: Collection[int]) -> tuple[list[int], list[int]]:
    """The ids that still exist, and those that do not, each in the order given."""
    known = set(existing)
    return [pk for pk in wanted if pk in known], [pk for pk in wanted if pk not in known]
