"""Going back to an older release: each session's fate, what cannot come back, one undo."""

import pytest
from django.utils.translation import gettext

from cohorts.choices import Role
from g60portal.audit.models import AuditEvent
from participants.models import Group
from sessions.actions.releases import publish_release
from sessions.actions.restoring import NothingToRestore, restore_release
from sessions.actions.session_changes import undo_last
from sessions.actions.training_sessions import (
    cancel_training_session,
    change_training_session,
    create_training_session,
)
from sessions.models import Release, SessionChange, TrainingSession
from sessions.queries.release_preview import preview_of
from sessions.queries.releases import draft_sessions, draft_slots, picture_of
from sessions.queries.restoration import missing_texts, restoration_of
from sessions.refusals import Clash
from sessions.rules.release_diff import diff_of
from tests.factories import SpeakerFactory, VenueFactory, at, two_leg_cohort, user_with
from tests.factories.timetables import Timetabled, messages_arrive, timetabled_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Timetabled:
    return timetabled_cohort()


def released(made: Timetabled) -> Release:
    release = publish_release(cohort=made.cohort, name="", comment="", by=None)
    messages_arrive()
    return release


def change(row: TrainingSession, **facts: object) -> None:
    row.refresh_from_db()
    change_training_session(training_session=row, version=row.version, facts=facts, by=None)


def cancel(row: TrainingSession, reason: str) -> None:
    row.refresh_from_db()
    cancel_training_session(training_session=row, version=row.version, reason=reason, by=None)


def draft(made: Timetabled, release: Release) -> dict[int, object]:
    """The draft as the next release would freeze it."""
    latest = Release.objects.filter(cohort=made.cohort).latest("number")
    return draft_slots(draft_sessions(made.cohort), picture_of(latest).slots)


def test_restore_when_everything_was_edited_then_the_draft_is_the_release_again(cohort):
    first = released(cohort)
    change(cohort.lecture, title="别的", hours=4, starts_at=at(9, "14:00"), ends_at=at(9, "15:00"))
    change(cohort.visit_of_first, venue=VenueFactory(), description="另一处", compulsory=False)
    cancel(cohort.visit_of_second, "停产")
    released(cohort)
    restore_release(release=first, by=None)
    assert not diff_of(picture_of(first).slots, draft(cohort, first))
    assert preview_of(cohort.cohort).told_count == 5
    states = set(TrainingSession.objects.values_list("state", flat=True))
    assert states == {"planned"}


def test_restore_when_sessions_change_places_then_no_clash_in_between(cohort):
    first = released(cohort)
    change(cohort.lecture, starts_at=at(9, "09:00"), ends_at=at(9, "11:00"))
    change(cohort.visit_of_first, starts_at=at(8, "09:00"), ends_at=at(8, "11:00"))
    change(cohort.lecture, starts_at=at(8, "13:30"), ends_at=at(8, "15:30"))
    restore_release(release=first, by=None)
    assert not diff_of(picture_of(first).slots, draft(cohort, first))


def test_restore_when_a_session_came_later_then_cancelled_or_back_to_the_tray(cohort):
    first = released(cohort)
    facts = {
        "kind": "lecture",
        "title": "后加",
        "starts_at": at(9, "09:00"),
        "ends_at": at(9, "10:00"),
    }
    known = create_training_session(leg=cohort.leg, facts=facts, speakers=[], groups=[], by=None)
    released(cohort)
    facts = {**facts, "starts_at": at(9, "11:00"), "ends_at": at(9, "12:00")}
    unknown = create_training_session(leg=cohort.leg, facts=facts, speakers=[], groups=[], by=None)
    restore_release(release=first, by=None)
    not_part = gettext("Not part of release %(number)s") % {"number": 1}
    known.refresh_from_db()
    unknown.refresh_from_db()
    assert (known.state, known.cancel_reason) == ("cancelled", not_part)
    assert (unknown.state, unknown.starts_at, unknown.ends_at) == ("draft", None, None)
    released(cohort)
    row = Release.objects.get(number=3).rows.get(training_session=known)
    assert (row.state, row.cancel_reason) == ("cancelled", not_part)


def test_restore_when_it_was_cancelled_then_cancelled_again_with_that_reason(cohort):
    cancel_later = cohort.visit_of_second
    released(cohort)
    cancel(cancel_later, "停产")
    second = released(cohort)
    change(cancel_later, state="planned")
    released(cohort)
    restore_release(release=second, by=None)
    cancel_later.refresh_from_db()
    assert (cancel_later.state, cancel_later.cancel_reason) == ("cancelled", "停产")


def test_restore_when_venue_speaker_or_group_are_gone_then_named_and_the_rest_comes_back(cohort):
    first = released(cohort)
    other = SpeakerFactory(name="李教授")
    change_training_session(
        training_session=cohort.lecture,
        version=cohort.lecture.version,
        facts={"venue": cohort.plant, "starts_at": at(9, "09:00"), "ends_at": at(9, "11:00")},
        speakers=[other],
        by=None,
    )
    change_training_session(
        training_session=cohort.visit_of_first,
        version=cohort.visit_of_first.version,
        facts={},
        groups=[cohort.groups[1]],
        by=None,
    )
    cohort.hall.delete()
    cohort.speaker.delete()
    for person in cohort.people:
        person.group = None
        person.save()
    gone = cohort.groups[0].name
    Group.objects.filter(pk=cohort.groups[0].pk).delete()
    plan = restore_release(release=first, by=None)
    assert {(one.training_session.pk, one.name) for one in plan.missing} == {
        (cohort.lecture.pk, cohort.hall.name),
        (cohort.lecture.pk, "王教授"),
        (cohort.visit_of_first.pk, gone),
    }
    assert any("王教授" in text for text in missing_texts(plan.missing))
    cohort.lecture.refresh_from_db()
    assert (cohort.lecture.starts_at, cohort.lecture.venue) == (at(8, "09:00"), None)
    assert list(cohort.lecture.speakers.all()) == []
    audience = cohort.visit_of_first.audience_rows.values_list("group", flat=True)
    assert list(audience) == [cohort.groups[1].pk]


def test_restore_when_done_then_one_undo_takes_it_back(cohort):
    lead = user_with(Role.LEAD, cohort=cohort.cohort)
    first = released(cohort)
    change(cohort.lecture, title="别的")
    change(cohort.visit_of_first, title="另一")
    before = draft(cohort, first)
    restore_release(release=first, by=lead)
    acts = SessionChange.objects.filter(by=lead)
    assert acts.values("batch").distinct().count() == 1
    undo_last(cohort=cohort.cohort, by=lead)
    assert draft(cohort, first) == before


def test_restore_when_done_then_audited_and_nobody_is_told_yet(cohort):
    lead = user_with(Role.LEAD, cohort=cohort.cohort)
    first = released(cohort)
    change(cohort.lecture, title="别的")
    restore_release(release=first, by=lead)
    event = AuditEvent.objects.get(verb="release_restored")
    assert (event.actor_id, event.after) == (
        lead.pk,
        {"release": 1, "sessions": 1, "missing": 0},
    )
    assert Release.objects.count() == 1


def test_restore_when_the_draft_is_like_it_then_refused(cohort):
    with pytest.raises(NothingToRestore):
        restore_release(release=released(cohort), by=None)


def test_restore_when_another_cohort_has_the_venue_by_now_then_clash_and_nothing_is_written(cohort):
    first = released(cohort)
    change(cohort.lecture, starts_at=at(9, "09:00"), ends_at=at(9, "11:00"))
    _other, leg, _hefei = two_leg_cohort()
    facts = {
        "kind": "lecture",
        "title": "别班",
        "venue": cohort.hall,
        "starts_at": at(8, "09:00"),
        "ends_at": at(8, "11:00"),
    }
    create_training_session(leg=leg, facts=facts, speakers=[], groups=[], by=None)
    with pytest.raises(Clash):
        restore_release(release=first, by=None)
    cohort.lecture.refresh_from_db()
    assert cohort.lecture.starts_at == at(9, "09:00")


def test_restore_when_a_session_is_over_then_left_alone(cohort):
    first = released(cohort)
    change(cohort.lecture, title="别的")
    TrainingSession.objects.filter(pk=cohort.lecture.pk).update(state="done")
    change(cohort.visit_of_first, title="另一")
    plan = restore_release(release=first, by=None)
    cohort.lecture.refresh_from_db()
    assert cohort.lecture.title == "别的"
    assert [row.pk for row in plan.over] == [cohort.lecture.pk]


def test_preview_when_compared_with_going_back_then_it_told_the_truth(cohort):
    first = released(cohort)
    change(cohort.lecture, title="别的")
    facts = {
        "kind": "lecture",
        "title": "后加",
        "starts_at": at(9, "09:00"),
        "ends_at": at(9, "10:00"),
    }
    create_training_session(leg=cohort.leg, facts=facts, speakers=[], groups=[], by=None)
    changes = restoration_of(cohort.cohort, first).changes
    said = {(one.slot.session_id, one.kind.value) for one in changes}
    before = draft(cohort, first)
    restore_release(release=first, by=None)
    done = diff_of(before, draft(cohort, first))
    assert {key for key, _kind in said} == done.session_ids


def test_preview_when_there_are_more_sessions_then_the_same_statements(
    cohort, django_assert_max_num_queries
):
    first = released(cohort)
    with django_assert_max_num_queries(30) as few:
        restoration_of(cohort.cohort, first)
    for hour in range(10, 20):
        facts = {
            "kind": "lecture",
            "title": "后加",
            "starts_at": at(9, f"{hour}:00"),
            "ends_at": at(9, f"{hour}:30"),
        }
        create_training_session(leg=cohort.leg, facts=facts, speakers=[], groups=[], by=None)
    second = released(cohort)
    with django_assert_max_num_queries(len(few.captured_queries)):
        restoration_of(cohort.cohort, second)
