"""Releases in quick succession: each person hears once, of the whole difference, or not at all."""

import datetime as dt
import threading
from collections.abc import Callable

import icalendar
import pytest
from django.db import connection, connections, transaction

from g60portal.audit.models import AuditEvent
from g60portal.common import clock
from g60portal.notices.actions import NoticeSuperseded, retry_notice
from g60portal.notices.claims import claim_slice, hand_back, mark_sent
from g60portal.notices.delivery import composed, deliver_slice
from g60portal.notices.kinds import Message
from g60portal.notices.models import Notice
from participants.choices import EnrollmentState
from sessions.actions.release_messages import NothingWaits, send_messages_now, take_messages_back
from sessions.actions.releases import NothingToRelease, publish_release
from sessions.models import Release, TrainingSession
from sessions.queries.release_messages import message_counts
from sessions.queries.release_preview import preview_of
from tests.factories import EnrollmentFactory, UserFactory, at
from tests.factories.timetables import Timetabled, messages_arrive, timetabled_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Timetabled:
    """Its messages wait a minute."""
    return timetabled_cohort(wait_seconds=60)


def publish(made: Timetabled) -> Release:
    return publish_release(cohort=made.cohort, name="", comment="", by=None)


def released(made: Timetabled) -> Release:
    release = publish(made)
    messages_arrive()
    return release


def change(training_session: TrainingSession, **facts: object) -> None:
    TrainingSession.objects.filter(pk=training_session.pk).update(**facts)


def waiting() -> dict[int, Notice]:
    """By enrollment: what will be sent, of several the last."""
    rows = Notice.objects.filter(state__in=["queued", "retrying", "sending"]).order_by("pk")
    return {row.context["enrollment"]: row for row in rows}


def make_due() -> None:
    Notice.objects.filter(state="queued").update(due_at=clock.now() - dt.timedelta(seconds=1))


def message(row: Notice) -> Message:
    return composed([row])[row.pk]


def calendars(found: Message) -> dict[str, dict[str, int]]:
    """By method: the SEQUENCE of each summary."""
    result: dict[str, dict[str, int]] = {}
    for attachment in found.attachments:
        calendar = icalendar.Calendar.from_ical(attachment.content)
        events = calendar.walk("VEVENT")
        result.setdefault(str(calendar["METHOD"]), {}).update(
            {str(event["SUMMARY"]): int(event["SEQUENCE"]) for event in events}
        )
    return result


# --- The waiting time -------------------------------------------------------------------------


def test_publish_when_the_cohort_waits_then_messages_are_due_after_it(cohort, frozen_clock):
    now = frozen_clock(at(1, "10:30"))
    release = publish(cohort)
    assert set(Notice.objects.values_list("due_at", flat=True)) == {now + dt.timedelta(seconds=60)}
    counts = message_counts(release)
    assert (counts.waiting, counts.leave_at) == (5, now + dt.timedelta(seconds=60))
    assert claim_slice() == []
    frozen_clock(now + dt.timedelta(seconds=60))
    assert len(claim_slice()) == 5


@pytest.mark.parametrize(
    ("seconds", "countdowns"), [(0, [None]), (60, [60.0]), (61, []), (900, [])]
)
def test_publish_when_the_wait_is_short_then_celery_is_asked_for_that_moment(
    monkeypatch, django_capture_on_commit_callbacks, seconds, countdowns
):
    """What waits for longer than a hint may is left to the sweep."""
    made = timetabled_cohort(wait_seconds=seconds)
    asked = []

    def send_task(name: str, **facts: object) -> None:
        asked.append(facts["countdown"])

    monkeypatch.setattr("celery.current_app.send_task", send_task)
    with django_capture_on_commit_callbacks(execute=True):
        publish(made)
    assert asked == countdowns


# --- Two releases within it -------------------------------------------------------------------


def test_publish_when_the_first_still_waits_then_everybody_gets_the_itinerary_once(cohort):
    first = publish(cohort)
    change(cohort.lecture, title="新题目")
    second = publish(cohort)
    gone = Notice.objects.filter(context__release=first.pk)
    assert {(row.state, row.last_error) for row in gone} == {
        ("cancelled", "superseded by release 2")
    }
    assert {(row.kind, row.context["release"]) for row in waiting().values()} == {
        ("itinerary_released", second.pk)
    }
    assert set(waiting()) == cohort.ids()
    assert "新题目" in message(waiting()[cohort.people[0].pk]).text


def test_publish_when_two_changes_follow_each_other_then_one_message_of_both(cohort):
    first = released(cohort)
    change(cohort.lecture, starts_at=at(8, "08:30"), ends_at=at(8, "10:30"))
    publish(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    third = publish(cohort)
    rows = waiting()
    assert set(rows) == cohort.ids()
    assert {row.context["previous"] for row in rows.values()} == {first.pk}
    assert {row.context["release"] for row in rows.values()} == {third.pk}
    both = message(rows[cohort.people[0].pk])
    assert "09:00–11:00 → " in both.text
    assert cohort.hall.name in both.text
    assert calendars(both) == {"REQUEST": {"产业发展": 2, "参观一": 2}}
    only = message(rows[cohort.people[2].pk])
    assert calendars(only) == {"REQUEST": {"产业发展": 2}}


def test_publish_when_the_edit_is_taken_back_then_nobody_hears_of_it(cohort):
    released(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    second = publish(cohort)
    assert set(waiting()) == cohort.ids(cohort.groups[0])
    change(cohort.visit_of_first, venue=cohort.plant)
    third = publish(cohort)
    assert waiting() == {}
    assert Notice.objects.filter(context__release=third.pk).count() == 0
    gone = Notice.objects.filter(context__release=second.pk)
    assert set(gone.values_list("state", flat=True)) == {"cancelled"}
    change(cohort.visit_of_first, title="再变")
    publish(cohort)
    text = message(waiting()[cohort.people[0].pk]).text
    assert "再变" in text
    assert "地点" not in text.partition("再变")[2].partition("https")[0]


def test_publish_when_added_and_cancelled_before_anybody_knew_then_no_word_and_no_cancel(cohort):
    released(cohort)
    change(cohort.visit_of_second, title="临时", starts_at=at(9, "16:00"), ends_at=at(9, "17:00"))
    publish(cohort)
    change(cohort.visit_of_second, state="cancelled", cancel_reason="停产")
    publish(cohort)
    row = waiting()[cohort.people[2].pk]
    assert calendars(message(row)) == {"CANCEL": {"参观二": 2}}
    assert "临时" not in message(row).text


def test_publish_when_the_session_was_never_told_then_cancelled_silently(cohort):
    change(cohort.visit_of_second, starts_at=None, ends_at=None)
    released(cohort)
    change(cohort.visit_of_second, starts_at=at(9, "16:00"), ends_at=at(9, "17:00"))
    publish(cohort)
    assert set(waiting()) == cohort.ids(cohort.groups[1])
    change(cohort.visit_of_second, state="cancelled", cancel_reason="停产")
    publish(cohort)
    assert waiting() == {}


def test_publish_when_somebody_joined_with_the_first_then_still_the_whole_itinerary(cohort):
    released(cohort)
    newcomer = EnrollmentFactory(cohort=cohort.cohort, seat=50, group=cohort.groups[0])
    change(cohort.visit_of_first, venue=cohort.hall)
    publish(cohort)
    change(cohort.lecture, title="新题目")
    publish(cohort)
    rows = waiting()
    assert rows[newcomer.pk].kind == "itinerary_released"
    assert calendars(message(rows[newcomer.pk])) == {"REQUEST": {"新题目": 2, "参观一": 2}}
    assert rows[cohort.people[0].pk].kind == "change_digest"


def test_publish_when_somebody_withdrew_meanwhile_then_their_message_is_stopped(cohort):
    released(cohort)
    change(cohort.lecture, title="新题目")
    publish(cohort)
    gone = cohort.people[0]
    gone.state = EnrollmentState.WITHDRAWN
    gone.save()
    change(cohort.lecture, title="再新")
    publish(cohort)
    assert set(waiting()) == cohort.ids() - {gone.pk}


def test_publish_when_a_message_failed_before_then_the_next_tells_both(cohort):
    released(cohort)
    change(cohort.lecture, title="新题目")
    publish(cohort)
    lost = waiting()[cohort.people[0].pk]
    messages_arrive()
    Notice.objects.filter(pk=lost.pk).update(state="failed", sent_at=None)
    change(cohort.visit_of_first, venue=cohort.hall)
    publish(cohort)
    rows = waiting()
    assert set(rows) == cohort.ids(cohort.groups[0])
    assert calendars(message(rows[cohort.people[0].pk])) == {"REQUEST": {"新题目": 2, "参观一": 2}}
    assert calendars(message(rows[cohort.people[1].pk])) == {"REQUEST": {"Visit one": 2}}
    lost.refresh_from_db()
    with pytest.raises(NoticeSuperseded):
        retry_notice(notice=lost, by=None)


def test_publish_when_messages_still_wait_and_nothing_changed_then_refused(cohort):
    publish(cohort)
    with pytest.raises(NothingToRelease), transaction.atomic():
        publish(cohort)
    assert set(waiting()) == cohort.ids()


def test_preview_when_messages_wait_then_it_counts_those_who_would_be_told(cohort):
    released(cohort)
    change(cohort.lecture, title="新题目")
    publish(cohort)
    change(cohort.lecture, title="产业发展")
    change(cohort.visit_of_first, venue=cohort.hall)
    preview = preview_of(cohort.cohort)
    assert preview.told_count == 2
    assert set(preview.told_ids) == cohort.ids(cohort.groups[0])
    publish(cohort)
    assert set(waiting()) == cohort.ids(cohort.groups[0])


# --- Send now, take back ----------------------------------------------------------------------


def test_send_now_when_messages_wait_then_due_at_once_and_audited(cohort):
    release = publish(cohort)
    user = UserFactory()
    assert send_messages_now(release=release, by=user) == 5
    assert len(claim_slice()) == 5
    event = AuditEvent.objects.get(verb="release_messages_hurried")
    assert (event.actor_id, event.after) == (user.pk, {"release": 1, "messages": 5})
    with pytest.raises(NothingWaits):
        send_messages_now(release=release, by=user)


def test_take_back_when_messages_wait_then_none_leaves_and_the_next_release_tells_all(cohort):
    released(cohort)
    change(cohort.lecture, title="新题目")
    second = publish(cohort)
    assert take_messages_back(release=second, by=None) == 5
    assert waiting() == {}
    counts = message_counts(second)
    assert (counts.total, counts.taken_back, counts.waiting) == (5, 5, 0)
    assert AuditEvent.objects.get(verb="release_messages_taken_back").after == {
        "release": 2,
        "messages": 5,
    }
    change(cohort.visit_of_first, venue=cohort.hall)
    publish(cohort)
    rows = waiting()
    assert set(rows) == cohort.ids()
    assert calendars(message(rows[cohort.people[0].pk])) == {"REQUEST": {"新题目": 2, "参观一": 2}}
    assert message_counts(second).superseded == 5


def test_take_back_when_nothing_else_changes_then_the_next_release_may_tell_it_again(cohort):
    released(cohort)
    change(cohort.lecture, title="新题目")
    second = publish(cohort)
    take_messages_back(release=second, by=None)
    assert preview_of(cohort.cohort).has_news
    publish(cohort)
    assert set(waiting()) == cohort.ids()


def test_take_back_when_some_are_on_their_way_then_only_the_others(cohort):
    release = publish(cohort)
    make_due()
    held = claim_slice(limit=2)
    assert take_messages_back(release=release, by=None) == 3
    assert {row.pk for row in held} == set(
        Notice.objects.filter(state="sending").values_list("pk", flat=True)
    )
    with pytest.raises(NothingWaits):
        take_messages_back(release=release, by=None)


# --- Messages on their way while the next release is published ---------------------------------


def claimed(count: int = 100) -> list[Notice]:
    make_due()
    return claim_slice(limit=count)


def test_publish_when_a_message_is_on_its_way_then_it_counts_as_told(cohort):
    released(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    second = publish(cohort)
    (held,) = claimed(1)
    change(cohort.visit_of_first, venue=cohort.plant)
    publish(cohort)
    assert set(waiting()) == {held.context["enrollment"]}
    (told_of_both,) = Notice.objects.filter(state="queued")
    assert (told_of_both.context["previous"], told_of_both.after_id) == (second.pk, held.pk)
    mark_sent(held)
    title = "参观一" if held.language == "zh-hans" else "Visit one"
    assert calendars(message(told_of_both)) == {"REQUEST": {title: 2}}


def test_claim_when_the_message_before_is_on_its_way_then_the_later_one_waits(cohort):
    released(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    publish(cohort)
    held = claimed()
    change(cohort.visit_of_first, title="改名", title_en="Renamed")
    publish(cohort)
    assert claimed() == []
    for row in held:
        mark_sent(row)
    assert len(claimed()) == 2


def test_compose_when_the_message_before_did_not_arrive_then_the_later_one_tells_both(cohort):
    first = released(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    publish(cohort)
    (held,) = claimed(1)
    change(cohort.visit_of_first, title="改名", title_en="Renamed")
    publish(cohort)
    later = Notice.objects.get(after=held)
    assert later.context["previous"] != first.pk
    hand_back([held])
    held.refresh_from_db()
    assert composed([held]) == {}
    found = message(later)
    assert cohort.hall.local_name in found.text or cohort.hall.name_en in found.text
    assert cohort.plant.name in found.text or cohort.plant.name_en in found.text


def test_compose_when_taken_back_and_the_message_before_did_not_arrive_then_silence(cohort):
    released(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    publish(cohort)
    held = claimed()
    change(cohort.visit_of_first, venue=cohort.plant)
    publish(cohort)
    later = list(Notice.objects.filter(after__in=held))
    assert len(later) == 2
    hand_back(held)
    assert composed(later) == {}


def test_compose_when_the_first_message_did_not_arrive_then_the_digest_is_the_whole_itinerary(
    cohort,
):
    publish(cohort)
    held = claimed()
    change(cohort.visit_of_first, title="改名", title_en="Renamed")
    publish(cohort)
    later = Notice.objects.get(context__enrollment=cohort.people[0].pk, after__isnull=False)
    assert later.kind == "change_digest"
    hand_back(held)
    assert calendars(message(later)) == {"REQUEST": {"产业发展": 1, "改名": 1}}


def test_publish_when_the_later_message_was_sent_instead_then_nothing_is_told_again(cohort):
    released(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    publish(cohort)
    held = claimed()
    change(cohort.visit_of_first, title="改名", title_en="Renamed")
    publish(cohort)
    hand_back(held)
    composed(list(Notice.objects.filter(pk__in=[row.pk for row in held])))
    later = Notice.objects.filter(after__in=held)
    later.update(state="sent")
    change(cohort.lecture, title="新题目", title_en="New")
    publish(cohort)
    row = waiting()[cohort.people[0].pk]
    assert calendars(message(row)) == {"REQUEST": {"新题目": 3}}


# --- Races, each with its control ---------------------------------------------------------------


def in_threads(*works: Callable[[], object]) -> list[object]:
    """Each on a connection of its own, begun together; what each returned or raised, in order."""
    results: list[object] = [None] * len(works)
    barrier = threading.Barrier(len(works))

    def run(place: int, work: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[place] = work()
        except Exception as error:  # noqa: BLE001 -- the refusal is the result
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


def edited_after_release() -> Timetabled:
    """Everybody waits for the message about a change, and the change has been taken back."""
    made = timetabled_cohort(wait_seconds=0)
    for seat in range(10, 40):
        EnrollmentFactory(cohort=made.cohort, seat=seat)
    released(made)
    change(made.lecture, title="新题目")
    publish(made)
    make_due()
    change(made.lecture, title="产业发展")
    return made


def told_wrongly() -> set[int]:
    """People who were sent the change and not that it was taken back, or the other way round."""
    sent: dict[int, set[int]] = {}
    for row in Notice.objects.exclude(state="cancelled").filter(kind="change_digest"):
        sent.setdefault(row.context["enrollment"], set()).add(row.context["release"])
    return {pk for pk, releases in sent.items() if len(releases) != 2}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_again", range(3))
def test_publish_when_workers_claim_at_the_same_moment_then_each_row_is_told_or_superseded(_again):
    made = edited_after_release()
    claims = [lambda: len(claim_slice(limit=9)) for _worker in range(3)]
    *counts, release = in_threads(*claims, lambda: publish(made))
    assert isinstance(release, Release), release
    held = Notice.objects.filter(state="sending")
    assert held.count() == sum(count for count in counts if isinstance(count, int))
    assert told_wrongly() == set()
    superseded = Notice.objects.filter(state="cancelled", context__has_key="superseded_by")
    assert superseded.count() + held.count() == 35


@pytest.mark.django_db(transaction=True)
def test_supersede_when_decided_from_an_earlier_look_then_what_is_sent_is_cancelled_too():
    """The control: look who waits, then cancel these, without asking again what they became."""
    made = edited_after_release()
    looked, claimed_now = threading.Event(), threading.Event()

    def careless() -> int:
        ids = list(Notice.objects.filter(state="queued").values_list("pk", flat=True))
        looked.set()
        claimed_now.wait(timeout=10)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE notices_notice SET state = 'cancelled' WHERE id = ANY(%s)", [ids]
            )
            return int(cursor.rowcount)

    def worker() -> int:
        looked.wait(timeout=10)
        count = len(claim_slice(limit=9))
        claimed_now.set()
        return count

    cancelled, held = in_threads(careless, worker)
    assert (cancelled, held) == (35, 9)
    assert made.cohort.pk
    assert not Notice.objects.filter(state="sending").exists()


@pytest.mark.django_db(transaction=True)
def test_publish_and_take_back_when_at_once_then_nothing_is_lost():
    made = edited_after_release()
    second = Release.objects.get(number=2)

    def take() -> object:
        return take_messages_back(release=second, by=None)

    results = in_threads(take, lambda: publish(made))
    assert isinstance(results[1], Release), results
    assert results[0] == 35 or isinstance(results[0], NothingWaits)
    assert waiting() == {}


@pytest.mark.django_db(transaction=True)
def test_delivery_when_a_release_follows_while_sending_then_nobody_is_told_wrongly(settings):
    """A worker delivers the first message of all while the next release takes the change back."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    made = edited_after_release()
    results = in_threads(deliver_slice, deliver_slice, lambda: publish(made))
    assert isinstance(results[2], Release), results
    for _round in range(4):
        make_due()
        deliver_slice()
    states = set(Notice.objects.values_list("state", flat=True))
    assert states <= {"sent", "cancelled"}
    sent = Notice.objects.filter(state="sent", context__release__in=[2, 3])
    by_person: dict[int, int] = {}
    for row in sent:
        by_person[row.context["enrollment"]] = by_person.get(row.context["enrollment"], 0) + 1
    assert told_wrongly() == set()
