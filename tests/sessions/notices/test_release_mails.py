"""What participants read after a release: words, links, calendar files."""

import icalendar
import pytest

from g60portal.notices.delivery import composed
from g60portal.notices.kinds import Message
from g60portal.notices.mime import mail_of
from g60portal.notices.models import Notice
from participants.choices import EnrollmentState
from sessions.actions.releases import publish_release
from sessions.models import TrainingSession
from sessions.queries.calendar import feed_url
from tests.factories import EnrollmentFactory, at
from tests.factories.timetables import Timetabled, messages_arrive, timetabled_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Timetabled:
    return timetabled_cohort()


def publish(made: Timetabled, comment: str = "") -> dict[int, Message]:
    """Publish, and let everybody have it; answers the messages of this release by enrollment id."""
    release = publish_release(cohort=made.cohort, name="", comment=comment, by=None)
    notices = list(Notice.objects.filter(context__release=release.pk))
    messages = composed(notices)
    messages_arrive()
    return {notice.context["enrollment"]: messages[notice.pk] for notice in notices}


def change(training_session: TrainingSession, **facts: object) -> None:
    TrainingSession.objects.filter(pk=training_session.pk).update(**facts)


def events(message: Message) -> dict[str, dict[str, tuple[str, int, str]]]:
    """By method and UID: summary, SEQUENCE, STATUS."""
    found: dict[str, dict[str, tuple[str, int, str]]] = {}
    for attachment in message.attachments:
        calendar = icalendar.Calendar.from_ical(attachment.content)
        assert attachment.mimetype == f"text/calendar; method={calendar['METHOD']}; charset=utf-8"
        of_method = found.setdefault(str(calendar["METHOD"]), {})
        for event in calendar.walk("VEVENT"):
            facts = (str(event["SUMMARY"]), int(event["SEQUENCE"]), str(event["STATUS"]))
            of_method[str(event["UID"])] = facts
    return found


def uid(training_session: TrainingSession, enrollment_id: int) -> str:
    return f"{training_session.uid}-{enrollment_id}@calendar.g60portal"


def test_itinerary_when_read_in_chinese_then_own_days_places_teachers_and_group(cohort):
    person = cohort.people[0]
    message = publish(cohort, comment="请带身份证")[person.pk]
    for words in (
        person.person.name,
        "09:00–11:00",
        "产业发展",
        cohort.hall.name,
        "广富林路1号",
        "王教授",
        "参观一",
        cohort.groups[0].name,
        "请带身份证",
        "6月8日",
        "上海松江 6月8日–6月10日 → 合肥 6月11日–6月13日",
        "http://testserver/my/itinerary/",
        feed_url(person),
    ):
        assert words in message.text
        assert words in message.html
    assert "参观二" not in message.text + message.html


def test_itinerary_when_read_in_english_then_english_words(cohort):
    message = publish(cohort)[cohort.people[1].pk]
    for words in ("Industry", cohort.hall.name_en, "Professor Wang", "Visit one", "8 June"):
        assert words in message.text
    assert "Songjiang, Shanghai 8 June–10 June → Hefei 11 June–13 June" in message.text
    assert "产业发展" not in message.text


def test_itinerary_when_opened_by_a_calendar_then_own_sessions_as_request(cohort):
    person = cohort.people[2]
    assert events(publish(cohort)[person.pk]) == {
        "REQUEST": {
            uid(cohort.lecture, person.pk): ("产业发展", 0, "CONFIRMED"),
            uid(cohort.visit_of_second, person.pk): ("参观二", 0, "CONFIRMED"),
        }
    }


def test_digest_when_moved_and_cancelled_then_old_and_new_and_the_reason(cohort):
    publish(cohort)
    change(
        cohort.visit_of_first, venue=cohort.hall, starts_at=at(9, "13:30"), ends_at=at(9, "15:30")
    )
    change(cohort.lecture, state="cancelled", cancel_reason="教授临时有事")
    person = cohort.people[0]
    message = publish(cohort)[person.pk]
    for words in (
        cohort.plant.name,
        cohort.hall.name,
        "6月8日",
        "6月9日",
        "教授临时有事",
        "产业发展",
    ):
        assert words in message.text
        assert words in message.html
    line = next(
        line for line in message.text.splitlines() if cohort.plant.name in line and "→" in line
    )
    assert line.index(cohort.plant.name) < line.index(" → ") < line.index(cohort.hall.name)
    assert events(message) == {
        "REQUEST": {uid(cohort.visit_of_first, person.pk): ("参观一", 1, "CONFIRMED")},
        "CANCEL": {uid(cohort.lecture, person.pk): ("产业发展", 1, "CANCELLED")},
    }


def test_digest_when_person_changed_groups_then_old_sessions_go_and_new_ones_come(cohort):
    publish(cohort)
    mover = cohort.people[0]
    mover.group = cohort.groups[1]
    mover.save()
    found = events(publish(cohort)[mover.pk])
    assert found == {
        "REQUEST": {uid(cohort.visit_of_second, mover.pk): ("参观二", 1, "CONFIRMED")},
        "CANCEL": {uid(cohort.visit_of_first, mover.pk): ("参观一", 1, "CANCELLED")},
    }
    mover.group = cohort.groups[0]
    mover.save()
    assert events(publish(cohort)[mover.pk]) == {
        "REQUEST": {uid(cohort.visit_of_first, mover.pk): ("参观一", 2, "CONFIRMED")},
        "CANCEL": {uid(cohort.visit_of_second, mover.pk): ("参观二", 2, "CANCELLED")},
    }


def test_mail_when_draft_was_edited_after_the_release_then_it_says_what_was_released(cohort):
    release = publish_release(cohort=cohort.cohort, name="", comment="", by=None)
    change(cohort.lecture, title="机密草稿", title_en="Secret draft")
    cohort.people[0].group = cohort.groups[1]
    cohort.people[0].save()
    notices = list(Notice.objects.filter(context__release=release.pk))
    texts = [message.text + message.html for message in composed(notices).values()]
    assert len(texts) == len(cohort.people)
    assert not any("机密草稿" in text or "Secret draft" in text for text in texts)
    first = next(
        notice for notice in notices if notice.context["enrollment"] == cohort.people[0].pk
    )
    assert "参观一" in composed([first])[first.pk].text


def test_mail_when_the_person_has_withdrawn_meanwhile_then_not_sent(cohort):
    release = publish_release(cohort=cohort.cohort, name="", comment="", by=None)
    cohort.people[0].state = EnrollmentState.WITHDRAWN
    cohort.people[0].save()
    notices = list(Notice.objects.filter(context__release=release.pk))
    assert len(composed(notices)) == len(cohort.people) - 1


def test_mail_when_user_text_is_hostile_then_it_stays_text(cohort):
    person = cohort.people[0].person
    person.name = '<a href="http://evil.example">x</a> [pay](http://evil.example)'
    person.save()
    change(cohort.lecture, title="<script>alert(1)</script> www.evil.example {cohort.__class__}")
    message = publish(cohort)[cohort.people[0].pk]
    assert "<script" not in message.html
    assert '<a href="http://evil' not in message.html
    assert "&lt;script&gt;" in message.html
    assert "{cohort.__class__}" in message.html.replace("\u2060", "")
    for text in (message.text, message.html):
        assert "http://evil" not in text
        assert "evil.example" not in text
        assert "evil.\u2060example" in text


def test_mail_when_built_then_the_calendar_is_a_part_with_its_method(cohort):
    publish_release(cohort=cohort.cohort, name="", comment="", by=None)
    notice = Notice.objects.order_by("pk")[0]
    mail = mail_of(notice, composed([notice])[notice.pk]).message()
    parts = {part.get_content_type(): part for part in mail.walk()}
    assert set(parts) >= {"multipart/alternative", "text/plain", "text/html", "text/calendar"}
    calendar = parts["text/calendar"]
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_filename() == "itinerary.ics"
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert b"\r\nMETHOD:REQUEST\r\n" in calendar.get_payload(decode=True)


def test_digest_when_several_sessions_changed_then_each_has_an_invitation_of_its_own(cohort):
    publish(cohort)
    change(cohort.lecture, title="甲")
    change(cohort.visit_of_first, title="乙")
    message = publish(cohort)[cohort.people[0].pk]
    assert [file.filename for file in message.attachments] == ["changes.ics", "changes-2.ics"]
    for file in message.attachments:
        assert len(icalendar.Calendar.from_ical(file.content).walk("VEVENT")) == 1
        assert not file.invites


def test_mail_when_it_is_about_one_session_then_the_invitation_stands_beside_the_text_too(cohort):
    publish(cohort)
    change(cohort.lecture, title="甲")
    release = publish_release(cohort=cohort.cohort, name="", comment="", by=None)
    notice = Notice.objects.filter(context__release=release.pk).order_by("pk")[0]
    mail = mail_of(notice, composed([notice])[notice.pk]).message()
    whole, file = mail.get_payload()
    assert whole.get_content_type() == "multipart/alternative"
    *_texts, beside = whole.get_payload()
    for part in (beside, file):
        assert part.get_content_type() == "text/calendar"
        assert part.get_param("method") == "REQUEST"
        assert part.get_param("charset").lower() == "utf-8"
    assert beside.get_content_disposition() is None
    contents = [part.get_payload(decode=True).split() for part in (beside, file)]
    assert contents[0] == contents[1]


@pytest.mark.parametrize("release_number", [1, 2])
def test_compose_when_the_slice_is_longer_then_the_same_statements(
    cohort, release_number, django_assert_num_queries
):
    for seat in range(10, 30):
        EnrollmentFactory(cohort=cohort.cohort, seat=seat, group=cohort.groups[0])
    publish(cohort)
    if release_number == 2:
        change(cohort.lecture, venue=None)
        publish(cohort)
    notices = list(
        Notice.objects.filter(context__release=Notice.objects.order_by("-pk")[0].context["release"])
    )
    with django_assert_num_queries(8):
        composed(notices[:1])
    with django_assert_num_queries(8):
        composed(notices)
