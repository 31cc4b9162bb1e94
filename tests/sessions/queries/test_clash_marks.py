"""The marks around a change against the marks of the whole cohort, before and after it."""

from contextlib import suppress

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from g60portal.common.refusals import Refusal
from sessions.actions.acts import Act
from sessions.actions.training_sessions import (
    cancel_training_session,
    change_training_session,
    create_training_session,
    delete_training_session,
)
from sessions.models import CityTravel, SessionChange, SpeakerWindow, TrainingSession
from sessions.queries.clash_marks import Moved, marks_after
from sessions.queries.clashes import by_session, clashes_of
from sessions.queries.session_changes import news_of
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    SpeakerFactory,
    VenueFactory,
    at,
    city,
    training_session,
    two_leg_cohort,
)

pytestmark = pytest.mark.django_db

NUMBERS = st.integers(0, 23)
KINDS = ("lecture", "site_visit", "ceremony", "lecture", "site_visit", "meal")
SESSIONS = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=3, max_size=9)
WRITES = ("move", "move", "people", "cancel", "delete", "kind", "prepare", "leg", "create", "tray")
CHANGES = st.lists(
    st.tuples(st.sampled_from(WRITES), NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=4
)


class World:
    """Two legs in two cities, venues that are small, far and closed, groups of a few people."""

    def __init__(self):
        self.cohort, *self.legs = two_leg_cohort()
        self.groups = GroupFactory.create_batch(2, cohort=self.cohort)
        for group in (*self.groups, None):
            EnrollmentFactory(cohort=self.cohort, group=group)
        hours = [{"weekday": day, "opens": "09:00", "closes": "12:00"} for day in range(1, 8)]
        self.venues = [
            VenueFactory(capacity=1),
            VenueFactory(city=city("hefei"), opening_hours=hours),
            None,
        ]
        CityTravel.objects.create(origin=city("songjiang"), destination=city("hefei"), minutes=150)
        self.speakers = SpeakerFactory.create_batch(2)
        SpeakerWindow.objects.create(
            speaker=self.speakers[0], starts_at=at(8, "09:00"), ends_at=at(8, "12:00")
        )

    def times(self, number):
        """Six hours of four days, of which one belongs to the other leg."""
        day, slot = 8 + number // 6, number % 6
        return {
            "starts_at": at(day, f"{8 + 2 * slot:02}:00"),
            "ends_at": at(day, f"{9 + 2 * slot:02}:50"),
        }

    def create(self, a, b, c, act=None):
        create_training_session(
            leg=self.legs[a // 20],
            facts={
                "kind": KINDS[a % 6],
                "title": "讲座",
                "venue": self.venues[b % 3],
                **self.times(c),
            },
            speakers=self.speakers[: b % 3],
            groups=self.groups[: c % 3 % 2],
            by=None,
            act=act,
        )

    def write(self, kind, a, b, c, act):
        rows = list(TrainingSession.objects.filter(cohort=self.cohort).order_by("pk"))
        if kind == "create" or not rows:
            return self.create(a, b, c, act)
        row = rows[a % len(rows)]
        named = {"training_session": row, "version": row.version, "by": None, "act": act}
        if kind == "cancel":
            return cancel_training_session(**named, reason="")
        if kind == "delete":
            return delete_training_session(**named)
        facts = {
            "move": {**self.times(b), "venue": self.venues[c % 3]},
            "people": {},
            "kind": {"kind": KINDS[b % 6], "title": "开班仪式" if c % 2 else "讲座"},
            "prepare": {"prepared_by": rows[b % len(rows)]},
            "leg": {"leg": self.legs[b % 2]},
            "tray": {"starts_at": None, "ends_at": None},
        }[kind]
        people = {"speakers": self.speakers[: b % 3], "groups": self.groups[: c % 2]}
        return change_training_session(**named, facts=facts, **(people if kind == "people" else {}))


def all_marks(cohort):
    return by_session(clashes_of(cohort))


@example(  # a ceremony is marked with sessions of days that nobody has touched
    sessions=[(0, 0, 6), (0, 0, 1), (2, 0, 12), (20, 0, 13)], changes=[("move", 1, 0, 0)]
)
@given(sessions=SESSIONS, changes=CHANGES)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_marks_when_anything_was_written_then_as_the_whole_cohort_says(sessions, changes):
    with transaction.atomic():
        world, act = World(), Act.fresh()
        for numbers in sessions:
            _tried(world.create, *numbers)
        before = all_marks(world.cohort)
        for kind, *numbers in changes:
            _tried(world.write, kind, *numbers, act)
        after = all_marks(world.cohort)
        moved = _moved(act)
        marks = marks_after(world.cohort, list(moved.values()))
        assert marks.changed == {
            key for key in {*before, *after} if before.get(key) != after.get(key)
        }
        for key in {*moved, *marks.changed}:
            assert marks.now.get(key, []) == after.get(key, [])
        transaction.set_rollback(True)


def _tried(work, *numbers):
    with suppress(Refusal):
        work(*numbers)


def _moved(act):
    moved = {}
    for row in SessionChange.objects.filter(batch=act.batch).order_by("pk"):
        first = moved.get(row.session_id_then)
        before = first.before if first else row.before
        moved[row.session_id_then] = Moved(row.session_id_then, before, row.after)
    return moved


@pytest.mark.parametrize("rows", [1, 4])
def test_news_when_more_sessions_then_the_same_queries(rows):
    cohort, leg, _hefei = two_leg_cohort()
    for number in range(rows):
        row = training_session(
            leg, 8, f"1{number}:00", f"1{number}:30", venue=VenueFactory(),
            speakers=[SpeakerFactory()], groups=[GroupFactory(cohort=cohort)],
        )  # fmt: skip
    act = Act.fresh()
    change_training_session(
        training_session=row,
        version=1,
        facts={"starts_at": at(8, "16:00"), "ends_at": at(8, "17:00")},
        by=None,
        act=act,
    )
    with CaptureQueriesContext(connection) as queries:
        news_of(cohort, act.written)
    assert len(queries) == 3  # sessions, what stands around them, what is accepted
