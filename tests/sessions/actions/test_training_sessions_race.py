"""Two organizers at once on two connections: one has the venue, the speaker, the people; the
other is told who and what. Each with its control, where the constraint is away and both get it.
"""

import threading

import pytest
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import connection, connections
from django.db.models import Q

from sessions.actions.training_sessions import create_training_session
from sessions.models import SessionSpeaker, TrainingSession
from sessions.models.training_session import SessionAudience
from sessions.refusals import Clash
from tests.factories import (
    GroupFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    at,
    two_leg_cohort,
)

pytestmark = pytest.mark.django_db(transaction=True)

CONSTRAINTS = {
    "venue": (TrainingSession, "session_venue_no_overlap"),
    "speaker": (SessionSpeaker, "session_speaker_no_overlap"),
    "group": (SessionAudience, "session_group_no_overlap"),
}


@pytest.fixture(params=CONSTRAINTS)
def resource(request):
    return request.param


@pytest.fixture
def unconstrained(resource):
    """The exclusion constraint of the resource holds for no row; it is back when the rows are gone.
    Its name stays, because the writers ask for it."""
    model, name = CONSTRAINTS[resource]
    constraint = next(rule for rule in model._meta.constraints if rule.name == name)
    idle = ExclusionConstraint(
        name=name,
        expressions=constraint.expressions,
        condition=Q(pk__lt=0),
        deferrable=constraint.deferrable,
    )
    exchange(model, constraint, idle)
    yield
    TrainingSession.objects.all().delete()
    exchange(model, idle, constraint)


def exchange(model, old, new):
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, old)
        editor.add_constraint(model, new)


def attempts(resource):
    """Two creations that want the same thing: of two cohorts, but for people, who have only one."""
    leg = two_leg_cohort()[1]
    other = leg if resource == "group" else two_leg_cohort()[1]
    venue = VenueFactory() if resource == "venue" else None
    speakers = [SpeakerFactory()] if resource == "speaker" else []
    groups = [GroupFactory(cohort=leg.cohort)] if resource == "group" else []
    by = UserFactory()
    return [
        lambda: create(leg, venue, speakers, groups, by),
        lambda: create(other, venue, speakers, [], by),
    ]


def create(leg, venue, speakers, groups, by):
    facts = {"kind": "lecture", "title": "讲座", "venue": venue}
    times = {"starts_at": at(8, "09:00"), "ends_at": at(8, "10:00")}
    return create_training_session(
        leg=leg, facts={**facts, **times}, speakers=speakers, groups=groups, by=by
    )


def at_once(tries):
    """Runs the calls side by side; answers what each got."""
    got = [None] * len(tries)
    gate = threading.Barrier(len(tries))

    def run(number):
        try:
            gate.wait(5)
            got[number] = tries[number]()
        except Exception as error:  # noqa: BLE001 -- the test looks at whatever came out
            got[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(tries))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return got


def test_create_when_two_want_the_same_at_once_then_one_gets_it_and_one_is_told(resource):
    for _round in range(3):
        TrainingSession.objects.all().delete()
        got = at_once(attempts(resource))
        winners = [row for row in got if isinstance(row, TrainingSession)]
        losers = [error for error in got if isinstance(error, Clash)]
        assert (len(winners), len(losers)) == (1, 1), got
        found = losers[0].facts["clashes"]
        assert [clash["code"] for clash in found] == [resource]
        assert winners[0].pk in found[0]["sessions"]
        assert "讲座" in found[0]["message"]


def test_create_when_the_constraint_is_away_then_both_get_it(resource, unconstrained):
    got = at_once(attempts(resource))
    assert all(isinstance(row, TrainingSession) for row in got), got
    assert TrainingSession.objects.count() == 2
