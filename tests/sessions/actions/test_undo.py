"""Undo and redo: what is mine is taken back, what is others' stays; each kind of act, each
refusal."""

import pytest

from g60portal.common.refusals import NotAllowed
from sessions import refusals
from sessions.actions.acts import Act
from sessions.actions.session_changes import redo_last, undo_last
from sessions.actions.several_sessions import (
    Change,
    Wave,
    change_several,
    copy_training_session,
    split_into_waves,
)
from sessions.actions.training_sessions import (
    cancel_training_session,
    change_training_session,
    create_training_session,
    delete_training_session,
)
from sessions.models import Attendance, SessionChange, TrainingSession
from sessions.queries.session_changes import deeds_of
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
from tests.sessions.actions.timetable_pictures import pictures

pytestmark = pytest.mark.django_db


@pytest.fixture
def leg():
    return two_leg_cohort()[1]


@pytest.fixture
def by():
    return UserFactory(name="陈")


@pytest.fixture
def row(leg):
    """A session with everything."""
    return training_session(
        leg,
        8,
        "09:00",
        "10:00",
        venue=VenueFactory(),
        speakers=SpeakerFactory.create_batch(2),
        groups=GroupFactory.create_batch(3, cohort=leg.cohort),
    )


def change(row, by, **facts):
    row.refresh_from_db()
    people = {name: facts.pop(name) for name in ("speakers", "groups") if name in facts}
    return change_training_session(
        training_session=row, version=row.version, facts=facts, by=by, **people
    )


def moved(row, by):
    change(row, by, starts_at=at(9, "14:00"), ends_at=at(9, "15:00"))


def enriched(row, by):
    change(row, by, title="新题", venue=None, speakers=[SpeakerFactory()], groups=[])


def cancelled(row, by):
    cancel_training_session(training_session=row, version=row.version, reason="病", by=by)


def deleted(row, by):
    delete_training_session(training_session=row, version=row.version, by=by)


def deleted_lecture(row, by):
    visit = training_session(row.leg, 9, "09:00", "10:00", prepared_by=row)
    before = pictures(row.cohort)
    deleted(row, by)
    assert pictures(row.cohort)[visit.pk] != before[visit.pk]


def created(row, by):
    create_training_session(
        leg=row.leg,
        facts={"kind": "meal", "title": "午餐", "hours": 0},
        speakers=[],
        groups=list(row.cohort.groups.all()[:1]),
        by=by,
    )


def copied(row, by):
    copy_training_session(training_session=row, facts={}, by=by)


def split(row, by):
    one, *others = row.cohort.groups.all()
    waves = [
        Wave([one], at(8, "11:00"), at(8, "12:00"), VenueFactory()),
        Wave(others, at(8, "13:00"), at(8, "14:00")),
    ]
    split_into_waves(training_session=row, version=row.version, waves=waves, by=by)


def swapped(row, by):
    other = training_session(
        row.leg, 8, "10:00", "11:00", venue=row.venue, groups=row.cohort.groups.all()
    )
    facts = [{"starts_at": each.starts_at, "ends_at": each.ends_at} for each in (row, other)]
    changes = [Change(row, 1, facts[1]), Change(other, 1, facts[0])]
    change_several(cohort=row.cohort, changes=changes, by=by)


ACTS = [moved, enriched, cancelled, deleted, deleted_lecture, created, copied, split, swapped]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_undo_and_redo_when_any_act_then_all_is_as_before_and_as_after(act, row, by):
    cohort = row.cohort
    if act in (deleted_lecture, swapped):
        act(row, by)  # these bring a second session along
        undo_last(cohort=cohort, by=by)
        before = pictures(cohort)
        redo_last(cohort=cohort, by=by)
    else:
        before = pictures(cohort)
        act(row, by)
    after = pictures(cohort)
    assert after != before
    for _ in range(2):
        undo_last(cohort=cohort, by=by)
        assert pictures(cohort) == before
        redo_last(cohort=cohort, by=by)
        assert pictures(cohort) == after


def test_undo_when_it_writes_then_versions_grow_and_the_log_says_so(row, by):
    moved(row, by)
    (back,) = undo_last(cohort=row.cohort, by=by)
    assert (back.pk, back.version) == (row.pk, 3)
    plain, undo = SessionChange.objects.order_by("pk")
    assert (undo.role, undo.batch, undo.by) == ("undo", plain.batch, by)
    assert (undo.before, undo.after) == (plain.after, plain.before)
    assert plain.undone_at is not None
    redo_last(cohort=row.cohort, by=by)
    plain.refresh_from_db()
    assert plain.undone_at is None
    assert SessionChange.objects.latest("pk").role == "redo"


def test_undo_when_a_deleted_session_comes_back_then_the_same_key_and_a_later_version(row, by):
    change(row, by, title="新题")
    row.refresh_from_db()
    deleted(row, by)
    undo_last(cohort=row.cohort, by=by)
    back = TrainingSession.objects.get(pk=row.pk)
    assert (back.uid, back.title) == (row.uid, "新题")
    assert back.version == 4  # 2 the title, 3 gone


def test_undo_when_several_acts_then_last_first_and_redo_in_their_order(row, by):
    for title in ("一", "二", "三"):
        change(row, by, title=title)

    def title_after(turn):
        turn(cohort=row.cohort, by=by)
        row.refresh_from_db()
        return row.title

    assert [title_after(undo_last) for _ in range(3)] == ["二", "一", "专题讲座"]
    with pytest.raises(refusals.NothingToUndo):
        undo_last(cohort=row.cohort, by=by)
    assert [title_after(redo_last) for _ in range(3)] == ["一", "二", "三"]
    with pytest.raises(refusals.NothingToRedo):
        redo_last(cohort=row.cohort, by=by)


def test_redo_when_something_new_was_done_then_nothing_is_left_of_it(row, by):
    change(row, by, title="一")
    change(row, by, title="二")
    undo_last(cohort=row.cohort, by=by)
    change(row, by, hours=5)
    with pytest.raises(refusals.NothingToRedo):
        redo_last(cohort=row.cohort, by=by)
    undo_last(cohort=row.cohort, by=by)
    redo_last(cohort=row.cohort, by=by)
    row.refresh_from_db()
    assert (row.title, row.hours) == ("一", 5)
    with pytest.raises(refusals.NothingToRedo):
        redo_last(cohort=row.cohort, by=by)


def test_undo_when_fifty_were_taken_back_then_the_rest_stays(row, by):
    for number in range(52):
        change(row, by, title=f"第{number}讲")
    for _ in range(50):
        undo_last(cohort=row.cohort, by=by)
    with pytest.raises(refusals.NothingToUndo):
        undo_last(cohort=row.cohort, by=by)
    row.refresh_from_db()
    assert row.title == "第1讲"
    undo, redo = deeds_of(row.cohort, by)
    assert (undo, redo.title) == (None, "第2讲")


def test_undo_when_acts_are_of_others_or_elsewhere_then_not_mine(row, by):
    other = training_session(two_leg_cohort()[1], 8, "09:00", "10:00")
    moved(row, UserFactory())
    moved(other, by)
    with pytest.raises(refusals.NothingToUndo):
        undo_last(cohort=row.cohort, by=by)


def test_undo_when_somebody_changed_other_facts_since_then_theirs_stay(row, by):
    moved(row, by)
    change(row, UserFactory(), title="他的题")
    undo_last(cohort=row.cohort, by=by)
    row.refresh_from_db()
    assert (row.title, row.starts_at) == ("他的题", at(8, "09:00"))
    redo_last(cohort=row.cohort, by=by)
    row.refresh_from_db()
    assert (row.title, row.starts_at) == ("他的题", at(9, "14:00"))


@pytest.mark.parametrize(
    "theirs",
    [
        {"starts_at": at(9, "16:00"), "ends_at": at(9, "17:00")},
        {"ends_at": at(9, "15:30")},  # times are one fact
    ],
)
def test_undo_when_somebody_changed_the_same_since_then_refused_with_the_current(row, by, theirs):
    moved(row, by)
    change(row, UserFactory(name="吴"), **theirs)
    before = pictures(row.cohort)
    with pytest.raises(refusals.ChangedSince) as caught:
        undo_last(cohort=row.cohort, by=by)
    facts = caught.value.facts
    assert (facts["current"]["id"], facts["current"]["version"]) == (row.pk, 3)
    assert (facts["by"], set(facts["theirs"])) == ("吴", set(theirs))
    assert pictures(row.cohort) == before
    assert deeds_of(row.cohort, by)[0] is not None


def test_undo_when_somebody_deleted_it_since_then_refused_without_current(row, by):
    moved(row, by)
    row.refresh_from_db()
    deleted(row, UserFactory())
    with pytest.raises(refusals.ChangedSince) as caught:
        undo_last(cohort=row.cohort, by=by)
    assert caught.value.facts["current"] is None


def test_undo_when_one_of_a_batch_cannot_then_none_of_it(row, by):
    swapped(row, by)
    other = TrainingSession.objects.exclude(pk=row.pk).get()
    change(other, UserFactory(), starts_at=at(9, "16:00"), ends_at=at(9, "17:00"))
    before = pictures(row.cohort)
    with pytest.raises(refusals.ChangedSince):
        undo_last(cohort=row.cohort, by=by)
    assert pictures(row.cohort) == before


def test_undo_of_create_when_people_know_of_it_or_others_build_on_it_then_refused(row, by):
    lecture = create_training_session(
        leg=row.leg, facts={"kind": "lecture", "title": "讲座"}, speakers=[], groups=[], by=by
    )
    change(row, UserFactory(), prepared_by=lecture)
    with pytest.raises(refusals.ChangedSince) as caught:
        undo_last(cohort=row.cohort, by=by)
    assert caught.value.facts["current"]["id"] == row.pk
    change(row, UserFactory(), prepared_by=None)
    Attendance.objects.create(
        training_session=lecture, enrollment=EnrollmentFactory(cohort=row.cohort), state="present"
    )
    with pytest.raises(refusals.SessionKept):
        undo_last(cohort=row.cohort, by=by)
    assert TrainingSession.objects.filter(pk=lecture.pk).exists()


def test_undo_when_the_old_place_is_taken_then_clash_and_nothing_is_written(row, by):
    moved(row, by)
    taken = training_session(row.leg, 8, "09:30", "10:30", venue=row.venue, groups=[])
    with pytest.raises(refusals.Clash) as caught:
        undo_last(cohort=row.cohort, by=by)
    assert taken.pk in caught.value.facts["clashes"][0]["sessions"]
    row.refresh_from_db()
    assert row.starts_at == at(9, "14:00")


def test_undo_when_the_venue_is_no_more_then_refused_by_name(leg, by):
    hall = VenueFactory()
    row = training_session(leg, 8, "09:00", "10:00", venue=hall)
    change(row, by, venue=None)
    key = hall.pk
    hall.delete()
    with pytest.raises(refusals.PartGone) as caught:
        undo_last(cohort=leg.cohort, by=by)
    assert caught.value.facts == {"missing": {"venue": [key]}}


def test_undo_when_the_leg_is_no_longer_mine_then_refused(row, by):
    moved(row, by)
    with pytest.raises(NotAllowed):
        undo_last(cohort=row.cohort, by=by, legs=[row.leg_id + 1])
    undo_last(cohort=row.cohort, by=by, legs=[row.leg_id])


def test_undo_when_an_act_wrote_a_session_twice_then_from_last_to_first(row, by):
    before = pictures(row.cohort)
    act = Act.fresh()
    for version, title in enumerate(("一", "二"), 1):
        change_training_session(
            training_session=row, version=version, facts={"title": title}, by=by, act=act
        )
    undo_last(cohort=row.cohort, by=by)
    assert pictures(row.cohort) == before
    redo_last(cohort=row.cohort, by=by)
    row.refresh_from_db()
    assert row.title == "二"


def test_deeds_when_asked_then_title_and_count_in_one_query(
    row, by, django_assert_num_queries, settings
):
    assert deeds_of(row.cohort, by) == (None, None)
    change(row, by, title="一")
    split(TrainingSession.objects.get(), by)
    with django_assert_num_queries(1):
        undo, redo = deeds_of(row.cohort, by)
    assert (undo.title, undo.count, redo) == ("一", 2, None)
    undo_last(cohort=row.cohort, by=by)
    with django_assert_num_queries(1):
        undo, redo = deeds_of(row.cohort, by)
    assert (undo.count, redo.count) == (1, 2)
