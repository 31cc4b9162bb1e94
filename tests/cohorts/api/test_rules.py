"""`cohorts/{code}/rules/`: every threshold can be read and set."""

from dataclasses import fields

import pytest
from rest_framework.test import APIClient

from cohorts.api.rules import RulesIn, RulesOut
from cohorts.choices import Role
from cohorts.forms.cohorts import CohortRulesForm
from cohorts.models import Cohort
from cohorts.rules.thresholds import DEFAULTS, Thresholds
from g60portal.audit.models import AuditEvent
from tests.factories import CohortFactory, user_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Cohort:
    return CohortFactory(required_hours=24)


@pytest.fixture
def lead(cohort) -> APIClient:
    api = APIClient()
    api.force_authenticate(user_with(Role.LEAD, cohort=cohort))
    return api


def url(cohort) -> str:
    return f"/api/v1/cohorts/{cohort.code}/rules/"


def test_thresholds_when_there_is_one_then_page_and_api_know_it():
    names = {field.name for field in fields(Thresholds)}
    assert names <= set(RulesIn().fields)
    assert names <= set(RulesOut().fields)
    assert names <= set(CohortRulesForm.base_fields)


def test_rules_when_read_then_those_in_force(lead, cohort):
    cohort.rules = {"evening_from": "20:00"}
    cohort.save()
    body = lead.get(url(cohort)).json()
    assert (body["evening_from"], body["lunch_from"]) == ("20:00", DEFAULTS.lunch_from)
    assert (body["required_hours"], body["attendance_percent"]) == (24.0, 85)


def test_rules_when_some_are_changed_then_the_others_stay_and_null_is_the_default(lead, cohort):
    lead.patch(url(cohort), {"meal_minutes": 30, "evening_from": "20:00"}, format="json")
    answer = lead.patch(
        url(cohort),
        {"meal_minutes": None, "break_minutes": 10, "required_hours": 20},
        format="json",
    )
    assert (answer.status_code, answer.json()["meal_minutes"]) == (200, 45)
    cohort.refresh_from_db()
    assert cohort.rules == {"evening_from": "20:00", "break_minutes": 10}
    assert cohort.required_hours == 20
    assert AuditEvent.objects.filter(verb="cohort.changed", scope=cohort.code).count() == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"evening_from": "7 pm"}, "evening_from"),
        ({"lunch_from": "14:00"}, "lunch_until"),
        ({"break_minutes": 0, "required_hours": 9}, "break_minutes"),
    ],
)
def test_rules_when_one_cannot_be_then_422_at_it_and_nothing_changes(lead, cohort, change, field):
    answer = lead.patch(url(cohort), change, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "thresholds_wrong")
    assert list(answer.json()["errors"]) == [field]
    cohort.refresh_from_db()
    assert (cohort.rules, cohort.required_hours) == ({}, 24)
