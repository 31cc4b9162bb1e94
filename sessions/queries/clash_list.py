"""The clashes of a cohort as the page and the API list them: one filter for both, and the page's
grouping by leg and day.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cohorts.models import Cohort, Leg
from g60portal.common.clock import local
from sessions.choices import ClashCode
from sessions.models import ClashAcceptance, TrainingSession
from sessions.queries.clashes import clashes_of
from sessions.rules.clashes import Clash

OPEN, ACCEPTED, ALL = "open", "accepted", "all"
SEVERITIES = ("hard", "soft")


@dataclass(frozen=True)
class ClashFilter:
    """Empty = any. `leg` is one that a session of the clash belongs to."""

    code: str = ""
    severity: str = ""
    leg: int | None = None
    state: str = OPEN

    def takes(self, clash: Clash, legs: Mapping[int, int]) -> bool:
        return (
            self.code in ("", clash.code)
            and self.severity in ("", clash.severity)
            and self.state in (ALL, ACCEPTED if clash.accepted else OPEN)
            and (self.leg is None or any(legs.get(key) == self.leg for key in clash.sessions))
        )


@dataclass(frozen=True)
class Line:
    """A clash with its sessions in the order of time, and its acceptance if there is one."""

    clash: Clash
    label: str
    sessions: Sequence[TrainingSession]
    may_accept: bool
    acceptance: ClashAcceptance | None = None


@dataclass(frozen=True)
class Day:
    """The clashes of a day; of the tray when `day` is None."""

    day: dt.date | None
    lines: Sequence[Line]


@dataclass(frozen=True)
class LegClashes:
    leg: Leg
    days: Sequence[Day]


@dataclass(frozen=True)
class ClashList:
    """What the page shows. The counts are of the open clashes of the whole cohort."""

    legs: Sequence[LegClashes]
    accepted: Sequence[Line]
    all_legs: Sequence[Leg]
    open_count: int
    by_severity: Mapping[str, int] = field(default_factory=dict)
    by_code: Mapping[str, int] = field(default_factory=dict)
    by_leg: Mapping[int, int] = field(default_factory=dict)


MayAccept = Callable[[Iterable[int]], bool]


def clashes_found(cohort: Cohort, words: ClashFilter) -> list[Clash]:
    """The clashes that the words ask for, hard ones first."""
    clashes = clashes_of(cohort)
    legs = _legs_by_session(cohort) if words.leg is not None else {}
    return [clash for clash in clashes if words.takes(clash, legs)]


def legs_of_clash(cohort: Cohort, key: str) -> frozenset[int] | None:
    """The legs of the sessions of a clash; None when there is no such clash."""
    sessions = next((clash.sessions for clash in clashes_of(cohort) if clash.key == key), None)
    if sessions is None:
        return None
    rows = TrainingSession.objects.filter(pk__in=sessions)
    return frozenset(rows.values_list("leg_id", flat=True))


def clash_list(cohort: Cohort, words: ClashFilter, may_accept: MayAccept) -> ClashList:
    """Everything on the page, in six queries at any size."""
    clashes = clashes_of(cohort)
    sessions = _sessions_in(cohort, clashes)
    legs = {key: row.leg_id for key, row in sessions.items()}
    acceptances = {
        row.key: row for row in ClashAcceptance.objects.filter(cohort=cohort).select_related("by")
    }
    lines = [
        _line(clash, sessions, may_accept, acceptances.get(clash.key))
        for clash in clashes
        if ClashFilter(words.code, words.severity, words.leg, ALL).takes(clash, legs)
    ]
    all_legs = list(Leg.objects.filter(cohort=cohort).select_related("city").order_by("position"))
    open_clashes = [clash for clash in clashes if not clash.accepted]
    return ClashList(
        legs=_by_leg(all_legs, [line for line in lines if not line.clash.accepted]),
        accepted=[line for line in lines if line.clash.accepted],
        all_legs=all_legs,
        open_count=len(open_clashes),
        by_severity=Counter(clash.severity for clash in open_clashes),
        by_code=Counter(clash.code for clash in open_clashes),
        by_leg=Counter(
            leg for clash in open_clashes for leg in {legs[key] for key in clash.sessions}
        ),
    )


def _sessions_in(cohort: Cohort, clashes: Iterable[Clash]) -> dict[int, TrainingSession]:
    keys = {key for clash in clashes for key in clash.sessions}
    rows = TrainingSession.objects.filter(cohort=cohort, pk__in=keys).only(
        "leg_id", "title", "title_en", "kind", "starts_at", "ends_at"
    )
    return {row.pk: row for row in rows}


def _legs_by_session(cohort: Cohort) -> dict[int, int]:
    return dict(TrainingSession.objects.filter(cohort=cohort).values_list("pk", "leg_id"))


def _line(
    clash: Clash,
    sessions: Mapping[int, TrainingSession],
    may_accept: MayAccept,
    acceptance: ClashAcceptance | None,
) -> Line:
    rows = sorted((sessions[key] for key in clash.sessions), key=_order)
    return Line(
        clash,
        str(ClashCode(clash.code).label),
        rows,
        may_accept(row.leg_id for row in rows),
        acceptance,
    )


def _by_leg(legs: Iterable[Leg], lines: Iterable[Line]) -> list[LegClashes]:
    """By the leg and the day of the first session of each clash."""
    found: dict[int, dict[dt.date | None, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        first = line.sessions[0]
        found[first.leg_id][_day(first)].append(line)
    return [
        LegClashes(
            leg,
            [
                Day(day, sorted(rows, key=lambda line: _order(line.sessions[0])))
                for day, rows in sorted(
                    found[leg.pk].items(), key=lambda pair: pair[0] or dt.date.max
                )
            ],
        )
        for leg in legs
        if leg.pk in found
    ]


def _order(row: TrainingSession) -> tuple[bool, float, int]:
    """By time, what lies in the tray last."""
    return row.starts_at is None, row.starts_at.timestamp() if row.starts_at else 0, row.pk


def _day(row: TrainingSession) -> dt.date | None:
    return local(row.starts_at).date() if row.starts_at else None
