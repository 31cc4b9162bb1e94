"""Whom participants call: organizers keep the list, one cohort's own."""

import pytest
from django.test import Client
from django.urls import reverse

from cohorts.choices import Role
from g60portal.audit.models import AuditEvent
from sessions.actions.duty_contacts import MOST_CONTACTS
from sessions.models import DutyContact
from tests.factories import two_leg_cohort, user_with

pytestmark = pytest.mark.django_db
TEACHER = {"duty": "班主任", "name": "李老师", "phone": "0551-6271 1234"}


@pytest.fixture
def cohort():
    cohort, _songjiang, _hefei = two_leg_cohort()
    return cohort


@pytest.fixture
def lead(client: Client, cohort) -> Client:
    client.force_login(user_with(Role.LEAD, cohort=cohort))
    return client


def address(cohort) -> str:
    return reverse("duty-contacts", args=[cohort.code])


def test_contact_when_added_and_removed_then_listed_gone_and_audited(lead, cohort):
    assert lead.post(address(cohort), TEACHER).status_code == 302
    assert TEACHER["phone"] in lead.get(address(cohort)).content.decode()
    contact = DutyContact.objects.get(cohort=cohort)
    lead.post(reverse("duty-contact-remove", args=[cohort.code, contact.pk]))
    assert not DutyContact.objects.exists()
    verbs = AuditEvent.objects.filter(verb__startswith="duty_contact").values_list(
        "verb", flat=True
    )
    assert sorted(verbs) == ["duty_contact.added", "duty_contact.removed"]


@pytest.mark.parametrize("phone", ["", "call me", "12", "javascript:alert(1)", "1" * 30])
def test_contact_when_telephone_cannot_be_dialled_then_422(lead, cohort, phone):
    assert lead.post(address(cohort), {**TEACHER, "phone": phone}).status_code == 422
    assert not DutyContact.objects.exists()


def test_contact_when_listed_already_or_too_many_then_refused_at_its_place(lead, cohort):
    lead.post(address(cohort), TEACHER)
    again = lead.post(address(cohort), TEACHER)
    assert again.status_code == 422
    assert list(again.context["form"].errors) == ["phone"]
    for number in range(MOST_CONTACTS - 1):
        assert (
            lead.post(address(cohort), {**TEACHER, "phone": f"1390000{number}"}).status_code == 302
        )
    assert lead.post(address(cohort), {**TEACHER, "phone": "13911111111"}).status_code == 422


def test_contact_when_of_another_cohort_then_not_found(lead, cohort):
    other, _one, _two = two_leg_cohort()
    contact = DutyContact.objects.create(cohort=other, **TEACHER)
    removal = reverse("duty-contact-remove", args=[cohort.code, contact.pk])
    assert lead.post(removal).status_code == 404
    assert DutyContact.objects.exists()
