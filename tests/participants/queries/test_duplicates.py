"""The duplicate finder on real rows: whom it finds, whom not, and that it asks a fixed number of
questions."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from participants.actions.duplicates import keep_apart
from participants.actions.merges import merge_people
from participants.models import FormerContact, Person
from participants.queries.duplicates import MOST_ALIKE, suspected_people
from tests.factories import (
    CohortFactory,
    EnrollmentFactory,
    OrganizationFactory,
    PersonFactory,
)
from tests.participants.nominating import admitted, open_cohort

pytestmark = pytest.mark.django_db


def pairs(led=None, strength: str = "") -> set[tuple[int, int]]:
    found = suspected_people(led, strength)
    return {doubt.suspicion.pair for group in found.groups for doubt in group}


def two(**facts) -> tuple[int, int]:
    distinct = {"email": "", "phone": "", "latin_name": ""}
    one, other = (PersonFactory(**(distinct | facts)) for _ in range(2))
    return one.pk, other.pk


def test_people_when_they_share_enough_then_found_and_never_by_the_name_alone() -> None:
    two(name="张三")
    two(phone="13900000001")
    expected = {
        two(name="李四", phone="13900000002"),
        two(name="李五", email="Li@Example.org"),
        two(name="李六", birth_on=dt.date(1980, 1, 1)),
        two(name="李七", organization=OrganizationFactory()),
        two(latin_name="Ouyang Na", birth_on=dt.date(1981, 1, 1)),
        two(phone="13900000003", birth_on=dt.date(1982, 1, 1)),
    }
    assert pairs() == expected


def test_people_when_a_nomination_names_the_paper_of_another_then_certain() -> None:
    cohort, other = open_cohort(), open_cohort()
    first = admitted(cohort, 1).enrollment.person
    second = PersonFactory(email="", phone="")
    EnrollmentFactory(cohort=other, person=second)
    again = admitted(other, 2)
    row = first.enrollments.get().nominations.get()
    type(row).objects.filter(pk=again.pk).update(
        blind_index=row.blind_index, paper_kind=row.paper_kind
    )
    found = again.enrollment.person
    assert pairs(strength="certain") == {tuple(sorted((first.pk, found.pk)))}


def test_people_when_too_many_share_a_phone_then_it_is_no_sign() -> None:
    for number in range(MOST_ALIKE + 1):
        PersonFactory(name="李四" if number < 2 else f"李{number}", phone="02100000000", email="")
    assert pairs() == set()


def test_people_when_a_former_phone_is_the_same_then_found() -> None:
    one, other = two(name="李四")
    FormerContact.objects.create(person_id=one, kind="phone", value="13900000007")
    Person.objects.filter(pk=other).update(phone="13900000007")
    assert pairs() == {(one, other)}


def test_people_when_merged_then_not_found_any_more() -> None:
    one, other = (Person.objects.get(pk=pk) for pk in two(name="李四", phone="13900000002"))
    merge_people(kept=one, gone=other, by=None)
    assert pairs() == set()


def test_people_when_kept_apart_then_hidden_until_a_fact_changes() -> None:
    one, other = (Person.objects.get(pk=pk) for pk in two(name="李四", phone="13900000002"))
    keep_apart(one=other, other=one, reason="父子", by=None)
    assert pairs() == set()
    Person.objects.filter(pk=one.pk).update(title="董事长", language="en")
    assert pairs() == set()
    Person.objects.filter(pk=one.pk).update(email="li@example.org")
    assert pairs() == {(one.pk, other.pk)}


def test_people_when_asked_by_a_lead_then_only_those_of_own_cohorts_alone() -> None:
    mine, foreign = CohortFactory(), CohortFactory()
    own = [PersonFactory(name="李四", phone="13900000002", email="") for _ in range(2)]
    shared = [PersonFactory(name="李五", phone="13900000003", email="") for _ in range(2)]
    two(name="李六", phone="13900000004")
    for person in (*own, *shared):
        EnrollmentFactory(cohort=mine, person=person)
    EnrollmentFactory(cohort=foreign, person=shared[0])
    assert pairs(frozenset({mine.pk})) == {(own[0].pk, own[1].pk)}
    assert len(pairs(None)) == 3
    assert pairs(frozenset()) == set()


def test_finder_when_there_are_thousands_then_the_number_of_queries_stays() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            suspected_people(None)
        return len(captured)

    two(name="李四", phone="13900000002")
    few = queries()
    Person.objects.bulk_create(
        Person(
            name=f"王{chr(0x4E00 + number % 3000)}",
            phone=f"137{number % 2900:08}",
            birth_on=dt.date(1980, 1, 1) + dt.timedelta(days=number % 2900),
        )
        for number in range(3000)
    )
    assert suspected_people(None).count == 101
    assert queries() == few
