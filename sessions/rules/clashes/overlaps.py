"""Two sessions at once in one venue, with one speaker, for one audience: the hard clashes.

The database refuses to hold them; the rules name them, for refusals and for plans from elsewhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sessions.choices import ClashCode
from sessions.rules.clashes import texts
from sessions.rules.clashes.facts import MINUTE, Clash, Placed, Plan, clash

Pair = tuple[Placed, Placed]


def overlapping(rows: Iterable[Placed]) -> Iterator[Pair]:
    """Every pair that overlaps, of rows in the order of time. Linear where little overlaps."""
    running: list[Placed] = []
    for row in rows:
        running = [other for other in running if other.ends > row.starts]
        for other in running:
            yield other, row
        running.append(row)


def venue_clashes(plan: Plan) -> Iterator[Clash]:
    at: dict[int, list[Placed]] = defaultdict(list)
    for row in plan.placed:
        if row.venue is not None:
            at[row.venue].append(row)
    for venue, rows in at.items():
        for first, second in overlapping(rows):
            yield clash(
                ClashCode.VENUE,
                (first.id, second.id),
                texts.venue_taken(plan, first, second),
                timed=(first, second),
                venue=venue,
                overlap_minutes=_shared_minutes(first, second),
            )


def speaker_clashes(plan: Plan) -> Iterator[Clash]:
    shared: dict[Pair, list[int]] = defaultdict(list)
    for speaker, rows in plan.taught.items():
        for pair in overlapping(rows):
            shared[pair].append(speaker)
    for (first, second), speakers in shared.items():
        yield clash(
            ClashCode.SPEAKER,
            (first.id, second.id),
            texts.speaker_taken(plan, first, second, speakers),
            timed=(first, second),
            speakers=sorted(speakers),
            overlap_minutes=_shared_minutes(first, second),
        )


def group_clashes(plan: Plan) -> Iterator[Clash]:
    shared: dict[Pair, list[int]] = defaultdict(list)
    for sequence in plan.sequences:
        for pair in overlapping(sequence.sessions):
            shared[pair].extend(sequence.groups)
    for (first, second), groups in shared.items():
        named = [] if not first.facts.groups and not second.facts.groups else sorted(groups)
        yield clash(
            ClashCode.GROUP,
            (first.id, second.id),
            texts.group_taken(plan, first, second, named),
            timed=(first, second),
            groups=named,
            overlap_minutes=_shared_minutes(first, second),
        )


def _shared_minutes(first: Placed, second: Placed) -> int:
    return (min(first.ends, second.ends) - max(first.starts, second.starts)) // MINUTE
