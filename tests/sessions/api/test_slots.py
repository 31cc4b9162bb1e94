"""The API of slots and their private links: shapes, filters, who may, what the address tells."""

import pytest

from cohorts.choices import Role
from cohorts.models import CohortRole
from sessions.actions.slots import answer_slot
from sessions.models import Slot, SlotLink
from sessions.queries.slot_links import link_of_token, link_url
from tests.factories import SpeakerFactory, at, city, user_with
from tests.sessions.confirming import BEFORE, MAIL, confirming

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(frozen_clock):
    frozen_clock(BEFORE)
    return confirming()


@pytest.fixture
def lead(world, api_as):
    return api_as(user_with(Role.LEAD, cohort=world.cohort))


def path(world, tail="slots/"):
    return f"/api/v1/cohorts/{world.cohort.code}/{tail}"


def token_of(url):
    return url.rstrip("/").rpartition("/")[2]


def test_list_when_asked_then_exactly_this_shape(world, lead):
    link = world.ask()
    times = [(at(8, "19:00"), at(8, "21:00"))]
    slot = world.slot(world.lecture)
    answer_slot(link=link, slot=slot, state="refused", reason="abroad", times=times)
    world.move(world.lecture, "19:00", "21:00")
    [row, _other] = lead.get(path(world)).json()["results"]
    assert row == {
        "id": slot.pk,
        "session": world.lecture.pk,
        "speaker": world.made.speaker.pk,
        "venue": None,
        "state": "refused",
        "standing": "moved",
        "current": False,
        "starts_at": "2026-06-08T09:00:00+08:00",
        "ends_at": "2026-06-08T11:00:00+08:00",
        "reason": "abroad",
        "times": [
            {"starts_at": "2026-06-08T19:00:00+08:00", "ends_at": "2026-06-08T21:00:00+08:00"}
        ],
        "asked_at": "2026-06-01T10:00:00+08:00",
        "answered_at": "2026-06-01T10:00:00+08:00",
    }
    assert lead.get(f"/api/v1/slots/{slot.pk}/").json() == row


def test_list_when_filtered_then_exactly_these(world, lead):
    link = world.ask()
    world.ask(world.host)
    answer_slot(link=link, slot=world.slot(world.lecture), state="confirmed")
    other = confirming()
    other.ask()

    def ids(query):
        return {row["id"] for row in lead.get(path(world) + query).json()["results"]}

    own = {slot.pk for slot in Slot.objects.filter(training_session__cohort=world.cohort)}
    assert ids("") == own
    assert len(own) == 4
    assert ids("?state=confirmed") == {world.slot(world.lecture).pk}
    assert ids(f"?session={world.visit.pk}") == {world.slot(world.visit, world.host).pk}
    assert lead.get(path(world) + "?state=nonsense").status_code == 400


def test_ask_when_posted_then_link_with_address_slots_and_mail(world, lead):
    body = {"speaker": world.made.speaker.pk, "email": MAIL, "language": "en"}
    answer = lead.post(path(world), body, format="json")
    assert answer.status_code == 201
    found = answer.json()
    assert found["told"] is True
    assert {row["session"] for row in found["slots"]} == {world.lecture.pk, world.second.pk}
    link = link_of_token(token_of(found["link"]["url"]))
    assert link is not None
    assert link.pk == found["link"]["id"]


def test_ask_when_sessions_named_then_only_these(world, lead):
    body = {"venue": world.made.plant.pk, "sessions": [world.visit.pk]}
    found = lead.post(path(world), body, format="json").json()
    assert [row["session"] for row in found["slots"]] == [world.visit.pk]
    assert found["told"] is False


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "malformed"),
        ({"speaker": "own", "venue": "own"}, 400, "malformed"),
        ({"speaker": "own", "email": "nonsense"}, 400, "malformed"),
        ({"speaker": "own", "sessions": []}, 400, "malformed"),
        ({"speaker": "foreign"}, 422, "nothing_to_ask"),
        ({"speaker": "own", "sessions": ["visit"]}, 422, "not_their_session"),
    ],
)
def test_ask_when_wrong_then_problem(world, lead, body, status, code):
    ids = {"own": world.made.speaker.pk, "foreign": SpeakerFactory().pk, "visit": world.visit.pk}
    filled = {
        name: [ids[key] for key in value] if isinstance(value, list) else ids.get(value, value)
        for name, value in body.items()
    }
    if filled.get("venue"):
        filled["venue"] = world.made.plant.pk
    answer = lead.post(path(world), filled, format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Slot.objects.exists()


def test_ask_when_leg_organizer_then_own_leg_only(world, api_as):
    hefei = world.cohort.legs.get(position=2)
    other = api_as(user_with(Role.LEG, cohort=world.cohort, leg=hefei))
    own = api_as(user_with(Role.LEG, cohort=world.cohort, leg=world.made.leg))
    body = {"speaker": world.made.speaker.pk}
    named = {**body, "sessions": [world.lecture.pk]}
    assert other.post(path(world), body, format="json").status_code == 422
    assert other.post(path(world), named, format="json").status_code == 403
    assert own.post(path(world), named, format="json").status_code == 201


def test_patch_when_answer_by_phone_then_written(world, lead):
    world.ask()
    slot = world.slot(world.lecture)
    body = {
        "state": "refused",
        "reason": "ill",
        "times": [{"starts_at": "2026-06-09T14:00+08:00", "ends_at": "2026-06-09T16:00+08:00"}],
    }
    answer = lead.patch(f"/api/v1/slots/{slot.pk}/", body, format="json")
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["reason"]) == ("refused", "ill")
    assert len(answer.json()["times"]) == 1


def test_patch_when_steps_then_in_their_order(world, lead, frozen_clock):
    world.ask(world.host)
    slot = world.slot(world.visit, world.host)
    url = f"/api/v1/slots/{slot.pk}/"

    def patch(state):
        answer = lead.patch(url, {"state": state}, format="json")
        return answer.status_code, answer.json().get("code") or answer.json()["state"]

    assert patch("list_sent") == (422, "slot_step")
    assert patch("asked") == (422, "slot_step")
    assert patch("refused") == (422, "reason_missing")
    assert patch("confirmed") == (200, "confirmed")
    assert patch("list_sent") == (200, "list_sent")
    assert patch("done") == (422, "slot_not_over")
    frozen_clock(at(9, "09:00"))
    assert patch("done") == (200, "done")
    assert patch("refused") == (422, "slot_step")


def test_patch_when_session_has_moved_then_step_is_outdated(world, lead):
    link = world.ask(world.host)
    slot = answer_slot(link=link, slot=world.slot(world.visit, world.host), state="confirmed")
    world.move(world.visit, "18:00", "19:00")
    answer = lead.patch(f"/api/v1/slots/{slot.pk}/", {"state": "list_sent"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_outdated")


def test_links_when_listed_then_without_address(world, lead):
    link = world.ask(contact="Prof. Wang")
    answer = lead.get(path(world, "slot-links/"))
    [row] = answer.json()["results"]
    assert row == {
        "id": link.pk,
        "speaker": world.made.speaker.pk,
        "venue": None,
        "contact": "Prof. Wang",
        "email": MAIL,
        "language": "en",
        "made_at": "2026-06-01T10:00:00+08:00",
        "expires_at": "2026-06-15T00:00:00+08:00",
        "opened_at": None,
        "in_force": True,
    }
    assert token_of(link_url(link)) not in answer.content.decode()


def test_links_when_renewed_then_new_address_once_and_deleted_then_dead(world, lead):
    link = world.ask()
    old = token_of(link_url(link))
    answer = lead.post(
        path(world, "slot-links/"), {"speaker": world.made.speaker.pk}, format="json"
    )
    assert answer.status_code == 201
    new = token_of(answer.json()["url"])
    assert link_of_token(old) is None
    assert link_of_token(new) is not None
    assert lead.delete(path(world, f"slot-links/{link.pk}/")).status_code == 204
    assert link_of_token(new) is None
    assert lead.delete(path(world, f"slot-links/{link.pk}/")).status_code == 404


def test_links_when_leg_is_another_then_403_and_alive(world, api_as):
    link = world.ask()
    hefei = world.cohort.legs.get(position=2)
    other = api_as(user_with(Role.LEG, cohort=world.cohort, leg=hefei))
    body = {"speaker": world.made.speaker.pk}
    assert other.post(path(world, "slot-links/"), body, format="json").status_code == 403
    assert other.delete(path(world, f"slot-links/{link.pk}/")).status_code == 403
    assert SlotLink.objects.get() == link


@pytest.mark.parametrize(
    ("role", "reads", "links"),
    [
        (Role.READER, 200, 403),
        (Role.DESK, 200, 403),
        (Role.COORDINATOR, 403, 403),
        (None, 404, 404),
    ],
)
def test_role_when_it_reads_then_as_far_as_it_reaches(world, api_as, role, reads, links):
    world.ask()
    user = user_with("nobody")
    if role is not None:
        scope = {"city": city("jiaxing")} if role == Role.COORDINATOR else {}
        CohortRole.objects.create(user=user, role=role, cohort=world.cohort, **scope)
    client, slot = api_as(user), world.slot(world.lecture)
    assert client.get(path(world)).status_code == reads
    assert client.get(f"/api/v1/slots/{slot.pk}/").status_code == reads
    assert client.get(path(world, "slot-links/")).status_code == links
    body = {"state": "confirmed"}
    refused = 404 if role is None else 403
    assert client.patch(f"/api/v1/slots/{slot.pk}/", body, format="json").status_code == refused
