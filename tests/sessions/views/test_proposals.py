"""The pages of proposals: the list with its answers, the form, and the ways there."""

import pytest
from django.test import Client

from cohorts.choices import Role
from sessions.actions.proposals import decline_proposal
from sessions.actions.training_sessions import change_training_session
from sessions.models import Proposal, TrainingSession
from tests.factories import VenueFactory, at, training_session, user_with
from tests.sessions.hosts import two_hosts

pytestmark = pytest.mark.django_db


@pytest.fixture
def hosts():
    return two_hosts()


def signed_in(user):
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def url(hosts, proposal=None, what=""):
    base = f"/console/cohorts/{hosts.cohort.code}/timetable/proposals/"
    return f"{base}{proposal.pk}/{what}/" if proposal else base


def text(answer):
    return answer.content.decode()


def entries(row, **changes):
    return {
        "kind": row.kind,
        "title": row.title,
        "title_en": row.title_en,
        "leg": row.leg_id,
        "day": "2026-06-11",
        "start": "09:00",
        "end": "11:00",
        "hours": "2.0",
        "compulsory": "on",
        "version": row.version,
        **changes,
    }


def test_list_when_some_are_open_then_these_first_with_now_and_asked(hosts):
    old = hosts.propose(title="旧建议")
    decline_proposal(proposal=old, answer="不合适", by=hosts.there)
    hosts.propose(venue=VenueFactory(name_en="Great hall"))
    answer = signed_in(hosts.there).get(url(hosts))
    (card,) = answer.context["open_cards"]
    assert [(line.label, line.now, line.asked) for line in card.lines] == [
        ("Venue", "–", "Great hall")
    ]
    assert (card.may_answer, card.may_withdraw) == (True, False)
    (decided,) = answer.context["decided_cards"]
    assert decided.lines[0].now == "对方讲座"
    assert "不合适" in text(answer)


def test_list_when_it_is_my_own_then_i_may_withdraw_and_not_answer(hosts):
    hosts.propose()
    (card,) = signed_in(hosts.here).get(url(hosts)).context["open_cards"]
    assert (card.may_answer, card.may_withdraw) == (False, True)


def test_list_when_the_session_has_changed_in_that_place_then_marked(hosts):
    hosts.propose()
    change_training_session(
        training_session=hosts.theirs, version=1, facts={"ends_at": at(11, "11:30")}, by=hosts.there
    )
    answer = signed_in(hosts.there).get(url(hosts))
    assert answer.context["open_cards"][0].outdated
    assert "changed since" in text(answer)
    assert "11 June Thursday 09:00–11:30" in text(answer)


@pytest.mark.parametrize(
    ("role", "count"), [("there", 1), ("lead", 1), ("here", 0), ("reader", None)]
)
def test_tabs_when_proposals_wait_then_counted_for_those_who_answer(hosts, role, count):
    hosts.propose()
    reader = role == "reader"
    user = user_with(Role.READER, cohort=hosts.cohort) if reader else getattr(hosts, role)
    page = text(signed_in(user).get(f"/console/cohorts/{hosts.cohort.code}/timetable/transfers/"))
    assert ("/timetable/proposals/" in page) is (not reader)
    assert ("waiting for your answer" in page) is bool(count)


def test_accept_when_pressed_then_done_and_shown_as_decided(hosts):
    proposal = hosts.propose()
    client = signed_in(hosts.there)
    answer = client.post(url(hosts, proposal, "accept"), {"answer": "好"}, follow=True)
    assert answer.context["open_cards"] == []
    assert "Accepted and done." in text(answer)
    assert TrainingSession.objects.get(pk=hosts.theirs.pk).starts_at == at(11, "14:00")


def test_accept_when_it_clashes_then_said_at_the_proposal_and_it_stays_open(hosts):
    proposal = hosts.propose()
    training_session(hosts.hefei, 11, "15:00", "16:00", title_en="Taken already")
    answer = signed_in(hosts.there).post(url(hosts, proposal, "accept"), {"answer": ""})
    assert answer.status_code == 409
    assert "Taken already" in answer.context["reason"]
    assert [card.proposal for card in answer.context["open_cards"]] == [proposal]


def test_accept_when_not_mine_to_answer_then_403(hosts):
    proposal = hosts.propose()
    for what in ("accept", "decline"):
        assert signed_in(hosts.here).post(url(hosts, proposal, what)).status_code == 403
    assert signed_in(hosts.there).post(url(hosts, proposal, "withdraw")).status_code == 403
    assert Proposal.objects.get().state == "open"


def test_withdraw_when_mine_then_gone(hosts):
    proposal = hosts.propose()
    signed_in(hosts.here).post(url(hosts, proposal, "withdraw"))
    assert Proposal.objects.get().state == "withdrawn"


def test_session_page_when_of_another_leg_then_the_way_to_a_proposal(hosts):
    client = signed_in(hosts.here)
    way = f"/console/sessions/{hosts.theirs.pk}/propose/"
    assert way in text(client.get(f"/console/sessions/{hosts.theirs.pk}/"))
    answer = client.post(
        way, entries(hosts.theirs, start="14:00", end="16:00", note="上午车辆来不及"), follow=True
    )
    (card,) = answer.context["open_cards"]
    assert [(line.label, line.asked) for line in card.lines] == [
        ("Time", "11 June Thursday 14:00–16:00")
    ]
    assert card.proposal.note == "上午车辆来不及"


@pytest.mark.parametrize("role", [Role.READER, Role.DESK])
def test_session_page_when_no_organizer_then_no_way_to_a_proposal(hosts, role):
    client = signed_in(user_with(role, cohort=hosts.cohort))
    assert "/propose/" not in text(client.get(f"/console/sessions/{hosts.theirs.pk}/"))
    assert client.get(f"/console/sessions/{hosts.theirs.pk}/propose/").status_code == 403


def test_form_when_nothing_is_changed_then_said_on_the_form(hosts):
    answer = signed_in(hosts.here).post(
        f"/console/sessions/{hosts.theirs.pk}/propose/", entries(hosts.theirs)
    )
    assert answer.status_code == 422
    assert "change something" in text(answer)


def test_form_when_cancelling_is_asked_then_the_note_is_the_reason(hosts):
    signed_in(hosts.here).post(
        f"/console/sessions/{hosts.theirs.pk}/propose/",
        entries(hosts.theirs, cancel="on", note="授课专家临时公务"),
    )
    proposal = Proposal.objects.get()
    assert proposal.facts == {"state": "cancelled", "reason": "授课专家临时公务"}


def test_form_when_a_session_is_missing_then_proposed_to_the_other_leg(hosts):
    client = signed_in(hosts.here)
    way = url(hosts) + "new/"
    assert client.get(way).context["form"].initial["leg"] == hosts.hefei.pk
    client.post(way, entries(hosts.theirs, title="企业对接会", version=""))
    proposal = Proposal.objects.get()
    assert (proposal.training_session, proposal.facts["title"]) == (None, "企业对接会")


def test_session_form_when_it_goes_to_days_of_the_other_then_refused_with_the_way(hosts):
    answer = signed_in(hosts.here).post(
        f"/console/sessions/{hosts.ours.pk}/", entries(hosts.ours, day="2026-06-12")
    )
    assert answer.status_code == 422
    assert "Propose the change to that host" in text(answer)
    assert f"/console/sessions/{hosts.ours.pk}/propose/" in text(answer)
    assert TrainingSession.objects.get(pk=hosts.ours.pk).version == 1


def test_new_session_when_on_days_of_the_other_then_refused(hosts):
    answer = signed_in(hosts.here).post(
        f"/console/cohorts/{hosts.cohort.code}/timetable/new/",
        entries(hosts.ours, day="2026-06-12", start="15:00", end="16:00"),
    )
    assert answer.status_code == 422
    assert TrainingSession.objects.count() == 2


@pytest.mark.parametrize(("role", "waiting"), [("there", True), ("here", False)])
def test_overview_when_proposals_wait_then_said_to_those_who_answer(hosts, role, waiting):
    hosts.propose()
    page = text(signed_in(getattr(hosts, role)).get(f"/console/cohorts/{hosts.cohort.code}/"))
    assert ("Proposals that wait for your answer" in page) is waiting
