"""What each write of a session leaves in the log of changes, and at what cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sessions.actions.acts import Act
from sessions.actions.training_sessions import (
    cancel_training_session,
    change_training_session,
    create_training_session,
    delete_training_session,
)
from sessions.models import SessionChange, Slot, TrainingSession, Vehicle
from sessions.refusals import Clash, SessionHasVehicles, SessionKept
from tests.factories import (
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


def create(leg, by, **facts):
    facts = {"kind": "lecture", "title": "讲座", **facts}
    people = {name: facts.pop(name, ()) for name in ("speakers", "groups")}
    return create_training_session(leg=leg, facts=facts, by=by, **people)


def test_create_when_written_then_the_whole_picture_is_logged(leg, by):
    hall, one, two = VenueFactory(), SpeakerFactory(), SpeakerFactory()
    first, second = GroupFactory.create_batch(2, cohort=leg.cohort)
    row = create(
        leg,
        by,
        venue=hall,
        starts_at=at(8, "09:00"),
        ends_at=at(8, "10:30"),
        hours=2,
        speakers=[two, one],
        groups=[second, first],
    )
    change = SessionChange.objects.get()
    assert (change.cohort_id, change.session_id_then, change.version) == (leg.cohort_id, row.pk, 1)
    assert (change.by, change.role, change.undone_at, change.before) == (by, "plain", None, None)
    assert change.after == {
        "uid": str(row.uid),
        "leg": leg.pk,
        "kind": "lecture",
        "title": "讲座",
        "title_en": "",
        "description": "",
        "theme": None,
        "venue": hall.pk,
        "starts_at": "2026-06-08T09:00:00+08:00",
        "ends_at": "2026-06-08T10:30:00+08:00",
        "hours": "2.0",
        "compulsory": True,
        "prepared_by": None,
        "state": "draft",
        "cancel_reason": "",
        "speakers": [two.pk, one.pk],
        "groups": sorted([first.pk, second.pk]),
    }


def test_picture_when_sessions_get_another_fact_then_it_is_part_of_it(leg, by):
    """What is missing in the picture, undo would forget."""
    create(leg, by)
    columns = {field.name for field in TrainingSession._meta.concrete_fields}
    counted = {"id", "cohort", "version", "created_at", "changed_at"}
    assert columns - counted == set(SessionChange.objects.get().after) - {"speakers", "groups"}


def test_change_when_written_then_before_and_after_differ_in_just_that(leg, by):
    row = create(leg, by)
    change_training_session(training_session=row, version=1, facts={"title": "新题"}, by=by)
    change = SessionChange.objects.latest("pk")
    assert change.version == 2
    assert change.after == change.before | {"title": "新题"}


def test_change_when_nothing_differs_then_nothing_is_logged(leg, by):
    row = create(leg, by)
    change_training_session(training_session=row, version=1, facts={"title": row.title}, by=by)
    assert SessionChange.objects.count() == 1


def test_cancel_and_delete_when_written_then_logged_with_growing_versions(leg, by):
    row = create(leg, by)
    cancel_training_session(training_session=row, version=1, reason="病", by=by)
    delete_training_session(training_session=row, version=2, by=by)
    changes = list(SessionChange.objects.order_by("pk"))
    assert [change.version for change in changes] == [1, 2, 3]
    assert (changes[1].after["state"], changes[1].after["cancel_reason"]) == ("cancelled", "病")
    assert (changes[2].before, changes[2].after) == (changes[1].after, None)


def test_write_when_refused_then_nothing_is_logged(leg, by):
    hall = VenueFactory()
    times = {"starts_at": at(8, "09:00"), "ends_at": at(8, "10:00")}
    create(leg, by, venue=hall, **times)
    with pytest.raises(Clash):
        create(leg, by, venue=hall, **times)
    assert SessionChange.objects.count() == 1


def test_acts_when_none_is_given_then_each_write_is_its_own_else_they_share_a_batch(leg, by):
    create(leg, by)
    create(leg, by)
    act = Act.fresh()
    for _ in range(2):
        row = create_training_session(
            leg=leg, facts={"kind": "meal", "title": "餐"}, speakers=(), groups=(), by=by, act=act
        )
    assert SessionChange.objects.values("batch").distinct().count() == 3
    assert SessionChange.objects.filter(batch=act.batch).latest("pk").session_id_then == row.pk


def test_write_when_counted_then_the_log_is_one_insert(leg, by):
    row = create(leg, by)
    with CaptureQueriesContext(connection) as queries:
        change_training_session(training_session=row, version=1, facts={"title": "新题"}, by=by)
    into_log = [each for each in queries.captured_queries if "sessionchange" in each["sql"]]
    assert len(into_log) == 1
    assert len(queries) == 7  # savepoint and release, cohort, session, update, audit, log


def test_delete_when_a_lecture_prepares_visits_then_they_are_changed_in_the_same_act(leg, by):
    lecture = create(leg, by)
    visit = create(leg, by, kind="site_visit", prepared_by=lecture)
    delete_training_session(training_session=lecture, version=1, by=by)
    visit.refresh_from_db()
    assert (visit.prepared_by, visit.version) == (None, 2)
    one, two = SessionChange.objects.order_by("-pk")[:2]
    assert one.batch == two.batch
    assert {one.session_id_then, two.session_id_then} == {lecture.pk, visit.pk}


def test_delete_when_somebody_was_asked_or_vehicles_are_planned_then_refused(leg, by):
    asked = training_session(leg, 8, "09:00", "10:00", venue=VenueFactory())
    Slot.objects.create(
        training_session=asked, venue=asked.venue, starts_at=asked.starts_at, ends_at=asked.ends_at
    )
    transfer = create(leg, by, kind="transfer")
    Vehicle.objects.create(training_session=transfer, name="1号车", seats=45)
    with pytest.raises(SessionKept):
        delete_training_session(training_session=asked, version=1, by=by)
    with pytest.raises(SessionHasVehicles):
        delete_training_session(training_session=transfer, version=1, by=by)
    assert TrainingSession.objects.count() == 2
