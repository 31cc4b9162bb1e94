"""Proposals by API: shapes, answers, conflicts, who may; and PATCH beyond the own leg."""

import pytest

from sessions.actions.training_sessions import change_training_session
from sessions.models import Proposal, TrainingSession
from tests.factories import VenueFactory, at
from tests.sessions.hosts import two_hosts

pytestmark = pytest.mark.django_db


@pytest.fixture
def hosts():
    return two_hosts()


def address(hosts, proposal=None, what=""):
    base = f"/api/v1/cohorts/{hosts.cohort.code}/proposals/"
    return f"{base}{proposal.pk}/{what}/" if proposal else base


def body(row, **facts):
    return {"session": row.pk, "version": row.version, "facts": facts, "note": "请考虑"}


def test_create_when_it_touches_the_other_leg_then_the_whole_shape(hosts, api_as):
    hall = VenueFactory()
    answer = api_as(hosts.here).post(
        address(hosts), body(hosts.theirs, venue=hall.pk), format="json"
    )
    assert answer.status_code == 201
    shape = answer.json()
    assert shape | {"id": 0, "made_at": ""} == {
        "id": 0,
        "leg": hosts.hefei.pk,
        "session": hosts.theirs.pk,
        "version": 1,
        "facts": {"venue": hall.pk},
        "before": {"venue": None},
        "note": "请考虑",
        "state": "open",
        "by": {"id": hosts.here.pk, "name": hosts.here.name},
        "made_at": "",
        "decided_by": None,
        "decided_at": None,
        "answer": "",
    }


def test_create_when_a_session_is_to_be_made_then_its_facts(hosts, api_as):
    facts = {"leg": hosts.hefei.pk, "kind": "meal", "title": "午餐"}
    answer = api_as(hosts.here).post(address(hosts), {"facts": facts}, format="json")
    assert (answer.status_code, answer.json()["facts"]) == (201, facts)


@pytest.mark.parametrize(
    ("facts", "errors"),
    [
        ({"venue": 0}, ["facts.venue"]),
        ({"starts_at": "noon"}, ["facts.starts_at"]),
        ("x", ["facts"]),
    ],
)
def test_create_when_facts_cannot_be_read_then_400_at_them(hosts, api_as, facts, errors):
    sent = {**body(hosts.theirs), "facts": facts}
    answer = api_as(hosts.here).post(address(hosts), sent, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, errors)


def test_create_when_only_the_own_leg_is_touched_then_422(hosts, api_as):
    answer = api_as(hosts.here).post(address(hosts), body(hosts.ours, title="新题"), format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "no_consent_needed")


def test_list_when_filtered_then_only_these(hosts, api_as):
    first, second = hosts.propose(title="一"), hosts.propose(title="二")
    client = api_as(hosts.there)
    client.post(address(hosts, first, "decline"), {"answer": "不"}, format="json")
    every = client.get(address(hosts)).json()["results"]
    assert [row["id"] for row in every] == [second.pk, first.pk]
    found = client.get(address(hosts), {"state": "declined"}).json()["results"]
    assert [(row["id"], row["answer"]) for row in found] == [(first.pk, "不")]
    assert client.get(address(hosts), {"state": "nonsense"}).status_code == 400


def test_accept_when_open_then_accepted_once(hosts, api_as):
    proposal = hosts.propose()
    client = api_as(hosts.there)
    answer = client.post(address(hosts, proposal, "accept"))
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
    again = client.post(address(hosts, proposal, "accept"))
    assert (again.status_code, again.json()["code"]) == (409, "proposal_decided")
    assert TrainingSession.objects.get(pk=hosts.theirs.pk).version == 2


def test_accept_when_outdated_then_409_shows_both(hosts, api_as):
    proposal = hosts.propose()
    change_training_session(
        training_session=hosts.theirs, version=1, facts={"ends_at": at(11, "11:30")}, by=hosts.there
    )
    answer = api_as(hosts.there).post(address(hosts, proposal, "accept"))
    shape = answer.json()
    assert (answer.status_code, shape["code"]) == (409, "proposal_outdated")
    assert shape["current"]["ends_at"] == "2026-06-11T11:30:00+08:00"
    assert shape["before"]["ends_at"] == "2026-06-11T11:00:00+08:00"
    assert shape["proposed"]["ends_at"] == "2026-06-11T16:00:00+08:00"


def test_withdraw_when_not_mine_then_403(hosts, api_as):
    proposal = hosts.propose()
    assert api_as(hosts.lead).post(address(hosts, proposal, "withdraw")).status_code == 403
    assert api_as(hosts.here).post(address(hosts, proposal, "withdraw")).status_code == 200
    assert Proposal.objects.get().state == "withdrawn"


def patch(client, row, **facts):
    sent = {"version": row.version, **facts}
    return client.patch(f"/api/v1/sessions/{row.pk}/", sent, format="json")


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("theirs", {"title": "新题"}),
        (
            "ours",
            {"starts_at": "2026-06-12T09:00:00+08:00", "ends_at": "2026-06-12T10:00:00+08:00"},
        ),
    ],
)
def test_patch_when_it_touches_the_other_leg_then_403_names_it(hosts, api_as, name, facts):
    answer = patch(api_as(hosts.here), getattr(hosts, name), **facts)
    shape = answer.json()
    assert (answer.status_code, shape["code"], shape["legs"]) == (
        403,
        "needs_consent",
        [hosts.hefei.pk],
    )
    assert patch(api_as(hosts.lead), getattr(hosts, name), **facts).status_code == 200


def test_create_session_when_on_days_of_the_other_then_403(hosts, api_as):
    sent = {
        "leg": hosts.songjiang.pk,
        "kind": "meal",
        "title": "午餐",
        "starts_at": "2026-06-12T12:00:00+08:00",
        "ends_at": "2026-06-12T13:00:00+08:00",
    }
    place = f"/api/v1/cohorts/{hosts.cohort.code}/sessions/"
    assert api_as(hosts.here).post(place, sent, format="json").json()["code"] == "needs_consent"


def test_batch_when_one_change_touches_the_other_leg_then_nothing_is_done(hosts, api_as):
    place = f"/api/v1/cohorts/{hosts.cohort.code}/sessions/batch/"
    changes = [
        {"id": hosts.ours.pk, "version": 1, "title": "新题"},
        {"id": hosts.theirs.pk, "version": 1, "title": "新题"},
    ]
    answer = api_as(hosts.here).post(place, {"changes": changes}, format="json")
    assert answer.status_code == 403
    assert not TrainingSession.objects.filter(title="新题").exists()
