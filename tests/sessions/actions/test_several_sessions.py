"""Several sessions in one step: swaps, batches, copies, waves; all or nothing."""

import pytest

from cohorts.refusals import CohortClosed
from g60portal.audit.models import AuditEvent
from g60portal.common.refusals import Stale
from sessions import refusals
from sessions.actions.several_sessions import (
    Change,
    Wave,
    change_several,
    copy_training_session,
    split_into_waves,
)
from sessions.actions.training_sessions import change_training_session
from sessions.models import SessionAudience, SessionChange, SessionSpeaker, TrainingSession
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


def times(day, start, end):
    return {"starts_at": at(day, start), "ends_at": at(day, end)}


def speakers_of(row):
    rows = SessionSpeaker.objects.filter(training_session=row)
    return list(rows.order_by("position").values_list("speaker", flat=True))


def groups_of(row):
    rows = SessionAudience.objects.filter(training_session=row)
    return set(rows.values_list("group", flat=True))


def test_batch_when_two_sessions_swap_times_then_both_move_in_one_act(leg, by):
    hall, chen = VenueFactory(), SpeakerFactory()
    first = training_session(leg, 8, "09:00", "10:00", venue=hall, speakers=[chen])
    second = training_session(leg, 8, "10:00", "11:00", venue=hall, speakers=[chen])
    rows = change_several(
        cohort=leg.cohort,
        changes=[
            Change(second, 1, times(8, "09:00", "10:00")),
            Change(first, 1, times(8, "10:00", "11:00")),
        ],
        by=by,
    )
    assert [(row.pk, row.version) for row in rows] == [(first.pk, 2), (second.pk, 2)]
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.starts_at, second.starts_at) == (at(8, "10:00"), at(8, "09:00"))
    booked = SessionSpeaker.objects.get(training_session=first)
    assert (booked.starts_at, booked.ends_at) == (first.starts_at, first.ends_at)
    assert SessionChange.objects.values("batch").distinct().count() == 1
    assert AuditEvent.objects.filter(verb="session.changed", actor=by).count() == 2


def test_batch_when_venues_speakers_and_groups_are_swapped_then_no_false_clash(leg, by):
    halls, speakers = VenueFactory.create_batch(2), SpeakerFactory.create_batch(2)
    groups = GroupFactory.create_batch(2, cohort=leg.cohort)
    first, second = (
        training_session(leg, 8, "09:00", "10:00", venue=hall, speakers=[speaker], groups=[group])
        for hall, speaker, group in zip(halls, speakers, groups, strict=True)
    )
    change_several(
        cohort=leg.cohort,
        changes=[
            Change(first, 1, {"venue": halls[1]}, [speakers[1]], [groups[1]]),
            Change(second, 1, {"venue": halls[0]}, [speakers[0]], [groups[0]]),
        ],
        by=by,
    )
    first.refresh_from_db()
    assert (first.venue, speakers_of(first), groups_of(first)) == (
        halls[1],
        [speakers[1].pk],
        {groups[1].pk},
    )
    assert (speakers_of(second), groups_of(second)) == ([speakers[0].pk], {groups[0].pk})


def test_batch_when_a_third_is_in_the_way_then_refused_by_name_and_nothing_is_written(leg, by):
    hall = VenueFactory(name="大讲堂")
    groups = GroupFactory.create_batch(3, cohort=leg.cohort)
    taken = training_session(leg, 9, "09:00", "10:00", venue=hall, groups=groups[2:])
    moved = training_session(leg, 8, "09:00", "10:00", venue=hall, groups=groups[:1])
    other = training_session(leg, 8, "10:00", "11:00", groups=groups[1:2])
    with pytest.raises(refusals.Clash) as caught:
        change_several(
            cohort=leg.cohort,
            changes=[
                Change(other, 1, {"title": "新题"}),
                Change(moved, 1, times(9, "09:30", "10:30")),
            ],
            by=by,
        )
    (clash,) = caught.value.facts["clashes"]
    assert (clash["code"], set(clash["sessions"])) == ("venue", {taken.pk, moved.pk})
    assert "大讲堂" in str(caught.value)
    other.refresh_from_db()
    moved.refresh_from_db()
    assert (other.version, moved.version, moved.starts_at) == (1, 1, at(8, "09:00"))
    assert not SessionChange.objects.exists()


def test_batch_when_two_of_it_meet_then_their_clash_is_told_once(leg, by):
    hall = VenueFactory()
    groups = GroupFactory.create_batch(2, cohort=leg.cohort)
    first = training_session(leg, 8, "09:00", "10:00", venue=hall, groups=groups[:1])
    second = training_session(leg, 8, "10:00", "11:00", venue=hall, groups=groups[1:])
    with pytest.raises(refusals.Clash) as caught:
        change_several(
            cohort=leg.cohort,
            changes=[Change(row, 1, times(9, "09:00", "10:00")) for row in (first, second)],
            by=by,
        )
    (clash,) = caught.value.facts["clashes"]
    assert set(clash["sessions"]) == {first.pk, second.pk}


def test_batch_when_one_is_stale_then_nothing_and_what_was_changed_is_told(leg, by):
    wu = UserFactory(name="吴")
    first, second = (training_session(leg, day, "09:00", "10:00") for day in (8, 9))
    change_training_session(
        training_session=second, version=1, facts={"title": "新题", "hours": 3}, by=wu
    )
    with pytest.raises(Stale) as caught:
        change_several(
            cohort=leg.cohort,
            changes=[Change(row, 1, {"title": "我的"}) for row in (first, second)],
            by=by,
        )
    facts = caught.value.facts
    assert (facts["current"]["id"], facts["current"]["version"]) == (second.pk, 2)
    assert facts["theirs"] == {"title": "新题", "hours": 3.0}
    assert facts["by"] == "吴"
    first.refresh_from_db()
    assert first.version == 1


def test_batch_when_a_session_is_named_twice_then_refused(leg, by):
    row = training_session(leg, 8, "09:00", "10:00")
    with pytest.raises(refusals.SessionTwice) as caught:
        change_several(cohort=leg.cohort, changes=[Change(row, 1, {})] * 2, by=by)
    assert caught.value.facts == {"sessions": [row.pk]}


def test_batch_when_cancelling_then_the_reason_is_kept_and_a_cancelled_one_stays_closed(leg, by):
    row = training_session(leg, 8, "09:00", "10:00")
    cancel = Change(row, 1, {"state": "cancelled"}, reason="讲师 生病")
    change_several(cohort=leg.cohort, changes=[cancel], by=by)
    row.refresh_from_db()
    assert (row.state, row.cancel_reason) == ("cancelled", "讲师 生病")
    with pytest.raises(refusals.SessionCancelled):
        change_several(cohort=leg.cohort, changes=[Change(row, 2, {"title": "新题"})], by=by)


def test_batch_when_the_cohort_is_closed_then_refused(leg, by):
    row = training_session(leg, 8, "09:00", "10:00")
    leg.cohort.state = "archived"
    leg.cohort.save()
    with pytest.raises(CohortClosed):
        change_several(cohort=leg.cohort, changes=[Change(row, 1, {"title": "新题"})], by=by)


def test_copy_when_without_times_then_a_draft_in_the_tray_with_the_same_people(leg, by):
    chen, group = SpeakerFactory(), GroupFactory(cohort=leg.cohort)
    source = training_session(
        leg, 8, "09:00", "10:00", venue=VenueFactory(), speakers=[chen], groups=[group],
        state="planned", description="说明",
    )  # fmt: skip
    copy = copy_training_session(training_session=source, facts={}, by=by)
    assert copy.pk != source.pk
    assert copy.uid != source.uid
    assert (copy.title, copy.description, copy.venue) == (source.title, "说明", source.venue)
    assert (copy.starts_at, copy.ends_at, copy.state, copy.version) == (None, None, "draft", 1)
    assert (speakers_of(copy), groups_of(copy)) == ([chen.pk], {group.pk})


def test_copy_when_facts_and_people_are_given_then_they_take_the_place(leg, by):
    source = training_session(leg, 8, "09:00", "10:00", speakers=[SpeakerFactory()])
    wu = SpeakerFactory()
    copy = copy_training_session(
        training_session=source,
        facts={"title": "第二场", **times(9, "09:00", "10:00")},
        speakers=[wu],
        by=by,
    )
    assert (copy.title, copy.starts_at, speakers_of(copy)) == ("第二场", at(9, "09:00"), [wu.pk])
    with pytest.raises(refusals.Clash):
        copy_training_session(training_session=source, facts=times(8, "09:30", "10:00"), by=by)


@pytest.fixture
def visit(leg):
    """A visit of three groups, and the groups."""
    groups = GroupFactory.create_batch(3, cohort=leg.cohort)
    row = training_session(
        leg, 8, "14:00", "15:00", kind="site_visit", venue=VenueFactory(), groups=groups
    )
    return row, groups


def waves_of(*parts):
    return [
        Wave(groups, at(8, f"{14 + number}:00"), at(8, f"{15 + number}:00"))
        for number, groups in enumerate(parts)
    ]


def test_waves_when_the_groups_are_parted_then_the_first_keeps_the_identity(visit, by):
    row, (one, two, three) = visit
    split = split_into_waves(
        training_session=row, version=1, waves=waves_of([one, two], [three]), by=by
    )
    first, second = split
    assert (first.pk, first.uid, first.version) == (row.pk, row.uid, 2)
    assert (groups_of(first), groups_of(second)) == ({one.pk, two.pk}, {three.pk})
    assert (second.venue, second.title, second.version) == (row.venue, row.title, 1)
    assert (second.starts_at, second.ends_at) == (at(8, "15:00"), at(8, "16:00"))
    assert SessionChange.objects.values("batch").distinct().count() == 1


def test_waves_when_parallel_in_two_venues_then_both_at_once(visit, by):
    row, (one, two, three) = visit
    other = VenueFactory()
    waves = [
        Wave([one, two], row.starts_at, row.ends_at),
        Wave([three], row.starts_at, row.ends_at, other),
    ]
    split_into_waves(training_session=row, version=1, waves=waves, by=by)
    assert set(TrainingSession.objects.values_list("venue", flat=True)) == {row.venue_id, other.pk}


def test_waves_when_not_a_partition_then_refused_with_the_names(visit, leg, by):
    row, (one, two, three) = visit
    stranger = GroupFactory(cohort=leg.cohort)
    with pytest.raises(refusals.WavesNotWhole) as caught:
        split_into_waves(
            training_session=row, version=1, waves=waves_of([one, two], [two, stranger]), by=by
        )
    assert caught.value.facts == {
        "missing": [three.name],
        "twice": [two.name],
        "foreign": [stranger.name],
    }
    assert three.name in str(caught.value)
    with pytest.raises(refusals.WavesNotWhole):
        split_into_waves(
            training_session=row, version=1, waves=waves_of([one, two, three], []), by=by
        )
    with pytest.raises(refusals.WavesTooFew):
        split_into_waves(training_session=row, version=1, waves=waves_of([one, two, three]), by=by)
    assert TrainingSession.objects.count() == 1


def test_waves_when_everyone_attends_then_all_groups_and_nobody_without_one(leg, by):
    one, two = GroupFactory.create_batch(2, cohort=leg.cohort)
    row = training_session(leg, 8, "14:00", "15:00")
    lonely = EnrollmentFactory(cohort=leg.cohort)
    waves = waves_of([one], [two])
    with pytest.raises(refusals.PeopleWithoutGroup) as caught:
        split_into_waves(training_session=row, version=1, waves=waves, by=by)
    assert caught.value.facts == {"people": 1}
    lonely.group = one
    lonely.save()
    split_into_waves(training_session=row, version=1, waves=waves, by=by)
    assert groups_of(row) == {one.pk}


def test_waves_when_a_wave_meets_another_session_of_its_people_then_clash(visit, leg, by):
    row, (one, two, three) = visit
    training_session(leg, 8, "15:30", "16:30", groups=[three])
    with pytest.raises(refusals.Clash):
        split_into_waves(
            training_session=row, version=1, waves=waves_of([one, two], [three]), by=by
        )
    assert TrainingSession.objects.count() == 2
