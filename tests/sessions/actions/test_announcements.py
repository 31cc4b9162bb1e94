"""Messages by hand: who gets them, once; reviewed by a second person; stopped in time."""

import datetime as dt

import pytest

from g60portal.audit.models import AuditEvent
from g60portal.common.refusals import Stale
from g60portal.notices.delivery import composed
from g60portal.notices.models import Notice
from participants.models import Enrollment
from sessions.actions import announcements as actions
from sessions.actions.announcements import (
    NobodyMeant,
    NotEditable,
    NotInReview,
    OwnMessage,
    TextsWrong,
    TimePassed,
    send_due_announcements,
)
from sessions.actions.releases import publish_release
from sessions.models import Announcement
from sessions.queries.announcements import people_of
from sessions.rules.audience_filter import AudienceFilter, seats_in
from tests.factories import UserFactory, at, city, training_session
from tests.factories.timetables import Timetabled, timetabled_cohort

pytestmark = pytest.mark.django_db
TEXTS = {
    "subject": "集合",
    "subject_en": "",
    "text": "{name}，请到大堂。",
    "text_en": "",
    "urgent": False,
}


@pytest.fixture
def cohort() -> Timetabled:
    return timetabled_cohort(wait_seconds=0)


def written(made: Timetabled, audience: AudienceFilter | None = None, **more) -> Announcement:
    facts = {**TEXTS, **{name: more.pop(name) for name in list(more) if name in TEXTS}}
    return actions.write_announcement(
        cohort=made.cohort, facts=facts, audience=audience or AudienceFilter(), by=more.get("by")
    )


def send(row: Announcement, at: dt.datetime | None = None, by=None) -> Announcement:
    return actions.submit_announcement(announcement=row, send_at=at, by=by)


def told() -> set[int]:
    return {row.context["enrollment"] for row in Notice.objects.filter(kind="announcement")}


# --- Audience ---------------------------------------------------------------------------------


def test_audience_when_filtered_then_exactly_those(cohort):
    first, second = cohort.groups
    Enrollment.objects.filter(pk=cohort.people[0].pk).update(city=city("hefei"), state="studying")
    Enrollment.objects.filter(pk=cohort.people[4].pk).update(state="withdrawn")

    def seats(**facts):
        return [one.seat for one in people_of(cohort.cohort, AudienceFilter(**facts))]

    assert seats() == [1, 2, 3, 4]
    assert seats(groups=(first.pk,)) == [1, 2]
    assert seats(groups=(first.pk, second.pk), cities=(city("hefei").pk,)) == [1]
    assert seats(states=("withdrawn",)) == [5]
    assert seats(seats=(2, 3, 5)) == [2, 3]
    assert seats(unconfirmed=True) == []


def test_audience_when_of_a_leg_then_whoever_has_a_session_there(cohort):
    hefei = cohort.cohort.legs.get(position=2)
    training_session(hefei, 11, "09:00", "10:00", groups=[cohort.groups[1]])
    publish_release(cohort=cohort.cohort, name="", comment="", by=None)
    of_hefei = people_of(cohort.cohort, AudienceFilter(legs=(hefei.pk,)))
    assert [one.seat for one in of_hefei] == [3, 4]
    assert people_of(cohort.cohort, AudienceFilter(legs=(cohort.leg.pk,))).count() == 5


@pytest.mark.parametrize(
    ("text", "seats"),
    [
        ("", ()),
        ("3, 7，12-14、1", (1, 3, 7, 12, 13, 14)),
        ("9-7", None),
        ("a", None),
        ("1-", None),
        ("1-99999", None),
        ("٣", None),
    ],
)
def test_seats_when_read_then_numbers_or_none(text, seats):
    assert seats_in(text) == seats


# --- Sending ----------------------------------------------------------------------------------


def test_send_when_at_once_then_one_row_a_person_and_the_audience_stays(cohort):
    row = send(written(cohort, AudienceFilter(groups=(cohort.groups[0].pk,))))
    assert (row.state, row.told_count) == ("sent", 2)
    Enrollment.objects.filter(pk=cohort.people[2].pk).update(group=cohort.groups[0])
    assert told() == cohort.ids(cohort.groups[0])
    with pytest.raises(NotEditable):
        send(row)
    assert Notice.objects.filter(kind="announcement").count() == 2
    assert AuditEvent.objects.filter(verb="announcement_sent").count() == 1


def test_send_when_composed_then_filled_in_the_readers_language(cohort):
    row = send(written(cohort, text_en="{name}, meet in the lobby.", subject_en="Meeting"))
    rows = {one.context["enrollment"]: one for one in Notice.objects.filter(kind="announcement")}
    chinese, english = rows[cohort.people[0].pk], rows[cohort.people[1].pk]
    assert (chinese.subject, english.subject) == ("集合", "Meeting")
    assert f"{cohort.people[1].person.name}, meet" in composed([english])[english.pk].text
    assert "大堂" in composed([chinese])[chinese.pk].html
    assert row.told_count == 5


def test_send_when_the_text_is_hostile_then_it_stays_text(cohort):
    person = cohort.people[0].person
    person.name = "<b>王</b>\u202ehttps://evil.example"
    person.save(update_fields=["name"])
    text = (
        '<a href="https://evil.example">x</a> {name}\n\nzweite\u2067 Zeile\r\nBcc: x@evil.example'
    )
    send(written(cohort, text=text, subject="提醒 \u202e{name}"))
    row = Notice.objects.get(kind="announcement", context__enrollment=cohort.people[0].pk)
    message = composed([row])[row.pk]
    for part in (message.text, message.html):
        assert "https://evil.example" not in part
        assert "evil.example" not in part
        assert "\u202e" not in part
        assert "\u2067" not in part
    assert "<a href=&quot;" in message.html.replace("&#x27;", "'") or "&lt;a href" in message.html
    assert "\u202e" not in row.subject
    assert "\n" not in row.subject


def test_send_when_nobody_fits_then_refused(cohort):
    with pytest.raises(NobodyMeant):
        send(written(cohort, AudienceFilter(seats=(99,))))


def test_send_when_scheduled_then_at_its_time_by_one_beat(cohort, frozen_clock):
    frozen_clock(at(7, "08:00"))
    row = send(written(cohort), at=at(7, "09:00"))
    assert row.state == "scheduled"
    assert send_due_announcements() == 0
    frozen_clock(at(7, "09:00"))
    assert send_due_announcements() == 1
    assert send_due_announcements() == 0
    assert told() == cohort.ids()


def test_send_when_the_time_has_passed_then_refused(cohort, frozen_clock):
    frozen_clock(at(7, "08:00"))
    with pytest.raises(TimePassed):
        send(written(cohort), at=at(7, "07:59"))


def test_send_when_urgent_then_to_be_confirmed(cohort):
    send(written(cohort, urgent=True))
    rows = Notice.objects.filter(kind="announcement")
    facts = set(rows.values_list("urgent", "needs_acknowledgement", "escalate_after"))
    assert facts == {(True, True, cohort.cohort.escalate_minutes)}
    row = rows.first()
    assert "/confirm/" in composed([row])[row.pk].html


def test_stop_when_some_have_left_then_only_the_others(cohort):
    row = send(written(cohort))
    gone = Notice.objects.filter(kind="announcement").first()
    Notice.objects.filter(pk=gone.pk).update(state="sent")
    assert actions.stop_announcement(announcement=row, by=None) == 4
    states = Notice.objects.filter(kind="announcement").values_list("state", flat=True)
    assert sorted(states) == ["cancelled"] * 4 + ["sent"]
    with pytest.raises(actions.NothingToStop):
        actions.stop_announcement(announcement=row, by=None)


def test_stop_when_scheduled_then_a_draft_again(cohort, frozen_clock):
    frozen_clock(at(7, "08:00"))
    row = send(written(cohort), at=at(7, "09:00"))
    assert actions.stop_announcement(announcement=row, by=None) == 0
    frozen_clock(at(7, "09:00"))
    assert send_due_announcements() == 0
    assert Announcement.objects.get().state == "draft"


# --- Texts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["{nmae}", "{name", "name}", "{}", "{name!r}", "{0}"])
def test_write_when_a_placeholder_is_wrong_then_refused_with_the_field(cohort, text):
    with pytest.raises(TextsWrong) as caught:
        written(cohort, text=text)
    assert set(caught.value.fields) == {"text"}
    assert not Announcement.objects.exists()


def test_edit_when_somebody_was_faster_then_stale(cohort):
    row = written(cohort)
    facts = {"announcement": row, "facts": TEXTS, "audience": AudienceFilter(), "by": None}
    actions.edit_announcement(**facts, version=1)
    with pytest.raises(Stale):
        actions.edit_announcement(**facts, version=1)


# --- Review -----------------------------------------------------------------------------------


@pytest.fixture
def reviewed(cohort) -> Timetabled:
    type(cohort.cohort).objects.update(message_needs_review=True)
    cohort.cohort.refresh_from_db()
    return cohort


def test_review_when_wanted_then_neither_author_nor_editor_approves(reviewed):
    author, editor, second = UserFactory(), UserFactory(), UserFactory()
    row = written(reviewed, by=author)
    actions.edit_announcement(
        announcement=row, facts=TEXTS, audience=AudienceFilter(), version=1, by=editor
    )
    assert send(row, by=author).state == "in_review"
    assert told() == set()
    for own in (author, editor):
        with pytest.raises(OwnMessage):
            actions.approve_announcement(announcement=row, by=own)
    assert actions.approve_announcement(announcement=row, by=second).state == "sent"
    assert told() == reviewed.ids()
    with pytest.raises(NotInReview):
        actions.approve_announcement(announcement=row, by=second)


def test_review_when_returned_then_a_draft_with_the_note(reviewed):
    author, second = UserFactory(), UserFactory()
    row = send(written(reviewed, by=author), by=author)
    with pytest.raises(actions.NoteNeeded):
        actions.return_announcement(announcement=row, note=" ", by=second)
    actions.return_announcement(announcement=row, note="太长", by=second)
    row.refresh_from_db()
    assert (row.state, row.review_note) == ("draft", "太长")


def test_review_when_approved_after_its_time_then_at_once(reviewed, frozen_clock):
    frozen_clock(at(7, "08:00"))
    row = send(written(reviewed, by=UserFactory()), at=at(7, "09:00"))
    frozen_clock(at(7, "10:00"))
    assert actions.approve_announcement(announcement=row, by=UserFactory()).state == "sent"


def test_test_mail_when_sent_then_to_the_author_alone(cohort):
    author = UserFactory()
    row = written(cohort, by=author)
    actions.send_test(announcement=row, enrollment=cohort.people[0], language="en", by=author)
    [notice] = Notice.objects.filter(kind="announcement")
    assert notice.address == author.email
    assert cohort.people[0].person.name in composed([notice])[notice.pk].text
