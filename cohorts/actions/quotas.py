"""The quotas of a cohort's cities: all at once by the settings page, some of them by the API."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.actions.locking import locked_open
from cohorts.models import City, Cohort, Quota
from cohorts.refusals import QuotasAboveSeats, QuotaTwice, SeatsInUse
from cohorts.rules.quotas import seats_over
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.locks import locked_rows

FIELDS = ("seats", "reserve", "deadline")


@dataclass(frozen=True)
class QuotaFacts:
    """What a city gets. Neither seats nor reserve = no quota at all."""

    city: City
    seats: int
    reserve: int = 0
    deadline: dt.datetime | None = None

    @property
    def given(self) -> bool:
        return self.seats > 0 or self.reserve > 0

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in FIELDS}


@transaction.atomic
def set_quotas(*, cohort: Cohort, quotas: Sequence[QuotaFacts], by: User | None) -> None:
    """The quotas become exactly these. Locks the cohort, then its quotas."""
    row = locked_open(cohort)
    _replace(row, _by_city(quotas), by=by)


@transaction.atomic
def put_quotas(*, cohort: Cohort, quotas: Sequence[QuotaFacts], by: User | None) -> None:
    """Set the named cities and leave the others. Locks the cohort, then its quotas."""
    row = locked_open(cohort)
    kept = {
        quota.city_id: QuotaFacts(quota.city, quota.seats, quota.reserve, quota.deadline)
        for quota in Quota.objects.filter(cohort=row).select_related("city")
    }
    _replace(row, kept | _by_city(quotas), by=by)


def _by_city(quotas: Sequence[QuotaFacts]) -> dict[int, QuotaFacts]:
    wanted = {quota.city.pk: quota for quota in quotas}
    if len(wanted) < len(quotas):
        raise QuotaTwice
    return wanted


def _replace(cohort: Cohort, wanted: Mapping[int, QuotaFacts], *, by: User | None) -> None:
    given = {city_id: facts for city_id, facts in wanted.items() if facts.given}
    _demand_fit(cohort, given)
    old = {quota.city_id: quota for quota in locked_rows(Quota.objects.filter(cohort=cohort))}
    codes = dict(City.objects.filter(pk__in={*old, *given}).values_list("pk", "code"))
    _demand_unused(old, given, codes)
    before = {codes[city_id]: _values(quota) for city_id, quota in old.items()}
    after = {codes[city_id]: facts.values() for city_id, facts in given.items()}
    if before == after:
        return
    Quota.objects.filter(
        pk__in=[old[city_id].pk for city_id in old if city_id not in given]
    ).delete()
    for city_id, facts in given.items():
        _write(cohort, old.get(city_id), facts)
    record("quotas.set", cohort, by=by, scope=cohort.code, before=before, after=after)


def _demand_fit(cohort: Cohort, given: Mapping[int, QuotaFacts]) -> None:
    total = sum(facts.seats for facts in given.values())
    over = seats_over((facts.seats for facts in given.values()), cohort.seats)
    if over:
        text = _("The quotas add up to %(total)s, yet the cohort has %(seats)s seats.") % {
            "total": total,
            "seats": cohort.seats,
        }
        raise QuotasAboveSeats(text, facts={"quota_seats": total, "seats": cohort.seats})


def _demand_unused(
    old: Mapping[int, Quota], given: Mapping[int, QuotaFacts], codes: Mapping[int, str]
) -> None:
    """What is admitted against a quota stays covered by it."""
    short = {
        codes[city_id]: quota.admitted
        for city_id, quota in old.items()
        if quota.admitted > (given[city_id].seats if city_id in given else 0)
    }
    if short:
        raise SeatsInUse(facts={"cities": short})


def _write(cohort: Cohort, quota: Quota | None, facts: QuotaFacts) -> None:
    if quota is None:
        Quota.objects.create(cohort=cohort, city=facts.city, **facts.values())
        return
    changed = [name for name in FIELDS if getattr(quota, name) != getattr(facts, name)]
    for name in changed:
        setattr(quota, name, getattr(facts, name))
    if changed:
        quota.save(update_fields=changed)


def _values(quota: Quota) -> dict[str, Any]:
    return {name: getattr(quota, name) for name in FIELDS}
