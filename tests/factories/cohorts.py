"""Cohorts with their legs, quotas, organizations."""

import datetime as dt
from typing import Any

import factory

from cohorts.models import City, Cohort, Leg, Organization, Quota

_CITY_NAMES = {
    "songjiang": ("上海松江", "Songjiang, Shanghai", 1),
    "jiaxing": ("嘉兴", "Jiaxing", 2),
    "hangzhou": ("杭州", "Hangzhou", 3),
    "jinhua": ("金华", "Jinhua", 4),
    "suzhou": ("苏州", "Suzhou", 5),
    "huzhou": ("湖州", "Huzhou", 6),
    "xuancheng": ("宣城", "Xuancheng", 7),
    "wuhu": ("芜湖", "Wuhu", 8),
    "hefei": ("合肥", "Hefei", 9),
}


def city(code: str = "songjiang") -> City:
    """The seeded city; written again where a flushing test has emptied the table."""
    name, name_en, position = _CITY_NAMES[code]
    row, _made = City.objects.get_or_create(
        code=code, defaults={"name": name, "name_en": name_en, "position": position}
    )
    return row


class OrganizationFactory(factory.django.DjangoModelFactory[Organization]):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"示例科技有限公司{n}")
    name_en = factory.Sequence(lambda n: f"Example Technology {n}")
    city = factory.LazyFunction(city)


class CohortFactory(factory.django.DjangoModelFactory[Cohort]):
    class Meta:
        model = Cohort

    code = factory.Sequence(lambda n: f"G60-2026-{n + 10:02}")
    edition = factory.Sequence(lambda n: n + 10)
    title = "长三角G60科创走廊九城市高层次人才研修班"
    title_en = "G60 Corridor Training for Leading Talents"
    seats = 45
    starts_on = dt.date(2026, 6, 8)
    ends_on = dt.date(2026, 6, 13)


class LegFactory(factory.django.DjangoModelFactory[Leg]):
    class Meta:
        model = Leg

    cohort = factory.SubFactory(CohortFactory)
    city = factory.LazyFunction(city)
    host = factory.SubFactory(OrganizationFactory, kind="host")
    position = 1
    starts_on = dt.date(2026, 6, 8)
    ends_on = dt.date(2026, 6, 10)


class QuotaFactory(factory.django.DjangoModelFactory[Quota]):
    class Meta:
        model = Quota

    cohort = factory.SubFactory(CohortFactory)
    city = factory.LazyFunction(city)
    seats = 5


def two_leg_cohort(**facts: Any) -> tuple[Cohort, Leg, Leg]:
    """Songjiang 8–10 June, then Hefei 11–13 June 2026."""
    cohort = CohortFactory(**facts)
    songjiang = LegFactory(cohort=cohort)
    hefei = LegFactory(
        cohort=cohort,
        city=city("hefei"),
        position=2,
        starts_on=dt.date(2026, 6, 11),
        ends_on=dt.date(2026, 6, 13),
    )
    return cohort, songjiang, hefei
