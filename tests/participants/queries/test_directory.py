"""Who is listed for the other participants."""

import pytest

from participants.actions.consents import give_consent, withdraw_consent
from participants.actions.enrollments import withdraw_enrollment
from participants.choices import ConsentPurpose
from participants.queries.directory import listed_people
from tests.factories import CohortFactory
from tests.participants.people import enrolled

pytestmark = pytest.mark.django_db


def test_directory_when_asked_then_exactly_those_who_agree_and_hold_a_seat():
    cohort = CohortFactory(seats=9)
    rows = {
        name: enrolled(cohort, name, directory_consent=agrees)
        for name, agrees in [
            ("欧阳一", True),
            ("王二", True),
            ("王三", False),
            ("王四", True),
            ("王五", True),
        ]
    }
    enrolled(CohortFactory(), "王六", directory_consent=True)
    withdraw_consent(person=rows["王四"].person, purpose=ConsentPurpose.DIRECTORY, by=None)
    withdraw_enrollment(enrollment=rows["王五"], reason="病假", by=None)
    assert [row.person.name for row in listed_people(cohort)] == ["王二", "欧阳一"]
    give_consent(person=rows["王三"].person, purpose=ConsentPurpose.DIRECTORY, by=None)
    give_consent(person=rows["王三"].person, purpose=ConsentPurpose.DIRECTORY, by=None)
    assert [row.person.name for row in listed_people(cohort)] == ["王二", "王三", "欧阳一"]
