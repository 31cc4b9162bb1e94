"""What the settings pages of a cohort show: its legs, the quotas of all cities, its roles."""

from dataclasses import dataclass

from django.db.models import QuerySet

from cohorts.models import City, Cohort, CohortRole, Leg, Quota


@dataclass(frozen=True)
class CityQuota:
    """A city, and its quota in the cohort when it has one."""

    city: City
    quota: Quota | None


def legs_of(cohort: Cohort) -> QuerySet[Leg]:
    return Leg.objects.filter(cohort=cohort).select_related("city", "host").order_by("position")


def city_quotas(cohort: Cohort) -> list[CityQuota]:
    """All cities in their official order, with or without a quota. Two queries."""
    quotas = {quota.city_id: quota for quota in Quota.objects.filter(cohort=cohort)}
    return [CityQuota(city, quotas.get(city.pk)) for city in City.objects.order_by("position")]


def roles_of(cohort: Cohort) -> QuerySet[CohortRole]:
    return (
        CohortRole.objects.filter(cohort=cohort)
        .select_related("user", "leg__city", "city")
        .order_by("pk")
    )
