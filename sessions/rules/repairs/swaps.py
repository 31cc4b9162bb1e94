"""Two sessions that change places: their times, or their venues."""

from collections.abc import Iterator
from dataclasses import replace

from sessions.choices import RepairKind, SessionKind
from sessions.rules.clashes import SessionFacts
from sessions.rules.repairs.facts import Ground, Option
from sessions.rules.repairs.places import holds, suits
from sessions.rules.repairs.times import moved

# These stand where they stand for a reason of their own.
_STAYING = frozenset({SessionKind.MEAL, SessionKind.TRANSFER, SessionKind.CEREMONY})


def swaps(ground: Ground, row: SessionFacts) -> Iterator[Option]:
    """Times exchanged with another session of its leg; of different lengths also so that the later
    one ends when the later one ended."""
    for other in _partners(ground, row):
        if row.starts is None or other.starts is None or row.starts == other.starts:
            continue
        exchanged = (moved(row, other.starts), moved(other, row.starts))
        yield Option(RepairKind.SWAP, row.id, exchanged)
        first, second = (row, other) if row.starts < other.starts else (other, row)
        flush = (
            moved(second, first.starts or 0),
            moved(first, (second.ends or 0) - _length(first)),
        )
        if _length(first) != _length(second):
            yield Option(RepairKind.SWAP, row.id, flush)


def venue_swaps(ground: Ground, row: SessionFacts) -> Iterator[Option]:
    """Venues exchanged with another session of the city, at their times."""
    for other in _partners(ground, row):
        if row.venue is None or other.venue is None or row.venue == other.venue:
            continue
        fit = suits(ground, row, other.venue) and suits(ground, other, row.venue)
        if fit and holds(ground, row, other.venue):
            exchanged = (replace(row, venue=other.venue), replace(other, venue=row.venue))
            yield Option(RepairKind.VENUE_SWAP, row.id, exchanged)


def _partners(ground: Ground, row: SessionFacts) -> Iterator[SessionFacts]:
    if row.kind in _STAYING:
        return
    for placed in ground.plan.placed:
        other = placed.facts
        if (
            other.id != row.id
            and other.id in ground.movable
            and other.kind not in _STAYING
            and ground.legs.get(other.id) == ground.legs.get(row.id)
        ):
            yield other


def _length(row: SessionFacts) -> int:
    return (row.ends or 0) - (row.starts or 0)
