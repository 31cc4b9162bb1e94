"""The search: every way to change each session of a clash, the cheapest of each way first.

Options of one way are judged in the order of their cost, so the first that adds no clash is the
best of its way; one that adds some is kept until a better one comes. `LOOKS` bounds how often the
clash rules are asked, whatever the size of the cohort.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sessions.choices import ClashCode, RepairKind
from sessions.rules.clashes import Clash, SessionFacts, hard_clashes_between
from sessions.rules.repairs import places, swaps, times, waves
from sessions.rules.repairs.costs import cost_of
from sessions.rules.repairs.facts import Cost, Ground, Option, Repair, day_of
from sessions.rules.repairs.judging import Judge

MOST_REPAIRS = 5
LOOKS = 400
LEAST_LOOKS = 8

Way = Callable[[Ground, SessionFacts], Iterator[Option]]

_AUDIENCE_CODES = frozenset({ClashCode.CAPACITY, ClashCode.PARTY})
_PLACE_CODES = _AUDIENCE_CODES | {ClashCode.VENUE, ClashCode.TRAVEL, ClashCode.OPENING}
_TIME_WAYS: tuple[Way, ...] = (
    times.shifts,
    times.shifts_along,
    times.pushes,
    times.other_days,
    swaps.swaps,
)
_PLACE_WAYS: tuple[Way, ...] = (places.other_venues, swaps.venue_swaps)


@dataclass(frozen=True)
class Search:
    """`tried` options were looked at; `blocked` counts what spoke against those that failed."""

    repairs: tuple[Repair, ...]
    tried: int
    blocked: Mapping[str, int]


def search(ground: Ground, targets: Sequence[Clash], *, looks: int = LOOKS) -> Search:
    """The best repairs that solve all the targets, the cheapest first."""
    return _searched(ground, Judge(ground, targets), ways_of(ground, targets), looks)


def search_for(ground: Ground, wanted: SessionFacts, *, looks: int = LOOKS) -> Search:
    """How a session can come to where it is wanted, or near it, though something hard is in the
    way there: by going elsewhere itself, or by moving what is in the way."""
    sessions = [wanted if row.id == wanted.id else row for row in ground.plan.sessions]
    there = replace(ground, plan=replace(ground.plan, sessions=sessions))
    targets = [clash for clash in hard_clashes_between(there.plan) if wanted.id in clash.sessions]
    alone = [list(way(there, wanted)) for way in (*_TIME_WAYS, *_PLACE_WAYS)]
    ways = ways_of(there, targets) if targets else alone
    whole = [[_including(option, wanted) for option in options] for options in ways]
    left = [
        [option for option in options if ground.plan.by_id[wanted.id] not in option.after]
        for options in whole
    ]
    judge = Judge(ground, (), tolerated=1)
    return _searched(there, judge, [options for options in left if options], looks, saved=ground)


def free_times_for(ground: Ground, training_session: int, *, looks: int = LOOKS) -> Search:
    """Where a session from the tray can go: one time each day."""
    row = ground.plan.by_id[training_session]
    days: dict[int, list[Option]] = {}
    for option in times.free_times(ground, row):
        days.setdefault(day_of(option.after[0].starts or 0), []).append(option)
    return _searched(ground, Judge(ground, ()), list(days.values()), looks)


def fallbacks_for(
    ground: Ground,
    training_session: int,
    *,
    speaker: int | None = None,
    venue: int | None = None,
    suitable: Sequence[tuple[int, int]] = (),
    looks: int = LOOKS,
) -> Search:
    """After a refusal: others in the place of the speaker or the venue that said no, or one of the
    times that would suit them, given as (from, until)."""
    row = ground.plan.by_id[training_session]
    options: list[Option] = []
    if speaker is not None:
        options += places.other_speakers(ground, row, speaker)
    if venue is not None:
        options += places.other_venues(ground, row)
    ways = [[option] for option in options]
    ways += [list(times.times_within(ground, row, window)) for window in suitable]
    return _searched(ground, Judge(ground, (), tolerated=1), ways, looks)


def ways_of(ground: Ground, targets: Sequence[Clash]) -> list[list[Option]]:
    """The options of each way to change each session of the targets."""
    codes = {ClashCode(target.code) for target in targets}
    ways: list[Iterable[Option]] = []
    for key in dict.fromkeys(key for target in targets for key in target.sessions):
        row = ground.plan.by_id[key]
        if codes - _AUDIENCE_CODES:
            ways += (way(ground, row) for way in _TIME_WAYS)
        if codes & _PLACE_CODES:
            ways += (way(ground, row) for way in _PLACE_WAYS)
        if codes & _AUDIENCE_CODES:
            ways += (waves.in_waves(ground, row), waves.in_waves_with_push(ground, row))
        for speaker in _speakers_of(targets):
            if speaker in row.speakers:
                ways.append(places.other_speakers(ground, row, speaker))
    return [found for way in ways if (found := list(way))]


def _including(option: Option, wanted: SessionFacts) -> Option:
    if wanted.id in option.changed:
        return option
    return replace(option, after=(*option.after, wanted))


def _searched(
    ground: Ground,
    judge: Judge,
    ways: Sequence[list[Option]],
    looks: int,
    *,
    saved: Ground | None = None,
) -> Search:
    """`ground` is what the costs are measured from, `saved` what is in the database."""
    blocked: Counter[str] = Counter()
    found: list[Repair] = []
    share = max(looks // max(len(ways), 1), LEAST_LOOKS)
    for options in ways:
        best = _best(ground, judge, options, share, blocked)
        if best is not None and best.option not in [repair.option for repair in found]:
            found.append(_with_before(best, saved or ground))
    return Search(_chosen(found), sum(map(len, ways)), blocked)


def _best(
    ground: Ground, judge: Judge, options: Sequence[Option], looks: int, blocked: Counter[str]
) -> Repair | None:
    """The cheapest repair of one way. Without clashes an option costs at least what is known of it
    beforehand, so nothing after the first repair that adds none can be cheaper."""
    best: Repair | None = None
    ordered = sorted(((cost_of(ground, option), option) for option in options), key=_cost)
    for cost, option in ordered:
        obstacle = judge.obstacle_to(option)
        if obstacle:
            blocked[obstacle] += 1
            continue
        if looks == 0:
            break
        looks -= 1
        verdict = judge.verdict(option)
        blocked.update(verdict.blocked)
        if verdict.blocked:
            continue
        whole = replace(cost, clashes_added=len(verdict.added))
        if best is None or whole < best.cost:
            best = Repair(option, whole, {}, verdict.solved, verdict.added)
        if not verdict.added:
            break
    return best


def _cost(pair: tuple[Cost, Option]) -> Cost:
    return pair[0]


def _with_before(repair: Repair, ground: Ground) -> Repair:
    by_id = ground.plan.by_id
    before = {row.id: by_id[row.id] for row in repair.option.after if row.id in by_id}
    return replace(repair, before=before)


def _chosen(found: Iterable[Repair]) -> tuple[Repair, ...]:
    """The cheapest of each kind first, then what else is cheap; in the order of cost."""
    ordered = sorted(found, key=lambda repair: repair.cost)
    firsts: dict[RepairKind, Repair] = {}
    for repair in ordered:
        firsts.setdefault(repair.kind, repair)
    chosen = list(firsts.values())[:MOST_REPAIRS]
    rest = [repair for repair in ordered if repair not in chosen]
    chosen += rest[: MOST_REPAIRS - len(chosen)]
    return tuple(sorted(chosen, key=lambda repair: repair.cost))


def _speakers_of(targets: Iterable[Clash]) -> list[int]:
    """Speakers that a target is about."""
    found: list[int] = []
    for target in targets:
        found += [target.facts["speaker"]] if "speaker" in target.facts else []
        found += target.facts.get("speakers", ())
    return list(dict.fromkeys(found))
