"""When a cohort may enter a state: the guards of the state machine, with every reason against.

The allowed moves themselves stand in `cohorts.choices.COHORT_MOVES`; the facts are gathered by
`sessions.queries.cohort_facts`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cohorts.choices import COHORT_MOVES, CohortState

S = CohortState


@dataclass(frozen=True)
class CohortFacts:
    """What the guards look at. People are those who hold a seat.

    `sessions_to_come` are compulsory sessions that have not begun. `unjudged` are people
    without a verdict in the newest completion run; `undecided` are people who passed it and have
    no certificate.
    """

    seats: int
    leg_count: int = 0
    quota_seats: int = 0
    has_english_title: bool = False
    people: int = 0
    release_count: int = 0
    sessions_to_come: int = 0
    has_completion_run: bool = False
    unjudged: int = 0
    undecided: int = 0


@dataclass(frozen=True)
class Obstacle:
    """One reason why a move is not possible yet: a code for programs, a text for people.

    `counts` names the figure among the facts that the text states, if it states one.
    """

    code: str
    text: str | Promise
    counts: str = ""


NO_LEG = Obstacle("no_leg", _("There is no leg yet."))
NO_QUOTA = Obstacle("no_quota", _("No city has a quota yet."))
QUOTAS_ABOVE_SEATS = Obstacle("quotas_above_seats", _("The quotas exceed the seats."))
NO_ENGLISH_TITLE = Obstacle(
    "no_english_title", _("There is no English title; notices go out in both languages.")
)
NOBODY_ENROLLED = Obstacle("nobody_enrolled", _("Nobody is enrolled yet."))
PEOPLE_ABOVE_SEATS = Obstacle(
    "people_above_seats", _("More people are enrolled than there are seats.")
)
NO_RELEASE = Obstacle("no_release", _("The timetable has not been released yet."))
SESSIONS_TO_COME = Obstacle(
    "sessions_to_come",
    ngettext_lazy(
        "%(count)d compulsory session is still to come.",
        "%(count)d compulsory sessions are still to come.",
        "count",
    ),
    counts="sessions_to_come",
)
NO_COMPLETION_RUN = Obstacle("no_completion_run", _("Completion has not been run yet."))
UNJUDGED = Obstacle("unjudged", _("Some people have no verdict in the last completion run."))
UNDECIDED = Obstacle(
    "certificates_undecided", _("Some people have passed and still have no certificate.")
)

Test = Callable[[CohortFacts], bool]
_PLANNED: tuple[tuple[Obstacle, Test], ...] = (
    (NO_LEG, lambda facts: facts.leg_count == 0),
    (NO_QUOTA, lambda facts: facts.quota_seats == 0),
    (QUOTAS_ABOVE_SEATS, lambda facts: facts.quota_seats > facts.seats),
)
_SEATED: tuple[tuple[Obstacle, Test], ...] = (
    (NOBODY_ENROLLED, lambda facts: facts.people == 0),
    (PEOPLE_ABOVE_SEATS, lambda facts: facts.people > facts.seats),
)
_HELD: tuple[tuple[Obstacle, Test], ...] = (
    (SESSIONS_TO_COME, lambda facts: facts.sessions_to_come > 0),
)
_GUARDS: dict[str, tuple[tuple[Obstacle, Test], ...]] = {
    S.APPROVED: _PLANNED,
    S.ANNOUNCED: (*_PLANNED, (NO_ENGLISH_TITLE, lambda facts: not facts.has_english_title)),
    S.CONFIRMED: (*_PLANNED, *_SEATED),
    S.RUNNING: (*_SEATED, (NO_RELEASE, lambda facts: facts.release_count == 0)),
    S.FINISHING: _HELD,
    S.COMPLETED: (
        *_HELD,
        (NO_COMPLETION_RUN, lambda facts: not facts.has_completion_run),
        (UNJUDGED, lambda facts: facts.has_completion_run and facts.unjudged > 0),
        (UNDECIDED, lambda facts: facts.has_completion_run and facts.undecided > 0),
    ),
}
# Leaving the way, and opening again what was closed, is explained.
_EXPLAINED = frozenset({(S.COMPLETED, S.FINISHING)})
_EXPLAINED_TARGETS = frozenset({S.POSTPONED, S.CANCELLED})
# The straight way, for saying what comes next.
WAY = (
    S.DRAFT,
    S.APPROVED,
    S.ANNOUNCED,
    S.NOMINATING,
    S.CONFIRMED,
    S.RUNNING,
    S.FINISHING,
    S.COMPLETED,
    S.ARCHIVED,
)
CLOSED_STATES = frozenset({S.ARCHIVED, S.CANCELLED})


def may_move(source: str, target: str) -> bool:
    return target in COHORT_MOVES[source]


def obstacles_to(facts: CohortFacts, target: str) -> tuple[Obstacle, ...]:
    """Every reason why a cohort with these facts cannot enter the state; empty = it can."""
    found = (obstacle for obstacle, holds in _GUARDS.get(target, ()) if holds(facts))
    return tuple(_with_count(obstacle, facts) for obstacle in found)


def _with_count(obstacle: Obstacle, facts: CohortFacts) -> Obstacle:
    if not obstacle.counts:
        return obstacle
    return replace(obstacle, text=obstacle.text % {"count": getattr(facts, obstacle.counts)})


def needs_reason(source: str, target: str) -> bool:
    return target in _EXPLAINED_TARGETS or (source, target) in _EXPLAINED


def next_state(source: str) -> str | None:
    """The next state of the straight way; None at its end and beside it."""
    if source == S.POSTPONED:
        return S.APPROVED
    if source not in WAY or source == WAY[-1]:
        return None
    return WAY[WAY.index(source) + 1]
