"""Repairs by API: found, applied unchanged, undone; who may; refusals."""

import pytest

from cohorts.choices import Role
from sessions.models import TrainingSession, VenueTravel
from sessions.queries.clashes import clashes_of
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    VenueFactory,
    at,
    training_session,
    two_leg_cohort,
    user_with,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(frozen_clock):
    """A lecture and a visit 30 minutes apart, with a way of 60."""
    frozen_clock(at(1, "12:00"))
    cohort, leg, hefei = two_leg_cohort()
    EnrollmentFactory(cohort=cohort, group=GroupFactory(cohort=cohort), seat=1)
    hall, plant = VenueFactory(), VenueFactory(kind="company")
    VenueTravel.objects.create(origin=hall, destination=plant, minutes=60)
    training_session(leg, 8, "09:00", "10:00", venue=hall)
    training_session(leg, 8, "10:30", "11:20", venue=plant, kind="site_visit")
    return cohort, leg, hefei


@pytest.fixture
def lead(world, api_as):
    return api_as(user_with(Role.LEAD, cohort=world[0]))


def address(cohort) -> str:
    return f"/api/v1/cohorts/{cohort.code}/repairs/"


def key_of(cohort, code: str = "travel") -> str:
    return next(clash.key for clash in clashes_of(cohort) if clash.code == code)


def found(client, cohort, **words):
    answer = client.get(address(cohort), words or {"clash": key_of(cohort)})
    assert answer.status_code == 200, answer.data
    return answer.json()


def test_repairs_when_asked_then_each_with_cost_moves_and_changes(world, lead):
    cohort = world[0]
    body = found(lead, cohort)
    assert set(body) == {"clashes", "repairs", "tried", "blocked"}
    assert [clash["code"] for clash in body["clashes"]] == ["travel"]
    repair = next(each for each in body["repairs"] if each["kind"] == "shift")
    assert set(repair) == {"key", "kind", "text", "cost", "moves", "solved", "added", "changes"}
    assert repair["cost"]["minutes_shifted"] == 30
    (move,) = repair["moves"]
    (change,) = repair["changes"]
    assert change == {
        "id": move["session"],
        "version": 1,
        "starts_at": move["after"]["starts_at"],
        "ends_at": move["after"]["ends_at"],
    }
    assert change["starts_at"].endswith("+08:00")
    assert repair["solved"][0]["key"] == key_of(cohort)


def test_repair_when_its_changes_are_sent_back_then_applied_with_the_marks_that_changed(
    world, lead
):
    cohort = world[0]
    repair = found(lead, cohort)["repairs"][0]
    answer = lead.post(address(cohort), {"changes": repair["changes"]}, format="json")
    assert answer.status_code == 200, answer.data
    body = answer.json()
    assert [row["id"] for row in body["sessions"]] == [row["id"] for row in repair["changes"]]
    assert body["sessions"][0]["version"] == 2
    assert len(body["changed"]) == 1
    assert body["changed"][0]["clashes"] == []
    assert clashes_of(cohort) == []
    again = lead.post(address(cohort), {"changes": repair["changes"]}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "stale")


def test_waves_when_sent_back_then_the_session_is_split(world, lead):
    cohort, leg, _hefei = world
    EnrollmentFactory(cohort=cohort, group=GroupFactory(cohort=cohort), seat=2)
    site = VenueFactory(kind="company", largest_party=1)
    training_session(leg, 9, "09:00", "10:00", venue=site, kind="site_visit")
    results = found(lead, cohort, clash=key_of(cohort, "party"))["repairs"]
    waves = next(each for each in results if each["kind"] == "waves")
    assert [move["session"] is None for move in waves["moves"]] == [False, True]
    answer = lead.post(address(cohort), {"changes": waves["changes"]}, format="json")
    assert answer.status_code == 200, answer.data
    assert TrainingSession.objects.filter(venue=site).count() == 2


def test_session_when_wanted_elsewhere_then_ways_to_get_there(world, lead):
    cohort, leg, _hefei = world
    later = training_session(leg, 9, "09:00", "10:00", groups=[], kind="discussion")
    body = found(
        lead,
        cohort,
        session=later.pk,
        starts_at="2026-06-08T09:00:00+08:00",
        ends_at="2026-06-08T10:00:00+08:00",
    )
    assert body["repairs"]
    assert all(later.pk in [row["id"] for row in each["changes"]] for each in body["repairs"])


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ({}, 400),
        ({"clash": "a", "session": 1}, 400),
        ({"session": 1, "starts_at": "2026-06-08T09:00:00+08:00"}, 400),
        ({"clash": "unknown"}, 404),
        ({"session": 987654}, 404),
    ],
)
def test_repairs_when_asked_wrongly_then_told_so(world, lead, words, status):
    assert lead.get(address(world[0]), words).status_code == status


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [{"id": 1}],
        [{"id": 1, "version": 1, "venue": "x"}],
        [{"id": 1, "version": 1, "waves": []}],
    ],
)
def test_repair_when_the_body_is_wrong_then_400(world, lead, changes):
    answer = lead.post(address(world[0]), {"changes": changes}, format="json")
    assert answer.status_code == 400


def test_repair_when_the_session_is_of_another_cohort_then_outdated(world, lead):
    foreign = training_session(two_leg_cohort()[1], 8, "09:00", "10:00")
    changes = [{"id": foreign.pk, "version": 1, "venue": None}]
    answer = lead.post(address(world[0]), {"changes": changes}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "repair_outdated")


def test_repair_when_the_other_host_speaks_for_the_leg_then_refused_and_not_offered(world, api_as):
    cohort, leg, hefei = world
    changes = found(api_as(user_with(Role.LEG, cohort=cohort, leg=leg)), cohort)["repairs"][0]
    guest = api_as(user_with(Role.LEG, cohort=cohort, leg=hefei))
    assert found(guest, cohort)["repairs"] == []
    answer = guest.post(address(cohort), {"changes": changes["changes"]}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "needs_consent")


def test_repairs_when_reader_then_may_look_and_not_apply(world, api_as):
    cohort = world[0]
    reader = api_as(user_with(Role.READER, cohort=cohort))
    repair = found(reader, cohort)["repairs"][0]
    answer = reader.post(address(cohort), {"changes": repair["changes"]}, format="json")
    assert answer.status_code == 403


def test_delay_when_asked_then_effects_and_what_can_be_done(world, lead):
    cohort = world[0]
    first = TrainingSession.objects.earliest("starts_at")
    answer = lead.get(f"/api/v1/sessions/{first.pk}/delay/", {"minutes": 45})
    body = answer.json()
    assert [clash["code"] for clash in body["effects"]] == ["group"]
    assert {repair["kind"] for repair in body["repairs"]} == {"push", "trim"}
    changes = body["repairs"][0]["changes"]
    assert lead.post(address(cohort), {"changes": changes}, format="json").status_code == 200
    assert lead.get(f"/api/v1/sessions/{first.pk}/delay/", {"minutes": 0}).status_code == 400
