"""Who is at the board: seen by others, fading, and nothing at all without Redis."""

import datetime as dt

import pytest

from g60portal.common.clock import SHANGHAI
from sessions import presence
from tests.factories import CohortFactory, UserFactory

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 6, 8, 12, tzinfo=SHANGHAI)


@pytest.fixture
def people():
    return UserFactory(name="陈"), UserFactory(name="吴")


def test_people_when_announced_then_seen_by_others_until_they_fade(people, frozen_clock):
    (chen, wu), cohort = people, CohortFactory()
    frozen_clock(NOON)
    presence.announce(cohort, chen, 7)
    assert presence.people_at(cohort, but=wu) == [
        {"id": chen.pk, "name": "陈", "session": 7, "since": "2026-06-08T12:00:00+08:00"}
    ]
    assert presence.people_at(cohort, but=chen) == []
    assert presence.people_at(CohortFactory(), but=wu) == []
    frozen_clock(NOON + dt.timedelta(seconds=presence.LIFE_SECONDS))
    assert presence.people_at(cohort, but=wu) == []


def test_since_when_the_same_is_held_on_then_from_when_it_was_taken_up(people, frozen_clock):
    (chen, wu), cohort = people, CohortFactory()

    def since(seconds, session):
        frozen_clock(NOON + dt.timedelta(seconds=seconds))
        presence.announce(cohort, chen, session)
        return presence.people_at(cohort, but=wu)[0]["since"][14:19]

    assert [since(0, 7), since(10, 7), since(20, None), since(30, 7)] == [
        "00:00",
        "00:00",
        "00:20",
        "00:30",
    ]


def test_presence_when_there_is_no_redis_then_nobody_and_no_error(people, settings):
    chen, wu = people
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    presence.connection.cache_clear()
    try:
        presence.announce(CohortFactory(), chen, 7)
        assert presence.people_at(CohortFactory(), but=wu) == []
    finally:
        presence.connection.cache_clear()
