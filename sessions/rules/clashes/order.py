"""What comes before what: legs, the opening and the completion ceremony, lectures before visits.

A ceremony has no field that says what it opens or completes; its title does. Of several
openings (each host greets its guests) the first counts for each group, of several completions
the last. Where no title tells, the first of at least two ceremonies opens and the last completes.
"""

from collections.abc import Iterator, Sequence

from sessions.choices import ClashCode, SessionKind
from sessions.rules.clashes import texts
from sessions.rules.clashes.facts import MINUTE, Clash, Placed, Plan, clash, date_of

OPENING, COMPLETION = "opening", "completion"
OPENING_WORDS = ("开班", "开学", "开幕", "开营", "启动仪式", "opening", "kick-off", "welcome")
COMPLETION_WORDS = (
    "结业",
    "闭幕",
    "结营",
    "毕业",
    "颁证",
    "completion",
    "closing",
    "graduation",
)
UNORDERED_KINDS = frozenset({SessionKind.MEAL, SessionKind.TRANSFER, SessionKind.SELF_STUDY})


def ceremony_role(kind: str, *titles: str) -> str:
    """What a ceremony is by its titles: opening, completion, or untold."""
    if kind != SessionKind.CEREMONY:
        return ""
    text = " ".join(titles).lower()
    if any(word in text for word in COMPLETION_WORDS):
        return COMPLETION
    return OPENING if any(word in text for word in OPENING_WORDS) else ""


def order_clashes(plan: Plan) -> Iterator[Clash]:
    yield from _outside_legs(plan)
    yield from _around_ceremonies(plan)
    yield from _before_lectures(plan)


def ceremonies_of(rows: Sequence[Placed]) -> tuple[Placed | None, Placed | None]:
    """The opening and the completion among the sessions of one group, in the order of time."""
    ceremonies = [row for row in rows if row.kind == SessionKind.CEREMONY]
    if any(row.facts.ceremony for row in ceremonies):
        openings = [row for row in ceremonies if row.facts.ceremony == OPENING]
        completions = [row for row in ceremonies if row.facts.ceremony == COMPLETION]
        return (openings[0] if openings else None), (completions[-1] if completions else None)
    if len(ceremonies) > 1:
        return ceremonies[0], ceremonies[-1]
    return None, None


def _outside_legs(plan: Plan) -> Iterator[Clash]:
    for row in plan.placed:
        days = row.facts.leg_days
        if days is not None and (row.day < days[0] or row.last_day > days[1]):
            yield clash(
                ClashCode.ORDER,
                (row.id,),
                texts.outside_leg(plan, row, *days),
                about=("outside_leg",),
                reason="outside_leg",
                day=date_of(row.day).isoformat(),
                starts_on=date_of(days[0]).isoformat(),
                ends_on=date_of(days[1]).isoformat(),
            )


def _around_ceremonies(plan: Plan) -> Iterator[Clash]:
    """Openings of every group first: where two ceremonies are out of order with each other, what
    is said of them does not depend on whose day is looked at first."""
    around = [(one.sessions, *ceremonies_of(one.sessions)) for one in plan.sequences]
    seen: set[tuple[int, int]] = set()
    for rows, opening, _completion in around:
        for row in _ordered(rows, opening):
            if opening and row.starts < opening.ends:
                yield from _once(seen, _pair(plan, row, opening, "before_opening"))
    for rows, _opening, completion in around:
        for row in _ordered(rows, completion):
            if completion and row.ends > completion.starts:
                yield from _once(seen, _pair(plan, row, completion, "after_completion"))


def _ordered(rows: Sequence[Placed], ceremony: Placed | None) -> Iterator[Placed]:
    return (row for row in rows if row is not ceremony and row.kind not in UNORDERED_KINDS)


def _before_lectures(plan: Plan) -> Iterator[Clash]:
    placed = {row.id: row for row in plan.placed}
    for row in plan.placed:
        lecture = placed.get(row.facts.prepared_by or 0)
        if lecture is not None and row.starts < lecture.ends:
            yield clash(
                ClashCode.ORDER,
                (row.id, lecture.id),
                texts.before_lecture(plan, row, lecture),
                about=("before_lecture",),
                timed=(row, lecture),
                reason="before_lecture",
                short_minutes=(lecture.ends - row.starts) // MINUTE,
            )


def _pair(plan: Plan, row: Placed, ceremony: Placed, reason: str) -> Clash:
    before = reason == "before_opening"
    text = texts.before_opening if before else texts.after_completion
    short = ceremony.ends - row.starts if before else row.ends - ceremony.starts
    return clash(
        ClashCode.ORDER,
        (row.id, ceremony.id),
        text(plan, row, ceremony),
        about=("ceremony",),
        timed=(row, ceremony),
        reason=reason,
        short_minutes=short // MINUTE,
    )


def _once(seen: set[tuple[int, int]], found: Clash) -> Iterator[Clash]:
    """The same two sessions meet in the sequences of several groups."""
    key = (min(found.sessions), max(found.sessions))
    if key not in seen:
        seen.add(key)
        yield found
