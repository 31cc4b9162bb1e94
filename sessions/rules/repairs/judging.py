"""What an option does to the plan, by the clash rules themselves.

Only what the option can touch is judged again: the days it leaves and enters, the ceremonies, the
lectures and visits that belong together. A ceremony orders everything, so moving one judges all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sessions.choices import ClashCode, SessionKind
from sessions.rules.clashes import Clash, SessionFacts, clashes_between
from sessions.rules.repairs.facts import Ground, Option, day_of, meets

# Why an option cannot be, besides the codes of hard clashes.
FIXED, PAST, UNSOLVED = "fixed", "past", "unsolved"
Clashes = dict[str, Clash]
# Two figures of a clash that lie apart: the farther, the worse.
_FIGURES = {
    ClashCode.TRAVEL: ("needed_minutes", "gap_minutes"),
    ClashCode.CAPACITY: ("people", "capacity"),
    ClashCode.PARTY: ("people", "largest_party"),
    ClashCode.MEAL: ("needed_minutes", "free_minutes"),
    ClashCode.LECTURE_LENGTH: ("minutes", "limit_minutes"),
}


@dataclass(frozen=True)
class Verdict:
    """`blocked` names what speaks against the option; a repair has none."""

    solved: tuple[Clash, ...] = ()
    added: tuple[Clash, ...] = ()
    blocked: tuple[str, ...] = ()


class Judge:
    """Judges options on one ground; what was judged before a change is kept for the next one.

    A repair may add as many clashes as it solves, and `tolerated` more.
    """

    def __init__(self, ground: Ground, targets: Sequence[Clash], *, tolerated: int = 0) -> None:
        self._ground = ground
        self._tolerated = tolerated
        self._targets = {target.key for target in targets}
        self._codes = {target.code for target in targets}
        self._ceremonies = [row for row in ground.plan.sessions if row.kind == SessionKind.CEREMONY]
        self._before: dict[tuple[int, ...], Clashes] = {}

    def obstacle_to(self, option: Option) -> str:
        """What makes the option impossible: a session that stays where it is, the past, or a hard
        clash with what does not move. Empty when nothing does."""
        movable = self._ground.movable
        for row in option.after:
            if row.id > 0 and row.id not in movable:
                return FIXED
            if row.starts is not None and row.starts < self._ground.not_before:
                return PAST
        return self._taken(option)

    def verdict(self, option: Option) -> Verdict:
        """A repair solves every target, and adds neither hard clashes nor any of the same code."""
        solved, added = self.difference(option)
        if not self._targets <= {clash.key for clash in solved}:
            return Verdict(blocked=(UNSOLVED,))
        codes = tuple(dict.fromkeys(clash.code for clash in added))
        hard = any(clash.hard for clash in added)
        too_many = len(added) > len(solved) + self._tolerated
        if hard or too_many or not self._codes.isdisjoint(codes):
            return Verdict(blocked=codes)
        return Verdict(solved, added)

    def difference(self, option: Option) -> tuple[tuple[Clash, ...], tuple[Clash, ...]]:
        """The clashes that vanish, and the open ones that appear or become worse. An accepted one
        appears again when its facts become others, and vanishes unnoticed unless it is a target."""
        rows = self._rows(option)
        before = self._clashes_before(rows)
        after = _keyed(clashes_between(replace(self._ground.plan, sessions=_with(rows, option))))
        accepted = self._ground.accepted - self._targets
        solved = (
            clash for key, clash in before.items() if key not in after and key not in accepted
        )
        added = (
            clash
            for key, clash in after.items()
            if key not in before
            or shortfall(clash) > shortfall(before[key])
            or (key in accepted and clash.fingerprint != before[key].fingerprint)
        )
        return tuple(solved), tuple(added)

    def _taken(self, option: Option) -> str:
        changed = option.changed
        for row in option.after:
            if row.starts is None or row.ends is None:
                continue
            day = day_of(row.starts)
            own = (other for other in self._ground.by_day.get(day, ()) if other.id not in changed)
            for other in _overlapping(row, own):
                if found := _hard(row, other) or (meets(row, other) and ClashCode.GROUP.value):
                    return found
            for other in _overlapping(row, self._ground.foreign_by_day.get(day, ())):
                if found := _hard(row, other):
                    return found
        return _among(option.after)

    def _rows(self, option: Option) -> list[SessionFacts]:
        """The sessions of the plan that the option can have to do with, in the order of ids."""
        by_id = self._ground.plan.by_id
        then = [by_id[row.id] for row in option.after if row.id in by_id]
        if any(row.kind == SessionKind.CEREMONY for row in then):
            return list(self._ground.plan.sessions)
        seen = {row.id: row for row in (*then, *self._ceremonies)}
        for row in (*then, *option.after):
            if row.starts is not None:
                for other in self._ground.by_day.get(day_of(row.starts), ()):
                    seen[other.id] = other
        for row in then:
            for other in self._related(row):
                seen[other.id] = other
        return [seen[key] for key in sorted(seen)]

    def _related(self, row: SessionFacts) -> Iterator[SessionFacts]:
        """The lecture that prepares a visit, the visits that a lecture prepares."""
        lecture = self._ground.plan.by_id.get(row.prepared_by or 0)
        if lecture is not None:
            yield lecture
        if row.kind == SessionKind.LECTURE:
            for other in self._ground.plan.sessions:
                if other.prepared_by == row.id:
                    yield other

    def _clashes_before(self, rows: Sequence[SessionFacts]) -> Clashes:
        view = tuple(row.id for row in rows)
        if view not in self._before:
            plan = replace(self._ground.plan, sessions=rows)
            self._before[view] = _keyed(clashes_between(plan))
        return self._before[view]


def _with(rows: Sequence[SessionFacts], option: Option) -> list[SessionFacts]:
    after = {row.id: row for row in option.after}
    kept = [after.pop(row.id, row) for row in rows]
    return [*kept, *after.values()]


def shortfall(clash: Clash) -> int:
    """How much is missing or too much, by the figures of a clash; nothing where it has none."""
    facts = clash.facts
    if clash.code == ClashCode.EVENING:
        return _clock_minutes(facts["end"]) - _clock_minutes(facts["limit"])
    wanted, there = _FIGURES.get(ClashCode(clash.code), ("", ""))
    return abs(facts[wanted] - facts[there]) if wanted else 0


def _clock_minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _keyed(clashes: Iterable[Clash]) -> Clashes:
    return {clash.key: clash for clash in clashes}


def _overlapping(row: SessionFacts, others: Iterable[SessionFacts]) -> Iterator[SessionFacts]:
    starts, ends = row.starts or 0, row.ends or 0
    return (other for other in others if (other.starts or 0) < ends and (other.ends or 0) > starts)


def _hard(row: SessionFacts, other: SessionFacts) -> str:
    """What two sessions at the same time cannot share, of those without regard to the audience."""
    if row.venue is not None and row.venue == other.venue:
        return ClashCode.VENUE.value
    if not set(row.speakers).isdisjoint(other.speakers):
        return ClashCode.SPEAKER.value
    return ""


def _among(rows: Sequence[SessionFacts]) -> str:
    """A hard clash between the changed sessions themselves."""
    for position, row in enumerate(rows):
        for other in _overlapping(row, rows[:position]):
            if found := _hard(row, other) or (meets(row, other) and ClashCode.GROUP.value):
                return found
    return ""
