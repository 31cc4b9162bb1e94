"""Persons, groups, enrollments."""

import factory

from participants.models import Enrollment, Group, Person
from participants.rules.derived_names import derived_names
from tests.factories.cohorts import CohortFactory, city


class PersonFactory(factory.django.DjangoModelFactory[Person]):
    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"王小{chr(0x4E00 + n)}")
    latin_name = factory.Sequence(lambda n: f"Wang Xiao{n}")
    pinyin_key = factory.LazyAttribute(lambda o: derived_names(o.name, o.latin_name).pinyin_key)
    stroke_key = factory.LazyAttribute(lambda o: derived_names(o.name, o.latin_name).stroke_key)
    initials = factory.LazyAttribute(lambda o: derived_names(o.name, o.latin_name).initials)
    email = factory.Sequence(lambda n: f"person{n}@example.org")
    phone = "13800000000"


class GroupFactory(factory.django.DjangoModelFactory[Group]):
    class Meta:
        model = Group

    cohort = factory.SubFactory(CohortFactory)
    name = factory.Sequence(lambda n: f"第{n + 1}组")
    position = factory.Sequence(lambda n: n + 1)


class EnrollmentFactory(factory.django.DjangoModelFactory[Enrollment]):
    class Meta:
        model = Enrollment

    cohort = factory.SubFactory(CohortFactory)
    person = factory.SubFactory(PersonFactory)
    seat = factory.Sequence(lambda n: n + 1)
    city = factory.LazyFunction(city)
    organization_name = "示例科技有限公司"
    title = "总经理"
