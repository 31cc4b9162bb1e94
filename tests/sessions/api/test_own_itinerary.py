"""`me/itinerary/`: the same rows as the page, for programs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sessions.models import TrainingSession
from tests.factories import UserFactory, at, training_session
from tests.sessions.participant import a_participant, a_timetable

pytestmark = pytest.mark.django_db
ADDRESS = "api-me-itinerary"


@pytest.fixture
def participant(frozen_clock):
    frozen_clock(at(8, "08:35"))
    made = a_participant()
    a_timetable(made)
    made.release()
    return made


def test_own_itinerary_then_released_rows_of_own_group_with_release_and_enrollment(
    client, participant
):
    TrainingSession.objects.update(title="草稿", title_en="LEAK")
    training_session(participant.leg, 9, "09:00", "10:00", title="草稿课", title_en="LEAK")
    client.force_login(participant.user)
    response = client.get(reverse(ADDRESS))
    facts = response.json()
    assert "LEAK" not in response.content.decode()
    assert {key: facts[key] for key in ("cohort", "enrollment", "release", "group")} == {
        "cohort": participant.cohort.code,
        "enrollment": participant.enrollment.pk,
        "release": 1,
        "group": {"id": participant.group.pk, "name": participant.group.name},
    }
    assert [row["title"] for row in facts["sessions"]] == ["区域规划", "海尔现场教学"]
    lecture = facts["sessions"][0]
    assert lecture["starts_at"] == "2026-06-08T09:00:00+08:00"
    assert lecture["venue"]["name_en"] == "University Town hall"
    assert [speaker["name"] for speaker in lecture["speakers"]] == ["周教授"]
    assert lecture["changed"] is False


def test_own_itinerary_when_changed_by_release_then_marked(client, participant):
    TrainingSession.objects.filter(title="区域规划").update(title="新题目")
    participant.release()
    client.force_login(participant.user)
    facts = client.get(reverse(ADDRESS)).json()
    assert [(row["title"], row["changed"], row["sequence"]) for row in facts["sessions"]] == [
        ("新题目", True, 1),
        ("海尔现场教学", False, 0),
    ]


def test_own_itinerary_when_nothing_released_then_empty(client):
    participant = a_participant()
    client.force_login(participant.user)
    facts = client.get(reverse(ADDRESS)).json()
    assert (facts["release"], facts["sessions"]) == (None, [])


def test_own_itinerary_when_no_seat_or_not_signed_in_then_404_and_401(client, participant):
    assert client.get(reverse(ADDRESS)).status_code == 401
    client.force_login(UserFactory())
    assert client.get(reverse(ADDRESS)).status_code == 404
    client.force_login(participant.user)
    other = a_participant()
    assert client.get(reverse(ADDRESS), {"cohort": other.cohort.code}).status_code == 404


def test_own_itinerary_with_two_and_with_forty_sessions_then_same_queries(client, participant):
    client.force_login(participant.user)

    def query_count() -> int:
        client.get(reverse(ADDRESS))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(ADDRESS))
        return len(queries)

    few = query_count()
    for hour in range(6, 22):
        training_session(participant.leg, 9, f"{hour:02}:00", f"{hour:02}:45")
    participant.release()
    assert query_count() == few == 3  # user, seats, rows
