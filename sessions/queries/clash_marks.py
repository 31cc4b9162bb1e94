"""Which clash marks a change has altered, and what they are now.

Looks at the days that the change touches, not at the cohort: with the ceremonies, and with the
lectures and visits that belong to the sessions of those days, every mark of these sessions can be
told. How the sessions stood before comes from the pictures in the log of changes.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import get_language

from cohorts.models import Cohort, Leg
from g60portal.common.clock import local
from sessions.choices import SessionKind, SessionState
from sessions.models import TrainingSession
from sessions.queries.clash_acceptances import accepted_in, judged
from sessions.queries.clashes import by_session, plan_of
from sessions.queries.sessions_around import facts_of, sessions_around
from sessions.rules.clashes import Clash, SessionFacts, clashes_between
from sessions.rules.clashes.facts import DAY, date_of, day_number, seconds_of
from sessions.rules.clashes.order import ceremony_role
from sessions.rules.pictures import Picture, days_of, differing

# What makes of a ceremony another beginning or end of the programme.
_CEREMONIAL = frozenset({"kind", "title", "title_en", "starts_at", "ends_at", "groups", "state"})
# From so many days on it is cheaper to look at the whole cohort.
_MANY_DAYS = 20
Days = frozenset[dt.date]


@dataclass(frozen=True, slots=True)
class Moved:
    """A session before and after; None where it did not exist."""

    key: int
    before: Picture | None
    after: Picture | None

    @property
    def pictures(self) -> list[Picture]:
        return [picture for picture in (self.before, self.after) if picture is not None]

    @property
    def orders_everything(self) -> bool:
        """A ceremony stands before or after all other sessions of its people."""
        return any(picture["kind"] == SessionKind.CEREMONY for picture in self.pictures) and bool(
            _CEREMONIAL & differing(self.before or {}, self.after or {})
        )


@dataclass(frozen=True, slots=True)
class Marks:
    """`now` is whole for every session that was moved, named or has other marks than before: these
    are `changed`. `rows` are the sessions that were read on the way, as `sessions_around` has them.
    """

    now: Mapping[int, Sequence[Clash]]
    changed: frozenset[int]
    rows: Sequence[TrainingSession]


def marks_after(cohort: Cohort, moved: Sequence[Moved], *, also: Iterable[int] = ()) -> Marks:
    """What the change, which has been written already, has made of the marks. `also` names further
    sessions whose marks are to be told."""
    keys = {each.key for each in moved}
    asked = keys.union(also)
    days = days_of(picture for each in moved for picture in each.pictures)
    days |= _days_now(asked - keys)
    whole = any(each.orders_everything for each in moved) or len(days) >= _MANY_DAYS
    seen = None if whole else days
    lectures = {picture["prepared_by"] for each in moved for picture in each.pictures} - {None}
    rows = sessions_around(cohort, seen, keys, lectures)
    after = facts_of(rows)
    before = _before(cohort, moved, after)
    accepted = accepted_in(cohort)
    plan = plan_of(cohort, after, *before)
    then = by_session(judged(clashes_between(replace(plan, sessions=before)), accepted))
    now = by_session(judged(clashes_between(plan), accepted))
    changed = frozenset(key for key in {*then, *now} if then.get(key) != now.get(key))
    further = _further(seen, [row for row in after if row.id in changed | asked])
    if further != seen:
        rows = sessions_around(cohort, further, keys)
        now = by_session(judged(clashes_between(plan_of(cohort, facts_of(rows))), accepted))
    return Marks(now, changed, rows)


def _further(days: Days | None, told: Sequence[SessionFacts]) -> Days | None:
    """The days that must be seen for every mark of the sessions that will be told. A ceremony may
    be marked with any session of the cohort: None, all of it."""
    if days is None or any(row.kind == SessionKind.CEREMONY for row in told):
        return None
    seen = days | {date_of(row.starts // DAY) for row in told if row.starts is not None}
    return None if len(seen) >= _MANY_DAYS else seen


def _before(
    cohort: Cohort, moved: Sequence[Moved], after: Sequence[SessionFacts]
) -> list[SessionFacts]:
    """The same sessions as they stood before."""
    keys = {each.key for each in moved}
    legs = _leg_days(cohort, moved, after)
    english = (get_language() or "").startswith("en")
    return [row for row in after if row.id not in keys] + [
        _facts(each.key, each.before, legs, english=english)
        for each in moved
        if each.before is not None and each.before["state"] != SessionState.CANCELLED
    ]


def _leg_days(
    cohort: Cohort, moved: Sequence[Moved], after: Sequence[SessionFacts]
) -> dict[int, tuple[int, int]]:
    """First and last day of each leg that a session was in: mostly known from where it still is,
    else one query."""
    asked = {each.before["leg"] for each in moved if each.before is not None}
    now = {row.id: row.leg_days for row in after}
    known = {
        each.after["leg"]: leg_days
        for each in moved
        if each.after is not None and (leg_days := now.get(each.key)) is not None
    }
    if asked <= known.keys():
        return known
    rows = Leg.objects.filter(cohort=cohort).values_list("pk", "starts_on", "ends_on")
    return {key: (day_number(first), day_number(last)) for key, first, last in rows}


def _facts(
    key: int, picture: Picture, legs: Mapping[int, tuple[int, int]], *, english: bool
) -> SessionFacts:
    return SessionFacts(
        key,
        (picture["title_en"] if english else "") or picture["title"],
        picture["kind"],
        _seconds(picture["starts_at"]),
        _seconds(picture["ends_at"]),
        picture["venue"],
        tuple(picture["speakers"]),
        tuple(picture["groups"]),
        legs.get(picture["leg"]),
        picture["prepared_by"],
        ceremony_role(picture["kind"], picture["title"], picture["title_en"]),
    )


def _seconds(text: str | None) -> int | None:
    return None if text is None else seconds_of(dt.datetime.fromisoformat(text))


def _days_now(keys: set[int]) -> Days:
    if not keys:
        return Days()
    instants = TrainingSession.objects.filter(pk__in=keys).values_list("starts_at", flat=True)
    return Days(local(instant).date() for instant in instants if instant is not None)
