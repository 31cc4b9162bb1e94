"""The quota board of a cohort: what each city was offered, and how far its nominations are; and the
balance of those whom the committee has before it.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from cohorts.models import City, Cohort, Quota, QuotaMove
from cohorts.permissions import nomination_city_ids
from cohorts.queries.standing import Standing
from cohorts.rules.quotas import pool_seats
from g60portal.common import clock
from g60portal.common.row_walls import as_system
from participants.choices import ACTIVE_NOMINATIONS, Gender, NominationLevel, NominationState
from participants.models import Nomination
from participants.rules.nominations import REMIND_BEFORE, is_over, level_of, needs_reminder, shares

S = NominationState
# Those whose mix the committee weighs: on the way or already in.
BALANCED = (S.SUBMITTED, S.CHECKED, S.ADMITTED, S.WAITLISTED)
UNKNOWN = "unknown"


@dataclass(frozen=True)
class CityRow:
    """A city of the board. `given_back` counts seats that it returned to the pool."""

    city: City
    seats: int
    reserve: int
    deadline: dt.datetime | None
    has_quota: bool
    by_state: Mapping[str, int]
    given_back: int

    def count(self, *states: str) -> int:
        return sum(self.by_state.get(state, 0) for state in states)

    @property
    def nominated(self) -> int:
        """Handed in and not ended."""
        return self.count(*ACTIVE_NOMINATIONS)

    @property
    def drafts(self) -> int:
        return self.count(S.DRAFT)

    @property
    def checked(self) -> int:
        return self.count(S.CHECKED)

    @property
    def admitted(self) -> int:
        return self.count(S.ADMITTED)

    @property
    def waiting(self) -> int:
        return self.count(S.WAITLISTED)

    @property
    def returned(self) -> int:
        return self.count(S.RETURNED)

    @property
    def open(self) -> int:
        """Seats for which nobody has been handed in."""
        return max(0, self.seats - self.nominated)

    @property
    def over(self) -> bool:
        return is_over(self.deadline, clock.now())

    @property
    def near(self) -> bool:
        """The deadline is near while seats are open."""
        return needs_reminder(self.deadline, clock.now(), self.open)


@dataclass(frozen=True)
class Board:
    rows: tuple[CityRow, ...]
    seats: int
    pool: int

    @property
    def offered(self) -> int:
        return sum(row.seats for row in self.rows)

    @property
    def nominated(self) -> int:
        return sum(row.nominated for row in self.rows)

    @property
    def checked(self) -> int:
        return sum(row.checked for row in self.rows)

    @property
    def admitted(self) -> int:
        return sum(row.admitted for row in self.rows)

    @property
    def waiting(self) -> int:
        return sum(row.waiting for row in self.rows)

    @property
    def returned(self) -> int:
        return sum(row.returned for row in self.rows)


@dataclass(frozen=True)
class Share:
    label: str
    count: int
    percent: int


@dataclass(frozen=True)
class Gauge:
    """One respect in which the committee balances: how many, and how many of them admitted."""

    key: str
    shares: tuple[Share, ...]


@as_system()
def quota_board(cohort: Cohort, standing: Standing) -> Board:
    """All nine cities in their official order, or those of a coordinator. Four queries. How many,
    not who: whoever oversees is told the numbers of rows that it may not see."""
    cities = City.objects.order_by("position")
    seen = nomination_city_ids(standing)
    if seen is not None:
        cities = cities.filter(pk__in=seen)
    quotas = {quota.city_id: quota for quota in Quota.objects.filter(cohort=cohort)}
    counts = _counts(Nomination.objects.filter(cohort=cohort))
    given = _given_back(cohort)
    rows = tuple(
        _row(city, quotas.get(city.pk), counts.get(city.pk, {}), given.get(city.pk, 0))
        for city in cities
    )
    pool = pool_seats((quota.seats for quota in quotas.values()), cohort.seats)
    return Board(rows, cohort.seats, pool)


@as_system()
def balance(cohort: Cohort, standing: Standing) -> list[Gauge]:
    """By city, industry chain, level and gender; how many, not who. Two queries."""
    rows = Nomination.objects.filter(cohort=cohort, state__in=[*BALANCED])
    seen = nomination_city_ids(standing)
    if seen is not None:
        rows = rows.filter(city_id__in=seen)
    found = list(rows.values_list("city__code", "organization__chain", "title", "gender"))
    names = {city.code: city.local_name for city in City.objects.order_by("position")}
    chains = Counter(chain or UNKNOWN for _city, chain, _title, _gender in found)
    levels = Counter(str(level_of(title)) for _city, _chain, title, _gender in found)
    return [
        _gauge("city", Counter(row[0] for row in found), names),
        _gauge("chain", chains, {}, by_count=True),
        _gauge("level", levels, dict(NominationLevel.choices)),
        _gauge("gender", Counter(row[3] for row in found), dict(Gender.choices)),
    ]


def open_seats(quotas: Iterable[Quota]) -> dict[int, int]:
    """By quota, the seats for which nobody has been handed in. One query."""
    wanted = list(quotas)
    if not wanted:
        return {}
    which = Q()
    for quota in wanted:
        which |= Q(cohort_id=quota.cohort_id, city_id=quota.city_id)
    rows = Nomination.objects.active().filter(which).values_list("cohort_id", "city_id")
    counts = Counter(rows)
    return {
        quota.pk: max(0, quota.seats - counts[(quota.cohort_id, quota.city_id)]) for quota in wanted
    }


def quotas_to_remind() -> list[Quota]:
    """Those whose deadline is near while seats are open, of cohorts that take nominations."""
    now = clock.now()
    near = list(
        Quota.objects.filter(
            deadline__gte=now,
            deadline__lte=now + REMIND_BEFORE,
            cohort__state__in=["approved", "announced", "nominating"],
        ).select_related("cohort", "city")
    )
    counts = open_seats(near)
    return [quota for quota in near if needs_reminder(quota.deadline, now, counts[quota.pk])]


def seat_moves(cohort: Cohort, standing: Standing) -> QuerySet[QuotaMove]:
    """What went from whom to whom; coordinators see what concerns their city."""
    rows = QuotaMove.objects.filter(cohort=cohort).select_related("source", "target", "by")
    seen = nomination_city_ids(standing)
    if seen is not None:
        rows = rows.filter(Q(source_id__in=seen) | Q(target_id__in=seen))
    return rows.order_by("-pk")


def _row(city: City, quota: Quota | None, by_state: Mapping[str, int], given: int) -> CityRow:
    return CityRow(
        city=city,
        seats=quota.seats if quota else 0,
        reserve=quota.reserve if quota else 0,
        deadline=quota.deadline if quota else None,
        has_quota=quota is not None,
        by_state=by_state,
        given_back=given,
    )


def _counts(rows: QuerySet[Nomination]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    grouped = rows.order_by().values_list("city_id", "state").annotate(n=Count("pk"))
    for city_id, state, count in grouped:
        found.setdefault(city_id, {})[state] = count
    return found


def _given_back(cohort: Cohort) -> dict[int, int]:
    moves = QuotaMove.objects.filter(cohort=cohort, source__isnull=False, target__isnull=True)
    grouped = moves.order_by().values_list("source_id").annotate(n=Sum("seats"))
    return {city_id: count for city_id, count in grouped if city_id is not None}


def _gauge(
    key: str, counts: Counter[str], labels: Mapping[str, object], *, by_count: bool = False
) -> Gauge:
    order = [name for name, _n in counts.most_common()] if by_count else list(labels)
    return Gauge(
        key,
        tuple(
            Share(str(labels.get(name, name)), count, percent)
            for name, count, percent in shares(counts, order)
        ),
    )
