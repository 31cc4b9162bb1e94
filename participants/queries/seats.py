"""How many seats of a cohort are taken, in the shape that `rules.seats` judges; and its verdict in
words.
"""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import City, Cohort, Quota
from participants.models import Enrollment
from participants.refusals import CohortFull, QuotaFull
from participants.rules.seats import SeatFacts, SeatVerdict


@dataclass(frozen=True)
class SeatProblem:
    """So many seats are missing, or so many people are over the quota of the city (its code)."""

    code: str
    count: int
    title: str
    text: str
    city: str = ""


def seat_facts(cohort: Cohort) -> SeatFacts:
    """Two queries. Read it under the lock of the cohort when seats are to be given."""
    cities = Enrollment.objects.filter(cohort=cohort).active().values_list("city_id", flat=True)
    taken = Counter(cities.order_by())
    quotas = dict(Quota.objects.filter(cohort=cohort).values_list("city_id", "seats"))
    return SeatFacts(cohort.seats, taken.total(), quotas, taken)


def seat_problems(verdict: SeatVerdict) -> list[SeatProblem]:
    """Why the people do not fit, cities in their order; nothing, and no query, when they do."""
    problems = []
    if verdict.missing:
        text = ngettext("One seat is missing.", "%(n)s seats are missing.", verdict.missing)
        problems.append(
            SeatProblem(
                CohortFull.code,
                verdict.missing,
                _("Not enough seats"),
                text % {"n": verdict.missing},
            )
        )
    if verdict.over_quota:
        cities = City.objects.filter(pk__in=verdict.over_quota).order_by("position")
        problems += [_over_quota(city, verdict.over_quota[city.pk]) for city in cities]
    return problems


def _over_quota(city: City, count: int) -> SeatProblem:
    text = ngettext("%(city)s: one person too many.", "%(city)s: %(n)s people too many.", count) % {
        "city": city.local_name,
        "n": count,
    }
    return SeatProblem(QuotaFull.code, count, _("Quota exceeded"), text, city.code)
