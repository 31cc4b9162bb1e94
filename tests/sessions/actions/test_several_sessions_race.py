"""Two organizers, or two windows of one, at once: no act is undone twice, no batch runs into a
deadlock, no write is lost. Each with its control, where the lock is left out.
"""

import threading

import pytest
from django.db import OperationalError, connection, transaction

from g60portal.common.refusals import Stale
from sessions.actions.session_changes import undo_last
from sessions.actions.session_writing import EXCLUSIONS
from sessions.actions.several_sessions import Change, change_several
from sessions.actions.training_sessions import change_training_session
from sessions.models import SessionChange, TrainingSession
from sessions.queries.session_changes import act_to_undo
from sessions.refusals import Clash
from tests.factories import UserFactory, VenueFactory, at, training_session, two_leg_cohort
from tests.sessions.actions.test_training_sessions_race import at_once

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = {
    "early": {"starts_at": at(8, "09:00"), "ends_at": at(8, "10:00")},
    "late": {"starts_at": at(8, "10:00"), "ends_at": at(8, "11:00")},
}


@pytest.fixture
def leg():
    return two_leg_cohort()[1]


@pytest.fixture
def by():
    return UserFactory()


@pytest.fixture
def pair(leg):
    hall = VenueFactory()
    return [
        training_session(leg, 8, "09:00", "10:00", venue=hall),
        training_session(leg, 8, "10:00", "11:00", venue=hall),
    ]


def retitled(row, by, *titles):
    for version, title in enumerate(titles, 1):
        change_training_session(
            training_session=row, version=version, facts={"title": title}, by=by
        )


def test_undo_when_twice_at_once_then_two_acts_are_taken_back(pair, by):
    retitled(pair[0], by, "一", "二", "三")
    cohort = pair[0].cohort
    got = at_once([lambda: undo_last(cohort=cohort, by=by)] * 2)
    assert [len(rows) for rows in got] == [1, 1]
    pair[0].refresh_from_db()
    assert (pair[0].title, pair[0].version) == ("一", 6)
    assert SessionChange.objects.filter(undone_at__isnull=False).count() == 2


def test_undo_when_the_log_is_read_without_the_lock_then_both_find_the_same_act(pair, by):
    retitled(pair[0], by, "一", "二", "三")
    cohort = pair[0].cohort
    got = at_once([lambda: act_to_undo(cohort, by)] * 2)
    assert got[0][0].pk == got[1][0].pk


def swap(pair, by, order):
    changes = [Change(pair[0], 1, TIMES["late"]), Change(pair[1], 1, TIMES["early"])]
    return change_several(cohort=pair[0].cohort, changes=changes[::order], by=by)


def test_batch_when_two_swap_the_same_sessions_at_once_then_one_does_and_one_is_stale(pair, by):
    got = at_once([lambda: swap(pair, by, 1), lambda: swap(pair, by, -1)])
    winners = [each for each in got if isinstance(each, list)]
    losers = [each for each in got if isinstance(each, Stale)]
    assert (len(winners), len(losers)) == (1, 1), got
    assert set(TrainingSession.objects.values_list("version", flat=True)) == {2}


def test_rows_when_locked_in_two_orders_then_a_deadlock(pair):
    """What the cohort's lock and the order of keys prevent."""
    gate = threading.Barrier(2)

    def lock(first, second):
        with transaction.atomic():
            TrainingSession.objects.select_for_update().get(pk=first.pk)
            gate.wait(5)
            TrainingSession.objects.select_for_update().get(pk=second.pk)

    got = at_once([lambda: lock(*pair), lambda: lock(*pair[::-1])])
    assert [isinstance(each, OperationalError) for each in got].count(True) == 1, got


def side_of(places):
    """A cohort of its own with a session for each of the places."""
    leg = two_leg_cohort()[1]
    rows = [training_session(leg, 9 + number, "09:00", "10:00") for number in range(len(places))]
    changes = [
        Change(row, 1, {"venue": hall, **TIMES[time]})
        for row, (hall, time) in zip(rows, places, strict=True)
    ]
    return leg.cohort, changes


@pytest.fixture
def places():
    """Two halls, each at one time: what two cohorts want."""
    one, two = VenueFactory.create_batch(2)
    return [(one, "early"), (two, "late")]


def test_batches_when_two_cohorts_want_the_same_halls_at_once_then_one_has_both(places):
    for _round in range(3):
        sides = [side_of(places), side_of(places[::-1])]
        got = at_once(
            [
                lambda side=side: change_several(cohort=side[0], changes=side[1], by=None)
                for side in sides
            ]
        )
        winners = [each for each in got if isinstance(each, list)]
        losers = [each for each in got if isinstance(each, Clash)]
        assert (len(winners), len(losers)) == (1, 1), got
        assert [clash["code"] for clash in losers[0].facts["clashes"]] == ["venue", "venue"]
        TrainingSession.objects.all().delete()


def test_batches_when_nobody_waits_before_the_check_then_a_deadlock(places):
    """What the advisory locks on venues and speakers prevent."""
    gate = threading.Barrier(2)

    def write(changes):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET CONSTRAINTS {', '.join(EXCLUSIONS)} DEFERRED")
            for change in changes:
                rows = TrainingSession.objects.filter(pk=change.training_session.pk)
                rows.update(**change.facts)
                gate.wait(5)

    sides = [side_of(places), side_of(places[::-1])]
    got = at_once([lambda side=side: write(side[1]) for side in sides])
    assert [isinstance(each, OperationalError) for each in got].count(True) == 1, got


def test_change_when_two_have_read_the_same_version_then_one_is_stale(pair, by):
    got = at_once(
        [
            lambda title=title: change_training_session(
                training_session=pair[0], version=1, facts={"title": title}, by=by
            )
            for title in ("一", "二")
        ]
    )
    (winner,) = [each for each in got if isinstance(each, TrainingSession)]
    (loser,) = [each for each in got if isinstance(each, Stale)]
    pair[0].refresh_from_db()
    assert (pair[0].title, pair[0].version) == (winner.title, 2)
    assert loser.facts["theirs"] == {"title": winner.title}


def test_change_when_no_version_is_asked_then_one_write_is_lost(pair):
    rows = TrainingSession.objects.filter(pk=pair[0].pk)
    got = at_once([lambda title=title: rows.all().update(title=title) for title in ("一", "二")])
    assert got == [1, 1]
