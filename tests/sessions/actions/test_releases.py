"""Publishing: what is frozen, who is told, and that nobody else is."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections, transaction

from g60portal.audit.models import AuditEvent
from g60portal.notices.models import Notice
from participants.choices import EnrollmentState
from sessions.actions.releases import (
    AlreadyReleased,
    CohortClosed,
    NothingToRelease,
    publish_release,
)
from sessions.choices import SessionState
from sessions.models import Release, TrainingSession
from sessions.queries.release_preview import preview_of
from sessions.queries.releases import latest_release, released_rows
from tests.factories import (
    EnrollmentFactory,
    UserFactory,
    at,
    training_session,
    two_leg_cohort,
)
from tests.factories.timetables import Timetabled, messages_arrive, timetabled_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Timetabled:
    return timetabled_cohort()


def publish(made: Timetabled, **facts: object) -> Release:
    return publish_release(cohort=made.cohort, name="", comment="", by=None, **facts)


def released(made: Timetabled) -> Release:
    """Published, and everybody has got the message."""
    release = publish(made)
    messages_arrive()
    return release


def told(release: Release) -> set[tuple[str, int]]:
    """Who got a row for this release, and of what kind."""
    rows = Notice.objects.filter(context__release=release.pk)
    return {(row.kind, row.context["enrollment"]) for row in rows}


def change(training_session: TrainingSession, **facts: object) -> None:
    """An edit of the draft."""
    TrainingSession.objects.filter(pk=training_session.pk).update(**facts)


def test_publish_when_first_then_everybody_gets_the_itinerary_once(cohort):
    EnrollmentFactory(cohort=cohort.cohort, state=EnrollmentState.WITHDRAWN, seat=90)
    timetabled_cohort()
    release = publish(cohort)
    assert told(release) == {("itinerary_released", pk) for pk in cohort.ids()}
    assert Notice.objects.count() == len(cohort.people)
    notice = Notice.objects.get(context__enrollment=cohort.people[0].pk)
    assert (notice.recipient, notice.address, notice.language, notice.scope, notice.state) == (
        cohort.people[0].person.name,
        cohort.people[0].person.email,
        "zh-hans",
        cohort.cohort.code,
        "queued",
    )


def test_publish_when_first_then_sessions_are_frozen_and_planned(cohort):
    unplaced = TrainingSession.objects.create(
        cohort=cohort.cohort, leg=cohort.leg, kind="lecture", title="托盘"
    )
    dropped = training_session(
        cohort.leg, 9, "09:00", "10:00", state="cancelled", title="没有公布过"
    )
    release = publish(cohort)
    assert set(release.rows.values_list("training_session_id", flat=True)) == {
        cohort.lecture.pk,
        cohort.visit_of_first.pk,
        cohort.visit_of_second.pk,
    }
    row = release.rows.get(training_session=cohort.lecture)
    assert (row.title, row.venue_name, row.sequence, row.uid, row.city_code, row.state) == (
        "产业发展",
        cohort.hall.name,
        0,
        cohort.lecture.uid,
        "songjiang",
        "planned",
    )
    assert [speaker["name"] for speaker in row.speakers] == ["王教授"]
    assert row.group_ids == []
    assert release.rows.get(training_session=cohort.visit_of_first).group_ids == [
        cohort.groups[0].pk
    ]
    states = dict(TrainingSession.objects.values_list("pk", "state"))
    assert states[cohort.lecture.pk] == SessionState.PLANNED
    assert states[unplaced.pk] == SessionState.DRAFT
    assert states[dropped.pk] == SessionState.CANCELLED


def test_publish_when_draft_is_edited_later_then_nothing_leaks(cohort):
    release = publish(cohort)
    before = list(release.rows.order_by("pk").values())
    change(cohort.lecture, title="机密草稿", starts_at=at(9, "09:00"), ends_at=at(9, "11:00"))
    cohort.hall.name = "改名"
    cohort.hall.save()
    cohort.speaker.name = "另一位"
    cohort.speaker.save()
    assert list(release.rows.order_by("pk").values()) == before


def test_publish_when_one_group_is_concerned_then_exactly_its_people_are_told(cohort):
    released(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    release = publish(cohort)
    assert told(release) == {("change_digest", pk) for pk in cohort.ids(cohort.groups[0])}


def test_publish_when_a_session_of_all_moves_then_everybody_is_told(cohort):
    released(cohort)
    change(cohort.lecture, starts_at=at(8, "08:30"))
    release = publish(cohort)
    assert told(release) == {("change_digest", pk) for pk in cohort.ids()}


def test_publish_when_cancelled_then_the_row_stays_with_the_reason_and_a_higher_sequence(cohort):
    released(cohort)
    change(cohort.visit_of_second, state="cancelled", cancel_reason="企业停产检修", title="别的")
    release = publish(cohort)
    row = release.rows.get(training_session=cohort.visit_of_second)
    assert (row.state, row.cancel_reason, row.title, row.sequence) == (
        "cancelled",
        "企业停产检修",
        "参观二",
        1,
    )
    assert release.rows.get(training_session=cohort.lecture).sequence == 0
    assert told(release) == {("change_digest", pk) for pk in cohort.ids(cohort.groups[1])}


def test_publish_when_again_after_a_cancellation_then_the_cancelled_row_is_carried_on(cohort):
    released(cohort)
    change(cohort.visit_of_second, state="cancelled", cancel_reason="停产")
    released(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    third = publish(cohort)
    row = third.rows.get(training_session=cohort.visit_of_second)
    assert (row.state, row.sequence) == ("cancelled", 1)
    assert third.rows.get(training_session=cohort.visit_of_first).sequence == 2
    assert told(third) == {("change_digest", pk) for pk in cohort.ids(cohort.groups[0])}


def test_publish_when_somebody_changed_groups_then_only_that_person_is_told(cohort):
    released(cohort)
    mover = cohort.people[0]
    mover.group = cohort.groups[1]
    mover.save()
    release = publish(cohort)
    assert told(release) == {("change_digest", mover.pk)}


def test_publish_when_somebody_joined_then_that_person_gets_the_whole_itinerary(cohort):
    released(cohort)
    newcomer = EnrollmentFactory(cohort=cohort.cohort, seat=50)
    change(cohort.visit_of_first, venue=cohort.hall)
    release = publish(cohort)
    assert told(release) == {
        ("itinerary_released", newcomer.pk),
        *(("change_digest", pk) for pk in cohort.ids(cohort.groups[0])),
    }


def test_publish_when_somebody_withdrew_then_nothing_is_written_for_them(cohort):
    released(cohort)
    gone = cohort.people[0]
    gone.state = EnrollmentState.WITHDRAWN
    gone.save()
    change(cohort.visit_of_first, venue=cohort.hall)
    assert told(publish(cohort)) == {("change_digest", cohort.people[1].pk)}


def test_publish_when_only_silent_facts_changed_then_released_and_nobody_told(cohort):
    released(cohort)
    change(cohort.lecture, description="新的介绍")
    release = publish(cohort)
    assert told(release) == set()
    assert release.rows.get(training_session=cohort.lecture).description == "新的介绍"


def test_publish_when_a_person_has_no_address_then_the_row_waits_for_a_person(cohort):
    person = cohort.people[0].person
    person.email = ""
    person.save()
    publish(cohort)
    states = dict(Notice.objects.values_list("context__enrollment", "state"))
    assert states.pop(cohort.people[0].pk) == "needs_person"
    assert set(states.values()) == {"queued"}


def test_publish_when_nothing_changed_then_refused_and_nothing_written(cohort):
    released(cohort)
    with pytest.raises(NothingToRelease), transaction.atomic():
        publish(cohort)
    assert Release.objects.count() == 1
    assert Notice.objects.count() == len(cohort.people)


def test_publish_when_timetable_is_empty_then_refused():
    cohort, *_legs = two_leg_cohort()
    EnrollmentFactory(cohort=cohort)
    with pytest.raises(NothingToRelease):
        publish_release(cohort=cohort, name="", comment="", by=None)


def test_publish_when_cohort_is_archived_then_refused(cohort):
    cohort.cohort.state = "archived"
    cohort.cohort.save()
    with pytest.raises(CohortClosed):
        publish(cohort)


def test_publish_when_page_offered_another_number_then_refused_with_the_latest(cohort):
    publish(cohort, expected_number=1)
    change(cohort.lecture, title="新")
    with pytest.raises(AlreadyReleased) as refused:
        publish(cohort, expected_number=1)
    assert refused.value.facts == {"number": 1}


def test_publish_when_done_then_audited(cohort):
    user = UserFactory()
    release = publish_release(cohort=cohort.cohort, name="首版", comment="", by=user)
    event = AuditEvent.objects.get(verb="timetable_released")
    assert (event.actor_id, event.target_id, event.scope) == (
        user.pk,
        str(release.pk),
        cohort.cohort.code,
    )
    assert event.after == {"release": 1, "sessions": 3, "told": 5, "name": "首版"}


def test_preview_when_compared_with_publishing_then_it_told_the_truth(cohort):
    released(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    EnrollmentFactory(cohort=cohort.cohort, seat=50)
    preview = preview_of(cohort.cohort)
    assert (preview.number, preview.told_count, preview.people_count) == (2, 3, 6)
    assert dict(preview.told_counts) == {cohort.visit_of_first.pk: 2}
    assert len(told(publish(cohort))) == preview.told_count


def test_publish_when_there_are_more_people_then_no_more_statements(
    cohort, django_assert_max_num_queries
):
    with django_assert_max_num_queries(30) as few:
        publish(cohort)
    large = timetabled_cohort()
    for seat in range(10, 40):
        EnrollmentFactory(cohort=large.cohort, seat=seat)
    with django_assert_max_num_queries(len(few.captured_queries)):
        publish(large)


def in_threads(work: Callable[[], object], count: int) -> list[object]:
    """The same work on several connections at once; answers what each returned or raised."""
    results: list[object] = []
    barrier = threading.Barrier(count)

    def run() -> None:
        barrier.wait()
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 -- the refusal is the result
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


@pytest.mark.django_db(transaction=True)
def test_publish_when_clicked_twice_at_once_then_one_release_and_one_row_a_person():
    made = timetabled_cohort()
    results = in_threads(lambda: publish(made, expected_number=1), 2)
    assert sorted(type(result).__name__ for result in results) == ["AlreadyReleased", "Release"]
    assert Release.objects.count() == 1
    assert Notice.objects.count() == len(made.people)


@pytest.mark.django_db(transaction=True)
def test_number_when_taken_without_the_lock_then_two_releases_want_the_same():
    """The control: read the number, then write it, without locking the cohort."""
    made = timetabled_cohort()
    both_have_read = threading.Barrier(2)

    def careless() -> object:
        with transaction.atomic():
            latest = latest_release(made.cohort)
            both_have_read.wait(timeout=10)
            return Release.objects.create(
                cohort=made.cohort, number=latest.number + 1 if latest else 1
            )

    results = in_threads(careless, 2)
    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "Release"]


def test_released_rows_when_asked_by_group_then_only_its_sessions(cohort):
    release = publish(cohort)

    def titles(group_id: int | None) -> list[str]:
        return [row.title for row in released_rows(release, group_id)]

    assert titles(cohort.groups[0].pk) == ["产业发展", "参观一"]
    assert titles(cohort.groups[1].pk) == ["产业发展", "参观二"]
    assert titles(None) == ["产业发展"]
