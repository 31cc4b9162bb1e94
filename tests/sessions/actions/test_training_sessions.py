"""Creating, changing, cancelling training sessions: what is written, audited, refused."""

import pytest

from cohorts.refusals import CohortClosed
from g60portal.audit.models import AuditEvent
from g60portal.common.refusals import Stale
from participants.models import Group
from sessions import refusals
from sessions.actions.training_sessions import (
    cancel_training_session,
    change_training_session,
    create_training_session,
    delete_training_session,
)
from sessions.models import Attendance, SessionAudience, SessionSpeaker, TrainingSession
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    at,
    training_session,
    two_leg_cohort,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def leg():
    return two_leg_cohort()[1]


@pytest.fixture
def by():
    return UserFactory()


def lecture(leg, by, day=8, start="09:00", end="11:00", *, speakers=(), groups=(), **facts):
    return create_training_session(
        leg=leg,
        facts={
            "kind": "lecture",
            "title": "专题讲座",
            "starts_at": at(day, start),
            "ends_at": at(day, end),
            **facts,
        },
        speakers=speakers,
        groups=groups,
        by=by,
    )


def people_of(row):
    speakers = list(
        SessionSpeaker.objects.filter(training_session=row).values_list("speaker", flat=True)
    )
    groups = set(
        SessionAudience.objects.filter(training_session=row).values_list("group", flat=True)
    )
    return speakers, groups


def test_create_when_all_is_well_then_session_people_and_audit_are_written(leg, by):
    chen, group = SpeakerFactory(), GroupFactory(cohort=leg.cohort)
    row = lecture(leg, by, venue=VenueFactory(), speakers=[chen, chen], groups=[group])
    assert people_of(row) == ([chen.pk], {group.pk})
    assert (row.cohort_id, row.version, row.state) == (leg.cohort_id, 1, "draft")
    event = AuditEvent.objects.get(verb="session.created")
    assert (event.actor_id, event.scope) == (by.pk, leg.cohort.code)
    assert event.after["speakers"] == [chen.name]


def test_create_when_no_group_then_everyone(leg, by):
    assert people_of(lecture(leg, by)) == ([], {None})


def test_create_when_without_times_then_it_waits_in_the_tray(leg, by):
    first = lecture(leg, by, starts_at=None, ends_at=None)
    second = lecture(leg, by, starts_at=None, ends_at=None)
    assert {first.starts_at, second.starts_at} == {None}


def test_create_when_venue_speaker_and_people_are_taken_then_each_is_named(leg, by):
    hall, chen = VenueFactory(name_en="Great hall"), SpeakerFactory(name_en="Prof. Chen")
    taken = lecture(leg, by, venue=hall, speakers=[chen], title_en="Planning")
    with pytest.raises(refusals.Clash) as caught:
        lecture(leg, by, start="10:00", end="12:00", venue=hall, speakers=[chen])
    found = caught.value.facts["clashes"]
    assert {clash["code"] for clash in found} == {"venue", "speaker", "group"}
    assert all(taken.pk in clash["sessions"] for clash in found)
    assert hall.name in str(caught.value)
    assert chen.name in str(caught.value)
    assert taken.title in str(caught.value)
    assert TrainingSession.objects.count() == 1


def test_create_when_other_cohort_has_the_venue_then_clash_but_its_people_are_not_ours(leg, by):
    hall = VenueFactory()
    other = two_leg_cohort()[1]
    lecture(other, by, venue=hall)
    with pytest.raises(refusals.Clash) as caught:
        lecture(leg, by, venue=hall)
    assert [clash["code"] for clash in caught.value.facts["clashes"]] == ["venue"]


def test_create_when_groups_differ_or_times_touch_then_no_clash(leg, by):
    one, two = GroupFactory.create_batch(2, cohort=leg.cohort)
    lecture(leg, by, groups=[one])
    lecture(leg, by, groups=[two])
    lecture(leg, by, start="11:00", end="12:00")
    assert TrainingSession.objects.count() == 3


@pytest.mark.parametrize(
    ("start", "end", "refusal", "field"),
    [
        (at(8, "09:00"), None, refusals.TimesIncomplete, "ends_at"),
        (at(8, "09:00"), at(8, "09:00"), refusals.TimesReversed, "ends_at"),
        (at(8, "23:00"), at(9, "00:01"), refusals.TimesOverMidnight, "ends_at"),
        (at(8, "09:00").replace(second=30), at(8, "10:00"), refusals.TimesNotWhole, "starts_at"),
    ],
)
def test_create_when_times_cannot_be_then_refused_at_the_field(leg, by, start, end, refusal, field):
    with pytest.raises(refusal) as caught:
        lecture(leg, by, starts_at=start, ends_at=end)
    assert list(caught.value.fields) == [field]


def test_create_when_it_ends_at_midnight_then_it_is_one_day(leg, by):
    assert lecture(leg, by, starts_at=at(8, "22:00"), ends_at=at(9, "00:00")).pk


def test_create_when_group_or_lecture_is_of_another_cohort_then_refused(leg, by):
    stranger = two_leg_cohort()[1]
    with pytest.raises(refusals.GroupElsewhere):
        lecture(leg, by, groups=[GroupFactory(cohort=stranger.cohort)])
    with pytest.raises(refusals.NoPreparingLecture):
        lecture(leg, by, prepared_by=lecture(stranger, by))


def test_create_when_the_cohort_is_closed_then_refused(leg, by):
    leg.cohort.state = "archived"
    leg.cohort.save()
    with pytest.raises(CohortClosed):
        lecture(leg, by)


def test_change_when_moved_then_version_rises_and_audit_has_both(leg, by):
    row = lecture(leg, by)
    moved = change_training_session(
        training_session=row,
        version=1,
        facts={"starts_at": at(9, "09:00"), "ends_at": at(9, "11:00")},
        by=by,
    )
    assert (moved.version, moved.starts_at) == (2, at(9, "09:00"))
    event = AuditEvent.objects.get(verb="session.changed")
    assert event.before["starts_at"] == "2026-06-08T09:00:00+08:00"
    assert event.after["starts_at"] == "2026-06-09T09:00:00+08:00"


def test_change_when_nothing_differs_then_version_and_audit_stay(leg, by):
    row = lecture(leg, by)
    same = change_training_session(
        training_session=row, version=1, facts={"title": row.title}, speakers=[], groups=[], by=by
    )
    assert same.version == 1
    assert not AuditEvent.objects.filter(verb="session.changed").exists()


def test_change_when_stale_then_the_current_session_is_told(leg, by):
    row = lecture(leg, by)
    change_training_session(training_session=row, version=1, facts={"title": "新题"}, by=by)
    with pytest.raises(Stale) as caught:
        change_training_session(training_session=row, version=1, facts={"title": "旧题"}, by=by)
    current = caught.value.facts["current"]
    assert (current["id"], current["version"], current["title"]) == (row.pk, 2, "新题")


def test_change_when_refused_then_nothing_of_it_stays(leg, by):
    hall = VenueFactory()
    lecture(leg, by, day=9, venue=hall)
    row = lecture(leg, by)
    with pytest.raises(refusals.Clash):
        change_training_session(
            training_session=row,
            version=1,
            facts={"starts_at": at(9, "10:00"), "ends_at": at(9, "12:00"), "venue": hall},
            speakers=[SpeakerFactory()],
            by=by,
        )
    row.refresh_from_db()
    assert (row.version, row.starts_at, row.venue) == (1, at(8, "09:00"), None)
    assert people_of(row) == ([], {None})


def test_change_when_a_busy_speaker_is_replaced_and_time_moves_at_once_then_no_false_clash(leg, by):
    busy, free = SpeakerFactory(), SpeakerFactory()
    one, two = GroupFactory.create_batch(2, cohort=leg.cohort)
    lecture(leg, by, day=9, speakers=[busy], groups=[one])
    row = lecture(leg, by, speakers=[busy], groups=[one])
    change_training_session(
        training_session=row,
        version=1,
        facts={"starts_at": at(9, "09:00"), "ends_at": at(9, "11:00")},
        speakers=[free],
        groups=[two],
        by=by,
    )
    assert people_of(row) == ([free.pk], {two.pk})


def test_change_when_speakers_are_reordered_then_the_order_is_kept(leg, by):
    first, second = SpeakerFactory.create_batch(2)
    row = lecture(leg, by, speakers=[first, second])
    change_training_session(
        training_session=row, version=1, facts={}, speakers=[second, first], by=by
    )
    assert people_of(row)[0] == [second.pk, first.pk]


def test_change_when_cancelled_then_refused_until_taken_up_again(leg, by):
    row = lecture(leg, by)
    cancel_training_session(training_session=row, version=1, reason="讲师 生病", by=by)
    row.refresh_from_db()
    assert (row.state, row.cancel_reason, row.version) == ("cancelled", "讲师 生病", 2)
    with pytest.raises(refusals.SessionCancelled):
        change_training_session(training_session=row, version=2, facts={"title": "新题"}, by=by)
    back = change_training_session(training_session=row, version=2, facts={"state": "draft"}, by=by)
    assert (back.state, back.cancel_reason) == ("draft", "")


def test_restore_when_the_place_is_taken_meanwhile_then_clash(leg, by):
    row = lecture(leg, by)
    cancel_training_session(training_session=row, version=1, reason="", by=by)
    lecture(leg, by)
    with pytest.raises(refusals.Clash):
        change_training_session(training_session=row, version=2, facts={"state": "draft"}, by=by)


def test_delete_when_nobody_was_told_then_gone_else_refused(leg, by):
    delete_training_session(training_session=lecture(leg, by), version=1, by=by)
    assert not TrainingSession.objects.exists()
    marked = training_session(leg, 8, "09:00", "10:00")
    Attendance.objects.create(
        training_session=marked, enrollment=EnrollmentFactory(cohort=leg.cohort), state="present"
    )
    with pytest.raises(refusals.SessionKept):
        delete_training_session(training_session=marked, version=1, by=by)


def test_change_when_all_groups_become_everyone_then_one_row(leg, by):
    one, two = GroupFactory.create_batch(2, cohort=leg.cohort)
    row = lecture(leg, by, groups=[one, two])
    change_training_session(training_session=row, version=1, facts={}, groups=[], by=by)
    assert people_of(row)[1] == {None}
    change_training_session(
        training_session=row,
        version=2,
        facts={},
        groups=list(Group.objects.filter(pk=one.pk)),
        by=by,
    )
    assert people_of(row)[1] == {one.pk}
