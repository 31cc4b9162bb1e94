"""A trip is late: what follows from it, and two ways to live with it on the day.

Either everything after it moves as far as it must, or what follows begins later, ends as planned
and is shorter for it. Transfers keep their length; meals keep the cohort's least time for a meal.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sessions.choices import RepairKind, SessionKind
from sessions.rules.clashes import Clash, SessionFacts
from sessions.rules.clashes.facts import MINUTE
from sessions.rules.repairs.costs import cost_of
from sessions.rules.repairs.facts import Ground, Option, Repair, meets
from sessions.rules.repairs.judging import Judge
from sessions.rules.repairs.times import FINE_STEP, kept_pause, later_ones, moved, others_of_day


@dataclass(frozen=True)
class Delay:
    """`effects`: the clashes that the delay alone would cause, hard ones among them."""

    minutes: int
    effects: tuple[Clash, ...]
    repairs: tuple[Repair, ...]


def delayed(ground: Ground, training_session: int, minutes: int) -> Delay:
    """What a delay of a placed session does, and what can be done about it."""
    row = ground.plan.by_id[training_session]
    late = moved(row, (row.starts or 0) + minutes * MINUTE)
    judge = Judge(ground, ())
    effects = judge.difference(Option(RepairKind.SHIFT, row.id, (late,)))[1]
    repairs = []
    for option in _options(ground, late):
        if judge.obstacle_to(option):
            continue
        solved, added = judge.difference(option)
        if not any(clash.hard for clash in added):
            before = {each.id: ground.plan.by_id[each.id] for each in option.after}
            cost = cost_of(ground, option, len(added))
            repairs.append(Repair(option, cost, before, solved, added))
    return Delay(minutes, effects, tuple(repairs))


def _options(ground: Ground, late: SessionFacts) -> Iterator[Option]:
    pushed = later_ones(ground, late)
    if not pushed:
        yield Option(RepairKind.SHIFT, late.id, (late,))
        return
    yield Option(RepairKind.PUSH, late.id, (late, *pushed))
    yield Option(RepairKind.TRIM, late.id, (late, *_trimmed(ground, late)))


def _trimmed(ground: Ground, late: SessionFacts) -> list[SessionFacts]:
    then = ground.plan.by_id[late.id]
    settled: list[tuple[SessionFacts, SessionFacts]] = [(then, late)]
    for other in others_of_day(ground, late):
        if (other.starts or 0) < (then.ends or 0):
            continue
        earliest = other.starts or 0
        for old, new in settled:
            if meets(old, other):
                earliest = max(earliest, (new.ends or 0) + kept_pause(ground, old, other))
        settled.append((other, _begun_at(ground, other, earliest)))
    return [new for old, new in settled[1:] if new != old]


def _begun_at(ground: Ground, row: SessionFacts, starts: int) -> SessionFacts:
    """The session from that moment on: shorter, yet not below what it needs."""
    if row.kind == SessionKind.TRANSFER:
        return moved(row, starts)
    length = (row.ends or 0) - (row.starts or 0)
    least = _least_length(ground, row, length)
    return replace(row, starts=starts, ends=max(row.ends or 0, starts + least))


def _least_length(ground: Ground, row: SessionFacts, length: int) -> int:
    """A meal needs the cohort's time for meals, anything else half of its time."""
    if row.kind == SessionKind.MEAL:
        return min(length, ground.plan.thresholds.meal_minutes * MINUTE)
    return -(-length // 2 // FINE_STEP) * FINE_STEP
