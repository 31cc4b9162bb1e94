"""The calendar feed: what is released for one person, for whoever holds the address."""

import icalendar
import pytest
from django.urls import reverse

from participants.choices import EnrollmentState
from sessions.actions.calendar_feeds import renew_calendar_address
from sessions.actions.releases import publish_release
from sessions.models import TrainingSession
from sessions.queries.calendar import enrollment_of_feed_token, feed_token
from tests.factories.timetables import Timetabled, timetabled_cohort
from tests.sessions.rules.test_calendar_text import content_lines, values

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Timetabled:
    return timetabled_cohort()


def publish(made: Timetabled) -> None:
    publish_release(cohort=made.cohort, name="", comment="", by=None)


def address(enrollment) -> str:
    return reverse("calendar-feed", args=[feed_token(enrollment)])


def summaries(client, enrollment) -> dict[str, str]:
    """Summary and status of each event, found by two readers."""
    answer = client.get(address(enrollment))
    assert answer.status_code == 200
    lines = content_lines(answer.content)
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    found = {str(event["SUMMARY"]): str(event["STATUS"]) for event in events}
    assert sorted(found) == sorted(values(lines, "SUMMARY"))
    return found


def test_feed_when_nothing_is_released_then_valid_and_empty(client, cohort):
    assert summaries(client, cohort.people[0]) == {}


def test_feed_when_released_then_own_sessions_only(client, cohort):
    publish(cohort)
    TrainingSession.objects.update(title="草稿")
    assert summaries(client, cohort.people[0]) == {"产业发展": "CONFIRMED", "参观一": "CONFIRMED"}
    assert summaries(client, cohort.people[2]) == {"产业发展": "CONFIRMED", "参观二": "CONFIRMED"}
    assert summaries(client, cohort.people[4]) == {"Industry": "CONFIRMED"}


def test_feed_when_a_session_is_cancelled_then_marked_and_its_sequence_higher(client, cohort):
    publish(cohort)
    before = client.get(address(cohort.people[0])).content
    TrainingSession.objects.filter(pk=cohort.lecture.pk).update(
        state="cancelled", cancel_reason="停课"
    )
    publish(cohort)
    assert summaries(client, cohort.people[0]) == {"产业发展": "CANCELLED", "参观一": "CONFIRMED"}
    after = client.get(address(cohort.people[0])).content

    def sequences(data: bytes) -> dict[str, int]:
        events = icalendar.Calendar.from_ical(data).walk("VEVENT")
        return {str(event["UID"]): int(event["SEQUENCE"]) for event in events}

    uid = f"{cohort.lecture.uid}-{cohort.people[0].pk}@calendar.g60portal"
    assert sequences(before)[uid] == 0
    assert sequences(after)[uid] == 1
    assert sequences(before).keys() == sequences(after).keys()


def test_feed_when_asked_again_then_304_until_the_next_release(
    client, cohort, django_assert_num_queries
):
    publish(cohort)
    url = address(cohort.people[0])
    etag = client.get(url)["ETag"]
    with django_assert_num_queries(2):
        again = client.get(url, headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    TrainingSession.objects.filter(pk=cohort.lecture.pk).update(title="新题目")
    publish(cohort)
    assert client.get(url, headers={"if-none-match": etag}).status_code == 200


def test_feed_when_the_address_is_renewed_then_the_old_one_is_unknown(client, cohort):
    old = address(cohort.people[0])
    renewed = renew_calendar_address(enrollment=cohort.people[0], by=None)
    assert client.get(old).status_code == 404
    assert client.get(address(renewed)).status_code == 200


def test_feed_when_the_participant_has_withdrawn_then_unknown(client, cohort):
    cohort.people[0].state = EnrollmentState.WITHDRAWN
    cohort.people[0].save()
    assert client.get(address(cohort.people[0])).status_code == 404


def test_feed_when_forged_then_unknown(client, cohort):
    first, second = feed_token(cohort.people[0]), feed_token(cohort.people[1])
    signature = first.partition("-")[2]
    assert len(signature) * 6 >= 128
    for token in (
        f"{cohort.people[1].pk}-{signature}",
        first[:-1],
        first + "A",
        signature,
        f"{cohort.people[0].pk}-",
        "9" * 30 + "-" + signature,
    ):
        assert client.get(reverse("calendar-feed", args=[token])).status_code == 404
    assert enrollment_of_feed_token(second) == cohort.people[1]


def test_feed_when_answered_then_no_cookie_and_not_for_shared_caches(client, cohort):
    answer = client.get(address(cohort.people[0]))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, max-age=300"
    assert not answer.cookies


def test_feed_when_it_holds_a_person_then_no_personal_numbers(client, cohort):
    publish(cohort)
    content = client.get(address(cohort.people[0])).content.decode()
    assert cohort.people[0].person.phone not in content
    assert cohort.people[0].person.email not in content
