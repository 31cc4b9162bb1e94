"""Other times for a session: within its day, with its transfers, pushing the rest of the day, on
another day of its leg, out of the tray.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from sessions.choices import RepairKind, SessionKind
from sessions.rules.clashes import SessionFacts
from sessions.rules.clashes.facts import DAY, HOUR, MINUTE
from sessions.rules.clashes.travel import minutes_between
from sessions.rules.repairs.facts import (
    EARLIEST_SECOND,
    LATEST_SECOND,
    Ground,
    Option,
    day_of,
    meets,
)

FINE_STEP = 5 * MINUTE
COARSE_STEP = 15 * MINUTE
SLOT_STEP = 30 * MINUTE
# Steps are fine within this distance: people notice five minutes when little moves.
FINE_REACH = 60 * MINUTE
PUSH_REACH = 120 * MINUTE
# A transfer belongs to the session it leads to, or comes from, when no more than this lies between.
TRANSFER_GAP = 45 * MINUTE
# These belong where they are: a lunch does not become a dinner, nor a bus tomorrow's bus.
NEAR_REACH = {SessionKind.MEAL: 90 * MINUTE, SessionKind.TRANSFER: 120 * MINUTE}
# Of a pause only what exceeds this gives way when the rest of the day is pushed.
KEPT_PAUSE = 15 * MINUTE


def moved(row: SessionFacts, starts: int) -> SessionFacts:
    """The same session from that moment on, as long as before."""
    length = (row.ends or 0) - (row.starts or 0)
    return replace(row, starts=starts, ends=starts + length)


def lies_on(row: SessionFacts, day: int) -> bool:
    """Whether it lies on the day, in the hours in which a repair may place a session."""
    if row.starts is None or row.ends is None:
        return False
    midnight = day * DAY
    return row.starts - midnight >= EARLIEST_SECOND and row.ends - midnight <= LATEST_SECOND


def steps_for(row: SessionFacts) -> list[int]:
    """Shifts in seconds, the smallest first, later before earlier."""
    reach = NEAR_REACH.get(SessionKind(row.kind), LATEST_SECOND)
    return [step for step in _steps() if abs(step) <= reach]


@cache
def _steps() -> tuple[int, ...]:
    fine = range(FINE_STEP, FINE_REACH + 1, FINE_STEP)
    coarse = range(FINE_REACH + COARSE_STEP, LATEST_SECOND - EARLIEST_SECOND, COARSE_STEP)
    return tuple(sign * step for step in (*fine, *coarse) for sign in (1, -1))


def shifts(ground: Ground, row: SessionFacts) -> Iterator[Option]:
    """Within its day, alone."""
    if row.starts is not None:
        for step in steps_for(row):
            now = moved(row, row.starts + step)
            if lies_on(now, day_of(row.starts)):
                yield Option(RepairKind.SHIFT, row.id, (now,))


def shifts_along(ground: Ground, row: SessionFacts) -> Iterator[Option]:
    """Within its day, with the transfers that lead to it and away from it."""
    transfers = transfers_of(ground, row)
    if not transfers or row.starts is None:
        return
    for step in steps_for(row):
        after = tuple(moved(each, (each.starts or 0) + step) for each in (row, *transfers))
        if all(lies_on(each, day_of(row.starts)) for each in after):
            yield Option(RepairKind.ALONG, row.id, after)


def pushes(ground: Ground, row: SessionFacts) -> Iterator[Option]:
    """Later with all that follows for the same people, earlier with all that precedes."""
    for step in steps_for(row):
        if row.starts is None or abs(step) > PUSH_REACH:
            continue
        now = moved(row, row.starts + step)
        after = (now, *(later_ones(ground, now) if step > 0 else earlier_ones(ground, now)))
        if len(after) > 1 and all(lies_on(each, day_of(row.starts)) for each in after):
            yield Option(RepairKind.PUSH, row.id, after)


def other_days(ground: Ground, row: SessionFacts) -> Iterator[Option]:
    """On the other days of its leg, at any half hour."""
    if row.starts is None or row.leg_days is None or row.kind in NEAR_REACH:
        return
    own, time = divmod(row.starts, DAY)
    for day in range(row.leg_days[0], row.leg_days[1] + 1):
        if day == own:
            continue
        times = {time, *range(EARLIEST_SECOND, LATEST_SECOND, SLOT_STEP)}
        for second in sorted(times):
            now = moved(row, day * DAY + second)
            if lies_on(now, day):
                yield Option(RepairKind.DAY, row.id, (now,))


def free_times(ground: Ground, row: SessionFacts) -> Iterator[Option]:
    """From the tray onto any half hour of its leg, the earliest first."""
    if row.starts is not None or row.leg_days is None:
        return
    length = ground.usual_minutes.get(row.id, HOUR // MINUTE) * MINUTE
    for day in range(row.leg_days[0], row.leg_days[1] + 1):
        for second in range(EARLIEST_SECOND, LATEST_SECOND - length + 1, SLOT_STEP):
            starts = day * DAY + second
            now = replace(row, starts=starts, ends=starts + length)
            yield Option(RepairKind.PLACE, row.id, (now,))


def times_within(ground: Ground, row: SessionFacts, window: tuple[int, int]) -> Iterator[Option]:
    """At the times that somebody named, in steps of a quarter of an hour."""
    length = (row.ends or 0) - (row.starts or 0)
    for starts in range(window[0], window[1] - length + 1, COARSE_STEP):
        now = moved(row, starts)
        if starts != row.starts and lies_on(now, day_of(starts)):
            same_day = day_of(starts) == day_of(row.starts or 0)
            yield Option(RepairKind.SHIFT if same_day else RepairKind.DAY, row.id, (now,))


def transfers_of(ground: Ground, row: SessionFacts) -> list[SessionFacts]:
    """The transfers straight before and straight after a session, for people who attend it."""
    if row.starts is None or row.ends is None or row.kind in NEAR_REACH:
        return []
    others = neighbors(ground, row)
    before = [other for other in others if (other.ends or 0) <= row.starts]
    after = [other for other in others if (other.starts or 0) >= row.ends]
    nearest = [
        *(other for other in _nearest(reversed(before)) if _gap(other, row) <= TRANSFER_GAP),
        *(other for other in _nearest(after) if _gap(row, other) <= TRANSFER_GAP),
    ]
    return [other for other in nearest if other.kind == SessionKind.TRANSFER]


def later_ones(ground: Ground, row: SessionFacts) -> list[SessionFacts]:
    """What must move later when a session ends later, each by as little as possible. `row` is the
    session as it would be."""
    return pushed_later(ground, [(ground.plan.by_id[row.id], row)])


def pushed_later(
    ground: Ground, settled: Sequence[tuple[SessionFacts, SessionFacts]]
) -> list[SessionFacts]:
    """What follows on the session of the pairs and must move later; each pair is it, or a wave of
    it, as it was and as it would be."""
    then = settled[0][0]
    known = list(settled)
    for other in others_of_day(ground, then):
        if (other.starts or 0) < (then.ends or 0):
            continue
        earliest = other.starts or 0
        for old, new in known:
            if meets(old, other):
                earliest = max(earliest, (new.ends or 0) + kept_pause(ground, old, other))
        known.append((other, moved(other, earliest)))
    return [new for old, new in known[len(settled) :] if new != old]


def earlier_ones(ground: Ground, row: SessionFacts) -> list[SessionFacts]:
    """What must move earlier when a session begins earlier, each by as little as possible."""
    then = ground.plan.by_id[row.id]
    settled: list[tuple[SessionFacts, SessionFacts]] = [(then, row)]
    for other in reversed(others_of_day(ground, row)):
        if (other.ends or 0) > (then.starts or 0):
            continue
        latest = other.ends or 0
        for old, new in settled:
            if meets(old, other):
                latest = min(latest, (new.starts or 0) - kept_pause(ground, other, old))
        settled.append((other, moved(other, (other.starts or 0) - (other.ends or 0) + latest)))
    return [new for old, new in settled[1:] if new != old]


def kept_pause(ground: Ground, first: SessionFacts, second: SessionFacts) -> int:
    """What must stay of the time between two sessions when they are pushed: a short pause, and the
    time that the way takes, as far as they have it now."""
    return max(0, min(_gap(first, second), max(KEPT_PAUSE, _way(ground, first, second))))


def neighbors(ground: Ground, row: SessionFacts) -> list[SessionFacts]:
    """The other sessions of its day for people who attend it, in the order of time."""
    return [other for other in others_of_day(ground, row) if meets(row, other)]


def others_of_day(ground: Ground, row: SessionFacts) -> list[SessionFacts]:
    rows = ground.by_day.get(day_of(row.starts or 0), ())
    return [other for other in rows if other.id != row.id]


def _way(ground: Ground, first: SessionFacts, second: SessionFacts) -> int:
    origin = ground.plan.venues.get(first.venue or 0)
    destination = ground.plan.venues.get(second.venue or 0)
    if origin is None or destination is None or origin is destination:
        return 0
    minutes = minutes_between(ground.plan, origin, destination)
    if minutes is None:
        return 0
    return (minutes + origin.margin_minutes + destination.margin_minutes) * MINUTE


def _gap(first: SessionFacts, second: SessionFacts) -> int:
    return (second.starts or 0) - (first.ends or 0)


def _nearest(rows: Iterable[SessionFacts]) -> list[SessionFacts]:
    """Of sessions in the order of distance those with nothing of their people in between."""
    found: list[SessionFacts] = []
    for row in rows:
        if not any(meets(each, row) for each in found):
            found.append(row)
    return found
