"""The own check-in code on the phone, and the new one for a lost badge."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from sessions.queries.check_in_codes import check_in_code_of
from tests.factories import at
from tests.sessions.participant import Participant, a_participant

pytestmark = pytest.mark.django_db


@pytest.fixture
def participant(frozen_clock) -> Participant:
    frozen_clock(at(8, "08:35"))
    return a_participant()


def code_of(participant: Participant) -> str:
    return check_in_code_of(participant.cohort.pk, participant.enrollment.pk)


def page_of(client: Client, participant: Participant, **query) -> str:
    client.force_login(participant.user)
    response = client.get(reverse("my-code"), query)
    assert response.status_code == 200
    return response.content.decode()


def test_page_then_own_code_as_picture_and_as_text(client, participant):
    text = page_of(client, participant)
    assert f">{code_of(participant)}</p>" in text
    assert participant.enrollment.person.name in text
    assert re.search(r'<svg[^>]*class="code-picture"', text)
    assert "style=" not in text


def test_page_when_cohort_is_somebody_elses_then_404(client, participant):
    client.force_login(participant.user)
    query = {"cohort": a_participant().cohort.code}
    assert client.get(reverse("my-code"), query).status_code == 404
    assert client.post(reverse("my-code-renew"), query).status_code == 404


def test_code_when_renewed_then_another_one_and_the_neighbors_stay(client, participant):
    other = a_participant()
    before, others = code_of(participant), code_of(other)
    client.force_login(participant.user)
    answer = client.post(reverse("my-code-renew"))
    assert answer.status_code == 302
    assert code_of(participant) != before
    assert code_of(other) == others
    assert code_of(participant) in page_of(client, participant)
