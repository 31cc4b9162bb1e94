"""The overview of a cohort: where it stands, its figures, and what comes next."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q

from cohorts.choices import COHORT_MOVES, CohortState
from cohorts.models import City, Cohort
from cohorts.permissions import may_edit_cohort, people_city_ids
from cohorts.queries.corridor import CorridorLine, corridor_line
from cohorts.queries.settings import city_quotas
from cohorts.queries.standing import Standing
from cohorts.rules.states import CohortFacts, Obstacle, needs_reason, next_state, obstacles_to
from g60portal.notices.choices import NoticeState
from g60portal.notices.models import Notice
from participants.choices import CertificateState
from participants.models import Certificate, Enrollment
from sessions.choices import SessionState
from sessions.models import Release, TrainingSession
from sessions.queries.clashes import clashes_of
from sessions.queries.cohort_facts import cohort_facts
from sessions.queries.proposals import open_proposals_for

NEEDS_A_PERSON = (NoticeState.FAILED, NoticeState.BOUNCED, NoticeState.NEEDS_PERSON)


@dataclass(frozen=True)
class CityCount:
    """The people of a city against its quota; None = no quota."""

    city: City
    people: int
    seats: int | None
    reserve: int

    @property
    def open_seats(self) -> int:
        return max(0, (self.seats or 0) - self.people)

    @property
    def over_by(self) -> int:
        """People beyond the quota; a city without one is not measured."""
        return 0 if self.seats is None else max(0, self.people - self.seats)


@dataclass(frozen=True)
class Move:
    """A state that the cohort may enter from here, with every reason why not yet."""

    target: str
    label: str
    obstacles: tuple[Obstacle, ...]
    needs_reason: bool
    forward: bool


@dataclass(frozen=True)
class Overview:
    line: CorridorLine
    cities: tuple[CityCount, ...]
    people: int
    sessions: int
    unplaced: int
    clashes: int
    releases: int
    last_release: Release | None
    notices_waiting: int
    proposals_waiting: int
    certificates: int
    moves: tuple[Move, ...]


def overview_of(cohort: Cohort, standing: Standing, today: dt.date) -> Overview:
    """Everything the page shows; a coordinator's figures of people are those of its own cities."""
    cities = _cities(cohort, standing)
    facts = cohort_facts(cohort)
    sessions, unplaced = _sessions(cohort)
    return Overview(
        line=corridor_line(cohort, today),
        cities=cities,
        people=sum(row.people for row in cities),
        sessions=sessions,
        unplaced=unplaced,
        clashes=sum(not clash.accepted for clash in clashes_of(cohort)),
        releases=facts.release_count,
        last_release=Release.objects.filter(cohort=cohort).order_by("-number").first(),
        notices_waiting=Notice.objects.filter(scope=cohort.code, state__in=NEEDS_A_PERSON).count(),
        proposals_waiting=open_proposals_for(cohort, standing).count(),
        certificates=_certificates(cohort),
        moves=moves_of(cohort, facts) if may_edit_cohort(standing) else (),
    )


def moves_of(cohort: Cohort, facts: CohortFacts) -> tuple[Move, ...]:
    """The moves from the cohort's state; the one ahead first."""
    ahead = next_state(cohort.state)
    moves = [
        Move(
            target=target,
            label=str(CohortState(target).label),
            obstacles=obstacles_to(facts, target),
            needs_reason=needs_reason(cohort.state, target),
            forward=target == ahead,
        )
        for target in COHORT_MOVES[cohort.state]
    ]
    return tuple(sorted(moves, key=lambda move: not move.forward))


def _cities(cohort: Cohort, standing: Standing) -> tuple[CityCount, ...]:
    """Cities with a quota or people, in the official order, as far as this standing sees them."""
    counted = Enrollment.objects.active().filter(cohort=cohort).values("city_id")
    people = dict(counted.annotate(people=Count("pk")).values_list("city_id", "people"))
    seen = people_city_ids(standing)
    return tuple(
        CityCount(
            city=row.city,
            people=people.get(row.city.pk, 0),
            seats=row.quota.seats if row.quota else None,
            reserve=row.quota.reserve if row.quota else 0,
        )
        for row in city_quotas(cohort)
        if (row.quota or row.city.pk in people) and (seen is None or row.city.pk in seen)
    )


def _sessions(cohort: Cohort) -> tuple[int, int]:
    """Sessions that take place, and those of them that still lie in the tray."""
    figures = TrainingSession.objects.filter(cohort=cohort).aggregate(
        all=Count("pk", filter=~Q(state=SessionState.CANCELLED)),
        unplaced=Count("pk", filter=~Q(state=SessionState.CANCELLED) & Q(starts_at__isnull=True)),
    )
    return figures["all"], figures["unplaced"]


def _certificates(cohort: Cohort) -> int:
    return Certificate.objects.filter(cohort=cohort, state=CertificateState.ISSUED).count()
