"""Nominations as lists, pages and the API read them: which rows, and how much of each row, a
standing may see. Nothing else decides that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.sql.datastructures import BaseTable

from cohorts.models import City, Cohort
from cohorts.permissions import may_admit, may_nominate, nomination_city_ids
from cohorts.queries.standing import Standing
from participants.choices import NominationState
from participants.models import Nomination, NominationStep
from participants.rules.papers import mask_email, mask_phone

# Whoever only oversees learns nothing of drafts, of what was sent back, and of those turned down.
OVERSEEN = (
    NominationState.SUBMITTED,
    NominationState.CHECKED,
    NominationState.ADMITTED,
    NominationState.WAITLISTED,
)
# How far the committee's list comes in one page; cohorts have some hundred nominations at most.
LIST_LIMIT = 500


@dataclass(frozen=True)
class Sight:
    """`full` shows contacts in clear, the masked number, rank, priority and reasons; `notes` shows
    what the committee writes for itself."""

    full: bool
    notes: bool

    def phone(self, row: Nomination) -> str:
        return row.phone if self.full else mask_phone(row.phone)

    def email(self, row: Nomination) -> str:
        return row.email if self.full else mask_email(row.email)

    def identity(self, row: Nomination) -> str | None:
        return row.masked if self.full else None

    def rank(self, row: Nomination) -> int | None:
        return row.rank if self.full else None

    def reason(self, row: Nomination) -> str:
        return row.reason if self.full else ""

    def told(self, row: Nomination) -> str:
        return row.told_reason if self.full else ""


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; empty texts narrow nothing."""

    city: str = ""
    state: str = ""
    q: str = ""


def sight_of(standing: Standing) -> Sight:
    """Of everything that `nominations_seen` answers: coordinators see only their own."""
    return Sight(full=may_nominate(standing), notes=may_admit(standing))


def nominations_seen(cohort: Cohort, standing: Standing) -> QuerySet[Nomination]:
    """The rows that a standing may know of, with city, organization and enrollment."""
    rows = Nomination.objects.filter(cohort=cohort).select_related(
        "city", "organization", "enrollment", "cohort"
    )
    cities = nomination_city_ids(standing)
    if cities is not None:
        rows = rows.filter(city_id__in=cities)
    return rows if may_nominate(standing) else _overseen(rows.filter(state__in=OVERSEEN))


class _OverseenTable(BaseTable):
    """The table as Postgres hands it to those who only oversee: without rank, priority, reasons,
    notes and papers, contacts masked (decision 0014)."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        alias = compiler.quote_name_unless_alias(self.table_alias)
        return f"portal_overseen_nominations(portal_overseen_cohorts()) {alias}", []


def _overseen(rows: QuerySet[Nomination]) -> QuerySet[Nomination]:
    alias = rows.query.get_initial_alias()
    rows.query.alias_map[alias] = _OverseenTable(alias, alias)
    return rows


def filtered(rows: QuerySet[Nomination], filters: Filters) -> QuerySet[Nomination]:
    if filters.city:
        rows = rows.filter(city__code=filters.city)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.q:
        rows = rows.filter(name__icontains=filters.q) | rows.filter(
            organization_name__icontains=filters.q
        )
    return rows


def in_city_order(rows: QuerySet[Nomination]) -> QuerySet[Nomination]:
    """Cities in their official order, each by rank, those without one after."""
    return rows.order_by("city__position", "rank", "pk")


def waiting_list(cohort: Cohort, standing: Standing) -> list[Nomination]:
    """Cities in their order, each in the order in which its people move up."""
    rows = nominations_seen(cohort, standing).filter(state=NominationState.WAITLISTED)
    return list(rows.order_by("city__position", "priority", "waitlist_number", "pk"))


def steps_of(nomination: Nomination) -> list[NominationStep]:
    """Everything that happened, oldest first."""
    return list(NominationStep.objects.filter(nomination=nomination).select_related("by"))


def priority_steps(nominations: Iterable[Nomination]) -> dict[int, list[NominationStep]]:
    """Why those who wait have their place, by nomination; one query."""
    rows = NominationStep.objects.filter(
        nomination__in=list(nominations), state=NominationState.WAITLISTED
    ).select_related("by")
    found: dict[int, list[NominationStep]] = {}
    for step in rows.order_by("pk"):
        found.setdefault(step.nomination_id, []).append(step)
    return found


def places(cohort: Cohort, rows: Iterable[Nomination]) -> dict[int, int]:
    """The place on the waiting list of the own city, from 1, for those of the rows that wait."""
    waiting = [row for row in rows if row.state == NominationState.WAITLISTED]
    if not waiting:
        return {}
    listed = Nomination.objects.filter(
        cohort=cohort, city_id__in={row.city_id for row in waiting}
    ).waiting()
    counted: dict[int, int] = {}
    found = {}
    for pk, city_id in listed.values_list("pk", "city_id"):
        counted[city_id] = counted.get(city_id, 0) + 1
        found[pk] = counted[city_id]
    return {row.pk: found[row.pk] for row in waiting if row.pk in found}


def cities_nominated_for(cohort: Cohort, standing: Standing) -> list[City]:
    """The cities with a quota for which this standing may nominate, in their order."""
    rows = City.objects.filter(quotas__cohort=cohort).order_by("position")
    cities = nomination_city_ids(standing)
    return list(rows if cities is None else rows.filter(pk__in=cities))


def possible_substitutes(nomination: Nomination) -> list[Nomination]:
    """Who of the city could come instead: first those who wait, then by the city's rank."""
    states = (
        NominationState.WAITLISTED,
        NominationState.CHECKED,
        NominationState.SUBMITTED,
        NominationState.RETURNED,
        NominationState.DRAFT,
    )
    rows = Nomination.objects.filter(
        cohort=nomination.cohort, city=nomination.city, state__in=states
    )
    return sorted(
        rows,
        key=lambda row: (states.index(NominationState(row.state)), row.priority or row.rank or 0),
    )
